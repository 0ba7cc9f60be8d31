//! Custom emoji, from a folder of pictures to texts and reactions in Chat: the real program, over
//! HTTP, against the emulated Chat.

use crate::crash_support::died;
use crate::emulator_client::ALICE;
use crate::rig::{ADMIN, Rig, text};
use crate::support::{Export, Workspace};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chatferry::emulator::{Action, Content, Fault, Options, Quotas};
use image::codecs::gif::GifEncoder;
use image::{Frame, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::Instant;

const CREATE: &str = "customEmojis.create";
const GET: &str = "customEmojis.get";

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbaImage::from_pixel(width, height, Rgba([0, 90, 200, 255]));
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A picture of two frames.
fn moving(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for shade in [0, 255] {
        let frame = RgbaImage::from_pixel(side, side, Rgba([shade, 0, 0, 255]));
        encoder.encode_frame(Frame::new(frame)).unwrap();
    }
    drop(encoder);
    bytes
}

fn folder(files: &[(&str, Vec<u8>)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Pictures of every kind, and Slack's list with other names of them.
fn gallery() -> TempDir {
    let list = json!({"ok": true, "emoji": {
        "party-parrot": "https://emoji.example/1.gif", "polly": "alias:party-parrot",
        "yes": "alias:thumbsup", "nowhere": "https://emoji.example/2.png",
    }});
    folder(&[
        ("party-parrot.gif", moving(64)),
        ("tiny__dance.gif", moving(20)),
        ("wide.png", png(300, 20)),
        ("taken.png", png(64, 64)),
        ("unused.png", png(64, 64)),
        ("broken.png", b"no picture".to_vec()),
        ("huge.png", png(4_097, 2)),
        ("emoji.json", list.to_string().into_bytes()),
    ])
}

fn export() -> Export {
    let blocks = json!([{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
        {"type": "text", "text": "typed :wide: and meant "},
        {"type": "emoji", "name": "wide"},
        {"type": "emoji", "name": "nowhere"},
    ]}]}]);
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "Hi :party-parrot::polly: *all :yes:*, :tiny__dance:!")
        .react("party-parrot", &["U1", "U2"])
        .react("polly", &["U1"])
        .react("taken", &["U2"])
        .react("broken", &["U2"])
        .react("yes", &["U2"])
        .message("U2", "1600000010.000100", ":broken: :huge: `:wide:` 10:30:45 :unheard_of:")
        .message("U2", "1600000020.000100", "fallback")
        .with(json!({ "blocks": blocks }))
        .zip()
}

/// A text and its reactions.
type Post = (String, Vec<String>);

/// What stands in Chat: texts with their reactions, and who made which emoji.
fn standing(rig: &Rig) -> (Vec<Post>, BTreeMap<String, String>) {
    let (mut texts, mut emoji) = (Vec::new(), BTreeMap::new());
    for line in rig.emulator().canonical().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
        if line["text"].is_string() {
            let all = line["reactions"].as_array().cloned().unwrap_or_default();
            let all = all.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
            texts.push((word("text"), all));
        } else if line["emoji"].is_string() {
            emoji.insert(word("emoji"), word("by"));
        }
    }
    (texts, emoji)
}

/// Puts an emoji into Chat, as somebody of the organisation might have done; returns its uid.
async fn put(rig: &Rig, name: &str) -> String {
    let token = rig.api.token(Some(ALICE), &["chat.customemojis"]).await;
    let picture = STANDARD.encode(png(64, 64));
    let emoji =
        json!({ "emojiName": name, "payload": { "filename": "a.png", "fileContent": picture } });
    let made = rig.api.post("/v1/customEmojis", &token, emoji).await;
    made.body["uid"].as_str().unwrap().to_owned()
}

async fn uid(rig: &Rig, name: &str) -> String {
    let token = rig.api.token(Some(ALICE), &["chat.customemojis"]).await;
    let found = rig.api.get(&format!("/v1/customEmojis/:{name}:"), &token).await;
    found.body["uid"].as_str().unwrap().to_owned()
}

fn run<'a>(export: &'a str, emoji: &'a str) -> [&'a str; 4] {
    ["run", export, "--emoji", emoji]
}

