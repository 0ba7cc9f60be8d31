//! Dates in headers: Retry-After in both of its forms, and the server's own clock.

use crate::ids::Micros;
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};
use jiff::fmt::rfc2822::DateTimeParser;
use std::time::Duration;

/// No server may make us wait longer than this at a time.
const LONGEST: Duration = Duration::from_mins(5);

static HTTP_DATE: DateTimeParser = DateTimeParser::new();

/// Returns how long the server asks to wait, five minutes at most: seconds, or a date. A date is
/// read against the server's own clock where it shows one, else against `wall`.
pub fn retry_after(headers: &HeaderMap, wall: Micros) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are longer than the longest.
        return Some(text.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let until = http_date(text)?;
    let now = server_seconds(headers).unwrap_or(wall.div_euclid(1_000_000));
    Some(Duration::from_secs(u64::try_from(until - now).unwrap_or(0)).min(LONGEST))
}

/// Reads the JSON form of a duration, `3.5s`; five minutes at most.
pub(super) fn retry_delay(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    let sane = seconds.is_finite() && seconds >= 0.0;
    sane.then(|| Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

/// Returns what the server's clock shows, in seconds since the epoch.
pub(super) fn server_seconds(headers: &HeaderMap) -> Option<i64> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<i64> {
    HTTP_DATE.parse_timestamp(text).ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn asks(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("a header"));
        // Sun, 06 Nov 1994 08:49:37 GMT
        retry_after(&headers, 784_111_777_000_000)
    }

    #[test]
    fn seconds_and_dates_are_read_and_capped() {
        assert_eq!(asks("7"), Some(Duration::from_secs(7)));
        assert_eq!(asks("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(asks("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asks("Sun, 06 Nov 2094 08:00:00 GMT"), None, "that day is a Saturday");
        assert_eq!(asks("Sat, 06 Nov 2094 08:00:00 GMT"), Some(LONGEST));
        assert_eq!(asks("99999999999999999999999"), Some(LONGEST));
        for nonsense in ["", "-1", "1.5", "soon", "1s"] {
            assert_eq!(asks(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_date_is_read_against_the_servers_clock() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        headers.insert(RETRY_AFTER, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:40 GMT"));
        assert_eq!(retry_after(&headers, 0), Some(Duration::from_secs(3)));
    }

    #[test]
    fn delays_in_a_body_are_read_and_capped() {
        assert_eq!(retry_delay("3.5s"), Some(Duration::from_millis(3_500)));
        assert_eq!(retry_delay("9e99s"), Some(LONGEST));
        for nonsense in ["3", "-1s", "NaNs", "infs", "s", ""] {
            assert_eq!(retry_delay(nonsense), None, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_ignored(bytes in proptest::collection::vec(any::<u8>(), 0..60), wall in any::<i64>()) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let mut headers = HeaderMap::new();
                headers.insert(RETRY_AFTER, value);
                prop_assert!(retry_after(&headers, wall).is_none_or(|wait| wait <= LONGEST));
            }
        }
    }
}
