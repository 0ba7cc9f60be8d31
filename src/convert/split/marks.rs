//! Which marks fire in rendered text, and so which are open where it is cut.
//!
//! The renderer keeps what is literal from firing by joiners beside it, so what fires here is ours.

use super::{FENCE, begins_a_line};
use crate::draft::{JOINER, is_sign};

/// A mark that opens, and the one that closes it.
#[derive(Debug, Clone, Copy)]
struct Pair {
    open: usize,
    close: usize,
    sign: char,
    /// The pair around it.
    around: Option<usize>,
}

/// The marks of a text. One pair lies inside another or beside it.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// By where they open.
    pairs: Vec<Pair>,
    /// Where they close.
    closes: Vec<usize>,
}

impl Marks {
    /// Finds the marks of a rendered text.
    pub(super) fn read(text: &str) -> Self {
        let (mut pairs, mut at, mut in_code) = (Vec::new(), 0, false);
        for line in text.split_inclusive('\n') {
            let words = line.strip_suffix('\n').unwrap_or(line);
            if words == FENCE {
                in_code = !in_code;
            } else if !in_code {
                read_line(words, at, &mut pairs);
            }
            at += line.len();
        }
        pairs.sort_unstable_by_key(|pair| pair.open);
        let mut held: Vec<usize> = Vec::new();
        for index in 0..pairs.len() {
            while held.last().is_some_and(|held| pairs[*held].close < pairs[index].open) {
                held.pop();
            }
            pairs[index].around = held.last().copied();
            held.push(index);
        }
        let mut closes: Vec<usize> = pairs.iter().map(|pair| pair.close).collect();
        closes.sort_unstable();
        Self { pairs, closes }
    }

    /// Returns the marks that are open at a place, the outermost first.
    pub(super) fn open_at(&self, at: usize) -> impl Iterator<Item = char> {
        self.pairs_at(at).into_iter().rev().map(|pair| pair.sign)
    }

    /// The pairs around a place, the innermost first.
    fn pairs_at(&self, at: usize) -> Vec<Pair> {
        let last = self.pairs.partition_point(|pair| pair.open < at).checked_sub(1);
        let up = std::iter::successors(last, |index| self.pairs[*index].around);
        up.map(|index| self.pairs[index]).filter(|pair| pair.close >= at).collect()
    }

    /// Returns the text without the marks that are open at a place, and where they kept words at a
    /// line's start from beginning a list or a quote, and are needed no more.
    pub(super) fn without_open_at(&self, at: usize, text: &str) -> (String, Option<usize>) {
        let gone = self.pairs_at(at);
        let stays = |at: usize| gone.iter().all(|pair| pair.open != at && pair.close != at);
        let bare = text.char_indices().filter(|(at, _)| stays(*at)).map(|(_, c)| c).collect();
        let Some(inner) = gone.first() else { return (bare, None) };
        let line = text[..inner.open].rfind('\n').map_or(0, |at| at + 1);
        let line = line + if text[line..].starts_with("> ") { 2 } else { 0 };
        let mut before = text[line..inner.open].char_indices();
        let at_start = before.all(|(at, c)| c == ' ' || !stays(line + at));
        let fires = at_start && begins_a_line(&text[inner.open + 1..]);
        (bare, fires.then_some(inner.open + 1 - gone.len()))
    }

    fn opens(&self, at: usize) -> bool {
        self.pairs.binary_search_by_key(&at, |pair| pair.open).is_ok()
    }

    fn closes(&self, at: usize) -> bool {
        self.closes.binary_search(&at).is_ok()
    }

