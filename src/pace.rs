//! Google's quotas as data, and the arithmetic of waiting. Pure, but for `governor`; knows no
//! HTTP, no lanes and no ledger.
//!
//! A caller names what it is about to do ([`Class`]) and where; [`Pacer::permit`] returns when
//! both the project and the space have room. Under [`Pace::Off`] it costs nothing.

mod backoff;
mod bucket;
mod class;
mod learnt;
mod line;
mod load;
mod pacer;
mod quotas;
mod schedule;
mod simulate;

pub use backoff::Backoff;
pub use class::{Class, ProjectBucket, SpaceBucket};
pub use learnt::Learnt;
pub use load::{Load, Urgency};
pub use pacer::Pacer;
pub use quotas::{Limit, Quotas};
pub use schedule::{Begun, Schedule, Waiting};
pub use simulate::{Order, Simulated, Span, Terms, simulate, simulate_heard};

use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// How fast a run may go, as a setting says it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// No quota at all.
    Off,
    /// Google's quotas as they are.
    Real,
    /// Google's quotas, so many times as high.
    Times(f64),
}

/// Why a text is no pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pace is `off`, `real`, or a factor such as `20x` (above 0, at most 100000)")]
pub struct BadPace;

impl Pace {
    /// Returns the quotas to keep, given those of Google; none when the pace is off.
    pub fn quotas(self, google: Quotas) -> Option<Quotas> {
        match self {
            Self::Off => None,
            Self::Real => Some(google),
            Self::Times(factor) => Some(google.scaled(factor)),
        }
    }

    /// Returns by what waiting times are to be divided: 1 for Google itself.
    pub const fn factor(self) -> f64 {
        match self {
            Self::Off | Self::Real => 1.0,
            Self::Times(factor) => factor,
        }
    }
}

impl FromStr for Pace {
    type Err = BadPace;

    fn from_str(text: &str) -> Result<Self, BadPace> {
        match text.trim() {
            "off" => Ok(Self::Off),
            "real" => Ok(Self::Real),
            other => {
                let number = other.strip_suffix(['x', 'X']).ok_or(BadPace)?;
                let factor: f64 = number.parse().map_err(|_| BadPace)?;
                let sane = factor.is_finite() && factor > 0.0 && factor <= 100_000.0;
                if sane { Ok(Self::Times(factor)) } else { Err(BadPace) }
            }
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Real => f.write_str("real"),
            Self::Times(factor) => write!(f, "{factor}x"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_read_as_it_is_shown() {
        for text in ["off", "real", "20x", "0.5x"] {
            assert_eq!(text.parse::<Pace>().map(|pace| pace.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["", "x", "20", "-1x", "0x", "NaNx", "infx", "fast", "1000000x"] {
            assert_eq!(bad.parse::<Pace>(), Err(BadPace), "{bad}");
        }
    }
}
