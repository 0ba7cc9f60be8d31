//! A moment in words, for a reader anywhere: `4 Mar 2021, 09:15 UTC`.

use crate::ids::SlackTs;
use jiff::{Timestamp, tz::TimeZone};

/// Writes when something was said.
pub fn when(ts: SlackTs) -> String {
    let time = Timestamp::from_second(ts.secs()).unwrap_or_default().to_zoned(TimeZone::UTC);
    time.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::when;
    use crate::ids::SlackTs;

    #[test]
    fn a_moment_reads_well() {
        let ts = SlackTs::from_micros(1_614_849_300_000_200);
        assert_eq!(when(ts), "4 Mar 2021, 09:15 UTC");
    }
}
