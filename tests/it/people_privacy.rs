//! Nobody reads with an account what they could not read in Slack: accounts that changed hands,
//! that several identities share, that an app was given, or that the admin took away. And nobody
//! reads an e-mail address that stands in a name.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Dialects, Options, Person};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn mail(address: &str) -> Value {
    json!({"profile": {"real_name": "", "email": address}})
}

fn posts(rig: &Rig) -> Vec<String> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let post =
        |line: Value| Some(format!("{} | {}", line["sender"].as_str()?, line["text"].as_str()?));
    lines.filter_map(post).collect()
}

fn members(rig: &Rig, space: &str) -> Vec<String> {
    rig.members().get(space).into_iter().flatten().cloned().collect()
}

/// Runs a command that must succeed; its words, with the folder's name left out, in one line.
async fn flat(rig: &Rig, words: &[&str]) -> String {
    let said = rig.ok(words).await.replace(&rig.work().display().to_string(), "WORK");
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes over a small workbook.
async fn import(rig: &Rig, rows: &str) -> String {
    let path = rig.work().join("choice.csv");
    fs::write(&path, format!("slack_id,account\n{rows}")).expect("written");
    flat(rig, &["people", "import", &path.display().to_string()]).await
}

fn path(export: &Export) -> String {
    export.path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_an_address_that_was_given_on_opens_no_private_channel_to_its_new_owner() {
    let common = |carla: &str| {
        let workspace = Workspace::new().person("U1", "carla").who(mail(carla));
        workspace
            .private("secret", &["U1", "U3"])
            .message("U1", "1600000000.000100", "my salary")
            .message("U3", "1600000001.000100", "ok")
    };
    let old = common("support@example.com").zip();
    let new = common("carla@home.example")
        .person("U2", "dora")
        .who(mail("support@example.com"))
        .channel("general", &["U2", "U3"])
        .message("U2", "1600000002.000100", "new here")
        .zip();
    let rig = Rig::start(&["support", "u3"]).await;
    rig.ok(&["run", &path(&old), &path(&new)]).await;
    rig.whole_again().await;
    assert_eq!(members(&rig, "secret"), ["u3@example.com"]);
    assert_eq!(members(&rig, "general"), ["support@example.com", "u3@example.com"]);
    let posts = posts(&rig);
    assert!(posts.contains(&"admin@example.com | *carla:* my salary".to_owned()), "{posts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_whose_address_is_an_alias_of_the_boss_by_now_brings_the_boss_nowhere_unless_chosen() {
    let export = Workspace::new()
        .person("U4", "anna")
        .person("U5", "max")
        .dm("D1", &["U3", "U4"])
        .message("U4", "1600000000.000100", "max is a bad boss")
        .message("U3", "1600000001.000100", "agreed")
        .channel("general", &["U3", "U5"])
        .message("U5", "1600000002.000100", "hello")
        .zip();
    let rig = Rig::start(&["u3"]).await;
    let max = Person { aliases: vec!["anna@example.com".to_owned()], ..Person::default() };
    rig.emulator().add_person(Person { email: "max@example.com".to_owned(), ..max });
    rig.ok(&["run", &path(&export)]).await;
    assert!(posts(&rig).contains(&"admin@example.com | *anna:* max is a bad boss".to_owned()));
    let said = flat(&rig, &["access"]).await;
    assert!(said.contains("missing anna (U4): member without an account"), "{said}");
    assert!(!said.contains("merged"), "{said}");
    // What the admin says counts, and is shown for what it is before anything is opened.
    let chosen = Rig::start(&["u3"]).await;
    let max = Person { aliases: vec!["anna@example.com".to_owned()], ..Person::default() };
    chosen.emulator().add_person(Person { email: "max@example.com".to_owned(), ..max });
    chosen.ok(&["plan", &path(&export)]).await;
    import(&chosen, "U4,anna@example.com\n").await;
    chosen.ok(&["run"]).await;
    let said = flat(&chosen, &["access"]).await;
    assert!(said.contains("1 by an account that another Slack identity has too"), "{said}");
    assert!(said.contains("merged anna (U4): max@example.com is also U5 in Slack"), "{said}");
    let csv = fs::read_to_string(chosen.work().join("reports/access.csv")).expect("a table");
    assert!(csv.contains(",U4,anna,max@example.com,member,"), "{csv}");
    assert!(csv.contains(",merged: also U5\n"), "{csv}");
    assert!(!csv.contains("also U4"), "U5 was not alone in anything: {csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_a_lost_ledger_made_anew_still_knows_whom_and_what_the_admin_left_out() {
    let export = Workspace::new()
        .private("board", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hush")
        .message("U2", "1600000001.000100", "I know")
        .channel("old", &["U1"])
        .message("U1", "1600000002.000100", "long ago")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    import(&rig, "U2,none\n").await;
    let table = rig.work().join("channels.csv");
    fs::write(&table, "slack_id,space_name,include\nCOLD,old,no\nGBOARD,Board room,yes\n")
        .expect("written");
    rig.ok(&["channels", "import"]).await;
    let journal = rig.work().join("choices.jsonl");
    let mode = fs::metadata(&journal).expect("a journal").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    rig.ok(&["run"]).await;
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(rig.work().join(format!("ledger.sqlite{suffix}")));
    }
    let said = flat(&rig, &["ledger", "rebuild", &path(&export)]).await;
    let line =
        "Taken over from choices.jsonl: what was chosen for 1 Slack identity and 2 conversations.";
    assert!(said.contains(line), "{said}");
    let before = rig.emulator().stats().of("spaces.messages.create");
    rig.whole_again().await;
    assert_eq!(rig.emulator().stats().of("spaces.messages.create"), before, "nothing is new");
    let spaces: Vec<String> = rig.members().into_keys().collect();
    assert_eq!(spaces, ["Board room"]);
    assert_eq!(members(&rig, "Board room"), ["u1@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_a_ledger_that_is_older_than_a_choice_learns_of_it_and_a_broken_journal_is_refused() {
    let export = Workspace::new()
        .private("board", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hush")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["plan", &path(&export)]).await;
    let ledger = rig.work().join("ledger.sqlite");
    let older = fs::read(&ledger).expect("a ledger");
    import(&rig, "U2,none\n").await;
    fs::write(&ledger, &older).expect("room");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(rig.work().join(format!("ledger.sqlite{suffix}")));
    }
    rig.whole_again().await;
    assert_eq!(members(&rig, "board"), ["u1@example.com"]);
    let journal = rig.work().join("choices.jsonl");
    let told = fs::read_to_string(&journal).expect("text");
    fs::write(&journal, format!("{{\"what\":\n{told}")).expect("room");
    let output = rig.run(&["run"]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("choices.jsonl, line 1, is broken") && said.contains("hint: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c6_an_account_that_an_app_was_given_speaks_for_it_and_joins_nothing() {
    let export = Workspace::new()
        .bot("U9", "robot", "B9")
        .private("board", &["U1", "U2", "U9"])
        .message("U1", "1600000000.000100", "hush")
        .message("", "1600000001.000100", "built")
        .with(json!({"subtype": "bot_message", "user": null, "bot_id": "B9", "username": "robot"}))
        .zip();
    let dialects = Dialects { author_must_be_member: true, ..Dialects::default() };
    let options = Options { dialects, ..Options::default() };
    let rig = Rig::with(&["u1", "u2", "robin"], options).await;
    rig.ok(&["plan", &path(&export)]).await;
    import(&rig, "U9,robin@example.com\n").await;
    rig.ok(&["run"]).await;
    let said = flat(&rig, &["access"]).await;
    assert!(!said.contains("robin") && !said.contains("new "), "{said}");
    rig.whole_again().await;
    assert!(posts(&rig).contains(&"robin@example.com | built".to_owned()), "{:?}", posts(&rig));
    assert_eq!(members(&rig, "board"), ["u1@example.com", "u2@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn c8_an_account_that_an_app_got_later_is_added_to_nothing_by_a_retry() {
    let export = Workspace::new()
        .bot("U9", "robot", "B9")
        .private("board", &["U1", "U9"])
        .message("U1", "1600000000.000100", "hush")
        .zip();
    let rig = Rig::start(&["u1", "robin"]).await;
    rig.ok(&["run", &path(&export)]).await;
    import(&rig, "U9,robin@example.com\n").await;
    // Nobody is to be added, so no yes is wanted.
    rig.ok(&["people", "retry"]).await;
    rig.whole_again().await;
    assert_eq!(members(&rig, "board"), ["u1@example.com"]);
}

/// Two members beside the owner, of whom one is chosen to be a manager.
fn three() -> Export {
    Workspace::new()
        .private("board", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hush")
        .message("U2", "1600000001.000100", "I know")
        .zip()
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_who_gets_no_account_after_sending_began_is_not_added_any_more_and_may_come_back() {
    let (rig, export) = (Rig::start(&["u1", "u2", "u3"]).await, three());
    fs::create_dir_all(rig.work()).expect("a folder");
    let managers = "managers = \"u2@example.com\"\n";
    fs::write(rig.work().join("settings.toml"), managers).expect("written");
    rig.ok(&["run", &path(&export)]).await;
    rig.ok(&["verify"]).await;
    let hash = rig.access_hash();
    let said = import(&rig, "U2,none\n").await;
    assert!(said.contains("Not added any more to spaces that are begun: board (u2)"), "{said}");
    assert!(said.contains("chatferry undo --only NAME --work WORK"), "{said}");
    assert!(said.contains("Every conversation is begun"), "{said}");
    assert_ne!(rig.access_hash(), hash, "an old yes is none to this");
    let shown = flat(&rig, &["access"]).await;
    assert!(
        shown.contains("u2 (U2): member to whom the workbook gives another account"),
        "{shown}"
    );
    // Back and forth: what is chosen last counts, and the sums stay right.
    let back = import(&rig, "U2,u2@example.com\n").await;
    assert!(back.contains("To be added again to spaces that are begun: board (u2)"), "{back}");
    assert_eq!(rig.access_hash(), hash);
    import(&rig, "U2,none\n").await;
    rig.ok(&["complete"]).await;
    assert_eq!(members(&rig, "board"), ["u1@example.com", "u3@example.com"]);
    assert_eq!(rig.emulator().stats().of("spaces.members.patch"), 0, "nor made a manager");
    let account = rig.account().await;
    assert_eq!(account["lanes"], json!({"present": 1}), "{account}");
    let again = import(&rig, "U2,none\nU3,none\n").await;
    assert!(
        again.contains("Open already, with the account of before in it: board (u3)"),
        "{again}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_a_space_whose_owner_to_be_has_no_account_any_more_stays_closed_and_says_why() {
    let (rig, export) = (Rig::start(&["u1", "u2", "u3"]).await, three());
    rig.ok(&["run", &path(&export)]).await;
    rig.ok(&["verify"]).await;
    let said = import(&rig, "U1,none\n").await;
    let line = "Completed by the account of before, which will own the space: board (u1)";
    assert!(said.contains(line), "{said}");
    let shown = flat(&rig, &["access"]).await;
    assert!(shown.contains("owner u1 (U1): the workbook gives them no account"), "{shown}");
    rig.run(&["complete"]).await;
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    rig.ok(&["undo", "--only", "board", "--yes", "T1"]).await;
    rig.whole_again().await;
    let there: BTreeSet<String> = members(&rig, "board").into_iter().collect();
    assert_eq!(there, ["u2@example.com", "u3@example.com"].map(str::to_owned).into());
    assert!(posts(&rig).contains(&"admin@example.com | *u1:* hush".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn c9_an_address_inside_a_name_or_a_mention_is_shown_to_nobody() {
    let name = |name: &str| json!({"profile": {"real_name": name, "display_name": name}});
    let export = Workspace::new()
        .person("U7", "hidden")
        .who(name("Hidden (hidden@secret.example)"))
        .who(json!({"name": "hidden@secret.example"}))
        .channel("general", &["U1", "U7"])
        .message("U7", "1600000000.000100", "ask <@UX9|zed@secret.example> or <@U7>")
        .message("UX2", "1600000001.000100", "hello")
        .with(json!({"user_profile": {"real_name": "Zoe zoe@secret.example"}}))
        .zip();
    let rig = Rig::start(&["u1"]).await;
    rig.ok(&["run", &path(&export)]).await;
    let posts = posts(&rig);
    assert!(!rig.emulator().canonical().contains("secret.example"), "{posts:?}");
    assert!(posts.iter().any(|post| post.contains("*Hidden:* ask @zed or @Hidden")), "{posts:?}");
    assert!(posts.iter().any(|post| post.contains("*Zoe:* hello")), "{posts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_somebody_of_a_connected_workspace_is_of_the_class_external() {
    let met = json!({"team_id": "T9", "profile": {"real_name": "Ext Person"}});
    let export = Workspace::new()
        .person("U5", "ext")
        .who(met)
        .channel("general", &["U1", "U5"])
        .message("U5", "1600000000.000100", "hello from next door")
        .zip();
    let rig = Rig::start(&["u1"]).await;
    fs::create_dir_all(rig.work()).expect("a folder");
    fs::write(rig.work().join("settings.toml"), "authors = \"external=skip\"\n").expect("written");
    rig.ok(&["run", &path(&export)]).await;
    assert_eq!(posts(&rig), Vec::<String>::new(), "as the class was chosen");
}
