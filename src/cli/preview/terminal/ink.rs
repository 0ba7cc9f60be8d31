//! A text in Chat's markup on a terminal: with colours bold is bold; without, the marks stay.

use crate::cli::safe::display_safe;
use crate::draft::JOINER;
use crate::preview::Names;
use crate::wire::{Line, Span, Style, Target, read};
use console::measure_text_width;
use unicode_segmentation::UnicodeSegmentation;

/// How something is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// An author, a title.
    Name,
    /// What is not part of the conversation.
    Faint,
    /// A link or a mention.
    Link,
    /// Words.
    Words(Style),
}

/// Draws, with colours or without.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    colours: bool,
}

impl Ink {
    pub(super) const fn new(colours: bool) -> Self {
        Self { colours }
    }

    /// Draws safe text.
    pub(super) fn paint(self, look: Look, text: &str) -> String {
        let plain = console::Style::new().force_styling(true);
        let style = match look {
            _ if !self.colours || text.is_empty() => return text.to_owned(),
            Look::Name => plain.bold(),
            Look::Faint => plain.dim(),
            Look::Link => plain.cyan().underlined(),
            Look::Words(Style { bold, italic, strike, code }) => {
                let style = if bold { plain.bold() } else { plain };
                let style = if italic { style.italic() } else { style };
                let style = if strike { style.strikethrough() } else { style };
                if code { style.yellow() } else { style }
            }
        };
        style.apply_to(text).to_string()
    }

    /// Draws a text in Chat's markup, wrapped.
    pub(super) fn text(self, text: &str, names: &Names, indent: &str, cols: usize) -> Vec<String> {
        let room = cols.saturating_sub(measure_text_width(indent) + 2).max(20);
        let mut lines = Vec::new();
        for line in read(text) {
            let (first, more) = fronts(&line);
            let pieces = match &line {
                Line::Code(code) => vec![(plain(code), Look::Words(Style::default()))],
                Line::Words { spans, .. } => {
                    spans.iter().flat_map(|span| self.pieces(span, names)).collect()
                }
            };
            for (index, line) in self.wrapped(&pieces, room).iter().enumerate() {
                let front = self.paint(Look::Faint, if index == 0 { first } else { more });
                lines.push(format!("{indent}{front}{line}").trim_end().to_owned());
            }
        }
        lines
    }

    /// Returns a span's words, with marks around them where there are no colours.
    fn pieces(self, span: &Span, names: &Names) -> Vec<(String, Look)> {
        let look = Look::Words(span.style);
        let words = match &span.target {
            Some(Target::User(user)) => format!("@{}", names.user(user).unwrap_or(user)),
            _ => span.text.clone(),
        };
        let marks = self.marks(span.style);
        let own = if span.target.is_some() { Look::Link } else { look };
        let mut pieces = vec![(marks.clone(), look), (plain(&words), own)];
        if let Some(Target::Web(address)) = &span.target
            && *address != span.text
        {
            pieces.push((format!(" ({})", plain(address)), Look::Faint));
        }
        pieces.push((marks.chars().rev().collect(), look));
        pieces
    }

    fn marks(self, style: Style) -> String {
        let all = [('*', style.bold), ('_', style.italic), ('~', style.strike), ('`', style.code)];
        all.into_iter().filter(|(_, holds)| *holds && !self.colours).map(|(mark, _)| mark).collect()
    }

    /// Breaks pieces into lines between words; what is longer than a line is cut.
    fn wrapped(self, pieces: &[(String, Look)], room: usize) -> Vec<String> {
        let cells: Vec<(&str, Look)> = pieces
            .iter()
            .flat_map(|(text, look)| text.graphemes(true).map(move |letter| (letter, *look)))
            .collect();
        let (mut lines, mut rest) = (Vec::new(), &cells[..]);
        loop {
            let (end, next) = fit(rest, room);
            let runs = rest[..end].chunk_by(|one, next| one.1 == next.1);
            let drawn = runs.map(|run| {
                let text: String = run.iter().map(|(letter, _)| *letter).collect();
                run.first().map_or_else(String::new, |(_, look)| self.paint(*look, &text))
            });
            lines.push(drawn.collect());
            rest = &rest[next..];
            if rest.is_empty() {
                return lines;
            }
        }
    }
}

/// What stands in front of a line, and of what it runs over into.
const fn fronts(line: &Line) -> (&'static str, &'static str) {
    match line {
        Line::Code(_) => ("┃ ", "┃ "),
        Line::Words { quoted: true, .. } => ("> ", "> "),
        Line::Words { item: true, .. } => ("• ", "  "),
        Line::Words { .. } => ("", ""),
    }
}

/// Returns how many cells fit into a line, and where the next one begins.
fn fit(cells: &[(&str, Look)], room: usize) -> (usize, usize) {
    let (mut width, mut blank) = (0, None);
    for (at, (letter, _)) in cells.iter().enumerate() {
        width += measure_text_width(letter);
        if width > room {
            return match blank {
                Some(blank) => (blank, blank + 1),
                None => (at.max(1), at.max(1)),
            };
        }
        if *letter == " " && at > 0 {
            blank = Some(at);
        }
    }
    (cells.len(), cells.len())
}

/// Returns text that is safe on a terminal. What only joins goes without a trace.
pub(super) fn plain(text: &str) -> String {
    let joins = |c: char| matches!(c, JOINER | '\u{200d}' | '\u{e0020}'..='\u{e007f}');
    let text: String = text.chars().filter(|c| !joins(*c)).collect();
    display_safe(&text.replace('\t', "    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, colours: bool, cols: usize) -> String {
        Ink::new(colours).text(text, &Names::default(), "", cols).join("\n")
    }

    #[test]
    fn marks_stay_without_colours_and_go_with_them() {
        let text = "*bold* `co` <https://a.example|here>\n> quoted\n* item\n```\n\tx\n```";
        assert_eq!(
            drawn(text, false, 80),
            "*bold* `co` here (https://a.example)\n> quoted\n• item\n┃     x"
        );
        assert!(drawn(text, true, 80).starts_with("\u{1b}[1mbold\u{1b}[0m "));
    }

    #[test]
    fn lines_break_between_words_and_items_hang() {
        let text = drawn("* one two three four five six seven", false, 24);
        assert_eq!(text, "• one two three four\n  five six seven");
        assert_eq!(drawn(&"x".repeat(50), false, 24).lines().count(), 3);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let text = drawn("a\u{1b}[31m\u{202e}b\u{2060}c 👩🏽\u{200d}🚀", false, 80);
        assert_eq!(text, "a\u{fffd}[31m\u{fffd}bc 👩🏽🚀");
    }
}
