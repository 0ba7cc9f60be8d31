//! Messages too long for Chat, in parts: cut where a reader would pause, and never inside a
//! grapheme, a mention, a link or a fence, so long as that alone fits a part. What holds at a cut
//! (marks, a quote, a fence) is closed before it and opened again behind it.

mod cut;
mod marks;

use super::loss::{Loss, Losses};
use super::settings::LEAST_BUDGET;
use crate::draft::JOINER;
use cut::{Ends, Piece, cut};
use marks::Marks;
use std::borrow::Cow;

/// Room for `(12/34)` on a line of its own, and for what is closed and opened again.
const MARKS: usize = 48;
const FENCE: &str = "```";

/// Tells whether a text is one part.
pub(super) fn fits(text: &str, budget: usize) -> bool {
    let budget = budget.max(LEAST_BUDGET);
    text.len() * 6 <= budget || escaped(text) <= budget
}

/// Splits rendered text. Every part begins with `head` but the first, which has it already.
pub(super) fn split(text: &str, head: &str, budget: usize, losses: &mut Losses) -> Vec<String> {
    if fits(text, budget) {
        return vec![String::from(text)];
    }
    let budget = budget.max(LEAST_BUDGET);
    let head = if escaped(head) > budget / 4 { "" } else { head };
    let room = budget - MARKS - escaped(head);
    let mut text = Cow::Borrowed(text);
    loop {
        let marks = Marks::read(&text);
        match cut(&text, &marks, room) {
            Ok(pieces) => return parts(&pieces, head, losses),
            // Nowhere near can these marks close and open again: that style goes.
            Err(at) => {
                losses.add_many(Loss::StyleDropped, marks.open_at(at).count() as u32);
                let (mut bare, fires) = marks.without_open_at(at, &text);
                if let Some(at) = fires {
                    bare.insert(at, JOINER);
                    losses.add(Loss::Defused);
                }
                text = Cow::Owned(bare);
            }
        }
    }
}

