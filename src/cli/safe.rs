//! Text from Slack made safe for a terminal: it may hold escape sequences, line breaks, and marks
//! that reorder or hide what follows.

/// Returns the text on one line, without control, reordering or invisible characters; each is
/// replaced visibly.
pub fn display_safe(text: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect()
}
