//! `chatferry preview`: what the terminal shows, what the page holds, and what neither lets through.

use crate::support::{Export, Workspace};
use assert_cmd::Command;
use serde_json::{Value, json};
use std::process::Output;
use tempfile::TempDir;

/// Runs the program in a folder where no settings are.
fn preview(export: &Export, args: &[&str]) -> (Output, TempDir) {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("chatferry"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHATFERRY_") {
            command.env_remove(name);
        }
    }
    command.current_dir(home.path()).arg("preview").arg(&export.path).args(args);
    (command.output().unwrap(), home)
}

fn shown(export: &Export, args: &[&str]) -> String {
    let (output, _) = preview(export, args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn page(export: &Export, channel: &str) -> String {
    let (output, home) = preview(export, &["--channel", channel, "--html", "page.html"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(home.path().join("page.html")).unwrap()
}

fn refused(export: &Export, args: &[&str]) -> String {
    let (output, _) = preview(export, args);
    assert_eq!(output.status.code(), Some(4));
    String::from_utf8(output.stderr).unwrap()
}

/// A day with one of everything, and a thread that goes on the day after.
fn workspace() -> Export {
    let file = json!({"files": [{"id": "F1", "name": "plan.pdf", "mode": "hosted", "size": 1_200_000,
        "permalink": "https://acme.example/files/F1"}]});
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .who(json!({"profile": {"real_name": "Cy Gone", "display_name": ""}, "deleted": true}))
        .channel("general", &["U1", "U2"])
        .conversation(json!({"topic": {"value": "Ferries &amp; tides"}}))
        .record(json!({"type": "message", "subtype": "channel_join", "user": "U2",
            "ts": "1600000000.000100", "text": "<@U2> has joined"}))
        .message("U1", "1600000010.000100", "*Hello* <@U2>, _read_ <https://a.example/x?a=1&amp;b=2|this>:\n&gt; a quote\n• one\nand `co*de`\n```let x = a < b;```")
        .react("tada", &["U1", "U2"])
        .react("wave", &["U3"])
        .reply("U2", "1600000070.000100", "1600000010.000100", "~no~ yes &lt;b&gt;")
        .reply("U3", "1600090000.000100", "1600000010.000100", "late, and with no account")
        .message("U2", "1600000300.000100", "edited")
        .with(json!({"edited": {"user": "U2", "ts": "1600000400.000000"}}))
        .message("U1", "1600100000.000100", "see the plan")
        .with(file)
        .zip()
}

#[test]
fn the_terminal_shows_a_conversation_as_it_will_read() {
    let text = shown(&workspace(), &["--channel", "general", "--admin", "admin@acme.example"]);
    assert!(text.lines().all(|line| console::measure_text_width(line) <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_page_shows_the_same_conversation() {
    let page = page(&workspace(), "#general");
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    // The style sheet and its hash are a matter of looks; another test holds them together.
    let (before, rest) = head.split_once("'sha256-").unwrap();
    let (_, after) = rest.split_once('\'').unwrap();
    insta::assert_snapshot!(format!("{before}'sha256-…'{after}<style>…</style>{body}"));
}

#[test]
fn the_style_sheet_is_the_one_that_the_policy_allows_and_loads_nothing() {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let page = page(&workspace(), "general");
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(style));
    assert!(page.contains(&format!("default-src 'none'; style-src 'sha256-{hash}'")));
    for outside in ["url(", "@import", "<script", "<link", "<img", "<iframe", " src=", " style="] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(style.contains("prefers-color-scheme: dark"));
}

/// Everything that somebody might try, in every place that shows what they wrote.
fn hostile() -> Export {
    let evil = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'&amp;\u{202e}gnp.exe\u{1b}[31mred\u{1b}]0;t\u{7}\u{2066}";
    let escaped = "&lt;script&gt;alert(3)&lt;/script&gt; <javascript:alert(4)|click> <https://a.example/\"onmouseover=alert(5)|l> <https://b.example|<b>x</b>>";
    let links = json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "link", "url": "javascript:alert(6)", "text": "press"},
        {"type": "link", "url": "data:text/html,<script>alert(7)</script>"},
        {"type": "link", "url": "https://c.example/'><script>alert(8)</script>", "text": evil},
        {"type": "text", "text": evil, "style": {"code": true}},
        {"type": "emoji", "name": evil},
        {"type": "user", "user_id": "U1"},
    ]}, {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": evil}]}]}]);
    Workspace::new()
        .person("U1", "eve")
        .who(json!({"profile": {"real_name": evil, "display_name": evil, "email": "eve@example.com"}}))
        .channel("evil", &["U1"])
        .conversation(json!({"id": "evil", "name": evil, "topic": {"value": evil}}))
        .message("U1", "1600000000.000100", evil)
        .react("tada", &["U1"])
        .message("U1", "1600000001.000100", escaped)
        .message("U1", "1600000002.000100", "x")
        .with(json!({"blocks": links}))
        .record(json!({"type": "message", "subtype": "bot_message", "username": evil,
            "ts": "1600000003.000100", "text": escaped,
            "attachments": [{"title": evil, "title_link": "javascript:alert(9)", "text": evil}]}))
        .message("U1", "1600000004.000100", "")
        .with(json!({"files": [{"id": evil, "name": evil, "permalink": "javascript:alert(10)", "mode": "hosted"}]}))
        .zip()
}

/// Tags that the page may have as they are.
const TAGS: [&str; 31] = [
    "!doctype html",
    "html lang=\"en\"",
    "html",
    "head",
    "title",
    "style",
    "body",
    "main",
    "header",
    "h1",
    "h2",
    "h2 class=\"day\"",
    "div",
    "p",
    "p dir=\"auto\"",
    "span",
    "bdi",
    "time",
    "section",
    "section class=\"topic\"",
    "article",
    "a",
    "b",
    "i",
    "code",
    "pre",
    "ul",
    "footer",
    "table",
    "tr",
    "td",
];
/// How tags with attributes may begin.
const OPENERS: [&str; 10] = [
    "meta ",
    "div class=\"",
    "p class=\"",
    "span class=\"",
    "ul class=\"",
    "td class=\"",
    "bdi title=\"",
    "li title=\"",
    "time datetime=\"",
    "a href=\"http",
];

/// Looks at one tag, without its brackets. Text has no `<` of its own, attributes no `>`.
fn judge(tag: &str) {
    let name = tag.strip_prefix('/').unwrap_or(tag);
    let known =
        TAGS.contains(&name) || name == "li" || OPENERS.iter().any(|start| tag.starts_with(start));
    assert!(known, "{tag}");
    assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
    let safe_link = "\" rel=\"noopener noreferrer\" target=\"_blank\"";
    assert!(!tag.starts_with("a ") || tag.ends_with(safe_link), "{tag}");
    let names: String = tag.split('"').step_by(2).collect();
    assert!(!names.contains(" on"), "a handler: {tag}");
}

#[test]
fn hostile_text_reaches_neither_browser_nor_terminal() {
    let export = hostile();
    let page = page(&export, "evil");
    for rest in page.split('<').skip(1) {
        judge(rest.split_once('>').unwrap().0);
    }
    for scheme in ["href=\"javascript", "href=\"data"] {
        assert!(!page.contains(scheme), "{scheme}");
    }
    assert!(page.matches("alert(").count() > 10, "it is shown as text");
    let text = shown(&export, &["--channel", "evil"]);
    let listed = shown(&export, &["--channel", "evil", "--json"]);
    let steers = |c: char| {
        let turns =
            ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        turns || (c.is_control() && c != '\n')
    };
    for shown in [&page, &text, &listed] {
        assert!(!shown.chars().any(steers), "{shown:?}");
    }
    assert!(serde_json::from_str::<Value>(&listed).is_ok());
}

#[test]
fn a_conversation_is_found_by_name_or_id_and_a_misspelt_one_suggested() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "one")
        .private("General", &["U1"])
        .message("U1", "1600000000.000200", "two")
        .channel("random", &["U1"])
        .message("U1", "1600000000.000300", "three")
        .dm("D1", &["U1", "U2"])
        .message("U1", "1600000000.000400", "four")
        .zip();
    for (name, says) in [
        ("general", "one"),
        ("#general", "one"),
        ("CGENERAL", "one"),
        ("General", "two"),
        ("RANDOM", "three"),
        ("D1", "four"),
        ("u1, u2", "four"),
    ] {
        assert!(shown(&export, &["--channel", name]).contains(&format!("    {says}\n")), "{name}");
    }
    assert!(refused(&export, &["--channel", "randon"]).contains("did you mean random?"));
    assert!(refused(&export, &["--channel", "GENERAL"]).contains("CGENERAL"));
    assert!(refused(&export, &["--channel", "zzz"]).contains("no conversation is called zzz"));
}

/// A hundred messages, and replies to the third and the fiftieth that came last of all.
fn long() -> Export {
    let mut workspace = Workspace::new().channel("general", &["U1"]);
    for index in 0..100 {
        let ts = format!("{}.000100", 1_600_000_000 + index * 3_600);
        workspace = workspace.message("U1", &ts, &format!("number {index}."));
    }
    let root = |index: i64| format!("{}.000100", 1_600_000_000 + index * 3_600);
    workspace
        .reply("U1", "1601000000.000100", &root(3), "late to three")
        .reply("U1", "1601000001.000100", &root(50), "late to fifty")
        .reply("U1", "1601000002.000100", "1600999999.000100", "an orphan")
        .zip()
}

/// The numbers of the messages that are shown.
fn numbers(export: &Export, args: &[&str]) -> Vec<String> {
    let text = shown(export, &[&["--channel", "general"], args].concat());
    let number =
        |line: &str| Some(line.trim().strip_prefix("number ")?.trim_end_matches('.').to_owned());
    text.lines().filter_map(number).collect()
}

#[test]
fn a_stretch_lies_around_a_message_a_thread_or_a_day_and_else_at_the_end() {
    let export = long();
    assert_eq!(numbers(&export, &["--count", "3"]), ["98", "99"], "and the orphan");
    assert_eq!(
        numbers(&export, &["--count", "4", "--around", "1600180000.000100"]),
        ["48", "49", "50", "51"]
    );
    assert_eq!(
        numbers(&export, &["--count", "4", "--around", "p1600000000000100"]),
        ["0", "1", "2", "3"]
    );
    assert_eq!(numbers(&export, &["--count", "2", "--around", "2020-09-14"]), ["11", "12"]);
    assert_eq!(numbers(&export, &["--count", "2", "--around", "1601000001.000100"]), ["49", "50"]);
    let text =
        shown(&export, &["--channel", "general", "--count", "2", "--around", "1601000001.000100"]);
    assert!(text.contains("late to fifty") && !text.contains("late to three"), "{text}");
    assert!(text.contains("Preview: 3 of 103 messages."), "{text}");
    let (output, _) = preview(&export, &["--channel", "general", "--around", "yesterday"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_preview_says_which_people_it_knows() {
    let export = workspace();
    let home = TempDir::new().unwrap();
    let people = home.path().join("people.csv");
    std::fs::write(&people, "U3,cy@acme.example\nU2,\n").unwrap();
    let people = people.display().to_string();
    let text = shown(&export, &["--channel", "general", "--people", &people]).replace('\n', " ");
    assert!(text.contains("2 of 4 Slack identities have an account (1 assumed from the e-mail address: the Directory was not read yet); the people file people.csv names 2."), "{text}");
    assert!(text.contains("Cy Gone  2020-09-14 13:26"), "{text}");
    assert!(text.contains("*bo:*"), "{text}");
}
