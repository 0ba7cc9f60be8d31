//! What a message says, as a tree; rich text and mrkdwn are two ways to write it down.

use super::people::{Person, hex};
use super::words::{Tongue, Words};
use fastrand::Rng;
use std::fmt::Write as _;

/// Emoji by Slack's name and code point.
const EMOJI: &[(&str, &str)] = &[
    ("+1", "1f44d"),
    ("tada", "1f389"),
    ("eyes", "1f440"),
    ("heart", "2764-fe0f"),
    ("joy", "1f602"),
    ("pray", "1f64f"),
    ("rocket", "1f680"),
    ("white_check_mark", "2705"),
    ("fire", "1f525"),
    ("thinking_face", "1f914"),
    ("raised_hands", "1f64c"),
    ("clap", "1f44f"),
    ("slightly_smiling_face", "1f642"),
    ("100", "1f4af"),
    ("wave", "1f44b"),
    ("sob", "1f62d"),
    ("sweat_smile", "1f605"),
    ("muscle", "1f4aa"),
    ("bug", "1f41b"),
    ("flag-de", "1f1e9-1f1ea"),
    ("satellite", "1f6f0-fe0f"),
    ("coffee", "2615"),
    ("man-shrugging", "1f937-200d-2642-fe0f"),
    ("warning", "26a0-fe0f"),
];
/// Emoji that only the workspace knows.
const CUSTOM: &[&str] = &["partyparrot", "shipit", "thumbsup_all", "our-logo", "blob_wave"];
/// Those of [`EMOJI`] that come in skin tones.
const TONED: &[&str] = &["+1", "pray", "raised_hands", "clap", "wave", "muscle"];

/// A paragraph-level part of a message.
#[derive(Debug)]
pub(crate) enum Block {
    Section(Vec<Inline>),
    Quote(Vec<Inline>),
    Code(String),
    List { ordered: bool, indent: u8, items: Vec<Vec<Inline>> },
}

/// A run within a paragraph.
#[derive(Debug)]
pub(crate) enum Inline {
    Text(String, Style),
    Link { url: String, label: Option<String> },
    Emoji { name: &'static str, unicode: &'static str },
    Person(String),
    Channel(String, String),
    Here,
}

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Italic,
    Strike,
    Code,
}

/// Whom and what a message can name.
#[derive(Debug)]
pub(crate) struct Cast<'a> {
    pub(crate) words: &'a Words,
    pub(crate) people: &'a [Person],
    /// Ids and names of public channels.
    pub(crate) channels: &'a [(String, String)],
}

/// Draws the name of a reaction: one in eight is custom, one in twenty-five has a skin tone.
pub(crate) fn reaction(rng: &mut Rng) -> String {
    if rng.u8(..100) < 13 {
        return CUSTOM[rng.usize(..CUSTOM.len())].to_owned();
    }
    if rng.u8(..100) < 4 {
        return format!("{}::skin-tone-{}", TONED[rng.usize(..TONED.len())], rng.u8(2..=6));
    }
    // Few names make most of the reactions.
    EMOJI[rng.usize(..EMOJI.len()).min(rng.usize(..EMOJI.len()))].0.to_owned()
}

/// Draws what a message says.
pub(crate) fn content(rng: &mut Rng, cast: &Cast<'_>, tongue: Tongue) -> Vec<Block> {
    let mut blocks = vec![Block::Section(paragraph(rng, cast, tongue))];
    match rng.u16(..20_000) {
        // A log that somebody pasted, longer than one Chat message can be.
        0 => blocks.push(Block::Code(log(rng, cast.words, 900))),
        1..800 => blocks.push(code(rng, cast.words)),
        800..2_000 => lists(rng, cast, tongue, &mut blocks),
        2_000..2_600 => blocks.push(Block::Quote(paragraph(rng, cast, tongue))),
        2_600..4_000 => blocks.push(Block::Section(paragraph(rng, cast, tongue))),
        _ => {}
    }
    blocks
}

