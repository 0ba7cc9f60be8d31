//! The kinds of faults that chaos knows, and how often each strikes on which day.

use super::super::faults::{Action, Content, Phase};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A kind of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Four requests of a hundred are throttled, refused or answered late.
    Calm,
    /// Ten of a hundred fail in one way or another, some of them after they took effect.
    Rough,
    /// Thirty of a hundred do, and connections are reset, hang, and break off.
    Hostile,
}

/// One kind of fault.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) phase: Phase,
    /// Takes the length of a stall.
    pub(super) action: fn(u64) -> Action,
    /// How many requests of a thousand it strikes on a calm, a rough and a hostile day.
    rates: [u32; 3],
}

const fn kind(
    name: &'static str,
    phase: Phase,
    action: fn(u64) -> Action,
    rates: [u32; 3],
) -> Kind {
    Kind { name, phase, action, rates }
}

/// Every kind. `docs/emulator.md` has the same table.
static KINDS: [Kind; 15] = [
    kind("throttled", Phase::Before, |_| Action::status(429), [15, 20, 30]),
    kind("internal-error", Phase::Before, |_| Action::status(500), [0, 15, 20]),
    kind("empty-502", Phase::Before, |_| Action::status(502).with(Content::Empty), [0, 10, 15]),
    kind("unavailable", Phase::Before, |_| Action::status(503), [15, 10, 20]),
    kind("unavailable-after", Phase::After, |_| Action::status(503), [0, 10, 25]),
    kind("closed", Phase::Before, |_| Action::Close, [0, 10, 20]),
    kind("closed-after", Phase::After, |_| Action::Close, [0, 10, 25]),
    kind("truncated", Phase::After, |_| Action::status(200).with(Content::Truncated), [0, 10, 25]),
    kind("html", Phase::Before, |_| Action::status(200).with(Content::Html), [0, 5, 20]),
    kind("late", Phase::After, Action::stall, [10, 0, 20]),
    kind("reset", Phase::Before, |_| Action::Reset, [0, 0, 20]),
    kind("reset-after", Phase::After, |_| Action::Reset, [0, 0, 20]),
    kind("hung-up", Phase::Before, Action::hang_up, [0, 0, 10]),
    kind("broken-off", Phase::DuringResponse, |_| Action::Close, [0, 0, 10]),
    kind("applied-twice", Phase::After, |_| Action::ApplyTwice, [0, 0, 20]),
];

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Calm, Self::Rough, Self::Hostile];

    /// Returns the kinds of faults of this day, and how many requests of a thousand each strikes.
    pub fn rates(self) -> Vec<(&'static str, u32)> {
        let rates = KINDS.iter().map(|kind| (kind.name, kind.rates[self as usize]));
        rates.filter(|(_, rate)| *rate > 0).collect()
    }

    /// Returns the most strikes that one operation suffers.
    pub const fn most(self) -> u8 {
        match self {
            Self::Calm => 1,
            Self::Rough => 2,
            Self::Hostile => 3,
        }
    }

    /// Returns the kind that a number below a thousand stands for.
    pub(super) fn drawn(self, draw: u32) -> Option<&'static Kind> {
        let mut edge = 0;
        KINDS.iter().find(|kind| {
            edge += kind.rates[self as usize];
            draw < edge
        })
    }
}

impl Kind {
    /// Returns the kind that strikes this method instead: a token fails in two ways only, and an
    /// upload is never applied twice.
    pub(super) fn fit(&'static self, method: &str) -> &'static Self {
        let tokens = matches!(method, "token" | "metadata" | "iam.signJwt");
        let wanted = match (method, self.phase) {
            (_, Phase::Before) if tokens && !matches!((self.action)(0), Action::Status { .. }) => {
                "closed"
            }
            (_, Phase::Before) if tokens => "internal-error",
            _ if tokens => "closed-after",
            ("media.upload", _) if self.name == "applied-twice" => "closed-after",
            _ => return self,
        };
        KINDS.iter().find(|kind| kind.name == wanted).unwrap_or(self)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Calm => "calm",
            Self::Rough => "rough",
            Self::Hostile => "hostile",
        })
    }
}

/// No such profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the profiles are calm, rough and hostile")]
pub struct NoProfile;

impl FromStr for Profile {
    type Err = NoProfile;

    fn from_str(text: &str) -> Result<Self, NoProfile> {
        Self::ALL.into_iter().find(|profile| profile.to_string() == text).ok_or(NoProfile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rates_add_up_to_what_the_profiles_promise() {
        let sums = Profile::ALL.map(|day| day.rates().iter().map(|(_, rate)| rate).sum::<u32>());
        assert_eq!(sums, [40, 100, 300]);
        for (day, sum) in Profile::ALL.into_iter().zip(sums) {
            let hits = (0..1000).filter(|draw| day.drawn(*draw).is_some()).count();
            assert_eq!(hits, sum as usize);
            assert_eq!(day.to_string().parse(), Ok(day));
        }
        assert_eq!("wild".parse::<Profile>(), Err(NoProfile));
    }
}
