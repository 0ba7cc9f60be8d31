//! The admin out again of spaces that only the admin could complete.

use crate::rig::{Rig, end, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Options, Person};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

const PEOPLE: [&str; 2] = ["gina", "hal"];
const LEAVES: &str = "spaces.members.delete";

/// Nobody has an account at first. A channel that somebody made who gets one, a private one that
/// somebody made who is gone, one in which nobody is left, and the two alone.
fn export() -> Export {
    Workspace::new()
        .person("U1", "gina")
        .person("U2", "hal")
        .who(json!({"is_restricted": true}))
        .person("U9", "gone")
        .who(json!({"deleted": true, "profile": {"real_name": "Gone"}}))
        .channel("clients", &["U1", "U2"])
        .message("U2", "1600000000.000100", "hello")
        .private("deals", &["U2"])
        .conversation(json!({"creator": "U9"}))
        .message("U2", "1600000010.000100", "hush")
        .channel("lost", &["U9"])
        .message("U9", "1600000020.000100", "nobody is left")
        .dm("D1", &["U1", "U2"])
        .message("U1", "1600000030.000100", "we two")
        .zip()
}

/// Returns the members of each open space: the role by address.
pub(crate) fn roles(rig: &Rig) -> BTreeMap<String, BTreeMap<String, String>> {
    let (mut spaces, mut space) = (BTreeMap::new(), String::new());
    for line in rig.emulator().canonical().lines() {
        let line: Value = serde_json::from_str(line).expect("the dump is JSON");
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        if line["space"].is_string() {
            line["name"].as_str().unwrap_or("direct").clone_into(&mut space);
        } else if line["member"].is_string() {
            let members: &mut BTreeMap<_, _> = spaces.entry(space.clone()).or_default();
            let role = word("role").replace("ROLE_", "").to_lowercase();
            members.insert(word("member").replace("@example.com", ""), role);
        }
    }
    spaces
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn said(output: &Output) -> String {
    flat(&format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// Completes it all as the admin, who is the only one with an account.
async fn completed(options: Options) -> (Rig, Export) {
    let (rig, export) = (Rig::with(&[], options).await, export());
    rig.whole(&export.path).await;
    assert_eq!(with_admin(&rig), ["clients", "deals", "direct", "lost"]);
    (rig, export)
}

/// Runs a command with one more setting.
async fn with(rig: &Rig, words: &[&str], (key, value): (&str, &str)) -> Output {
    let mut command = rig.command(words);
    command.env(key, value);
    end(command).await
}

/// Gives the others their accounts, and takes them in.
async fn retried(rig: &Rig, setting: (&str, &str)) -> String {
    for name in PEOPLE {
        let (email, name) = (format!("{name}@example.com"), name.to_owned());
        rig.emulator().add_person(Person { email, name, ..Person::default() });
    }
    let shown = with(rig, &["people", "retry", "--dry-run", "--json"], setting).await;
    let line: Value = serde_json::from_slice(&shown.stdout).expect("one line of JSON");
    let hash = line["hash"].as_str().expect("a hash").to_owned();
    let done = with(rig, &["people", "retry", "--yes", &hash], setting).await;
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    said(&done)
}

/// A setting that is the default.
const AS_IT_IS: (&str, &str) = ("CHATFERRY_ADMIN_STAYS", "false");
const STAYS: (&str, &str) = ("CHATFERRY_ADMIN_STAYS", "true");

async fn late(options: Options) -> (Rig, Export) {
    let (rig, export) = completed(options).await;
    retried(&rig, AS_IT_IS).await;
    (rig, export)
}

fn with_admin(rig: &Rig) -> Vec<String> {
    let spaces = roles(rig).into_iter();
    spaces.filter(|(_, who)| who.contains_key("admin")).map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_the_admin_leaves_what_only_the_admin_could_complete_once_another_is_in_charge() {
    let (rig, _export) = completed(Options::default()).await;
    for name in PEOPLE {
        let (email, name) = (format!("{name}@example.com"), name.to_owned());
        rig.emulator().add_person(Person { email, name, ..Person::default() });
    }
    let shown = rig.run(&["people", "retry", "--dry-run"]).await;
    let shown = text(&shown.stdout).replace(&rig.work().display().to_string(), "WORK");
    insta::assert_snapshot!("who_takes_charge_of_what_the_admin_leaves", shown);
    retried(&rig, AS_IT_IS).await;
    rig.ok(&["complete"]).await;
    let roles = roles(&rig);
    let of = |name: &str| {
        let who = roles.get(name).expect("it is open").iter();
        who.map(|(who, role)| format!("{who} {role}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(of("clients"), "gina manager, hal member");
    assert_eq!(of("deals"), "hal manager");
    assert_eq!(of("lost"), "admin manager");
    assert_eq!(of("direct"), "gina member, hal member");
    let report = flat(&rig.ok(&["status"]).await);
    let line = "Completed by the admin, for want of a mapped member: lost.";
    assert!(report.contains(line), "{report}");
    // Whoever is in charge reads them again.
    let again = rig.ok(&["verify", "--completed"]).await;
    assert!(again.contains("The migration looks good"), "{again}");
    assert_eq!(rig.emulator().stats().of(LEAVES), 3);
    rig.ok(&["complete"]).await;
    assert_eq!(rig.emulator().stats().of(LEAVES), 3, "nobody leaves twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scope_is_asked_for_where_the_admin_leaves_and_a_change_of_mind_is_heard() {
    let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let delegated = Some(vec![scope("chat.import"), scope("admin.directory.user.readonly")]);
    let (rig, _export) = completed(Options { delegated, ..Options::default() }).await;
    let features = async |setting| -> Vec<String> {
        let output = with(&rig, &["doctor", "--scopes", "--json"], setting).await;
        let lines = text(&output.stdout);
        let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let wanted = all.filter(|line| line["needed"] == true && line["feature"].is_string());
        wanted.map(|line| line["feature"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let leave = "leave".to_owned();
    assert!(!features(AS_IT_IS).await.contains(&leave), "nobody else is in charge");
    retried(&rig, AS_IT_IS).await;
    assert!(features(AS_IT_IS).await.contains(&leave));
    assert!(!features(STAYS).await.contains(&leave));
    let refused = rig.run(&["complete"]).await;
    assert_eq!(refused.status.code(), Some(6), "{}", said(&refused));
    assert!(said(&refused).contains("auth/chat.memberships"), "{}", said(&refused));
    assert_eq!(rig.emulator().stats().of(LEAVES), 0);
    // Another mind: the admin stays.
    let (rig, _export) = late(Options::default()).await;
    let done = with(&rig, &["complete"], STAYS).await;
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(with_admin(&rig), ["clients", "deals", "direct", "lost"]);
    assert_eq!(roles(&rig)["clients"]["gina"], "member");
    // Or that from the beginning.
    let (rig, _export) = completed(Options::default()).await;
    retried(&rig, STAYS).await;
    rig.ok(&["complete"]).await;
    assert_eq!(with_admin(&rig), ["clients", "deals", "direct", "lost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_leaving_is_settled_and_a_refused_one_names_where_the_admin_stays() {
    for (fault, calls) in [
        (Fault::on(LEAVES).times(2).after(Action::Close), 5),
        (Fault::on(LEAVES).times(2).before(Action::status(503)), 5),
        (Fault::on(LEAVES).times(1).after(Action::status(403)), 3),
    ] {
        let (rig, _export) = late(Options::default()).await;
        rig.emulator().arm(fault).expect("a good fault");
        rig.ok(&["complete"]).await;
        assert_eq!(with_admin(&rig), ["lost"]);
        assert_eq!(rig.emulator().stats().of(LEAVES), calls);
    }
    let (rig, _export) = late(Options::default()).await;
    let no = Fault::on(LEAVES).forever().before(Action::status(403));
    rig.emulator().arm(no).expect("a good fault");
    rig.ok(&["complete"]).await;
    let report = flat(&rig.ok(&["status"]).await);
    assert!(report.contains("mapped member: clients, lost, gina, hal, deals."), "{report}");
    assert_eq!(with_admin(&rig), ["clients", "deals", "direct", "lost"]);
    rig.emulator().disarm_all();
    rig.ok(&["retry", "--reason", "admin_stays"]).await;
    rig.ok(&["complete"]).await;
    assert_eq!(with_admin(&rig), ["lost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_is_only_invited_is_in_charge() {
    let dialects = Dialects { auto_accept: false, ..Dialects::default() };
    let (rig, _export) = late(Options { dialects, ..Options::default() }).await;
    rig.ok(&["complete"]).await;
    assert_eq!(with_admin(&rig), ["clients", "deals", "direct", "lost"]);
    assert_eq!(rig.emulator().stats().of(LEAVES), 0);
    let report = flat(&rig.ok(&["status"]).await);
    let line = "Nobody else was in charge yet of 3 spaces that the admin was to leave: `chatferry retry --reason admin_stays`";
    assert!(report.contains(line), "{report}");
}

/// Gives some their accounts, and says yes to what a retry makes of it.
async fn come(rig: &Rig, names: &[&str], setting: (&str, &str)) -> String {
    for name in names {
        let (email, name) = (format!("{name}@example.com"), (*name).to_owned());
        rig.emulator().add_person(Person { email, name, ..Person::default() });
    }
    let shown = with(rig, &["people", "retry", "--dry-run", "--json"], setting).await;
    let line: Value = serde_json::from_slice(&shown.stdout).expect("one line of JSON");
    let hash = line["hash"].as_str().expect("a hash").to_owned();
    let done = with(rig, &["people", "retry", "--yes", &hash], setting).await;
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    said(&done)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_leaves_a_group_chat_only_when_all_are_in_for_nobody_could_add_the_rest() {
    let (rig, _export) = completed(Options::default()).await;
    come(&rig, &["gina"], AS_IT_IS).await;
    rig.ok(&["complete"]).await;
    assert_eq!(with_admin(&rig), ["deals", "direct", "lost"]);
    come(&rig, &["hal"], AS_IT_IS).await;
    rig.ok(&["complete"]).await;
    assert_eq!(with_admin(&rig), ["lost"]);
    assert_eq!(roles(&rig)["direct"].keys().collect::<Vec<_>>(), ["gina", "hal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_has_left_stays_out_whatever_is_said_later() {
    let (rig, _export) = completed(Options::default()).await;
    come(&rig, &["gina"], AS_IT_IS).await;
    rig.ok(&["complete"]).await;
    come(&rig, &["hal"], STAYS).await;
    let done = with(&rig, &["complete"], STAYS).await;
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(roles(&rig)["clients"].keys().collect::<Vec<_>>(), ["gina", "hal"]);
    assert_eq!(with_admin(&rig), ["deals", "direct", "lost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_turns_out_to_have_been_a_member_stays_one() {
    let export = Workspace::new()
        .person("U1", "gina")
        .person("U5", "boss")
        .private("deals", &["U1", "U5"])
        .message("U1", "1600000010.000100", "hush")
        .zip();
    let rig = Rig::with(&[], Options::default()).await;
    rig.whole(&export.path).await;
    let path = rig.work().join("people.csv");
    fs::write(&path, "slack_id,account\nU5,admin@example.com\n").expect("written");
    rig.ok(&["people", "import"]).await;
    let told = come(&rig, &["gina"], AS_IT_IS).await;
    rig.ok(&["complete"]).await;
    assert_eq!(roles(&rig)["deals"].keys().collect::<Vec<_>>(), ["admin", "gina"], "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_lost_after_the_admin_left_is_made_anew_and_adds_nobody_as_the_admin() {
    let (rig, export) = late(Options::default()).await;
    rig.ok(&["complete"]).await;
    let path = export.path.display().to_string();
    let golden = rig.emulator().canonical();
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(rig.work().join(name));
    }
    rig.ok(&["ledger", "rebuild", &path]).await;
    for words in [&["run"][..], &["verify"], &["complete"]] {
        rig.ok(words).await;
    }
    assert_eq!(rig.emulator().canonical(), golden);
    assert_eq!(with_admin(&rig), ["lost"]);
}
