//! Removing a space that is still in import mode.

use super::{Client, Outcome, Scopes};
use crate::draft::Identity;
use crate::wire::{Request, Verb};

impl Client {
    /// Deletes a space. The scope of importing reaches spaces in import mode alone: a completed
    /// one would want another, which is never asked for.
    pub async fn delete_space(&self, by: &Identity, space: &str) -> Result<(), Outcome> {
        let request =
            Request { verb: Verb::Delete, path: format!("/v1/{space}"), body: String::new() };
        self.call(by, Scopes::IMPORT, &request).await.applied().map(|_| ())
    }
}
