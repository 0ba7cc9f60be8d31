//! Authors without an account: who speaks for them, by class, and what is said of it.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Change, Dialects, Options, Person};
use serde_json::{Value, json};

/// One author of each class, beside Ana, who has an account.
fn authors() -> Export {
    let profile = json!({"user": "U404", "user_profile": {"real_name": "Zoe Zimt"}});
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "old")
        .who(json!({"deleted": true, "profile": {"real_name": "Old Hand", "email": "old@hidden.example"}}))
        .person("U3", "guest")
        .who(json!({"is_restricted": true, "profile": {"real_name": "Gus Guest", "email": "gus@example.com"}}))
        .person("U4", "flo")
        .who(json!({"profile": {"real_name": "Flo Partner", "email": "flo@partner.example"}}))
        .person("U5", "new")
        .who(json!({"profile": {"real_name": "new@hidden.example"}}))
        .person("U6", "sue")
        .channel("general", &["U1", "U3", "U5", "U6"])
        .message("U1", "1600000000.000100", "hello")
        .reply("U2", "1600000001.000100", "1600000001.000100", "deactivated")
        .reply("U2", "1600000001.000200", "1600000001.000100", "and answers")
        .message("U3", "1600000002.000100", "guest")
        .message("U4", "1600000003.000100", "external")
        .message("U5", "1600000004.000100", "active")
        .message("U6", "1600000005.000100", "suspended in Google")
        .message("U404", "1600000006.000100", "unknown")
        .with(profile)
        .message("U2", "1600000007.000100", "alone")
        .zip()
}

/// An organisation with Ana, an archive account, and Sue, who is suspended.
async fn rig(settings: &str) -> Rig {
    let dialects = Dialects { author_must_be_member: true, ..Dialects::default() };
    let rig = Rig::with(&["ana", "archive"], Options { dialects, ..Options::default() }).await;
    let sue = Person { suspended: true, ..Person::default() };
    rig.emulator().add_person(Person { email: "sue@example.com".to_owned(), ..sue });
    std::fs::create_dir_all(rig.work()).expect("a folder");
    std::fs::write(rig.work().join("settings.toml"), settings).expect("written");
    rig
}

/// Returns who posted what, in order.
fn posts(rig: &Rig) -> Vec<String> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let post =
        |line: Value| Some(format!("{} | {}", line["sender"].as_str()?, line["text"].as_str()?));
    lines.filter_map(post).collect()
}

async fn account(rig: &Rig) -> Value {
    let output = rig.run(&["status", "--json"]).await;
    let line = text(&output.stdout);
    serde_json::from_str::<Value>(line.lines().last().expect("a report")).expect("JSON")["account"]
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_c4_c6_without_a_choice_the_admin_speaks_for_all_and_names_them() {
    let (rig, export) = (rig("").await, authors());
    rig.whole(&export.path).await;
    insta::assert_snapshot!(posts(&rig).join("\n"));
    assert!(!rig.emulator().canonical().contains("hidden.example"), "C9: an address stays hidden");
    insta::assert_snapshot!(account(&rig).await["unmatched"].to_string());
}

const CHOSEN: &str =
    "authors = \"deactivated=skip, guest=app, external=archive@example.com, unknown=skip\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn c3_c4_c6_each_class_is_spoken_for_as_the_admin_chose() {
    let (rig, export) = (rig(CHOSEN).await, authors());
    let path = export.path.display().to_string();
    rig.ok(&["run", &path]).await;
    let told = rig.ok(&["status"]).await;
    rig.whole_again().await;
    insta::assert_snapshot!(posts(&rig).join("\n"));
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
    let account = account(&rig).await;
    let skipped = account["skipped"].as_array().expect("a list");
    let left_out = skipped.iter().find(|one| one["code"] == "author_left_out");
    assert_eq!(left_out.map(|one| &one["count"]), Some(&json!(4)), "{skipped:?}");
    let said = told.split("\n\n").find(|part| part.starts_with("Messages of authors"));
    insta::assert_snapshot!(said.unwrap_or(&told));
    let members: Vec<String> = rig.members().into_values().flatten().collect();
    assert_eq!(members, ["ana@example.com"], "who speaks for others is no member");
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_preview_and_rehearsal_show_what_a_choice_does() {
    let (rig, export) = (rig(CHOSEN).await, authors());
    let path = export.path.display().to_string();
    // From then on the Directory is known.
    rig.ok(&["run", &path]).await;
    let inspected = rig.ok(&["inspect", &path]).await;
    let table = inspected.find("authors without an account").expect("the table");
    let table = &inspected[table..];
    insta::assert_snapshot!(&table[..table.find("\n\n").unwrap_or(table.len())]);
    let shown = rig.ok(&["preview", &path, "--channel", "general", "--count", "9"]).await;
    assert!(shown.contains("archive  12:26\n    *Flo Partner:* external"), "{shown}");
    assert!(!shown.contains("alone"), "{shown}");
    let mut rehearse = rig.command(&["rehearse", &path, "--authors", "unknown=archive@x.example"]);
    for name in ["WORK", "KEY", "API", "ADMIN"] {
        rehearse.env_remove(format!("CHATFERRY_{name}"));
    }
    let rehearsed = text(&rehearse.output().expect("it starts").stdout);
    let rehearsed = rehearsed.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(rehearsed.contains("1 unknown by archive@x.example"), "{rehearsed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_with_addresses_only_where_that_was_asked_for() {
    let (rig, export) = (rig("attribution = \"email\"\n").await, authors());
    rig.whole(&export.path).await;
    let posts = posts(&rig).join("\n");
    assert!(posts.contains("*Flo Partner (flo@partner.example):* external"), "{posts}");
    assert!(posts.contains("*Zoe Zimt:* unknown"), "{posts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_can_not_speak_for_others_is_refused_before_anything_is_sent() {
    for (who, why) in [
        ("sue@example.com", "the account is suspended"),
        ("ghost@example.com", "is no account of the organisation"),
    ] {
        let (rig, export) = (rig(&format!("bots = \"{who}\"\n")).await, authors());
        let output = rig.run(&["run", &export.path.display().to_string()]).await;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains(who) && said.contains(why), "{said}");
        assert!(said.contains("hint: name an account that can be used"), "{said}");
        assert_eq!(rig.emulator().stats().of("spaces.create"), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_stands_in_for_a_chosen_account_that_goes_away_and_names_the_author_once() {
    let (rig, export) = (rig("authors = \"external=archive@example.com\"\n").await, authors());
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    rig.emulator()
        .change_after("spaces.create", 1, Change::SuspendUser("archive@example.com".to_owned()))
        .expect("a good change");
    rig.ok(&["run"]).await;
    let posts = posts(&rig).join("\n");
    assert!(posts.contains("admin@example.com | *Flo Partner:* external"), "{posts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chosen_account_that_alone_speaks_for_others_was_a_member_while_they_wrote() {
    let rig = rig("authors = \"external=archive@example.com\"\n").await;
    let flo = json!({"profile": {"real_name": "Flo Partner", "email": "flo@partner.example"}});
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U4", "flo")
        .who(flo)
        .channel("general", &["U1"])
        .message("U4", "1600000003.000100", "external")
        .zip();
    rig.whole(&export.path).await;
    assert_eq!(posts(&rig), ["archive@example.com | *Flo Partner:* external"]);
}
