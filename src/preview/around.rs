//! Which stretch of a conversation is wanted: around a message, around a day, or the newest.

use crate::ids::{Micros, SlackTs};
use std::str::FromStr;

/// A place in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// A message, by its ts.
    Message(SlackTs),
    /// The beginning of a day, UTC.
    Day(Micros),
}

impl Around {
    /// Returns the time.
    pub const fn micros(self) -> Micros {
        match self {
            Self::Message(ts) => ts.micros(),
            Self::Day(micros) => micros,
        }
    }
}

/// Why a text is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "want a Slack timestamp (1551441602.000200, or p1551441602000200 as in links) or a date (2019-03-01)"
)]
pub struct BadPlace;

impl FromStr for Around {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let text = text.trim();
        if let Ok(date) = text.parse::<jiff::civil::Date>()
            && text.len() == 10
        {
            let start = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| BadPlace)?;
            return Ok(Self::Day(start.timestamp().as_microsecond()));
        }
        // As the address of a message has it: `…/archives/C1/p1551441602000200`.
        let linked = text.strip_prefix('p').filter(|digits| digits.len() == 16);
        let ts = match linked.and_then(|digits| digits.split_at_checked(10)) {
            Some((secs, micros)) => format!("{secs}.{micros}").parse(),
            None => text.parse(),
        };
        ts.map(Self::Message).map_err(|_| BadPlace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_links_and_dates_are_places() {
        let micros = |text: &str| text.parse().map(Around::micros);
        assert_eq!(micros("1551441602.000200"), Ok(1_551_441_602_000_200));
        assert_eq!(micros("p1551441602000200"), Ok(1_551_441_602_000_200));
        assert_eq!(micros("2019-03-01"), Ok(1_551_398_400_000_000));
        for bad in ["", "yesterday", "2019-13-01", "p15514", "p155144160200020x", "-1"] {
            assert_eq!(micros(bad), Err(BadPlace), "{bad}");
        }
    }
}
