//! Groups of the organisation in place of single people, in large public channels: chosen in the
//! channels table, looked up in the Directory, and never more than in Slack.

use crate::emulator_client::{ADMIN as BOSS, ALICE, Api, BOB, options};
use crate::rig::{ADMIN, Rig, end, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Group, Options, Person};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Output;

const MEMBERS: &str = "spaces.members.create";
const ALL: &str = "all@example.com";
const PEOPLE: [&str; 6] = ["ana", "bo", "cy", "dee", "guest", "gone"];

/// Ana, Bo and Cy are in the channel, and a guest; Dee is a full member who is not, Gone is
/// deactivated. A private channel has two of them.
fn workspace() -> Export {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .person("U4", "dee")
        .person("U5", "guest")
        .who(json!({"is_restricted": true}))
        .person("U6", "gone")
        .who(json!({"deleted": true}))
        .channel("general", &["U1", "U2", "U3", "U5"])
        .message("U1", "1600000000.000100", "hello")
        .message("U1", "1600000001.000100", "again")
        .message("U2", "1600000002.000100", "hi")
        .message("U6", "1600000003.000100", "bye")
        .private("board", &["U1", "U2"])
        .message("U1", "1600000004.000100", "hush")
        .zip()
}

fn group(members: &[&str]) -> Group {
    let address = |name: &&str| match *name {
        name if name.contains('@') || name == "*" => name.to_owned(),
        name => format!("{name}@example.com"),
    };
    let members = members.iter().map(address).collect();
    Group { email: ALL.to_owned(), id: None, members }
}

/// Plans, and lets a group stand for the people of the public channel.
async fn chosen(members: &[&str], options: Options) -> (Rig, Export) {
    let rig = Rig::with(&PEOPLE, Options { groups: vec![group(members)], ..options }).await;
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let said = edit(&rig, "CGENERAL", ALL).await;
    assert_eq!(said.status.code(), Some(0), "{}", told(&said));
    assert!(told(&said).contains("general is opened to the group all@example.com."));
    (rig, export)
}

/// The same, sent and read back.
async fn sent(members: &[&str], options: Options) -> (Rig, Export) {
    let (rig, export) = chosen(members, options).await;
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    (rig, export)
}

