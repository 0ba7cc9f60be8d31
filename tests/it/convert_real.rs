//! Every message of the real exports: none panics, none leaves a raw token, each is accounted for.

use chatferry::convert::{
    BUDGET, Context, Converter, Fate, Known, Loss, Losses, Roster, Settings, find_emoji,
};
use chatferry::ids::Account;
use chatferry::slack::{Export, Message, Options};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn open(name: &str) -> Option<Export> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/exports").join(name);
    if path.exists() {
        return Some(Export::open(&path, &Options::default()).expect("a Slack export"));
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// Gives every second human an account.
fn roster(export: &Export) -> Roster {
    let mut roster = Roster::default();
    for (index, person) in export.people().iter().enumerate() {
        let mapped = index % 2 == 0;
        let known = Known {
            name: String::from(person.shown()),
            account: mapped.then(|| Account::new(&format!("{}@example.com", person.id))),
            user: mapped.then(|| format!("users/{index}")),
            ..Known::default()
        };
        roster.people.insert(person.id.clone(), known);
        if let Some(bot) = &person.bot_id {
            roster.bots.insert(bot.clone(), String::from(person.shown()));
        }
    }
    for conversation in export.conversations() {
        roster.channels.insert(conversation.id.clone(), conversation.name.clone());
    }
    roster
}

#[derive(Debug, Default)]
struct Seen {
    messages: u32,
    posted: u32,
    fates: BTreeMap<&'static str, u32>,
    losses: Losses,
}

fn look(seen: &mut Seen, converter: &Converter, message: &Message) {
    seen.messages += 1;
    let converted = converter.convert(&Context { threads: true }, message);
    let reactions: usize = message.reactions.iter().map(|reaction| reaction.users.len()).sum();
    assert_eq!(converted.reactions.len(), reactions, "{}", message.ts);
    assert_eq!(converted.files.len(), message.files.len(), "{}", message.ts);
    match &converted.fate {
        Fate::Skip(skip) => *seen.fates.entry(skip.code()).or_default() += 1,
        Fate::Post(parts) => {
            seen.posted += 1;
            for part in parts {
                nothing_raw(part, message);
            }
        }
    }
    converted.losses.iter().for_each(|(loss, count)| seen.losses.add_many(loss, count));
}

fn nothing_raw(part: &str, message: &Message) {
    assert!(!part.trim().is_empty(), "{} is empty", message.ts);
    assert!(serde_json::to_string(part).is_ok_and(|json| json.len() <= BUDGET + 2));
    for token in
        ["<@", "<#C", "<!here", "<!channel", "<!everyone", "<!subteam", "<users/all", "=xox"]
    {
        assert!(!part.contains(token), "{token} in {}", message.ts);
    }
    for word in prose(part).split(|c: char| !c.is_ascii_lowercase() && c != ':' && c != '_') {
        let name = word.strip_prefix(':').and_then(|word| word.strip_suffix(':'));
        let standard = name.is_some_and(|name| find_emoji(name).is_some());
        assert!(!standard, "{word} in {}", message.ts);
    }
    let typed = |escape: &str| message.text.contains(&escape.replace('&', "&amp;"));
    for escape in ["&lt;", "&gt;"] {
        assert!(!part.contains(escape) || typed(escape), "{escape} in {}", message.ts);
    }
}

/// Leaves out code and addresses, where colons are colons.
fn prose(part: &str) -> String {
    let outside_fences = part.split("```").step_by(2);
    let outside_code = outside_fences.flat_map(|text| text.split('`').step_by(2));
    let words = outside_code.flat_map(str::split_whitespace);
    words.filter(|word| !word.contains("://")).collect::<Vec<_>>().join(" ")
}

/// Every message that says anything is posted or left out by name, and what is lost is named.
#[test]
fn real_exports_are_converted_without_a_raw_token() {
    let mut told = String::new();
    for name in ["houston-2016.zip", "haskell-jp.zip", "bot-cards.zip"] {
        let Some(export) = open(name) else { return };
        let converter = Converter::new(roster(&export), Settings::default());
        let (mut seen, mut scratch) = (Seen::default(), Vec::new());
        for conversation in export.conversations() {
            for day in export.days(conversation) {
                let day = export.read_day(&day, &mut scratch);
                day.messages.iter().for_each(|message| look(&mut seen, &converter, message));
            }
        }
        assert_eq!(seen.posted + seen.fates.values().sum::<u32>(), seen.messages);
        assert_eq!(seen.losses.count(Loss::BlocksUnreadable), 0, "{name}");
        let _ = writeln!(told, "## {name}\n{} of {} messages posted", seen.posted, seen.messages);
        for (code, count) in &seen.fates {
            let _ = writeln!(told, "left out: {code} {count}");
        }
        for (loss, count) in seen.losses.iter() {
            let _ = writeln!(told, "lost: {} {count}", loss.code());
        }
    }
    insta::assert_snapshot!(told);
}