fn parts(pieces: &[Piece<'_>], head: &str, losses: &mut Losses) -> Vec<String> {
    let count = pieces.len();
    let mut parts = Vec::with_capacity(count);
    let mut before = None;
    for (index, piece) in pieces.iter().enumerate() {
        let mut part = String::with_capacity(piece.text.len() + head.len() + MARKS);
        if let Some(before) = before {
            begin(&mut part, before, head, piece.text, losses);
        }
        end(&mut part, piece);
        part.extend(["(", &(index + 1).to_string(), "/", &count.to_string(), ")"]);
        parts.push(part);
        before = Some(&piece.ends);
    }
    parts
}

/// Writes what stands before a further piece: who speaks, and what goes on behind the cut.
fn begin(part: &mut String, before: &Ends, head: &str, text: &str, losses: &mut Losses) {
    let own_line = before.in_code || before.quoted || (!before.mid_line && begins_a_line(text));
    if !head.is_empty() {
        part.push_str(if own_line { head.trim_end() } else { head });
        part.push_str(if own_line { "\n" } else { "" });
    }
    if before.in_code {
        part.push_str("```\n");
        return;
    }
    part.push_str(if before.quoted { "> " } else { "" });
    // Words from the middle of a line now begin one, and must not become an item or a quote.
    let at_start = before.mid_line && (own_line || head.is_empty());
    if at_start && before.open.is_empty() && begins_a_line(text) {
        part.push(JOINER);
        losses.add(Loss::Defused);
    }
    part.push_str(&before.open);
}

/// Writes a piece, and closes what is open at its end: marks before the spaces there.
fn end(part: &mut String, piece: &Piece<'_>) {
    let Ends { in_code, ref open, .. } = piece.ends;
    let words = if open.is_empty() { piece.text } else { piece.text.trim_end() };
    part.push_str(words);
    part.extend(open.chars().rev());
    part.push_str(&piece.text[words.len()..]);
    if in_code {
        part.push_str(if part.ends_with('\n') { FENCE } else { "\n```" });
    }
    part.push_str(if part.ends_with('\n') { "" } else { "\n" });
}

/// Tells whether a stretch begins with what is a list, a quote or code at a line's start.
fn begins_a_line(text: &str) -> bool {
    let item = text.trim_start_matches(' ');
    let after = item.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = after.len() < item.len() && after.starts_with(". ");
    let starts = [FENCE, ">", "* ", "- ", "• ", "◦ ", "▪ "];
    numbered || starts.into_iter().any(|start| item.starts_with(start))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn split(text: &str, head: &str, budget: usize) -> Vec<String> {
        super::split(text, head, budget, &mut Losses::default())
    }

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
            Just(String::from(" *<https://example.com/x_y|bold _label_> words* ")),
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
    fn marks_are_closed_before_a_cut_and_opened_again_behind_it() {
        for (open, close) in [("*", "*"), ("_", "_"), ("~", "~"), ("`", "`"), ("*_~`", "`~_*")] {
            let text = format!("so {open}{}end{close} is", "styled ".repeat(60));
            let parts = split(&text, "", 256);
            assert!(parts.len() > 1);
            for (index, part) in parts.iter().enumerate() {
                let words = part.rsplit_once('\n').expect("a number").0.trim_end();
                let begins = if index == 0 { format!("so {open}s") } else { format!("{open}s") };
                let ends = if index + 1 == parts.len() { " is" } else { "" };
                assert!(words.starts_with(&begins), "{part}");
                assert!(words.ends_with(&format!("d{close}{ends}")), "{part}");
                assert_eq!(words.matches(open).count(), if open == close { 2 } else { 1 });
            }
        }
    }

    #[test]
    fn a_style_that_can_not_close_and_open_again_goes_and_is_counted() {
        let stars = "\u{2060}*\u{2060}".repeat(60);
        let mut losses = Losses::default();
        let parts = super::split(&format!("*a{stars}b* _c_"), "", 256, &mut losses);
        assert_eq!(losses.count(Loss::StyleDropped), 1);
        assert!(parts[0].starts_with("a\u{2060}*") && parts.concat().contains("b _c_"));
        let parts = super::split(&format!("> *_- a{stars}b_*"), "", 256, &mut losses);
        assert!(parts[0].starts_with("> \u{2060}- a\u{2060}*"), "{}", parts[0]);
    }

    #[test]
    fn a_quoted_line_that_is_cut_is_quoted_again() {
        let text = format!(
            "*Bo Lind:*\n> {}\n> *{}*",
            "their ".repeat(60),
            "words ".repeat(60).trim_end()
        );
        for (head, begins) in [("*Bo Lind:* ", "*Bo Lind:*\n> "), ("", "> ")] {
            let parts = split(&text, head, 256);
            assert!(parts.len() > 3);
            for part in &parts[1..] {
                assert!(part.starts_with(begins), "{part}");
            }
            assert!(parts[parts.len() - 1].starts_with(&format!("{begins}*words ")));
        }
    }

    #[test]
    fn words_that_a_cut_brings_to_a_lines_start_begin_no_list_and_no_quote() {
        for word in ["- ", "* ", "> ", "12. "] {
            let mut losses = Losses::default();
            let text = word.repeat(400);
            let parts = super::split(&format!("so {text}"), "", 256, &mut losses);
            assert!(parts.len() > 2);
            for part in &parts[1..] {
                assert!(part.starts_with(&format!("\u{2060}{word}")), "{part}");
            }
            assert_eq!(losses.count(Loss::Defused) as usize, parts.len() - 1);
            for part in &split(&format!("*Bo:* {text}"), "*Bo:* ", 256) {
                assert!(part.starts_with(&format!("*Bo:* {word}")), "{part}");
            }
        }
        let items = "* a real item of a list\n".repeat(30);
        assert!(split(&items, "*Bo:* ", 256)[1].starts_with("*Bo:*\n* a real"));
    }

    #[test]
    fn a_cut_inside_a_long_word_wakes_no_mark() {
        let text = "a_b".repeat(400) + " end_ (c)";
        for part in split(&text, "", 256) {
            assert!(!part.starts_with('_') && !part.contains("_\n"), "{part}");
        }
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
            let pieces = cut(&text, &Marks::read(&text), room).expect("no style");
            let sum: String = pieces.iter().map(|piece| piece.text).collect();
            prop_assert_eq!(&sum, &text);
            let graphemes: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(escaped(piece.text) <= room);
                prop_assert!(at == 0 || graphemes.binary_search(&at).is_ok());
                for whole in ["<users/123456789>", "<customEmojis/a-b_c-123456789>", "<https://example.com/a?b=c|a label with spaces>",
                    "<https://example.com/x_y|bold _label_>",
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
