//! The sample export: one of each kind of conversation, person, message and file.

use chatferry::cli::inspect;
use chatferry::ids::SlackUserId;
use chatferry::slack::inventory::{Inventory, Progress};
use chatferry::slack::{Export, FileMode, Kind, Message, Options, PersonKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn sample() -> Export {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exports/sample");
    Export::open(&path, &Options::default()).expect("the sample")
}

fn messages(export: &Export, conversation: &str) -> Vec<Message> {
    let one = export
        .conversations()
        .iter()
        .find(|one| one.id.as_str() == conversation)
        .expect("in the sample");
    let mut scratch = Vec::new();
    export.days(one).flat_map(|day| export.read_day(&day, &mut scratch).messages).collect()
}

#[test]
fn the_sample_is_clean_and_has_one_of_each() {
    let export = sample();
    let inventory = Inventory::take(&export, &mut |_| {});
    assert_eq!((inventory.content.unreadable.records, inventory.content.unreadable.days), (0, 0));
    let kinds: BTreeSet<Kind> = export.conversations().iter().map(|one| one.kind).collect();
    assert_eq!(kinds.len(), 5);
    let people: BTreeSet<PersonKind> = export.people().iter().map(|one| one.kind).collect();
    assert_eq!(people.len(), 4);
    let modes: Vec<FileMode> = inventory.content.files.keys().copied().collect();
    assert_eq!(modes.len(), 6, "{modes:?}");
    insta::assert_snapshot!(inspect::table(&inventory, export.findings()));
}

#[test]
fn the_json_is_the_same_inventory() {
    let export = sample();
    let inventory = Inventory::take(&export, &mut |_| {});
    insta::assert_snapshot!(inspect::json(&inventory, export.findings(), None));
}

#[test]
fn progress_ends_where_it_said_it_would() {
    let export = sample();
    let mut last = Progress::default();
    let mut calls = 0;
    let inventory = Inventory::take(&export, &mut |progress| {
        assert!(progress.bytes_done >= last.bytes_done && progress.messages >= last.messages);
        last = progress;
        calls += 1;
    });
    assert_eq!((last.bytes_done, last.conversations_done), (last.bytes, last.conversations));
    assert_eq!(last.messages, inventory.content.messages.total);
    assert!(calls > 20);
}

#[test]
fn old_and_new_ways_of_naming_an_author_are_understood() {
    let export = sample();
    let old: BTreeMap<String, Message> =
        messages(&export, "C0OLDPIER1").into_iter().map(|m| (m.ts.to_string(), m)).collect();
    let comment =
        old.values().find(|m| m.subtype.as_deref() == Some("file_comment")).expect("a comment");
    assert_eq!(comment.author.user.as_ref().map(SlackUserId::as_str), Some("U0ADAQUILL"));
    assert_eq!(comment.extra.comment.as_deref(), Some("That plank has *opinions*."));
    assert_eq!(
        (comment.files.len(), comment.files[0].title.as_deref()),
        (1, Some("Plank 7, before"))
    );
    let vane = old.values().find(|m| m.author.is_bot).expect("a bot");
    assert_eq!(
        (vane.author.bot.as_deref(), vane.author.name.as_deref()),
        (Some("B0WEATHERV"), Some("weather-vane"))
    );
    let closed =
        old.values().find(|m| m.subtype.as_deref() == Some("channel_archive")).expect("archived");
    assert_eq!(closed.extra.members.len(), 2);
}

#[test]
fn huddles_threads_edits_and_reactions_come_whole() {
    let export = sample();
    let general = messages(&export, "C0GENERAL1");
    let room = general.iter().find_map(|m| m.extra.room.as_ref()).expect("a huddle");
    assert_eq!(
        (room.participants.len(), room.ended.zip(room.started).map(|(end, start)| end - start)),
        (3, Some(1_320))
    );
    let replies = general.iter().filter(|m| m.thread.is_some_and(|root| root != m.ts)).count();
    assert_eq!(replies, 8);
    let edited = general.iter().find_map(|m| m.edited.as_ref()).expect("an edit");
    assert_eq!(edited.user.as_ref().map(SlackUserId::as_str), Some("U0BENOKAFO"));
    let tones: Vec<&str> = general
        .iter()
        .flat_map(|m| &m.reactions)
        .map(|r| r.name.as_str())
        .filter(|name| name.contains("::"))
        .collect();
    assert_eq!(tones, ["wave::skin-tone-3", "wave::skin-tone-5"]);
    assert!(general.is_sorted_by_key(|m| m.ts));
}

#[test]
fn blocks_and_attachments_stay_as_they_are() {
    let deck = messages(&sample(), "C0DECKLOGS");
    let card = deck
        .iter()
        .find(|m| m.subtype.as_deref() == Some("bot_message") && m.text.is_empty())
        .expect("a card");
    assert!(card.attachments.as_ref().is_some_and(|raw| raw.contains("High water")));
    assert!(card.blocks.is_none());
    assert!(deck.iter().any(|m| m.text.len() > 30_000));
    assert_eq!(deck.iter().filter(|m| m.text.starts_with("Fuel")).count(), 2);
}
