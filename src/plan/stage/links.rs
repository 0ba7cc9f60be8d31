//! Corrections of posts that link to messages of Slack's.

use super::super::steps::Owed;
use super::super::{Bench, Error};
use super::{Staging, plain};
use crate::convert::LinkPolicy;
use crate::draft::{Draft, Phase, StepKind, count_permalinks};

impl Bench {
    /// Tells whether links to messages of Slack's are to be led to Chat.
    pub(in crate::plan) fn patches_links(&self) -> bool {
        self.converter.settings().links == LinkPolicy::Patch
    }
}

impl Staging<'_> {
    /// Freezes the correction of a post whose links may lead to Chat. It stands right behind its
    /// post, and says the same as that until the names in the links are known.
    pub(super) fn amend(&mut self, text: &str, actor: i64, post: u32) -> Result<(), Error> {
        if !self.bench.patches_links() || count_permalinks(text) == 0 {
            return Ok(());
        }
        let draft = Draft::Amend(text.to_owned());
        let owed = plain(Phase::Amend, StepKind::Amend, &draft, actor);
        self.steps.add(&Owed { after: Some(post), ..owed })?;
        Ok(())
    }
}
