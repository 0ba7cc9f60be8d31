//! Slack's timestamps, which are also its message ids: ten digits, a dot, six digits.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Microseconds since 1970-01-01T00:00:00Z: the resolution that Slack and Chat share.
pub type Micros = i64;

/// A Slack timestamp: (seconds, microseconds), never a float. Its text form is canonical
/// (`1551441602.000200`), so text and number name each other exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlackTs(Micros);

/// Why a text is no timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Slack timestamp (want seconds.microseconds, for example 1551441602.000200)")]
pub struct BadTs;

impl SlackTs {
    /// Returns the timestamp that lies so many microseconds after the epoch.
    pub const fn from_micros(micros: Micros) -> Self {
        Self(micros)
    }

    /// Returns microseconds since the epoch.
    pub const fn micros(self) -> Micros {
        self.0
    }

    /// Returns whole seconds since the epoch.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl FromStr for SlackTs {
    type Err = BadTs;

    /// Reads `seconds[.fraction]`, at most ten digits of seconds and six of fraction; a shorter
    /// fraction is filled with zeros on the right, as a decimal fraction is.
    fn from_str(text: &str) -> Result<Self, BadTs> {
        let (secs, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(secs, 10) || !digits(fraction, 6) {
            return Err(BadTs);
        }
        let whole: i64 = secs.parse().map_err(|_| BadTs)?;
        let part: i64 = fraction.parse().map_err(|_| BadTs)?;
        let scale = 10_i64.pow(6 - fraction.len() as u32);
        Ok(Self(whole * 1_000_000 + part * scale))
    }
}

impl fmt::Display for SlackTs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.secs();
        write!(f, "{secs:010}.{:06}", self.0.rem_euclid(1_000_000))
    }
}

/// Returns the time as RFC 3339 in UTC with six digits: the one form in which we send times.
pub fn rfc3339(micros: Micros) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .map_or_else(|_| String::from("1970-01-01T00:00:00.000000Z"), |t| format!("{t:.6}"))
}

impl fmt::Debug for SlackTs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SlackTs {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SlackTs {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_that_slack_writes_comes_back_unchanged() {
        let ts: SlackTs = "1551441602.000200".parse().expect("canonical");
        assert_eq!(ts.micros(), 1_551_441_602_000_200);
        assert_eq!(ts.to_string(), "1551441602.000200");
    }

    #[test]
    fn anything_else_is_refused_or_completed() {
        assert_eq!("1.5".parse::<SlackTs>().map(SlackTs::micros), Ok(1_500_000));
        for bad in ["", ".", "1.", ".5", "-1.000000", "1e9", "1.0000001", "99999999999.0", "1 .0"] {
            assert_eq!(bad.parse::<SlackTs>(), Err(BadTs), "{bad}");
        }
    }

    #[test]
    fn times_have_six_digits() {
        assert_eq!(rfc3339(1_551_441_602_000_200), "2019-03-01T12:00:02.000200Z");
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000Z");
    }

    proptest! {
        #[test]
        fn text_and_number_name_each_other(micros in 0_i64..9_999_999_999_999_999) {
            let ts = SlackTs::from_micros(micros);
            prop_assert_eq!(ts.to_string().parse::<SlackTs>(), Ok(ts));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".*") {
            let _ = text.parse::<SlackTs>();
        }
    }
}
