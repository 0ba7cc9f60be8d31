//! A small reader of Chat's markup, from Chat's documentation and the assumptions that
//! `docs/semantics.md` states. It shares nothing with the converter, whose output it reads.

/// How a character looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Look {
    /// One bit for each of `*`, `_`, `~` and `` ` ``, in this order.
    pub(super) marks: u8,
    /// The address behind it.
    pub(super) link: Option<String>,
    /// Part of a mention.
    pub(super) mention: bool,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Item,
    Quote,
    Code,
}

/// A line, without its marks and joiners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) cells: Vec<(char, Look)>,
}

/// The bit of code.
pub(super) const CODE: u8 = 8;
const MARKS: [char; 4] = ['*', '_', '~', '`'];
const JOINER: char = '\u{2060}';
const FENCE: &str = "```";

impl Line {
    /// Makes a line of plain text.
    pub(super) fn plain(kind: Kind, text: &str) -> Self {
        Self { kind, cells: text.chars().map(|c| (c, Look::default())).collect() }
    }

    pub(super) fn text(&self) -> String {
        self.cells.iter().map(|(c, _)| *c).collect()
    }
}

/// Reads a text. A fence opens wherever three ticks stand, if three more follow.
pub(super) fn read(chat: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = chat;
    while let Some((before, code, after)) = fenced(rest) {
        lines.extend(before.split('\n').map(read_line));
        let bare = |line: &str| Line::plain(Kind::Code, &line.replace(JOINER, ""));
        let code = code.strip_prefix('\n').unwrap_or(code);
        lines.extend(code.strip_suffix('\n').unwrap_or(code).split('\n').map(bare));
        rest = after.strip_prefix('\n').unwrap_or(after);
    }
    lines.extend(rest.split('\n').map(read_line));
    lines
}

fn fenced(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(FENCE)?;
    let (code, after) = rest.split_once(FENCE)?;
    Some((before, code, after))
}

fn read_line(line: &str) -> Line {
    let start = line.trim_start_matches(' ');
    let starts = |with: &str| start.strip_prefix(with);
    let (kind, rest) = match (starts("* ").or(starts("- ")), starts(">")) {
        (Some(rest), _) => (Kind::Item, rest),
        (_, Some(rest)) => (Kind::Quote, rest.strip_prefix(' ').unwrap_or(rest)),
        _ => (Kind::Text, line),
    };
    let mut cells = tokens(rest);
    code_spans(&mut cells);
    marked(&mut cells);
    cells.retain(|(c, _)| *c != JOINER && *c != GONE);
    Line { kind, cells }
}

/// Stands where a mark stood that fired.
const GONE: char = '\u{0}';

/// Reads mentions, links with labels, and bare addresses.
fn tokens(line: &str) -> Vec<(char, Look)> {
    let mut cells: Vec<(char, Look)> = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let before = cells.last().map(|(c, _)| *c);
        if let Some((words, look, length)) = angled(rest) {
            // To the marks beside it a bracket is no letter, whatever the label begins with.
            let words = [GONE].into_iter().chain(words.chars()).chain([GONE]);
            cells.extend(words.map(|c| (c, look.clone())));
            at += length;
        } else if let Some((words, look, length)) = bare(rest, before) {
            cells.extend(words.chars().map(|c| (c, look.clone())));
            at += length;
        } else {
            cells.push((if c == GONE { ' ' } else { c }, Look::default()));
            at += c.len_utf8();
        }
    }
    cells
}

fn angled(rest: &str) -> Option<(&str, Look, usize)> {
    let (inner, _) = rest.strip_prefix('<')?.split_once('>')?;
    let length = inner.len() + 2;
    let schemed = inner.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    if let Some(user) = inner.strip_prefix("users/") {
        return Some((user, Look { mention: true, ..Look::default() }, length));
    }
    let (url, label) = inner.split_once('|').unwrap_or((inner, inner));
    let link = Look { link: Some(url.to_owned()), ..Look::default() };
    schemed.then_some((label, link, length))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
}

/// A bare address begins at a word and ends before the punctuation that closes a sentence.
fn bare(rest: &str, before: Option<char>) -> Option<(&str, Look, usize)> {
    let lower = rest.get(..8).unwrap_or(rest).to_ascii_lowercase();
    if !(lower.starts_with("https://") || lower.starts_with("http://"))
        || before.is_some_and(char::is_alphanumeric)
    {
        return None;
    }
    let ends = |c: char| c.is_whitespace() || c == JOINER || matches!(c, '<' | '>' | '"' | '`');
    let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
    let url = word.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '/' && c != '#');
    let host = url.split_once("://").map_or("", |(_, host)| host);
    let link = Look { link: Some(url.to_owned()), ..Look::default() };
    (!host.is_empty()).then_some((url, link, url.len()))
}

/// Code is read before the other marks, and wherever two ticks stand next to text.
fn code_spans(cells: &mut [(char, Look)]) {
    let mut at = 0;
    while at < cells.len() {
        let inside = |at: usize| {
            cells.get(at).is_some_and(|(c, _)| !c.is_whitespace() && !"`\u{2060}".contains(*c))
        };
        let tick = |at: usize| cells[at].0 == '`' && cells[at].1.link.is_none();
        let opens = tick(at) && inside(at + 1);
        let closes = |to: &usize| tick(*to) && inside(*to - 1);
        let end = (at + 2..cells.len()).find(closes).filter(|_| opens);
        if let Some(end) = end {
            for (_, look) in &mut cells[at + 1..end] {
                look.marks |= CODE;
            }
            cells[at].0 = GONE;
            cells[end].0 = GONE;
            at = end;
        }
        at += 1;
    }
}

/// A mark opens after a space, punctuation or nothing, and before text; it closes the other way.
fn marked(cells: &mut [(char, Look)]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..cells.len() {
        let (c, look) = &cells[at];
        let plain = look.marks & CODE == 0 && look.link.is_none() && !look.mention;
        let Some(bit) = MARKS[..3].iter().position(|mark| mark == c).filter(|_| plain) else {
            continue;
        };
        let near = |at: Option<usize>| at.and_then(|at| cells.get(at)).map(|(c, _)| *c);
        let (before, after) = (near(at.checked_sub(1)), near(Some(at + 1)));
        let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != JOINER);
        let inside = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && c != JOINER);
        let (mark, opener) = (*c, open.iter().rposition(|from| cells[*from].0 == *c));
        let opener = opener.filter(|depth| open[*depth] + 1 < at);
        if let Some(depth) = opener.filter(|_| inside(before) && outside(after)) {
            let from = open[depth];
            open.truncate(depth);
            for (_, look) in &mut cells[from..at] {
                look.marks |= 1 << bit;
            }
            cells[from].0 = GONE;
            cells[at].0 = GONE;
        } else if outside(before) && inside(after) && cells[at].0 == mark {
            open.push(at);
        }
    }
}
