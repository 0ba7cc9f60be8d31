//! What the admin wishes now of who may see spaces, of all and of single conversations. What was
//! frozen under another wish is not opened.

use crate::access::{Admission, Sight};
use crate::cli::policies::admission;
use crate::ids::ConversationId;
use crate::ledger::{Error, Lane, Ledger, RoomChoice};
use crate::settings::Settings;
use std::collections::BTreeMap;

/// The wishes.
#[derive(Debug)]
pub(in crate::cli) struct Wishes {
    all: Admission,
    own: BTreeMap<ConversationId, RoomChoice>,
}

impl Wishes {
    pub(in crate::cli) fn of(ledger: &Ledger, settings: &Settings) -> Result<Self, Error> {
        Ok(Self { all: admission(settings), own: ledger.room_choices()? })
    }

    /// Returns what is wished of one conversation.
    pub(in crate::cli) fn of_lane(&self, lane: &Lane) -> Admission {
        let own = self.own.get(&lane.slack).and_then(|choice| choice.audience.as_deref());
        self.all.with_own(own)
    }

    /// Returns who will see a space, as far as that is still wished.
    pub(super) fn sight(&self, ledger: &Ledger, lane: &Lane) -> Result<Sight, Error> {
        Ok(ledger.sight(lane)?.under(&self.of_lane(lane)))
    }
}
