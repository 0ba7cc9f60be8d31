//! Google's timestamps, and the emulator's own clock.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Microseconds since the epoch.
pub(super) type Micros = i64;

/// One second.
pub(super) const SECOND: Micros = 1_000_000;
/// One day.
pub(super) const DAY: Micros = 86_400 * SECOND;
/// 2000-01-01T00:00:00Z: nothing imported may be older.
pub(super) const YEAR_2000: Micros = 946_684_800 * SECOND;

/// Reads a `google-datetime`: RFC 3339 with `Z` or an offset and at most nine fraction digits.
///
/// Digits below the microsecond are dropped; what the real service does with them is unknown.
pub(super) fn parse(text: &str) -> Option<Micros> {
    if !shaped(text.as_bytes()) {
        return None;
    }
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

/// Tells whether the text has the one shape that Google takes, before a laxer parser sees it.
fn shaped(text: &[u8]) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let Some((head, tail)) = text.split_at_checked(SHAPE.len()) else {
        return false;
    };
    let fits = |(byte, shape): (&u8, &u8)| {
        if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape }
    };
    head.iter().zip(SHAPE).all(fits) && !head.starts_with(b"0000") && zone(fraction(tail))
}

/// Skips a fraction of one to nine digits; returns something that is no zone when it is too long.
fn fraction(tail: &[u8]) -> &[u8] {
    let Some(digits) = tail.strip_prefix(b".") else {
        return tail;
    };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=9).contains(&count) { &digits[count..] } else { b"" }
}

/// Tells whether a timestamp has digits below the microsecond that are not all zero.
pub(super) fn fine(text: &str) -> bool {
    let digits = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    digits.skip(6).any(|digit| digit != b'0')
}

fn zone(tail: &[u8]) -> bool {
    match tail {
        b"Z" => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

/// Writes a timestamp as Google does: 0, 3 or 6 fraction digits.
pub(super) fn format(at: Micros) -> String {
    let Ok(stamp) = Timestamp::from_microsecond(at) else {
        return String::new();
    };
    match at {
        _ if at % SECOND == 0 => format!("{stamp:.0}"),
        _ if at % 1000 == 0 => format!("{stamp:.3}"),
        _ => format!("{stamp:.6}"),
    }
}

/// Writes a moment as HTTP's `Date` does, which is also how it is written in mail.
pub(super) fn http_date(at: Micros) -> String {
    let stamp = Timestamp::from_microsecond(at).unwrap_or_default();
    jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&stamp)
        .unwrap_or_default()
}

/// A wall clock that moves with tokio's (pausable) time and can be pushed ahead.
#[derive(Debug)]
pub(super) struct Clock {
    base: Micros,
    started: Instant,
    ahead: AtomicI64,
    skew: AtomicI64,
}

impl Clock {
    /// Starts at this moment, or at the machine's present.
    pub(super) fn start(epoch: Option<Micros>) -> Self {
        Self {
            base: epoch.unwrap_or_else(|| Timestamp::now().as_microsecond()),
            started: Instant::now(),
            ahead: AtomicI64::new(0),
            skew: AtomicI64::new(0),
        }
    }

    /// Returns the service's present.
    pub(super) fn now(&self) -> Micros {
        self.base + self.elapsed() + self.ahead.load(Ordering::Relaxed)
    }

    /// Returns what the service takes for the caller's present: `Date`, and what assertions are
    /// judged by. Pushing the clock ahead does not touch it, for the caller's clock stays behind.
    pub(super) fn shown(&self) -> Micros {
        self.base + self.elapsed() + self.skew.load(Ordering::Relaxed)
    }

    fn elapsed(&self) -> Micros {
        self.started.elapsed().as_micros() as Micros
    }

    /// Sets how far the shown time is off, in seconds.
    pub(super) fn skew(&self, seconds: i64) {
        self.skew.store(seconds.saturating_mul(SECOND), Ordering::Relaxed);
    }

    /// Pushes the clock ahead.
    pub(super) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(by.as_micros() as Micros, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_googles_shape_of_a_timestamp_is_taken() {
        let good = [
            "2019-03-01T12:00:00Z",
            "2019-03-01T12:00:00.000001Z",
            "2019-03-01T12:00:00.123456789+05:30",
        ];
        let bad = [
            "2019-03-01",
            "2019-03-01 12:00:00Z",
            "2019-03-01T12:00:00",
            "2019-03-01T12:00:00.Z",
            "2019-03-01T12:00:00.1234567891Z",
            "2019-13-01T12:00:00Z",
            "2019-02-30T12:00:00Z",
            "0000-01-01T00:00:00Z",
            "2019-03-01t12:00:00z",
            "2019-03-01T12:00:00+0530",
            "",
        ];
        for text in good {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in bad {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_timestamp_is_written_with_as_many_digits_as_it_needs() {
        for text in
            ["2019-03-01T12:00:00Z", "2019-03-01T12:00:00.120Z", "2019-03-01T12:00:00.000001Z"]
        {
            assert_eq!(format(parse(text).unwrap()), text);
        }
    }
}
