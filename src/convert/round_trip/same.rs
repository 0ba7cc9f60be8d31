//! Compares what was meant with what a reader of Chat's markup finds: the same words, lines,
//! links, mentions and code; the same marks wherever Chat can show them.

use super::reader::{CODE, Kind, Line, Look};

/// Tells where the two differ, if they do.
pub(super) fn differ(meant: &[Line], found: &[Line]) -> Option<String> {
    let (meant, found) = (normal(meant), normal(found));
    for at in 0..meant.len().max(found.len()) {
        let (Some(meant), Some(found)) = (meant.get(at), found.get(at)) else {
            let line = meant.get(at).or(found.get(at)).map(Line::text);
            return Some(format!("line {at}: only one side has {line:?}"));
        };
        if meant.kind != found.kind || meant.text() != found.text() {
            let (this, that) = (meant.text(), found.text());
            return Some(format!(
                "line {at}: {:?} {this:?} became {:?} {that:?}",
                meant.kind, found.kind
            ));
        }
        if let Some(at) = looks_differ(meant, found) {
            let (c, look) = &meant.cells[at];
            return Some(format!(
                "{:?}: {c:?} at {at}: {look:?} became {:?}",
                meant.text(),
                found.cells[at].1
            ));
        }
    }
    None
}

/// Takes away what nobody sees: blank lines, space at ends, more than one space outside code.
fn normal(lines: &[Line]) -> Vec<Line> {
    let blank = |cell: &(char, Look)| cell.0.is_whitespace() || cell.0 == '\u{0}';
    let mut normal = Vec::new();
    for line in lines {
        let mut cells: Vec<(char, Look)> = Vec::new();
        for cell in line.cells.iter().filter(|cell| cell.0 != '\u{2060}') {
            let again = cells.last().is_none_or(blank) && line.kind != Kind::Code;
            if !blank(cell) {
                cells.push(cell.clone());
            } else if !again {
                cells.push((' ', cell.1.clone()));
            } else if let Some((_, look)) = cells.last_mut() {
                look.marks &= cell.1.marks;
            }
        }
        while cells.last().is_some_and(blank) {
            cells.pop();
        }
        if !cells.is_empty() {
            normal.push(Line { kind: line.kind, cells });
        }
    }
    normal
}

fn looks_differ(meant: &Line, found: &Line) -> Option<usize> {
    let shows = [0, 1, 2, 3].map(|bit| shown(meant, 1 << bit));
    let wrong = |at: usize| {
        let ((c, want), (_, got)) = (&meant.cells[at], &found.cells[at]);
        let bare = want.link.is_none() && is_itself(found, at);
        let link = got.link == want.link || bare;
        let more = got.marks & !want.marks != 0;
        let less = !bare && (0..4).any(|bit| shows[bit][at] && got.marks & (1 << bit) == 0);
        !c.is_whitespace() && (!link || got.mention != want.mention || more || less)
    };
    (0..meant.cells.len()).find(|at| wrong(*at))
}

/// Tells whether a link shows just its own address: Chat makes one of every bare address.
fn is_itself(line: &Line, at: usize) -> bool {
    let link = &line.cells[at].1.link;
    let same = |cell: &&(char, Look)| cell.1.link == *link;
    let from = at - line.cells[..at].iter().rev().take_while(same).count();
    let text: String = line.cells[from..].iter().take_while(same).map(|(c, _)| *c).collect();
    link.as_ref().is_some_and(|url| text.contains(url.as_str()))
}

/// Tells for each character whether Chat can show a mark on it: not on mentions, not where the
/// stretch begins or ends inside a word or with a mark, and code not with a tick in it.
fn shown(line: &Line, bit: u8) -> Vec<bool> {
    let cells = &line.cells;
    let has = |at: usize| cells[at].1.marks & bit != 0 && !cells[at].1.mention;
    let mut shown = vec![false; cells.len()];
    let mut at = 0;
    while at < cells.len() {
        if !has(at) {
            at += 1;
            continue;
        }
        let end = (at..cells.len()).find(|to| !has(*to)).unwrap_or(cells.len());
        let run = &cells[at..end];
        let wordy = |at: Option<usize>| {
            at.and_then(|at| cells.get(at)).is_some_and(|(c, _)| c.is_alphanumeric() || is_mark(*c))
        };
        let edge = |c: Option<&(char, Look)>| c.is_none_or(|(c, _)| is_mark(*c));
        let mut text = run.iter().filter(|(c, _)| !c.is_whitespace());
        let (first, last) = (text.next(), run.iter().rfind(|(c, _)| !c.is_whitespace()));
        // Spaces move out of a mark, but not out of a link's label.
        let moves = |(c, look): &(char, Look)| c.is_whitespace() && look.link.is_none();
        let address = |cells: &[(char, Look)]| {
            let word = cells.iter().rev().map(|(c, _)| *c).take_while(|c| !c.is_whitespace());
            word.collect::<String>().contains("//:")
        };
        let address = address(&cells[..at])
            || (address(&cells[..end]) && cells.get(end).is_some_and(|cell| !moves(cell)));
        let inside_word = address
            || (wordy(at.checked_sub(1)) && !moves(&run[0]))
            || (wordy(Some(end)) && !moves(&run[run.len() - 1]));
        let able = if bit == CODE {
            !run.iter().any(|(c, _)| *c == '`')
        } else {
            !inside_word && !edge(first) && !edge(last)
        };
        // Where another mark closes inside, this one can't open again in front of what looks like one.
        let again = |to: &usize| is_mark(cells[*to].0) && cells[*to - 1].0.is_whitespace();
        let sure = (at + 1..end).find(again).unwrap_or(end);
        shown[at..if bit == CODE { end } else { sure }].fill(able);
        at = end;
    }
    shown
}

fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '`')
}
