//! Limits of the admin's own: a ceiling below Google's quotas, and spans of time.

use jiff::SignedDuration;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The most that is taken of Google's quotas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxRate {
    /// A share of each of the project's quotas, above 0 and at most 1.
    Share(f64),
    /// So many message writes a minute; the other quotas stay whole.
    Messages(f64),
}

impl FromStr for MaxRate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "want a share such as 50%, from 1% to 100%, or message writes such as 1200/min";
        let number = |text: &str, most: f64| -> Result<f64, Self::Err> {
            let number: f64 = text.trim().parse().map_err(|_| wrong)?;
            if (1.0..=most).contains(&number) { Ok(number) } else { Err(wrong) }
        };
        let text = text.trim();
        if let Some(share) = text.strip_suffix('%') {
            return Ok(Self::Share(number(share, 100.0)? / 100.0));
        }
        let calls = text.strip_suffix("/min").ok_or(wrong)?;
        number(calls, 1_000_000.0).map(Self::Messages)
    }
}

impl fmt::Display for MaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A share that was read as 7 % is shown as 7 %, whatever binary fractions make of it.
            Self::Share(share) => write!(f, "{}%", (share * 1e8).round() / 1e6),
            Self::Messages(calls) => write!(f, "{calls}/min"),
        }
    }
}

/// Reads a span of time, as in 6h or 2h30m.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "want a span of time such as 6h, 90m or 2h30m".to_owned();
    let span: SignedDuration = text.trim().parse().map_err(|_| wrong())?;
    let span = Duration::try_from(span).map_err(|_| wrong())?;
    // A timer can't wait for ever, and nobody means less than a second.
    let sane = Duration::from_secs(1)..=Duration::from_hours(24 * 365);
    if sane.contains(&span) { Ok(span) } else { Err(wrong()) }
}

/// Writes a span of time as it is read.
pub(super) fn span_text(span: Duration) -> String {
    SignedDuration::try_from(span)
        .map(|span| format!("{span:#}").replace(' ', ""))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_is_read_as_it_is_shown() {
        for text in ["50%", "7%", "12.5%", "100%", "1200/min", "1/min"] {
            assert_eq!(text.parse().map(|rate: MaxRate| rate.to_string()).as_deref(), Ok(text));
        }
        for bad in ["", "50", "0%", "101%", "-5%", "0/min", "1200/s", "NaN%", "inf/min", "%"] {
            assert!(bad.parse::<MaxRate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_is_read_as_it_is_shown() {
        for (text, seconds) in [("6h", 21_600), ("2h30m", 9_000), ("90m", 5_400), ("45s", 45)] {
            let read = span(text).expect("a span");
            assert_eq!(read.as_secs(), seconds, "{text}");
            assert_eq!(span(&span_text(read)), Ok(read), "{text}");
        }
        for bad in ["", "6", "0s", "-1h", "20ms", "9000h", "soon"] {
            assert!(span(bad).is_err(), "{bad}");
        }
    }
}
