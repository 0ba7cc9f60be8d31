//! Text from Slack made safe for a terminal: it may hold escape sequences, line breaks, and marks
//! that reorder or hide what follows.

use console::{measure_text_width, truncate_str};

/// Stands for what must not reach the terminal.
const SUBSTITUTE: char = '\u{fffd}';

/// Returns the text on one line, without control, reordering or invisible characters; each is
/// replaced visibly.
pub fn display_safe(text: &str) -> String {
    text.chars().map(|c| if is_unsafe(c) { SUBSTITUTE } else { c }).collect()
}

/// Returns the safe text in at most so many columns; what was cut shows as `…`.
pub fn display_short(text: &str, cols: usize) -> String {
    // No need to walk a name of a megabyte: a column holds a base and a handful of marks.
    let head: String = text.chars().take(cols.saturating_mul(8).saturating_add(8)).collect();
    let safe = display_safe(&head);
    if cols == 0 {
        return String::new();
    }
    let short = truncate_str(&safe, cols, "…").into_owned();
    if head.len() < text.len() && !short.ends_with('…') {
        return format!("{}…", truncate_str(&short, cols - 1, ""));
    }
    short
}

/// Returns the safe text cut or filled up to exactly so many columns.
pub fn display_column(text: &str, cols: usize) -> String {
    let short = display_short(text, cols);
    let fill = cols.saturating_sub(measure_text_width(&short));
    short + &" ".repeat(fill)
}

/// Tells whether a character could move, colour, reorder or hide something.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a11_emoji_and_other_scripts_pass() {
        for name in ["general", "ランダム", "team-🚀", "كود", "naïve"] {
            assert_eq!(display_safe(name), name);
        }
    }

    #[test]
    fn escapes_reordering_and_hidden_marks_show() {
        assert_eq!(display_safe("a\u{1b}]0;owned\u{7}b"), "a\u{fffd}]0;owned\u{fffd}b");
        assert_eq!(display_safe("x\u{9b}2J\r\n"), "x\u{fffd}2J\u{fffd}\u{fffd}");
        assert_eq!(display_safe("gnp\u{202e}exe"), "gnp\u{fffd}exe");
        assert_eq!(display_safe("a\u{200b}b\u{2066}c"), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(display_short("ランダム", 5), "ラン…");
        assert_eq!(display_column("ラン", 6), "ラン  ");
    }

    #[test]
    fn a_flood_of_marks_is_cut() {
        let flood = format!("a{}", "\u{301}".repeat(100_000));
        let short = display_short(&flood, 10);
        assert!(short.chars().count() < 100, "{}", short.chars().count());
        assert!(short.ends_with('…'));
    }

    proptest! {
        #[test]
        fn nothing_unsafe_survives(text in any::<String>()) {
            prop_assert!(!display_safe(&text).chars().any(is_unsafe));
            prop_assert_eq!(display_safe(&text).chars().count(), text.chars().count());
        }

        #[test]
        fn nothing_is_wider_than_asked(text in any::<String>(), cols in 0_usize..60) {
            prop_assert!(measure_text_width(&display_short(&text, cols)) <= cols);
            prop_assert_eq!(measure_text_width(&display_column(&text, cols)), cols);
        }
    }
}