    /// Tells whether a line of words may be cut here: what is literal stays so, and what is open
    /// can close before the spaces here and open again.
    pub(super) fn allow_cut(&self, text: &str, at: usize) -> bool {
        let (left, right) = text.split_at(at);
        let (Some(before), Some(after)) = (left.chars().next_back(), right.chars().next()) else {
            return true;
        };
        if self.opens(at.saturating_sub(1)) || self.closes(at) {
            return false;
        }
        let apart = |c: char| !c.is_alphanumeric() && c != JOINER;
        let literal = (is_sign(before) && !apart(after)) || (is_sign(after) && !apart(before));
        if literal || (!apart(before) && address(right).is_some()) {
            return false;
        }
        let Some(inner) = self.pairs_at(at).first().copied() else {
            return true;
        };
        let words = left.trim_end();
        let last = words.chars().next_back().unwrap_or(' ');
        let sign = |c: char, ours: bool| match inner.sign {
            '`' => c == '`',
            _ => is_sign(c) && !ours,
        };
        let stuck = last == JOINER || after == JOINER || after.is_whitespace();
        let ours = self.closes(words.len().saturating_sub(last.len_utf8()));
        !stuck && !sign(last, ours) && !sign(after, self.opens(at))
    }
}

/// Finds the marks of one line that begins at `from`.
fn read_line(line: &str, from: usize, pairs: &mut Vec<Pair>) {
    let signs = signs(line);
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut behind_code = 0;
    for (index, &at) in signs.iter().enumerate() {
        if at < behind_code {
            continue;
        }
        let (before, sign, after) = around(line, at);
        let mut pair = |open: usize, close: usize| {
            pairs.push(Pair { open: from + open, close: from + close, sign, around: None });
        };
        if sign == '`' {
            let closes = |to: &&usize| {
                let (before, sign, _) = around(line, **to);
                sign == '`' && **to > at + 1 && in_code(before)
            };
            if let Some(&close) = signs[index + 1..].iter().find(closes).filter(|_| in_code(after))
            {
                pair(at, close);
                behind_code = close + 1;
            }
            continue;
        }
        let held = open.iter().rposition(|(held, _)| *held == sign);
        let closes = inside(before) && outside(after);
        if let Some(depth) = held.filter(|depth| closes && open[*depth].1 + 1 < at) {
            pair(open[depth].1, at);
            open.truncate(depth);
        } else if held.is_none() && outside(before) && inside(after) {
            open.push((sign, at));
        }
    }
}

fn around(line: &str, at: usize) -> (Option<char>, char, Option<char>) {
    let mut rest = line[at..].chars();
    (line[..at].chars().next_back(), rest.next().unwrap_or(' '), rest.next())
}

fn outside(c: Option<char>) -> bool {
    c.is_none_or(|c| !c.is_alphanumeric() && c != JOINER)
}

fn inside(c: Option<char>) -> bool {
    c.is_some_and(|c| !c.is_whitespace() && c != JOINER)
}

fn in_code(c: Option<char>) -> bool {
    inside(c) && c != Some('`')
}

/// Returns where a line has what may be a mark: not in mentions, links and addresses.
fn signs(line: &str) -> Vec<usize> {
    let (mut signs, mut at, mut before) = (Vec::new(), 0, None);
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let linked = || address(rest).filter(|_| before.is_none_or(apart)).map(own_address);
        if let Some(whole) = token(rest).or_else(linked) {
            at += whole.len();
            before = whole.chars().next_back();
            continue;
        }
        if is_sign(c) {
            signs.push(at);
        }
        at += c.len_utf8();
        before = Some(c);
    }
    signs
}

fn apart(c: char) -> bool {
    !c.is_alphanumeric()
}

/// An address without what ends a sentence, or is a mark that closes behind it.
fn own_address(word: &str) -> &str {
    let word = word.split(['"', '`']).next().unwrap_or(word);
    word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/' && c != '#')
}

/// Our own mention, custom emoji or link; what a person typed so has a joiner behind its `<`.
pub(super) fn token(rest: &str) -> Option<&str> {
    let inner = rest.strip_prefix('<')?;
    let ours = ["users/", "customEmojis/", "http://", "https://"];
    let ours = ours.into_iter().any(|start| starts_with(inner, start));
    let end = inner.find(['>', '\n']).filter(|_| ours)?;
    (inner.as_bytes()[end] == b'>').then(|| &rest[..end + 2])
}

/// A web address, with what ends a sentence or a mark behind it.
pub(super) fn address(rest: &str) -> Option<&str> {
    let web = starts_with(rest, "http://") || starts_with(rest, "https://");
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | JOINER);
    web.then(|| &rest[..rest.find(ends).unwrap_or(rest.len())])
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start))
}
