//! Messages too long for Chat, in parts: cut where a reader would pause, and never inside a
//! grapheme, a mention, a link or a fence, so long as that alone fits a part.

use super::settings::LEAST_BUDGET;
use unicode_segmentation::UnicodeSegmentation;

/// Room for `(12/34)` on a line of its own, and for a fence closed and opened again.
const MARKS: usize = 48;
const FENCE: &str = "```";

/// Tells whether a text is one part.
pub(super) fn fits(text: &str, budget: usize) -> bool {
    let budget = budget.max(LEAST_BUDGET);
    text.len() * 6 <= budget || escaped(text) <= budget
}

/// Splits rendered text. Every part begins with `head` but the first, which has it already.
pub(super) fn split(text: &str, head: &str, budget: usize) -> Vec<String> {
    if fits(text, budget) {
        return vec![String::from(text)];
    }
    let budget = budget.max(LEAST_BUDGET);
    let head = if escaped(head) > budget / 4 { "" } else { head };
    let cuts = cut(text, budget - MARKS - escaped(head));
    let count = cuts.len();
    let mut parts = Vec::with_capacity(count);
    let mut in_code = false;
    for (index, piece) in cuts.into_iter().enumerate() {
        let mut part = String::with_capacity(piece.text.len() + head.len() + MARKS);
        if index > 0 && !head.is_empty() {
            part.push_str(if in_code || needs_line(piece.text) { head.trim_end() } else { head });
            part.push_str(if in_code || needs_line(piece.text) { "\n" } else { "" });
        }
        part.push_str(if in_code { "```\n" } else { "" });
        part.push_str(piece.text);
        if piece.ends_in_code {
            part.push_str(if part.ends_with('\n') { FENCE } else { "\n```" });
        }
        in_code = piece.ends_in_code;
        part.push_str(if part.ends_with('\n') { "" } else { "\n" });
        part.extend(["(", &(index + 1).to_string(), "/", &count.to_string(), ")"]);
        parts.push(part);
    }
    parts
}

/// Tells whether a stretch begins with what must stand at a line's start.
fn needs_line(text: &str) -> bool {
    [FENCE, "> ", "* ", "• "].into_iter().any(|start| text.starts_with(start))
}

/// Returns how many bytes a text takes inside a JSON string.
pub(super) fn escaped(text: &str) -> usize {
    text.bytes().map(byte_cost).sum()
}

fn byte_cost(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

/// A stretch of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece<'a> {
    text: &'a str,
    ends_in_code: bool,
}

/// Cuts a text into stretches of at most `room` escaped bytes, whose sum it is.
fn cut(text: &str, room: usize) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut walk = Walk { rest: text, in_code: false, line_start: true };
    while !walk.rest.is_empty() {
        let (length, next) = walk.fill(room);
        let (piece, rest) = walk.rest.split_at(length);
        walk = Walk { rest, ..next };
        pieces.push(Piece { text: piece, ends_in_code: walk.in_code && !rest.is_empty() });
    }
    pieces
}

#[derive(Debug, Clone, Copy)]
struct Walk<'a> {
    rest: &'a str,
    in_code: bool,
    line_start: bool,
}

/// How good a place is for a cut; greater is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    Space,
    CodeLine,
    Line,
    Gap,
}

impl<'a> Walk<'a> {
    /// Returns how many bytes go into the next stretch, and the state behind them.
    fn fill(&self, room: usize) -> (usize, Self) {
        let (mut walk, mut at, mut cost) = (*self, 0, 0);
        let mut best: Option<(Break, usize, Self)> = None;
        while at < self.rest.len() {
            walk.rest = &self.rest[at..];
            let atom = walk.atom(room);
            let more = escaped(atom);
            if cost + more > room {
                return best.map_or((at, walk), |(_, at, walk)| (at, walk));
            }
            walk.pass(atom);
            (at, cost) = (at + atom.len(), cost + more);
            let kind = walk.kind(atom, &self.rest[at..]);
            if let Some(kind) = kind.filter(|_| cost * 2 > room)
                && best.is_none_or(|(held, ..)| kind >= held)
            {
                best = Some((kind, at, walk));
            }
        }
        (at, walk)
    }

