//! Whom the doctor found well, and when: so that a second look is quick. Only what was well is
//! kept; what was not is asked again.

use crate::ids::{Micros, rfc3339};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// For so long somebody is taken to be well.
const GOOD: Micros = 24 * 3600 * 1_000_000;

/// What is kept in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// The service account that the answers are about: its address and its client id.
    account: String,
    /// The server that gave them.
    realm: String,
    /// By address: when the account was well.
    well: BTreeMap<String, String>,
}

/// What is remembered, at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    kept: Remembered,
    now: Micros,
}

impl Memory {
    /// Takes what was kept. Of another service account or another server, or unreadable, it counts as nothing.
    pub fn of(kept: Option<&str>, account: &str, realm: &str, now: Micros) -> Self {
        let fresh = || Remembered {
            account: account.to_owned(),
            realm: realm.to_owned(),
            well: BTreeMap::new(),
        };
        let read = kept.and_then(|text| serde_json::from_str::<Remembered>(text).ok());
        let mut kept = read
            .filter(|kept| kept.account == account && kept.realm == realm)
            .unwrap_or_else(fresh);
        kept.well.retain(|_, at| is_recent(at, now));
        Self { kept, now }
    }

    /// Tells whether somebody was well not long ago.
    pub fn is_well(&self, who: &str) -> bool {
        self.kept.well.contains_key(who)
    }

    /// Notes that somebody is well.
    pub fn note(&mut self, who: &str) {
        self.kept.well.insert(who.to_owned(), rfc3339(self.now));
    }

    /// Forgets that somebody was well.
    pub fn forget(&mut self, who: &str) {
        self.kept.well.remove(who);
    }

    /// Returns what to keep.
    pub fn json(&self) -> String {
        serde_json::to_string(&self.kept).unwrap_or_default() + "\n"
    }
}

fn is_recent(at: &str, now: Micros) -> bool {
    let at = at.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_microsecond);
    at.is_ok_and(|at| (0..GOOD).contains(&(now - at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Micros = 1_780_000_000_000_000;

    #[test]
    fn somebody_well_is_so_for_a_day_for_this_key_and_this_server() {
        let mut memory = Memory::of(None, "1", "google", NOW);
        memory.note("a@x");
        let kept = memory.json();
        let well = |client: &str, realm: &str, at: Micros| {
            Memory::of(Some(&kept), client, realm, at).is_well("a@x")
        };
        assert!(well("1", "google", NOW) && well("1", "google", NOW + GOOD - 1));
        assert!(!well("1", "google", NOW + GOOD));
        assert!(!well("1", "google", NOW - 1), "the clock was set back");
        assert!(!well("2", "google", NOW) && !well("1", "emulator 7", NOW));
        assert!(!Memory::of(Some("{"), "1", "google", NOW).is_well("a@x"));
    }
}
