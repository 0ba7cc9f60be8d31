//! Who may find which space, conversation by conversation; and what becomes of a wish that changes
//! between the plan and completion. Through the real program.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::Options;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

const OUTSIDE: &str = "ext@elsewhere.example";
const OPEN: &str = "audience = \"default\"\nexternal = \"invite\"\n";
const SHUT: &str = "audience = \"none\"\nexternal = \"leave_out\"\n";

/// Two public channels, one with a guest of Slack's who has an account; a private channel with
/// somebody from outside.
fn workspace() -> Export {
    let outside =
        json!({"is_restricted": true, "profile": {"display_name": "ext", "email": OUTSIDE}});
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .who(json!({"is_restricted": true}))
        .person("U5", "ext")
        .who(outside)
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .channel("town", &["U1"])
        .message("U1", "1600000001.000100", "hello")
        .private("deal", &["U1", "U5"])
        .message("U5", "1600000002.000100", "from outside")
        .zip()
}

async fn rig(options: Options, settings: &str) -> (Rig, Export) {
    let audiences = ["audiences/default", "audiences/XYZ"].map(str::to_owned).to_vec();
    let options = Options { outsiders: vec![OUTSIDE.to_owned()], audiences, ..options };
    let rig = Rig::with(&["ana", "bo"], options).await;
    rig.settings(settings);
    (rig, workspace())
}

async fn sent(options: Options, settings: &str) -> (Rig, Export) {
    let (rig, export) = rig(options, settings).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    (rig, export)
}

fn flat(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns who can find each space, by its name.
fn found(rig: &Rig) -> BTreeMap<String, Option<String>> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let spaces = lines.filter(|line| line["space"].is_string());
    spaces.map(|line| (word(&line["name"]).expect("a name"), word(&line["audience"]))).collect()
}

fn nobody_finds_any(rig: &Rig) {
    assert!(found(rig).values().all(Option::is_none), "{:?}", found(rig));
}

fn table(rig: &Rig) -> String {
    fs::read_to_string(rig.work().join("channels.csv")).expect("written")
}

