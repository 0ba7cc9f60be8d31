//! The law of the renderer: a reader of Chat's markup finds in its output what the tree holds.

mod parts;
mod reader;
mod same;
mod typed;

use super::message::Recipe;
use super::mrkdwn::link_target;
use super::render::{ChatMarkup, Renderer, names};
use super::tree::{Block, Document, Inline, Shape, Span, Style};
use super::{Context, Converted, Known, Losses, Roster, Settings};
use crate::ids::Account;
use crate::slack::{Export, Message, Options};
use proptest::prelude::*;
use reader::{Kind, Line, Look, read};
use same::differ;
use serde_json::json;
use std::cell::RefCell;
use std::path::Path;
use typed::{blocks, words};

/// Renders, reads what came out, and notes where it differs from the tree.
#[derive(Default)]
struct Reading(RefCell<Vec<String>>);

impl Renderer for Reading {
    fn render(&self, document: &Document<'_>, roster: &Roster, losses: &mut Losses) -> String {
        let chat = ChatMarkup.render(document, roster, losses);
        if let Some(how) = differ(&meant(document, roster), &read(&chat)) {
            self.0.borrow_mut().push(format!("{how}\n{}", chat.replace('\u{2060}', "⁞")));
        }
        chat
    }
}

/// Returns the lines that a document means.
fn meant(document: &Document<'_>, roster: &Roster) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in &document.blocks {
        if block.shape == Shape::Code {
            let words = block.inlines.iter().map(|inline| names::words(&inline.span, roster));
            let code: String = words.collect();
            let code = code.trim_end().trim_start_matches('\n');
            lines.extend(code.split('\n').map(|line| Line::plain(Kind::Code, line)));
        } else if !block.is_empty() {
            lines.extend(meant_lines(block, roster));
        }
    }
    lines
}

fn meant_lines(block: &Block<'_>, roster: &Roster) -> Vec<Line> {
    let rest = if block.quoted { Kind::Quote } else { Kind::Text };
    let (kind, bullet) = match block.shape {
        Shape::Item { depth, number: Some(number) } => {
            (rest, format!("{}{number}. ", "    ".repeat(usize::from(depth))))
        }
        Shape::Item { depth: 0, .. } if block.quoted => (rest, String::from("• ")),
        Shape::Item { depth: 0, .. } => (Kind::Item, String::new()),
        Shape::Item { depth, .. } => {
            let sign = if depth % 2 == 1 { '◦' } else { '▪' };
            (rest, format!("{}{sign} ", "    ".repeat(usize::from(depth))))
        }
        _ => (rest, String::new()),
    };
    let mut lines = vec![Line::plain(kind, &bullet)];
    for (c, look) in block.inlines.iter().flat_map(|inline| cells(inline, roster)) {
        match (c, lines.last_mut()) {
            ('\n', _) => lines.push(Line::plain(rest, "")),
            (c, Some(line)) => line.cells.push((c, look)),
            _ => {}
        }
    }
    lines
}

fn cells(inline: &Inline<'_>, roster: &Roster) -> Vec<(char, Look)> {
    let bits = [Style::BOLD, Style::ITALIC, Style::STRIKE, Style::CODE];
    let marks = (0..4).filter(|bit| inline.style.has(bits[*bit])).map(|bit| 1 << bit).sum();
    let mut look = Look { marks, ..Look::default() };
    let mut words = names::words(&inline.span, roster).into_owned();
    match &inline.span {
        Span::Byline(name) => return read(name).remove(0).cells,
        _ if inline.style.has(Style::CODE) => {}
        Span::User { id, .. } => {
            if let Some(user) = roster.person(id).and_then(|known| known.user.as_deref()) {
                words = user.replace("users/", "");
                look = Look { mention: true, ..Look::default() };
            }
        }
        Span::Link { url, label } => linked(url, label.as_deref(), &mut words, &mut look),
        Span::Date { text, url: Some(url) } => linked(url, Some(text), &mut words, &mut look),
        _ => {}
    }
    words.chars().map(|c| (c, look.clone())).collect()
}

