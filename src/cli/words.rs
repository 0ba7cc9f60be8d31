//! Numbers and spans of time in words, the same in bars, lines and reports.

use super::safe::display_short;
use crate::ids::Micros;
use crate::ledger::Learnt;
use console::measure_text_width;
use indicatif::HumanCount;
use jiff::{Timestamp, tz::TimeZone};
use std::time::Duration;

/// Six days: a weekday names but one of them.
const WEEK: Micros = 6 * 86_400_000_000;

/// Returns a number with its thousands apart: `24,924`.
pub(super) fn count(number: u64) -> String {
    HumanCount(number).to_string()
}

/// Returns a number with its noun: `1 message`, `2 messages`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// Returns who speaks for authors without an account, in words.
pub(super) fn speaks(speaker: &str) -> &str {
    match speaker {
        "admin" => "the admin",
        "app" => "the Chat app",
        "skip" => "nobody: left out",
        account => account,
    }
}

/// Says what was learnt of one of Google's limits.
pub(super) fn learnt(one: &Learnt) -> String {
    let Learnt { what, per_minute, documented, whole, refusals, slow } = one;
    let (pace, documented) = (count(*per_minute), count(*documented));
    let refusals = (*refusals > 0).then(|| counted(*refusals, "refusal", "refusals"));
    let slow = (*slow > 0).then(|| counted(*slow, "slow answer", "slow answers"));
    let from: Vec<_> = refusals.into_iter().chain(slow).collect();
    let from = from.join(" and ");
    if *whole {
        return format!(
            "{what}: at full pace again (documented {documented} a minute), after {from}"
        );
    }
    format!("{what}: {pace} a minute, documented {documented}, learnt from {from}")
}

/// Returns a span in its two largest units: `3 h 12 min`.
pub(super) fn span(time: Duration) -> String {
    let secs = time.as_secs();
    let two = |large: u64, unit: &str, small: u64, rest: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {rest}"),
    };
    match secs {
        0..=59 => format!("{secs} s"),
        60..=3_599 => two(secs / 60, "min", secs % 60, "s"),
        3_600..=172_799 => two(secs / 3_600, "h", secs / 60 % 60, "min"),
        _ => two(secs / 86_400, "days", secs / 3_600 % 24, "h"),
    }
}

/// Returns a time to come or just past, UTC, as seen from another: `14:20` on the same day,
/// `Thu 14:20` within a week, else `26 Nov 14:20`.
pub(super) fn moment(at: Micros, now: Micros) -> String {
    let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
    let time = |micros| time(micros).to_zoned(TimeZone::UTC);
    let form = match (at - now).abs() {
        _ if time(at).date() == time(now).date() => "%H:%M",
        ..WEEK => "%a %H:%M",
        _ => "%-d %b %H:%M",
    };
    time(at).strftime(form).to_string()
}

/// Returns a share in whole percent; 100 only when nothing is missing.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 100,
        _ if part >= whole => 100,
        _ => ((part as f64 / whole as f64 * 100.0) as u64).min(99),
    }
}

/// Breaks a text into lines between words; a word longer than a line is cut.
pub(super) fn wrap(text: &str, cols: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let word = display_short(word, cols - indent.len());
        if !line.is_empty() && measure_text_width(&line) + 1 + measure_text_width(&word) > cols {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        } else if !line.trim_start().is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Quotes a word for a shell where it needs quotes.
pub(super) fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_keep_two_units() {
        let spans = [0, 59, 60, 3_599, 3_600, 11_520, 172_800, 180_000]
            .map(|s| span(Duration::from_secs(s)));
        assert_eq!(
            spans.join("; "),
            "0 s; 59 s; 1 min; 59 min 59 s; 1 h; 3 h 12 min; 2 days; 2 days 2 h"
        );
    }

    #[test]
    fn moments_name_as_much_of_the_date_as_is_needed() {
        let now = 1_795_692_000_000_000;
        let hours = [1, 20, 100, 160, -30].map(|hours| moment(now + hours * 3_600_000_000, now));
        assert_eq!(hours.join("; "), "12:20; Fri 07:20; Mon 15:20; 3 Dec 03:20; Wed 05:20");
    }

    #[test]
    fn words_wrap_and_quote() {
        assert_eq!(wrap("one two three four", 9, ""), ["one two", "three", "four"]);
        assert_eq!(wrap("one two three", 7, "  "), ["one two", "  three"]);
        assert_eq!(shell("acme-1"), "acme-1");
        assert_eq!(shell("it's"), r"'it'\''s'");
    }

    #[test]
    fn b11_all_but_one_is_not_all() {
        assert_eq!(percent(999_999, 1_000_000), 99);
        assert_eq!(percent(5, 5), 100);
    }
}
