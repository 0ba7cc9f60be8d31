//! What was wished of who may see spaces when it was too late for them: it is told, since nothing
//! comes of it.

use crate::access::{Admission, EXTERNAL, Fate, Sight};
use crate::cli::safe::display_short;
use crate::cli::words::counted;
use crate::ledger::{Lane, LaneState};

/// How many are named.
const NAMED: usize = 3;

/// Names of spaces that were begun under another wish: hostile.
#[derive(Debug, Default)]
pub(super) struct Late {
    /// No audience will find them.
    pub(super) audiences: Vec<String>,
    /// Nobody from outside can be invited.
    pub(super) invites: Vec<String>,
}

impl Late {
    /// Notes a space.
    pub(super) fn note(&mut self, lane: &Lane, sight: &Sight, wish: &Admission) {
        if lane.state <= LaneState::Staged {
            return;
        }
        let lets_find = sight.was_public() && wish.audience.is_some();
        if lets_find && sight.audience.is_none() {
            self.audiences.push(lane.name.clone());
        }
        let left_out = |fate: &Fate| fate.why() == Some(EXTERNAL);
        if wish.invite && !lane.external && sight.seats.iter().any(|seat| left_out(&seat.fate)) {
            self.invites.push(lane.name.clone());
        }
    }

    /// Says it.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.audiences.is_empty() {
            let spaces = counted(self.audiences.len() as u64, "space was", "spaces were");
            let names = names(&self.audiences);
            lines.push(format!(
                "Too late for the audience: {spaces} begun without it. Their owners can set it in Chat: {names}."
            ));
        }
        if !self.invites.is_empty() {
            let spaces = counted(self.invites.len() as u64, "space was", "spaces were");
            let names = names(&self.invites);
            lines.push(format!(
                "Too late for people from outside: {spaces} made without room for them, for good: {names}."
            ));
        }
        lines
    }
}

fn names(all: &[String]) -> String {
    let mut names: Vec<String> =
        all.iter().take(NAMED).map(|name| display_short(name, 24)).collect();
    if all.len() > NAMED {
        names.push(format!("{} more", all.len() - NAMED));
    }
    names.join(", ")
}