/// Takes the lines of a report together again.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_pictures_become_custom_emoji_in_texts_and_reactions() {
    let (rig, gallery, export) = (Rig::start(&["u1", "u2", "alice"]).await, gallery(), export());
    let taken = put(&rig, ":taken:").await;
    let planned = rig.ok(&["plan", &shown(&export.path), "--emoji", &shown(gallery.path())]).await;
    for words in [
        "The custom emoji in broken.png can't be used: it is no PNG, JPEG or GIF. hint: save it as",
        "The custom emoji in huge.png can't be used: it has more than 4,096 pixels a side.",
        "4 custom emoji are used and will be made in Chat, one a second.",
    ] {
        assert!(flat(&planned).contains(words), "{words}: {planned}");
    }
    assert_eq!(rig.emulator().stats().of(CREATE), 1, "a plan makes nothing");
    let sent = rig.ok(&["run"]).await;
    assert!(sent.contains("3 custom emoji are made, 1 were there already."), "{sent}");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    let (texts, emoji) = standing(&rig);
    let by = |who: &str| who.to_owned();
    let made =
        [":party-parrot:", ":tiny_dance:", ":wide:"].map(|name| (name.to_owned(), by(ADMIN)));
    let mut all = BTreeMap::from(made);
    all.insert(":taken:".to_owned(), by(ALICE));
    assert_eq!(emoji, all, "those that are used, and no other");
    let (parrot, dance, wide) =
        (uid(&rig, "party-parrot").await, uid(&rig, "tiny_dance").await, uid(&rig, "wide").await);
    let token = |uid: &str| format!("<customEmojis/{uid}>");
    let (parrots, dances) = (token(&parrot).repeat(2), token(&dance));
    let rest = "_Reactions in Slack: :broken: u2_";
    assert_eq!(texts[0].0, format!("Hi {parrots} *all 👍*, {dances}!\n{rest}"));
    assert_eq!(texts[1].0, ":broken: :huge: `:wide:` 10:30:45 :unheard_of:");
    assert_eq!(texts[2].0, format!("typed :wide: and meant {}:nowhere:", token(&wide)));
    let custom = |uid: &str, who: &str| format!("custom:{uid} {who}@example.com");
    let mut reactions = vec![
        custom(&parrot, "u1"),
        custom(&parrot, "u2"),
        custom(&taken, "u2"),
        "👍 u2@example.com".to_owned(),
    ];
    reactions.sort_unstable();
    assert_eq!(texts[0].1, reactions);
    let losses = rig.ok(&["status", "--losses"]).await;
    for words in ["emoji_still", "custom_emoji", "reactions_as_text", "duplicate_reaction"] {
        assert!(losses.contains(words), "{words}: {losses}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_where_chat_refuses_custom_emoji_their_names_stand_and_nothing_is_stuck() {
    let (gallery, export) = (gallery(), export());
    for (fault, reason) in [
        (Fault::on(CREATE).before(Action::status(403)), "custom_emoji_forbidden"),
        (Fault::on(CREATE).forever().before(Action::status(400)), "custom_emoji_refused"),
    ] {
        let rig = Rig::start(&["u1", "u2"]).await;
        rig.emulator().arm(fault).unwrap();
        let sent = rig.ok(&run(&shown(&export.path), &shown(gallery.path()))).await;
        rig.ok(&["verify"]).await;
        rig.ok(&["complete"]).await;
        for words in ["4 custom emoji stay words in colons", ":party-parrot:, :taken:", reason] {
            assert!(flat(&sent).contains(words), "{words}: {sent}");
        }
        let (texts, emoji) = standing(&rig);
        assert!(emoji.is_empty());
        assert_eq!(
            texts[0].0,
            "Hi :party-parrot::polly: *all 👍*, :tiny__dance:!\n_Reactions in Slack: :party-parrot: u1, u2 · :polly: u1 · :taken: u2 · :broken: u2_"
        );
        assert_eq!(texts[0].1, ["👍 u2@example.com"]);
        let calls = rig.emulator().stats().of(CREATE);
        assert_eq!(calls, if reason.ends_with("forbidden") { 1 } else { 4 }, "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_what_was_given_up_is_tried_again_for_conversations_that_are_not_begun() {
    let (gallery, export) = (gallery(), small());
    let (export, emoji) = (shown(&export.path), shown(gallery.path()));
    let (golden, rig) = (Rig::start(&["u1", "u2"]).await, Rig::start(&["u1", "u2"]).await);
    let points = gallery.path().join("points");
    for rig in [&golden, &rig] {
        rig.emulator().arm(Fault::on(CREATE).before(Action::status(403))).unwrap();
    }
    assert!(
        wished(&golden, &run(&export, &emoji), &format!("count:{}", points.display()))
            .await
            .status
            .success()
    );
    let points = std::fs::read_to_string(points).unwrap();
    let last =
        points.lines().collect::<Vec<_>>().iter().rposition(|point| *point == "emoji").unwrap();
    // It dies when all are given up and nothing is sent yet; then custom emoji are allowed.
    let output = wished(&rig, &run(&export, &emoji), &format!("at:{}", last + 2)).await;
    assert!(died(&output) && standing(&rig).0.is_empty());
    rig.ok(&["run"]).await;
    assert_eq!(standing(&rig).1.len(), 2);
    assert!(standing(&rig).0[0].0.starts_with("Hi <customEmojis/"));
    golden.ok(&["run"]).await;
    let stays = "Hi :party-parrot:\n_Reactions in Slack: :wide: u2_";
    assert_eq!(standing(&golden).0[0].0, stays, "what was begun stays as it is");
    assert_eq!(golden.emulator().stats().of(CREATE), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_f8_an_emoji_whose_answer_was_lost_is_found_by_its_name() {
    let (rig, gallery, export) = (Rig::start(&["u1", "u2"]).await, gallery(), export());
    rig.emulator().arm(Fault::on(CREATE).nth(2).after(Action::Close)).unwrap();
    rig.emulator().arm(Fault::on(CREATE).nth(4).before(Action::status(503))).unwrap();
    rig.emulator().arm(Fault::on(GET).before(Action::status(200).with(Content::Html))).unwrap();
    let sent = rig.ok(&run(&shown(&export.path), &shown(gallery.path()))).await;
    assert!(sent.contains("3 custom emoji are made, 1 were there already."), "{sent}");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(standing(&rig).1.len(), 4);
}

/// A conversation of two messages: the points at which a run may die are few.
fn small() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "Hi :party-parrot:")
        .react("wide", &["U2"])
        .zip()
}

async fn wished(rig: &Rig, words: &[&str], wish: &str) -> std::process::Output {
    let mut command = rig.command(words);
    command.env("CHATFERRY_LANES", "1").env("CHATFERRY_WINDOW", "1").env("CHATFERRY_CRASH", wish);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_f8_dying_while_emoji_are_made_changes_nothing() {
    let (gallery, export) = (gallery(), small());
    let (export, emoji) = (shown(&export.path), shown(gallery.path()));
    let golden = Rig::start(&["u1", "u2"]).await;
    let points = gallery.path().join("points");
    let count = format!("count:{}", points.display());
    let counted = wished(&golden, &run(&export, &emoji), &count).await;
    assert!(counted.status.success());
    golden.ok(&["verify"]).await;
    golden.ok(&["complete"]).await;
    let points = std::fs::read_to_string(points).unwrap();
    let points: Vec<&str> = points.lines().collect();
    let first = points.iter().position(|point| *point == "emoji").unwrap();
    let last = points.iter().rposition(|point| *point == "emoji").unwrap();
    assert_eq!(points.iter().filter(|point| **point == "emoji").count(), 4, "two are made");
    let near = points.iter().enumerate().take(last + 5).skip(first.saturating_sub(3));
    for (at, point) in near {
        let rig = Rig::start(&["u1", "u2"]).await;
        let output = wished(&rig, &run(&export, &emoji), &format!("at:{}", at + 1)).await;
        assert!(died(&output), "point {at}, {point}");
        rig.ok(&run(&export, &emoji)).await;
        rig.ok(&["verify"]).await;
        rig.ok(&["complete"]).await;
        let (left, expected) = (rig.emulator().canonical(), golden.emulator().canonical());
        assert_eq!(left, expected, "died at {point}");
        assert!(rig.emulator().stats().of(CREATE) <= 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_f8_a_ledger_made_anew_finds_the_emoji_and_sends_nothing_twice() {
    let (rig, gallery, export) = (Rig::start(&["u1", "u2"]).await, gallery(), small());
    rig.ok(&run(&shown(&export.path), &shown(gallery.path()))).await;
    let before = rig.emulator().canonical();
    std::fs::remove_file(rig.work().join("ledger.sqlite")).unwrap();
    rig.ok(&["ledger", "rebuild", &shown(&export.path)]).await;
    for command in ["run", "verify"] {
        rig.ok(&[command]).await;
    }
    assert_eq!(rig.emulator().canonical(), before);
    assert_eq!(rig.emulator().stats().with(CREATE, 409), 2, "both were there");
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_one_custom_emoji_a_second_is_made_as_google_asks() {
    let options = Options { quotas: Quotas::Scaled(2.0), ..Options::default() };
    let (rig, gallery, export) = (Rig::paced(&["u1", "u2"], options).await, gallery(), export());
    let mut command = rig.command(&run(&shown(&export.path), &shown(gallery.path())));
    command.env("CHATFERRY_PACE", "2x");
    let began = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(began.elapsed() > Duration::from_secs(1), "four of them, two a second");
    assert_eq!(rig.emulator().stats().of(CREATE), 4, "none was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_the_right_to_make_emoji_is_asked_for_only_where_they_are_given() {
    let url = |scope: &str| format!("https://www.googleapis.com/auth/{scope}");
    let few = ["chat.import", "admin.directory.user.readonly"].map(url).to_vec();
    let options = || Options { delegated: Some(few.clone()), ..Options::default() };
    let (gallery, export) = (gallery(), export());
    let without = Rig::with(&["u1", "u2"], options()).await;
    without.ok(&["run", &shown(&export.path)]).await;
    let rig = Rig::with(&["u1", "u2"], options()).await;
    let refused = rig.run(&run(&shown(&export.path), &shown(gallery.path()))).await;
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains(&url("chat.customemojis")), "{said}");
    assert_eq!(rig.emulator().stats().of("spaces.create"), 0, "nothing is sent before");
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_a_gallery_that_is_none_is_refused_with_a_hint() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, small());
    let wrong = folder(&[("emoji.json", br#"{"ok":false,"error":"not_authed"}"#.to_vec())]);
    let list = shown(&wrong.path().join("emoji.json"));
    for (path, words) in [
        ("nowhere-at-all", "the custom emoji in nowhere-at-all can't be read"),
        (list.as_str(), "is no list of custom emoji: Slack refused to list the emoji: not_authed"),
    ] {
        let refused = rig.run(&["plan", &shown(&export.path), "--emoji", path]).await;
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(4), "{said}");
        assert!(said.contains(words) && said.contains("hint: "), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_a_plan_wants_only_what_it_still_uses() {
    let (rig, gallery, export) = (Rig::start(&["u1", "u2"]).await, gallery(), small());
    let (export, emoji) = (shown(&export.path), shown(gallery.path()));
    let words = ["plan", &export, "--emoji", &emoji];
    assert!(flat(&rig.ok(&words).await).contains("2 custom emoji are used and will be made"));
    std::fs::remove_file(gallery.path().join("wide.png")).unwrap();
    assert!(flat(&rig.ok(&words).await).contains("1 custom emoji is used and will be made"));
}

#[tokio::test(flavor = "multi_thread")]
async fn b6_f8_a_picture_that_was_away_while_the_run_died_is_wanted_again() {
    let (gallery, export) = (gallery(), small());
    let (export, emoji) = (shown(&export.path), shown(gallery.path()));
    let (there, away) = (gallery.path().join("wide.png"), gallery.path().join("wide.away"));
    for at in 1..8 {
        let rig = Rig::start(&["u1", "u2"]).await;
        rig.ok(&["plan", &export, "--emoji", &emoji]).await;
        std::fs::rename(&there, &away).unwrap();
        let output = wished(&rig, &run(&export, &emoji), &format!("at:{at}")).await;
        std::fs::rename(&away, &there).unwrap();
        assert!(died(&output) && standing(&rig).0.is_empty(), "{at}");
        rig.ok(&run(&export, &emoji)).await;
        assert_eq!(standing(&rig).1.len(), 2, "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_however_often_google_says_wait_no_emoji_is_given_up() {
    let (rig, gallery, export) = (Rig::start(&["u1", "u2"]).await, gallery(), small());
    let (export, emoji) = (shown(&export.path), shown(gallery.path()));
    rig.emulator().arm(Fault::on(CREATE).times(8).before(Action::status(429))).unwrap();
    let sent = rig.ok(&run(&export, &emoji)).await;
    assert!(sent.contains("2 custom emoji are made"), "waiting is no answer: {sent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_a_preview_shows_the_emoji_by_name() {
    let (rig, gallery, export) = (Rig::start(&["u1"]).await, gallery(), export());
    let words = [
        "preview",
        &shown(&export.path),
        "--channel",
        "general",
        "--emoji",
        &shown(gallery.path()),
    ];
    let text = rig.ok(&words).await;
    assert!(text.contains("Hi :party-parrot::party-parrot: *all 👍*, :tiny_dance:!"), "{text}");
    assert!(text.contains("[:party-parrot: 2]"), "{text}");
}