/// Draws a title or topic.
pub(crate) fn title(rng: &mut Rng, words: &Words) -> String {
    let count = rng.usize(3..9);
    words.say(rng, Tongue::English, count)
}

fn paragraph(rng: &mut Rng, cast: &Cast<'_>, tongue: Tongue) -> Vec<Inline> {
    let mut runs = Vec::with_capacity(4);
    if rng.u8(..100) < 15 {
        runs.push(Inline::Person(cast.people[rng.usize(..cast.people.len())].id.clone()));
        runs.push(Inline::Text(" ".to_owned(), Style::Plain));
    }
    // Most messages are short; the length's logarithm is what varies evenly.
    let count = (3.0 * 20_f64.powf(rng.f64() * rng.f64().sqrt())) as usize;
    runs.push(Inline::Text(cast.words.say(rng, tongue, count), Style::Plain));
    if rng.u8(..100) < 35 {
        runs.push(Inline::Text(" ".to_owned(), Style::Plain));
        runs.push(ornament(rng, cast, tongue));
        if rng.bool() {
            let more = rng.usize(1..12);
            let text = format!(" {}", cast.words.say(rng, tongue, more));
            runs.push(Inline::Text(text, Style::Plain));
        }
    }
    runs
}

fn ornament(rng: &mut Rng, cast: &Cast<'_>, tongue: Tongue) -> Inline {
    match rng.u8(..100) {
        0..40 => link(rng, cast.words),
        40..65 => {
            let (name, unicode) = EMOJI[rng.usize(..EMOJI.len())];
            Inline::Emoji { name, unicode }
        }
        65..69 => Inline::Emoji { name: CUSTOM[rng.usize(..CUSTOM.len())], unicode: "" },
        69..72 if !cast.channels.is_empty() => {
            let (id, name) = &cast.channels[rng.usize(..cast.channels.len())];
            Inline::Channel(id.clone(), name.clone())
        }
        72..74 => Inline::Here,
        _ => {
            let style = [Style::Bold, Style::Italic, Style::Strike, Style::Code, Style::Code];
            let style = style[rng.usize(..style.len())];
            let count = rng.usize(1..4);
            Inline::Text(cast.words.say(rng, tongue, count), style)
        }
    }
}

fn link(rng: &mut Rng, words: &Words) -> Inline {
    let site = words.name(rng).to_owned();
    let (path, key) = (words.name(rng), rng.u32(..1_000_000));
    let url = match rng.u8(..4) {
        0 => format!("https://github.com/{site}/{path}/pull/{}", key % 9_000),
        1 => format!("https://docs.google.com/document/d/{}/edit?usp=sharing&x=1", hex(rng, 33)),
        _ => format!("https://www.{site}.example/{path}/{key}?ref=chat&page=2"),
    };
    Inline::Link { url, label: (rng.u8(..100) < 46).then(|| title(rng, words)) }
}

fn code(rng: &mut Rng, words: &Words) -> Block {
    let lines = rng.usize(1..12);
    Block::Code(log(rng, words, lines))
}

fn log(rng: &mut Rng, words: &Words, lines: usize) -> String {
    let mut text = String::new();
    for at in 0..lines {
        let (name, value) = (words.name(rng), hex(rng, 8));
        text.push_str(if at == 0 { "" } else { "\n" });
        let _ = write!(text, "  let {name} = <\"{value}\"> && {};", words.name(rng));
    }
    text
}

fn lists(rng: &mut Rng, cast: &Cast<'_>, tongue: Tongue, blocks: &mut Vec<Block>) {
    let ordered = rng.bool();
    let depth = if rng.u8(..4) == 0 { 2 } else { 1 };
    for indent in 0..depth {
        let items = (0..rng.usize(2..6))
            .map(|_| {
                let count = rng.usize(2..14);
                vec![Inline::Text(cast.words.say(rng, tongue, count), Style::Plain)]
            })
            .collect();
        blocks.push(Block::List { ordered, indent, items });
    }
}