/// Writes the table, with that group for a conversation, and reads it back.
async fn edit(rig: &Rig, slack: &str, group: &str) -> Output {
    rig.ok(&["channels", "export", "--force"]).await;
    let file = rig.work().join("channels.csv");
    let table = fs::read_to_string(&file).expect("written");
    let line = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[0] == slack {
            cells[6] = group;
        }
        cells.join(",")
    };
    let lines: Vec<String> = table.lines().map(line).collect();
    fs::write(&file, lines.join("\n") + "\n").expect("room");
    rig.run(&["channels", "import"]).await
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn told(output: &Output) -> String {
    flat(&format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// Returns what becomes of everybody in the channel, by account or Slack id.
async fn fates(rig: &Rig) -> BTreeMap<String, String> {
    let lines = rig.ok(&["access", "--json"]).await;
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let general = lines.into_iter().find(|line| line["conversation"] == "CGENERAL");
    let general = general.expect("a space");
    let people = general["people"].as_array().expect("people").clone();
    let who = |one: &Value| {
        let name = one["account"].as_str().or_else(|| one["slack_id"].as_str());
        let word = one["why"].as_str().or_else(|| one["chat"].as_str()).unwrap_or_default();
        let name = name.unwrap_or_default().replace("@example.com", "");
        (name, format!("{} {word}", one["slack"].as_str().unwrap_or_default()))
    };
    people.iter().map(who).collect()
}

fn words(fates: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    fates.iter().map(|(who, fate)| (who.as_str(), fate.as_str())).collect()
}

fn members(rig: &Rig) -> Vec<String> {
    let all = rig.members().remove("general").unwrap_or_default();
    all.iter().map(|one| one.replace("@example.com", "")).collect()
}

/// Tells whether the group is among the members of any space.
fn is_in(rig: &Rig) -> bool {
    rig.emulator().canonical().contains(&format!("{{\"group\":\"{ALL}\"}}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn d2_one_call_stands_for_all_who_are_in_the_group_and_the_others_come_one_by_one() {
    // Through another group too.
    let options = Options {
        groups: vec![Group {
            email: "inner@example.com".to_owned(),
            id: None,
            members: vec!["bo@example.com".to_owned(), "dee@example.com".to_owned()],
        }],
        ..Options::default()
    };
    let rig = Rig::with(&PEOPLE, options).await;
    rig.emulator().set_group(&group(&["ana", "inner"]));
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let said = edit(&rig, "CGENERAL", "All@Example.com").await;
    assert_eq!(said.status.code(), Some(0), "{}", told(&said));
    // Round trip: what was chosen stands there, and changes nothing.
    rig.ok(&["channels", "export", "--force"]).await;
    let table = fs::read_to_string(rig.work().join("channels.csv")).expect("written");
    assert!(table.contains("CGENERAL,public,general,general,space,none,all@example.com,4,"));
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let expected = [
        ("ana", "member owner"),
        ("bo", "member by_group"),
        ("cy", "member member"),
        ("dee", "everyone joins_by_group"),
        ("guest", "member member"),
    ];
    assert_eq!(words(&fates(&rig).await), expected, "by the plan");
    rig.ok(&["run"]).await;
    rig.ok(&["verify"]).await;
    assert_eq!(words(&fates(&rig).await), expected, "by the frozen calls");
    let shown = rig.ok(&["access"]).await;
    assert!(shown.contains("nobody who could not in Slack"), "{shown}");
    assert!(
        flat(&shown).contains("all@example.com stands for people, as the Directory had it at 2")
    );
    let before = rig.emulator().stats().of(MEMBERS);
    rig.ok(&["complete"]).await;
    assert_eq!(members(&rig), ["ana", "cy", "guest"], "nobody of the group by themselves");
    assert!(is_in(&rig));
    let calls = rig.emulator().stats().of(MEMBERS) - before;
    assert_eq!(calls, 2 + 1 + 1, "Cy, the guest, the group; and Bo in the private channel");
    let status = rig.ok(&["status"]).await;
    assert!(status.contains("By groups, without calls of their own: 1 membership."), "{status}");
    let again = rig.ok(&["verify", "--completed"]).await;
    assert!(again.contains("The migration looks good"), "{again}");
    let certificate = certificate(&rig);
    assert!(certificate.contains("groups/"), "{certificate}");
    let account = rig.account().await;
    assert_eq!(account["by_group"], 1);
    assert_eq!(account["items"]["membership"]["owed"], 0);
    // Nothing is left to be done, and doing it again does nothing.
    rig.ok(&["complete"]).await;
    assert_eq!(rig.emulator().stats().of(MEMBERS) - before, calls);
}

fn certificate(rig: &Rig) -> String {
    let mut found = String::new();
    let mut next = vec![rig.work()];
    while let Some(folder) = next.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                next.push(path);
            } else if path.to_string_lossy().ends_with("-after-completion.tsv") {
                found += &fs::read_to_string(path).expect("text");
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_the_table_takes_no_group_for_what_was_not_public_and_none_that_can_not_be_one() {
    let rig =
        Rig::with(&PEOPLE, Options { groups: vec![group(&["ana", "bo"])], ..Options::default() });
    let rig = rig.await;
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let mut said = String::new();
    for (slack, group) in [
        ("GBOARD", ALL),
        ("CGENERAL", "everybody"),
        ("CGENERAL", "groups/"),
        ("CGENERAL", "nobody@example.com"),
        ("CGENERAL", "groups/0nobody"),
    ] {
        let output = edit(&rig, slack, group).await;
        assert_eq!(output.status.code(), Some(4), "{group}: {}", told(&output));
        said += &text(&output.stderr).replace(&rig.work().display().to_string(), "WORK");
    }
    for odd in [&[][..], &["*"]] {
        rig.emulator().set_group(&group(odd));
        let output = edit(&rig, "CGENERAL", ALL).await;
        assert_eq!(output.status.code(), Some(4), "{odd:?}: {}", told(&output));
        said += &text(&output.stderr).replace(&rig.work().display().to_string(), "WORK");
    }
    insta::assert_snapshot!("groups_that_are_refused", said);
    assert_eq!(rig.account().await["by_group"], 0);
    rig.ok(&["channels", "export", "--force"]).await;
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_whoever_is_in_the_group_and_could_not_read_it_keeps_the_space_closed() {
    for (beyond, who, name) in [
        ("stranger@example.com", "stranger@example.com", "stranger"),
        ("gone@example.com", "gone (U6)", "gone"),
        ("ext@elsewhere.example", "ext@elsewhere.example", "ext@elsewhere.example"),
        (ADMIN, "admin@example.com", "admin"),
    ] {
        let (rig, _export) = sent(&["ana", "bo", beyond], Options::default()).await;
        let shown = flat(&rig.ok(&["access"]).await);
        let line = format!("new {who}: could not see it in Slack, so it stays closed");
        assert!(shown.contains(&line), "{shown}");
        assert_eq!(fates(&rig).await[name], " new");
        let done = rig.run(&["complete"]).await;
        assert!(
            told(&done).contains("held back: general: somebody would see it"),
            "{}",
            told(&done)
        );
        assert!(!is_in(&rig) && members(&rig).is_empty(), "{beyond}");
        assert_eq!(rig.members()["board"].len(), 2, "others are not held up");
        // Out of the group again, it opens after another yes.
        rig.emulator().set_group(&group(&["ana", "bo"]));
        rig.run(&["complete", "--dry-run"]).await;
        rig.ok(&["complete"]).await;
        assert!(is_in(&rig));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_a_guest_is_in_by_a_group_only_where_they_were_a_member() {
    let (rig, _export) = sent(&["ana", "bo", "guest"], Options::default()).await;
    assert_eq!(fates(&rig).await["guest"], "member by_group");
    rig.ok(&["complete"]).await;
    assert_eq!(members(&rig), ["ana", "cy"]);
    let rig = Rig::with(
        &PEOPLE,
        Options { groups: vec![group(&["ana", "guest"])], ..Options::default() },
    );
    let rig = rig.await;
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U5", "guest")
        .who(json!({"is_restricted": true}))
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .zip();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    edit(&rig, "CGENERAL", ALL).await;
    rig.ok(&["run"]).await;
    assert_eq!(fates(&rig).await["guest"], " new");
}

#[tokio::test(flavor = "multi_thread")]
async fn e2_a_group_that_changed_since_the_yes_wants_another_one() {
    let (rig, _export) = sent(&["ana", "bo"], Options::default()).await;
    let yes = rig.access_hash().expect("a hash");
    // Dee could read it as everybody could: nobody gains, and it is not what was said yes to.
    rig.emulator().set_group(&group(&["ana", "bo", "dee"]));
    let done = rig.run(&["complete", "--yes", &yes]).await;
    assert_eq!(done.status.code(), Some(4), "{}", told(&done));
    assert!(told(&done).contains("not what that yes was said to"), "{}", told(&done));
    assert!(!is_in(&rig));
    // Bo has left the group, and nobody adds him unseen: he is named as missing.
    rig.emulator().set_group(&group(&["ana", "dee"]));
    rig.ok(&["complete", "--dry-run"]).await;
    let now = fates(&rig).await;
    assert_eq!(
        (now["bo"].as_str(), now["dee"].as_str()),
        ("member left_group", "everyone joins_by_group")
    );
    let shown = flat(&rig.ok(&["access"]).await);
    assert!(shown.contains("missing bo (U2): member who was in the group"), "{shown}");
    rig.ok(&["complete"]).await;
    assert!(is_in(&rig));
    assert_eq!(members(&rig), ["ana", "cy", "guest"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_changed_before_anything_was_sent_is_planned_anew() {
    let (rig, export) = chosen(&["ana", "bo"], Options::default()).await;
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    rig.emulator().set_group(&group(&["ana", "cy"]));
    rig.ok(&["run"]).await;
    let now = fates(&rig).await;
    assert_eq!((now["bo"].as_str(), now["cy"].as_str()), ("member member", "member by_group"));
    // One that is gone, before anything is begun with it, stops the run by name.
    let (rig, _export) = chosen(&["ana", "bo"], Options::default()).await;
    rig.emulator().remove_group(ALL);
    let run = rig.run(&["run"]).await;
    assert_eq!(run.status.code(), Some(4), "{}", told(&run));
    let why = "the group all@example.com of conversation CGENERAL: the Directory has no such group";
    assert!(told(&run).contains(why), "{}", told(&run));
    assert_eq!(rig.emulator().stats().of("spaces.create"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_gone_before_completion_holds_its_space_back_alone() {
    let (rig, _export) = sent(&["ana", "bo"], Options::default()).await;
    rig.emulator().remove_group(ALL);
    let done = rig.run(&["complete"]).await;
    assert!(told(&done).contains("held back: general: the group that stands"), "{}", told(&done));
    assert!(members(&rig).is_empty());
    assert_eq!(rig.members()["board"].len(), 2);
    // What stands in the table now comes too late for it.
    let said = edit(&rig, "CGENERAL", "").await;
    assert!(told(&said).contains("general is begun: it stays as it began."), "{}", told(&said));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_group_is_settled_without_a_second_one() {
    let on = || Fault::on(MEMBERS).containing("groupMember");
    for (fault, calls) in [
        (on().times(2).after(Action::Close), 3),
        (on().times(2).before(Action::status(503)), 3),
        // So many that a look must tell: it is there.
        (on().times(40).after(Action::Close), 0),
    ] {
        let (rig, _export) = sent(&["ana", "bo", "cy", "guest"], Options::default()).await;
        let before = rig.emulator().stats().of(MEMBERS);
        rig.emulator().arm(fault).expect("a good fault");
        let mut command = rig.command(&["complete"]);
        command.env("CHATFERRY_MAX_ATTEMPTS", "3");
        let done = end(command).await;
        assert_eq!(done.status.code(), Some(0), "{}", told(&done));
        assert!(is_in(&rig));
        assert_eq!(members(&rig), ["ana"], "all others by the group");
        let made = rig.emulator().stats().of(MEMBERS) - before - 1;
        assert!(calls == 0 || made == calls, "{made} calls");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_group_is_stuck_and_not_let_in_later_with_somebody_new_in_it() {
    let (rig, _export) = sent(&["ana", "bo"], Options::default()).await;
    let no = Fault::on(MEMBERS).containing("groupMember").forever().before(Action::status(403));
    rig.emulator().arm(no).expect("a good fault");
    let done = rig.run(&["complete"]).await;
    assert_eq!(done.status.code(), Some(3), "{}", told(&done));
    assert_eq!(members(&rig), ["ana", "cy", "guest"], "the others are in all the same");
    rig.emulator().disarm_all();
    rig.emulator().set_group(&group(&["ana", "bo", "stranger@example.com"]));
    rig.ok(&["retry", "--reason", "permission_denied"]).await;
    let done = rig.run(&["complete"]).await;
    assert!(told(&done).contains("held back: general: the group that stands"), "{}", told(&done));
    assert!(!is_in(&rig));
    rig.emulator().set_group(&group(&["ana", "bo"]));
    rig.ok(&["complete"]).await;
    assert!(is_in(&rig));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_is_added_by_name_before_the_group_that_they_are_in() {
    let options = Options { groups: vec![group(&["ana", "bo", "cy"])], ..Options::default() };
    let rig = Rig::with(&PEOPLE, options).await;
    rig.settings("managers = \"bo@example.com\"\n");
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    edit(&rig, "CGENERAL", ALL).await;
    rig.whole(&export.path).await;
    assert_eq!(members(&rig), ["ana", "bo", "guest"]);
    let dump = rig.emulator().canonical();
    assert!(dump.contains("{\"member\":\"bo@example.com\",\"role\":\"ROLE_MANAGER\"}"), "{dump}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scopes_for_groups_are_asked_for_only_where_one_is_chosen() {
    let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let base = ["chat.import", "admin.directory.user.readonly", "chat.memberships"].map(scope);
    let options = Options {
        groups: vec![group(&["ana", "bo"])],
        delegated: Some(base.to_vec()),
        ..Options::default()
    };
    let rig = Rig::with(&PEOPLE, options).await;
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let output = edit(&rig, "CGENERAL", ALL).await;
    assert_eq!(output.status.code(), Some(6), "{}", told(&output));
    assert!(told(&output).contains("admin.directory.group.readonly"), "{}", told(&output));
    let features = async |rig: &Rig| -> BTreeSet<String> {
        let lines = rig.ok(&["doctor", "--scopes", "--json"]).await;
        let all = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let wanted = all.filter(|line| line["needed"] == true && line["feature"].is_string());
        wanted.map(|line| line["feature"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert!(!features(&rig).await.contains("groups"));
    let (rig, _export) = chosen(&["ana", "bo"], Options::default()).await;
    let asked = features(&rig).await;
    assert!(asked.contains("groups") && asked.contains("group_members"), "{asked:?}");
    let checked = rig.ok(&["doctor"]).await;
    assert!(flat(&checked).contains("the admin can read who is in a group"), "{checked}");
    rig.whole_again().await;
    assert!(!features(&rig).await.contains("groups"), "all is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_made_anew_knows_the_choice_and_looks_the_group_up_again() {
    for completed in [false, true] {
        let (rig, export) = sent(&["ana", "bo", "dee"], Options::default()).await;
        if completed {
            rig.ok(&["complete"]).await;
        }
        let golden = rig.emulator().canonical();
        lose_ledger(&rig);
        rig.ok(&["ledger", "rebuild", &export.path.display().to_string()]).await;
        for words in [&["run"][..], &["verify"], &["complete"]] {
            rig.ok(words).await;
        }
        assert!(is_in(&rig));
        assert_eq!(members(&rig), ["ana", "cy", "guest"]);
        assert!(!completed || rig.emulator().canonical() == golden);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_and_is_not_looked_up_is_planned_one_by_one_until_a_run_does() {
    let options = Options { groups: vec![group(&["ana", "bo"])], ..Options::default() };
    let (rig, export) = (Rig::with(&PEOPLE, options).await, workspace());
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let (ledger, backup) = (rig.work().join("ledger.sqlite"), rig.work().join("backup"));
    fs::copy(&ledger, &backup).expect("a backup");
    assert_eq!(edit(&rig, "CGENERAL", ALL).await.status.code(), Some(0));
    lose_ledger(&rig);
    fs::rename(&backup, &ledger).expect("brought back");
    let planned = flat(&rig.ok(&["plan", &export.path.display().to_string()]).await);
    assert!(planned.contains("Not looked up yet: the group all@example.com."), "{planned}");
    assert_eq!(fates(&rig).await["bo"], "member member");
    rig.ok(&["run"]).await;
    assert_eq!(fates(&rig).await["bo"], "member by_group");
}

fn lose_ledger(rig: &Rig) {
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = fs::remove_file(rig.work().join(name));
    }
}

#[tokio::test]
async fn the_emulator_takes_groups_as_google_does() {
    for import in [false, true] {
        let dialects = Dialects { groups_with_import: import, ..Dialects::default() };
        let groups = vec![Group {
            email: ALL.to_owned(),
            id: Some("0abc".to_owned()),
            members: vec![BOB.to_owned(), "inner@example.com".to_owned()],
        }];
        let api = Api::start(Options { groups, dialects, ..options() }).await;
        let inner = vec![ALICE.to_owned(), BOSS.to_owned()];
        let email = "inner@example.com".to_owned();
        api.emulator.set_group(&Group { email, id: None, members: inner });
        api.emulator.add_person(Person { email: BOB.to_owned(), ..Person::default() });
        let only = api.user(BOSS).await;
        let both = api.token(Some(BOSS), &["chat.import", "chat.memberships"]).await;
        let name = api.space("general").await;
        let path = format!("/v1/{name}/members");
        let body = |group: &str| json!({"groupMember": {"name": group}});
        let early = api.post(&path, &both, body("groups/0abc")).await;
        assert_eq!(early.error(), (400, "INVALID_ARGUMENT"), "while importing");
        api.complete(&name, &only).await;
        let address = api.post(&path, &both, body("groups/all@example.com")).await;
        assert_eq!(address.error(), (400, "INVALID_ARGUMENT"), "an address");
        assert_eq!(api.post(&path, &both, body("groups/0none")).await.status, 404);
        let added = api.post(&path, &only, body("groups/0abc")).await;
        assert_eq!(added.status, if import { 200 } else { 403 }, "with chat.import alone");
        let added = api.post(&path, &both, body("groups/0abc")).await;
        assert_eq!(added.status, if import { 409 } else { 200 });
        let who = json!({"member": {"name": format!("users/{BOB}"), "type": "HUMAN"}});
        assert_eq!(api.post(&path, &both, who).await.status, 409, "in by the group");
        let plain = api.get(&path, &both).await.body.to_string();
        let shown = api.get(&format!("{path}?showGroups=true"), &both).await.body.to_string();
        assert!(!plain.contains("0abc") && shown.contains("groups/0abc"), "{shown}");
        let reader = api.token(Some(BOSS), &["admin.directory.group.readonly"]).await;
        let found = api.get("/admin/directory/v1/groups/all%40example.com", &reader).await;
        assert_eq!(found.body["id"], "0abc");
        let list = "/admin/directory/v1/groups/0abc/members?includeDerivedMembership=true";
        let page = api.get(&format!("{list}&maxResults=2"), &reader).await.body;
        assert_eq!(page["members"].as_array().expect("two").len(), 2, "{page}");
        assert!(page["nextPageToken"].is_string());
        let lister = ["admin.directory.group.member.readonly"];
        let lister = api.token(Some(BOSS), &lister).await;
        assert_eq!(api.get(list, &lister).await.status, 200);
        let refused = api.get("/admin/directory/v1/groups/0abc", &lister).await;
        assert_eq!(refused.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_an_account_that_was_taken_from_somebody_does_not_come_in_by_the_group() {
    for account in ["none", "admin@example.com"] {
        let (rig, _export) = sent(&["ana", "bo"], Options::default()).await;
        let rows = format!("slack_id,account\nU2,{account}\n");
        fs::write(rig.work().join("people.csv"), rows).expect("written");
        rig.ok(&["people", "import"]).await;
        let seen = fates(&rig).await;
        assert!(seen.values().any(|fate| fate.ends_with("against_choice")), "{seen:?}");
        rig.run(&["complete"]).await;
        assert!(!is_in(&rig), "the group is not let in");
    }
}