fn linked(url: &str, label: Option<&str>, words: &mut String, look: &mut Look) {
    if let Some(target) = link_target(url) {
        let label = label.unwrap_or("").replace(char::is_control, " ");
        let label = label.replace('<', "‹").replace('>', "›").replace('|', "¦");
        *words = if label.trim().is_empty() { target.to_string() } else { label };
        look.link = Some(target.into_owned());
        return;
    }
    let page = if url.contains("=xox") { url.split('?').next().unwrap_or("") } else { url };
    let label = label.map(|label| label.replace('\n', " "));
    let page = page.strip_prefix("mailto:").or(page.strip_prefix("tel:")).unwrap_or(page);
    *words = match label.as_deref() {
        Some(label) if label != page && label != url && !label.trim().is_empty() => {
            format!("{label} ({page})")
        }
        _ => page.to_owned(),
    };
}

/// Converts a message as the program does; returns where the text can't be read back.
fn convert(roster: &Roster, message: &Message) -> (Converted, Vec<String>) {
    let (reading, settings) = (Reading::default(), Settings::default());
    let context = &Context { threads: true };
    let recipe = Recipe { roster, settings: &settings, renderer: &reading, context, message };
    let converted = recipe.run();
    (converted, reading.0.take())
}

fn check(json: &serde_json::Value) -> Result<(), TestCaseError> {
    let message = message(json);
    let (_, differences) = convert(&roster(), &message);
    prop_assert!(differences.is_empty(), "{}\n{json}", differences.join("\n"));
    Ok(())
}

fn message(json: &serde_json::Value) -> Message {
    let text = json["text"].as_str().unwrap_or("").to_owned();
    let blocks = json.get("blocks").map(|blocks| blocks.to_string().into_boxed_str());
    Message {
        ts: "1551441602.000200".parse().expect("a timestamp"),
        subtype: None,
        author: crate::slack::Author { user: Some("U1ANA".into()), ..Default::default() },
        text,
        blocks,
        attachments: None,
        files: Vec::new(),
        reactions: Vec::new(),
        thread: None,
        edited: None,
        hidden: false,
        extra: crate::slack::Extra::default(),
        hash: [0; 16],
    }
}

fn roster() -> Roster {
    let mut roster = Roster::default();
    let ana = Known {
        name: String::from("Ana Silva"),
        account: Some(Account::new("ana@example.com")),
        user: Some(String::from("users/111")),
        ..Known::default()
    };
    roster.people.insert("U1ANA".into(), ana);
    let bo = Known { name: String::from("Bo *Lind*"), ..Known::default() };
    roster.people.insert("U2BO".into(), bo);
    roster.channels.insert("C1".into(), String::from("general_talk"));
    roster
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rich_text_is_read_back_as_it_was_meant(json in blocks()) {
        check(&json)?;
    }

    #[test]
    fn mrkdwn_is_read_back_as_it_was_meant(text in words(40)) {
        // In mrkdwn, Slack puts addresses between brackets.
        let text = text.replace("https://a.example/_x_", "<https://a.example/_x_>");
        let text = text.replace("https://a.example", "<https://a.example>").replace("<<https://a.example>/_x_>", "<https://a.example/_x_>");
        check(&json!({"text": text.replace('>', "&gt;")}))?;
        check(&json!({"text": text}))?;
    }
}

/// Gives every second human an account, as in the tests of whole exports.
fn of_export(export: &Export) -> Roster {
    let mut roster = Roster::default();
    for (index, person) in export.people().iter().enumerate() {
        let known = Known {
            name: String::from(person.shown()),
            account: (index % 2 == 0).then(|| Account::new(&format!("{}@example.com", person.id))),
            user: (index % 2 == 0).then(|| format!("users/{index}")),
            ..Known::default()
        };
        roster.people.insert(person.id.clone(), known);
    }
    for conversation in export.conversations() {
        roster.channels.insert(conversation.id.clone(), conversation.name.clone());
    }
    roster
}

#[test]
fn every_message_of_the_real_exports_is_read_back_as_it_was_meant() {
    for name in ["houston-2016.zip", "haskell-jp.zip", "bot-cards.zip"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exports").join(name);
        if !path.exists() {
            return;
        }
        let export = Export::open(&path, &Options::default()).expect("a Slack export");
        let (roster, mut scratch, mut odd) = (of_export(&export), Vec::new(), Vec::new());
        for conversation in export.conversations() {
            for day in export.days(conversation) {
                for message in &export.read_day(&day, &mut scratch).messages {
                    odd.extend(convert(&roster, message).1);
                }
            }
        }
        assert!(
            odd.is_empty(),
            "{name}: {} differ, such as\n{}",
            odd.len(),
            odd[..odd.len().min(20)].join("\n\n")
        );
    }
}