async fn edited(rig: &Rig, table: &str) -> (Option<i32>, String) {
    fs::write(rig.work().join("channels.csv"), table).expect("room");
    let output = rig.run(&["channels", "import"]).await;
    (output.status.code(), flat(&format!("{}{}", text(&output.stdout), text(&output.stderr))))
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_d4_a_public_channel_has_its_own_audience_or_none_and_no_other_conversation_may() {
    let (rig, export) = rig(Options::default(), OPEN).await;
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    rig.ok(&["channels", "export"]).await;
    let before = table(&rig);
    assert!(
        before.contains("GENERAL,public,general,general,space,audiences/default,,2"),
        "{before}"
    );
    assert!(before.contains("GDEAL,private,deal,deal,space,,,2"), "{before}");
    for (bad, why) in [
        (
            before.replace("deal,space,,", "deal,space,default,"),
            "line 4: deal is no public channel",
        ),
        (
            before.replace("audiences/default,,2", "everyone,,2"),
            "audience is \"everyone\", want none",
        ),
    ] {
        let (code, said) = edited(&rig, &bad).await;
        assert_eq!(code, Some(4), "{said}");
        assert!(said.contains(why), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
    }
    let good = before.replace("audiences/default,,2", "none,,2");
    let good = good.replace("audiences/default,,1", "audiences/XYZ,,1");
    let good = good.replace("deal,space,,", "deal,space,none,");
    let (code, said) = edited(&rig, &good).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("general can be found by its members alone."), "{said}");
    assert!(said.contains("town can be found by audiences/XYZ."), "{said}");
    assert!(said.contains("2 conversations change"), "{said}");
    rig.ok(&["channels", "export", "--force"]).await;
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    // A table of before, which has no such column, changes none of it.
    let old = "slack_id,space_name,include\nCTOWN,town,yes\n";
    assert!(edited(&rig, old).await.1.contains("Nothing changes."));
    rig.ok(&["complete"]).await;
    let found = found(&rig);
    assert_eq!(found["general"], None);
    assert_eq!(found["town"].as_deref(), Some("audiences/XYZ"));
    assert_eq!(found["deal"], None);
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_d5_an_audience_and_an_invitation_that_are_taken_back_before_completion_are_not_opened()
{
    let (rig, _export) = sent(Options::default(), OPEN).await;
    let told = rig.ok(&["access"]).await;
    assert!(
        told.contains("2  of them public channels that the chosen audience can find"),
        "{told}"
    );
    assert!(told.contains("1  Slack guests with accounts"), "{told}");
    assert!(told.contains("invited  ext (U5), ext@elsewhere.example"), "{told}");
    assert!(rig.ok(&["status"]).await.contains("To be invited from outside: ext (deal)."));
    let hash = rig.access_hash().expect("a hash");
    rig.settings(SHUT);
    let output = rig.run(&["complete", "--yes", &hash]).await;
    assert_eq!(output.status.code(), Some(4), "that yes was to more");
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    let said = rig.run(&["complete"]).await;
    let said = flat(&format!("{}{}", text(&said.stdout), text(&said.stderr)));
    assert!(said.contains("No audience will find 2 spaces: that was taken back."), "{said}");
    assert!(said.contains("Taken back: 1 invitation of people from outside."), "{said}");
    assert!(said.contains("From outside, and left out: ext (deal)."), "{said}");
    nobody_finds_any(&rig);
    assert!(!rig.emulator().canonical().contains(OUTSIDE));
    // Taken back is not for good: what was frozen is owed again by name, and with the wish for it.
    rig.settings(OPEN);
    rig.ok(&["retry", "--reason", "audience_taken_back"]).await;
    rig.ok(&["retry", "--reason", "external"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(found(&rig)["town"].as_deref(), Some("audiences/default"));
    assert!(rig.members()["deal"].contains(OUTSIDE));
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_one_channels_audience_is_taken_back_in_the_workbook_while_it_is_not_open() {
    let (rig, _export) = sent(Options::default(), OPEN).await;
    rig.ok(&["channels", "export"]).await;
    let none = table(&rig).replace("audiences/default,,2", "none,,2");
    let other = table(&rig).replace("audiences/default,,2", "audiences/XYZ,,2");
    let (_, said) = edited(&rig, &other).await;
    assert!(said.contains("general is begun: it stays as it began."), "{said}");
    let (_, said) = edited(&rig, &none).await;
    assert!(said.contains("general can be found by its members alone."), "{said}");
    rig.ok(&["complete"]).await;
    let found = found(&rig);
    assert_eq!((&found["general"], found["town"].is_some()), (&None, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_d5_what_is_wished_when_it_is_too_late_is_told_and_opens_nothing() {
    let (rig, _export) = sent(Options::default(), SHUT).await;
    rig.settings(OPEN);
    let told = rig.ok(&["access"]).await;
    let audience = "Too late for the audience: 2 spaces were begun without it.";
    assert!(told.contains(audience), "{told}");
    assert!(told.contains("Too late for people from outside: 1 space was made"), "{told}");
    rig.ok(&["complete"]).await;
    nobody_finds_any(&rig);
    assert!(!rig.emulator().canonical().contains(OUTSIDE));
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_an_invitation_that_chat_refuses_is_told_by_name_with_what_to_do() {
    let options = Options { external_invites: false, ..Options::default() };
    let (rig, _export) = sent(options, OPEN).await;
    let output = rig.run(&["complete"]).await;
    let said = flat(&text(&output.stdout));
    assert!(said.contains("Chat refused to invite them: ext (deal)."), "{said}");
    assert!(said.contains("chatferry retry --reason external"), "{said}");
    assert_eq!(rig.members()["deal"].len(), 1);
    assert_eq!(found(&rig)["general"].as_deref(), Some("audiences/default"), "others go on");
}
