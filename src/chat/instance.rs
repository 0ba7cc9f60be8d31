//! Who answers: an emulator says so in every answer, Google never does.

use super::HttpResponse;
use std::sync::{Mutex, PoisonError};

/// The header by which an emulator names itself.
const HEADER: &str = "x-emulator-instance";

/// The emulator that answered last, if it was one.
#[derive(Debug, Default)]
pub(super) struct Instance(Mutex<Option<String>>);

impl Instance {
    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn note(&self, response: &HttpResponse) {
        let shown = response.headers().get(HEADER).and_then(|value| value.to_str().ok());
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_deref() != shown {
            *last = shown.map(str::to_owned);
        }
    }
}
