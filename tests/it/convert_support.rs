//! Slack messages for the converter's tests, and conversions in a form that reads like prose.

use chatferry::convert::{Context, Converted, Converter, Fate, Known, Roster, Sender, Settings};
use chatferry::ids::{Account, ConversationId, SlackTs, SlackUserId};
use chatferry::slack::{Author, Edited, Extra, File, FileMode, Message, Reaction};

pub(crate) fn raw(json: &str) -> Box<str> {
    Box::from(json)
}

pub(crate) fn ts(text: &str) -> SlackTs {
    text.parse().expect("the test's own timestamp")
}

/// Ana, who has an account, says something.
pub(crate) fn says(text: &str) -> Message {
    Message {
        ts: ts("1551441602.000200"),
        subtype: None,
        author: Author { user: Some(SlackUserId::new("U1ANA")), ..Author::default() },
        text: String::from(text),
        blocks: None,
        attachments: None,
        files: Vec::new(),
        reactions: Vec::new(),
        thread: None,
        edited: None,
        hidden: false,
        extra: Extra::default(),
        hash: [0; 16],
    }
}

/// Bo, who has none, says something.
pub(crate) fn bo_says(text: &str) -> Message {
    let author = Author { user: Some(SlackUserId::new("U2BO")), ..Author::default() };
    Message { author, ..says(text) }
}

/// A bot says something.
pub(crate) fn bot_says(name: Option<&str>, text: &str) -> Message {
    let author = Author {
        user: None,
        bot: Some(String::from("B1CI")),
        name: name.map(String::from),
        is_bot: true,
    };
    Message { author, subtype: Some(String::from("bot_message")), ..says(text) }
}

pub(crate) fn of_kind(subtype: &str, text: &str) -> Message {
    Message { subtype: Some(String::from(subtype)), ..says(text) }
}

pub(crate) fn with_blocks(json: &str) -> Message {
    Message { blocks: Some(raw(json)), ..says("the plain text") }
}

pub(crate) fn with_cards(json: &str) -> Message {
    Message { attachments: Some(raw(json)), ..bot_says(Some("Jenkins"), "") }
}

/// Rich text of one section.
pub(crate) fn section(elements: &str) -> Message {
    with_blocks(&format!(
        r#"[{{"type":"rich_text","elements":[{{"type":"rich_text_section","elements":[{elements}]}}]}}]"#
    ))
}

pub(crate) fn edited(message: Message) -> Message {
    Message { edited: Some(Edited { ts: ts("1551441700.000000"), user: None }), ..message }
}

pub(crate) fn file(mode: FileMode, name: Option<&str>, size: Option<u64>) -> File {
    File {
        id: "F1".into(),
        name: name.map(String::from),
        title: None,
        mode,
        mimetype: None,
        size,
        url: Some(String::from("https://files.slack.com/f?t=xoxe-1-2-3-secret")),
        permalink: Some(String::from("https://acme.slack.com/files/U1ANA/F1/plan.pdf")),
    }
}

pub(crate) fn reaction(name: &str, users: &[&str]) -> Reaction {
    Reaction {
        name: String::from(name),
        users: users.iter().map(|user| SlackUserId::new(user)).collect(),
        count: users.len() as u64,
    }
}

pub(crate) fn roster() -> Roster {
    let mut roster = Roster::default();
    let ana = Known {
        name: String::from("Ana Silva"),
        account: Some(Account::new("ana@example.com")),
        user: Some(String::from("users/111")),
        ..Known::default()
    };
    let bo = Known { name: String::from("Bo Lind"), ..Known::default() };
    let odd = Known { name: String::from("*<users/all>*\nroot"), ..Known::default() };
    roster.people.insert("U1ANA".into(), ana.clone());
    roster.people.insert("U9ANA".into(), ana);
    roster.people.insert("U2BO".into(), bo);
    roster.people.insert("U3ODD".into(), odd);
    roster.bots.insert(String::from("B1CI"), String::from("ci-bot"));
    roster.channels.insert(ConversationId::new("C1"), String::from("general"));
    roster.usergroups.insert(String::from("S1"), String::from("designers"));
    roster
}

pub(crate) fn converter() -> Converter {
    Converter::new(roster(), Settings::default())
}

pub(crate) fn convert(message: &Message) -> Converted {
    converter().convert(&Context { threads: true }, message)
}

/// Returns the one part of a posted message.
pub(crate) fn posted(message: &Message) -> String {
    match convert(message).fate {
        Fate::Post(parts) => parts.join("\n----\n"),
        Fate::Skip(skip) => format!("(skipped: {})", skip.code()),
    }
}

/// Shows invisible joiners as `⁞`, and spaces at a line's end as `·`.
pub(crate) fn visible(text: &str) -> String {
    let lines = text.replace('\u{2060}', "⁞");
    let dotted = |line: &str| {
        let kept = line.trim_end();
        format!("{kept}{}", "·".repeat(line.len() - kept.len()))
    };
    lines.lines().map(dotted).collect::<Vec<_>>().join("\n")
}

/// What came in and what came out, as a reviewer wants to read it.
pub(crate) fn tell(title: &str, slack: &str, converted: &Converted) -> String {
    let chat = match &converted.fate {
        Fate::Post(parts) => visible(&parts.join("\n----\n")),
        Fate::Skip(skip) => format!("(skipped: {})", skip.code()),
    };
    let sender = match &converted.sender {
        Sender::Person(account) => account.to_string(),
        Sender::Admin => String::from("the admin"),
        Sender::App => String::from("the Chat app"),
        Sender::StandIn(account) => format!("{account} for another"),
    };
    let losses = converted.losses.to_string();
    let mut told = vec![format!("## {title}")];
    if !slack.is_empty() {
        told.push(format!("Slack:\n{slack}"));
    }
    told.push(format!("Chat, by {sender}:\n{chat}"));
    if !losses.is_empty() {
        told.push(format!("Losses: {losses}"));
    }
    told.join("\n") + "\n"
}

/// Tells several messages one after the other.
pub(crate) fn tell_all(cases: &[(&str, Message)]) -> String {
    let told = cases.iter().map(|(title, message)| tell(title, "", &convert(message)));
    told.collect::<Vec<_>>().join("\n")
}