    /// Returns what stands next and may not be cut: a fence's line, a token, an address, a
    /// grapheme; what is longer than a whole part is cut all the same.
    fn atom(&self, room: usize) -> &'a str {
        let rest = self.rest;
        let whole = self.fence().or_else(|| token(rest)).or_else(|| address(rest));
        if let Some(whole) = whole.filter(|atom| escaped(atom) <= room) {
            return whole;
        }
        let grapheme = rest.graphemes(true).next().unwrap_or(rest);
        if escaped(grapheme) <= room {
            return grapheme;
        }
        let one = rest.chars().next().map_or(rest.len(), char::len_utf8);
        &rest[..one]
    }

    /// The line that opens or closes a fence, with the line that belongs to it.
    fn fence(&self) -> Option<&'a str> {
        let after = self.rest.strip_prefix(FENCE).filter(|_| self.line_start)?;
        let alone = after.is_empty() || after.starts_with('\n');
        alone.then(|| &self.rest[..FENCE.len() + usize::from(!after.is_empty())])
    }

    fn pass(&mut self, atom: &str) {
        if self.fence().is_some_and(|fence| fence == atom) {
            self.in_code = !self.in_code;
        }
        self.line_start = atom.ends_with('\n');
    }

    fn kind(&self, atom: &str, rest: &str) -> Option<Break> {
        let before_close = self.in_code && rest.starts_with(FENCE);
        match atom {
            "\n" | "```\n" if before_close => None,
            "```\n" if self.in_code => None,
            "\n" | "```\n" if self.in_code => Some(Break::CodeLine),
            "\n" if rest.starts_with('\n') => None,
            "\n" | "```\n" if rest.starts_with(FENCE) => Some(Break::Gap),
            "\n" | "```\n" => Some(Break::Line),
            " " => Some(Break::Space),
            _ => None,
        }
    }
}

/// Our own mention or link; what a person typed so has a joiner behind its `<`.
fn token(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('<')?;
    let ours = ["users/", "customEmojis/", "http://", "https://"];
    let ours = ours.into_iter().any(|start| starts_with(inner, start));
    let end = inner.find(['>', '\n']).filter(|_| ours)?;
    (inner.as_bytes()[end] == b'>').then(|| &rest[..end + 2])
}

fn address(rest: &str) -> Option<&str> {
    let web = starts_with(rest, "http://") || starts_with(rest, "https://");
    web.then(|| &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())])
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zé ]{1,40}",
            Just(String::from("\n")),
            Just(String::from("👩🏽\u{200d}🚀")),
            Just(String::from("e\u{301}\u{302}")),
            Just(String::from("\n```\nlet x = \"1\";\n\n  y\n```\n")),
            Just(String::from(" <users/123456789> ")),
            Just(String::from("<customEmojis/a-b_c-123456789>")),
            Just(String::from(" <https://example.com/a?b=c|a label with spaces> ")),
            Just(String::from(" https://example.com/some/path ")),
            Just(String::from("\u{1}\u{2}\"\\\t")),
        ];
        proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn short_text_is_one_part_without_marks() {
        assert_eq!(split("hello", "*Ana:* ", 30_000), ["hello"]);
    }

    #[test]
    fn parts_are_cut_at_lines_numbered_and_say_who_speaks() {
        let line = "x".repeat(100);
        let text = format!("*Ana:* {line}\n{line}\n{line}");
        let parts = split(&text, "*Ana:* ", 280);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0], format!("*Ana:* {line}\n{line}\n(1/2)"));
        assert_eq!(parts[1], format!("*Ana:* {line}\n(2/2)"));
    }

    #[test]
    fn a_long_code_block_is_closed_and_opened_again() {
        let text = format!("```\n{}```", "let x = 1;\n".repeat(40));
        let parts = split(&text, "", 256);
        assert!(parts.len() > 1);
        for part in &parts {
            assert_eq!(part.matches(FENCE).count(), 2, "{part}");
            assert!(part.starts_with("```\n"), "{part}");
        }
    }

    proptest! {
        #[test]
        fn the_pieces_sum_up_to_the_text_and_each_fits(text in text(), room in 208_usize..600) {
            let pieces = cut(&text, room);
            let sum: String = pieces.iter().map(|piece| piece.text).collect();
            prop_assert_eq!(&sum, &text);
            let graphemes: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(escaped(piece.text) <= room);
                prop_assert!(at == 0 || graphemes.binary_search(&at).is_ok());
                for whole in ["<users/123456789>", "<customEmojis/a-b_c-123456789>", "<https://example.com/a?b=c|a label with spaces>",
                    "https://example.com/some/path"] {
                    for (start, found) in text.match_indices(whole) {
                        prop_assert!(at <= start || at >= start + found.len());
                    }
                }
                at += piece.text.len();
            }
        }

        #[test]
        fn every_part_is_within_the_budget_and_closes_its_fences(text in text()) {
            for part in split(&text, "*Ana Silva:* ", 256) {
                prop_assert!(serde_json::to_string(&part).map_or(0, |json| json.len()) <= 258);
                let fences = part.lines().filter(|line| *line == FENCE).count();
                let closed = text.lines().filter(|line| *line == FENCE).count() % 2 == 0;
                prop_assert!(fences % 2 == 0 || !closed);
            }
        }

        #[test]
        fn any_text_at_all_is_split(text in any::<String>(), head in any::<String>()) {
            let parts = split(&text, &head, 0);
            prop_assert!(!parts.is_empty());
        }
    }
}
