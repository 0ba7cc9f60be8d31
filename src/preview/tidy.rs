//! Small things that page and terminal share: clean text, days, minutes, initials.

use crate::draft::JOINER;
use crate::ids::{SlackTs, rfc3339};
use unicode_segmentation::UnicodeSegmentation;

/// Stands for what must not be shown as it is.
const SUBSTITUTE: char = '\u{fffd}';

/// Returns a text without joiners, and with a visible sign for whatever could steer a terminal or
/// turn the direction of what follows. Line ends stay.
pub fn tidy(text: &str) -> String {
    let shown = text.chars().filter(|c| *c != JOINER);
    shown.map(|c| if steers(c) { SUBSTITUTE } else { c }).collect()
}

fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Returns the day of a message in words, UTC: `Monday, 4 March 2024`.
pub fn day(ts: SlackTs) -> String {
    let time = jiff::Timestamp::from_microsecond(ts.micros()).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::UTC).strftime("%A, %-d %B %Y").to_string()
}

/// Returns the minute of a message, UTC: `09:12`.
fn minute(ts: SlackTs) -> String {
    rfc3339(ts.micros()).get(11..16).unwrap_or_default().to_owned()
}

/// Returns when a message was said, UTC: the minute, and the date where that is not the date of
/// what it stands under.
pub fn moment(ts: SlackTs, under: SlackTs) -> String {
    let date = |ts: SlackTs| rfc3339(ts.micros()).get(..10).unwrap_or_default().to_owned();
    if date(ts) == date(under) { minute(ts) } else { format!("{} {}", date(ts), minute(ts)) }
}

/// Returns the letters of a name that stand for it: `AL`.
pub fn initials(name: &str) -> String {
    let tidy = tidy(name);
    let first = |word: &str| {
        let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        word.graphemes(true).next().map(str::to_uppercase)
    };
    let words: Vec<String> = tidy.split_whitespace().filter_map(first).collect();
    match &words[..] {
        [] => String::from("?"),
        [one] => one.clone(),
        [one, .., last] => format!("{one}{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_seen_and_what_joins_is_gone() {
        assert_eq!(tidy("a\u{1b}[31m\u{202e}b\nc\u{2060}*"), "a\u{fffd}[31m\u{fffd}b\nc*");
        assert_eq!(tidy("👩🏽\u{200d}🚀 naïve"), "👩🏽\u{200d}🚀 naïve");
    }

    #[test]
    fn names_have_initials_and_moments_a_day() {
        let letters = ["Ada Lovelace", "ada", "(bot) x y", "", "  ", "李 明"].map(initials);
        assert_eq!(letters, ["AL", "A", "BY", "?", "?", "李明"]);
        let ts = SlackTs::from_micros(1_551_441_602_000_200);
        assert_eq!((day(ts).as_str(), moment(ts, ts).as_str()), ("Friday, 1 March 2019", "12:00"));
        assert_eq!(moment(ts, SlackTs::from_micros(0)), "2019-03-01 12:00");
    }
}
