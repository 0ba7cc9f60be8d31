//! Damage after a run, of every kind that reading can see: `verify` names each, and no other.

use crate::certificate;
use crate::rig::{ADMIN, Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Dialects, Options, Repeat, Tamper};
use serde_json::{Value, json};

const PEOPLE: [&str; 4] = ["u1", "u2", "u3", "u9"];

fn ts(nth: u32) -> String {
    format!("16000000{nth:02}.000100")
}

/// Nine messages and a reply, with reactions to three of them.
fn workspace() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", &ts(1), "secret one")
        .message("U2", &ts(2), "secret two")
        .message("U3", &ts(3), "secret three")
        .message("U1", &ts(4), "secret four")
        .reply("U2", &ts(5), &ts(4), "secret five")
        .message("U1", &ts(6), "secret six")
        .react("wave", &["U1", "U2"])
        .message("U1", &ts(7), "secret seven")
        .react("wave", &["U1"])
        .message("U1", &ts(8), "secret eight")
        .react("heart", &["U2"])
        .message("U3", &ts(9), "secret nine")
        .private("board", &["U1"])
        .message("U1", &ts(1), "elsewhere")
        .zip()
}

/// Removing a reaction takes its name, which this dialect tells.
fn options() -> Options {
    let dialects = Dialects { reaction_repeat: Repeat::Same, ..Dialects::default() };
    Options { dialects, ..Options::default() }
}

async fn sent() -> Rig {
    let rig = Rig::with(&PEOPLE, options()).await;
    rig.ok(&["run", &workspace().path.display().to_string()]).await;
    rig
}

fn email(handle: &str) -> String {
    format!("{handle}@example.com")
}

async fn react(rig: &Rig, message: &str, who: &str, emoji: &str) -> String {
    let token = rig.api.user(&email(who)).await;
    let body = json!({ "emoji": { "unicode": emoji } });
    rig.api.post(&format!("/v1/{message}/reactions"), &token, body).await.name()
}

async fn unreact(rig: &Rig, message: &str, who: &str, emoji: &str) {
    let name = react(rig, message, who, emoji).await;
    let token = rig.api.user(&email(who)).await;
    let gone = rig.api.call("DELETE", &format!("/v1/{name}"), &token, Value::Null).await;
    assert_eq!(gone.status, 200, "{:?}", gone.body);
}

/// Deletes a message, edits one, gives one to somebody else, moves a reply, drops and adds
/// reactions, and has a stranger write.
async fn damage_messages(rig: &Rig) {
    rig.forgive(&["nameless-message", "reply-before-root"]);
    let whole = certificate::of(rig, "CGENERAL");
    let name = |nth| whole.name(&ts(nth));
    let admin = rig.api.user(ADMIN).await;
    let gone = rig.api.call("DELETE", &format!("/v1/{}", name(1)), &admin, Value::Null).await;
    assert_eq!(gone.status, 200, "{:?}", gone.body);
    let author = rig.api.user(&email("u2")).await;
    let path = format!("/v1/{}?updateMask=text", name(2));
    let edited = rig.api.call("PATCH", &path, &author, json!({ "text": "secret too" })).await;
    assert_eq!(edited.status, 200, "{:?}", edited.body);
    assert!(rig.emulator().tamper(&name(3), &Tamper::Author(email("u1"))));
    assert!(rig.emulator().tamper(&name(5), &Tamper::ThreadOf(name(9))));
    unreact(rig, &name(6), "u2", "👋").await;
    unreact(rig, &name(7), "u1", "👋").await;
    react(rig, &name(8), "u3", "🎉").await;
    let stranger = rig.api.user(&email("u9")).await;
    let space = name(1).split("/messages/").next().unwrap().to_owned();
    let body = json!({ "text": "not ours", "createTime": "2020-09-13T12:26:50Z" });
    rig.api.post(&format!("/v1/{space}/messages"), &stranger, body).await.name();
}

/// Gives one person another past, takes one's away, and lets a stranger have been in.
async fn damage_members(rig: &Rig) {
    let whole = certificate::of(rig, "CGENERAL");
    let space = whole.lines.iter().find(|line| line.thing == "space").unwrap().name.clone();
    let admin = rig.api.user(ADMIN).await;
    for handle in ["u2", "u3"] {
        let path = format!("/v1/{space}/members/{}", email(handle));
        let gone = rig.api.call("DELETE", &path, &admin, Value::Null).await;
        assert_eq!(gone.status, 200, "{:?}", gone.body);
    }
    for handle in ["u2", "u9"] {
        let body = json!({
            "member": { "name": format!("users/{}", email(handle)), "type": "HUMAN" },
            "createTime": "2020-09-13T12:26:42.000100Z", "deleteTime": "2020-09-14T00:00:00Z",
        });
        rig.api.post(&format!("/v1/{space}/members"), &admin, body).await.name();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_damage_is_named_item_by_item_and_nothing_else_is() {
    let rig = sent().await;
    rig.ok(&["verify"]).await;
    assert_eq!(certificate::of(&rig, "CGENERAL").wrong(), Vec::<String>::new());
    damage_messages(&rig).await;
    let verdict = rig.run(&["verify"]).await;
    assert_eq!(verdict.status.code(), Some(7), "{}", text(&verdict.stdout));
    let told = certificate::of(&rig, "CGENERAL");
    let stranger = told.lines.iter().find(|line| line.mark == "+" && line.thing == "message");
    assert_eq!(
        told.wrong(),
        [
            format!("* message {} text", ts(2)),
            format!("* message {} author", ts(3)),
            format!("* message {} thread,name", ts(5)),
            format!("* reaction {} 1f44b 1 of 2 count", ts(6)),
            format!("+ message {}", stranger.expect("one").name),
            format!("+ reaction {} 1f389 1", ts(8)),
            format!("- message {} deleted", ts(1)),
            format!("- reaction {} 1f44b 1", ts(7)),
        ]
    );
    let said = text(&verdict.stdout);
    assert!(
        said.starts_with(
            "Not as planned: 6 of 10 planned messages are in Google Chat as planned, 1 unplanned.\n"
        ),
        "{said}"
    );
    assert!(!said.contains("looks good"), "{said}");
    let line = "general: 2 missing, 2 unplanned, 4 different (author 1, count 1, name 1, text 1, thread 1)";
    assert!(said.contains(line), "{said}");
    let shown = said.replace(&rig.work().display().to_string(), "WORK");
    let shown: Vec<&str> = shown.lines().filter(|line| !line.contains("+ message")).collect();
    insta::assert_snapshot!(shown.join("\n"));
    assert_eq!(certificate::of(&rig, "GBOARD").wrong(), Vec::<String>::new());
    // Neither the file nor the screen repeats anybody's words.
    assert!(!said.contains("secret") && !told.text.contains("secret"));
    // The undamaged space may be opened, the damaged one may not.
    assert_eq!(rig.run(&["complete"]).await.status.code(), Some(7));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_membership_with_other_times_missing_or_invented_is_named() {
    let rig = sent().await;
    rig.ok(&["verify"]).await;
    damage_members(&rig).await;
    let verdict = rig.run(&["verify"]).await;
    assert_eq!(verdict.status.code(), Some(7), "{}", text(&verdict.stdout));
    let wrong = certificate::of(&rig, "CGENERAL").wrong();
    let marks: Vec<&str> = wrong.iter().map(|line| &line[..6]).collect();
    assert_eq!(marks, ["* past", "+ past", "- past"], "{wrong:?}");
    assert!(wrong[0].ends_with(" until"), "{wrong:?}");
}
