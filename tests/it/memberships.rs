//! The whole life of memberships: past stays, present members, who is only invited.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Options};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Returns the past stays of the one space: from and until, by address.
fn past(rig: &Rig) -> BTreeMap<String, (String, String)> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let stay = |line: Value| {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        line["past"].as_str().map(|who| (who.to_owned(), (word("from"), word("until"))))
    };
    lines.filter_map(stay).collect()
}

fn here(rig: &Rig, space: &str) -> Vec<String> {
    rig.members().get(space).into_iter().flatten().cloned().collect()
}

fn line(user: &str, ts: &str, subtype: &str) -> Value {
    json!({"type": "message", "user": user, "ts": ts, "subtype": subtype, "text": "a system line"})
}

#[tokio::test(flavor = "multi_thread")]
async fn e5_e7_an_archived_channel_that_lists_nobody_gets_who_came_or_wrote_and_did_not_leave() {
    let export = Workspace::new()
        .person("U1", "u1")
        .person("U2", "u2")
        .person("U3", "u3")
        .person("U4", "u4")
        .channel("old", &[])
        .conversation(json!({"is_archived": true}))
        .record(line("U1", "1600000000.000100", "channel_join"))
        .record(line("U2", "1600000001.000100", "channel_join"))
        .message("U3", "1600000002.000100", "was here before the first line")
        .record(line("U4", "1600000003.000100", "channel_join"))
        .message("U4", "1600000004.000100", "bye")
        .record(line("U4", "1600000005.000100", "channel_leave"))
        .record(line("U2", "1600000006.000100", "channel_leave"))
        .record(line("U2", "1600000007.000100", "channel_join"))
        .zip();
    let rig = Rig::start(&["u1", "u2", "u3", "u4"]).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let past = past(&rig);
    assert_eq!(past["u4@example.com"].1, "2020-09-13T12:26:45.000100Z", "when they left");
    rig.ok(&["verify"]).await;
    rig.ok(&["complete"]).await;
    let all = ["u1@example.com", "u2@example.com", "u3@example.com"];
    assert_eq!(here(&rig, "old"), all, "nobody who left, and no admin for want of a member");
}

#[tokio::test(flavor = "multi_thread")]
async fn e6_who_only_archived_a_channel_was_not_in_it_and_who_wrote_after_leaving_was() {
    let export = Workspace::new()
        .person("U1", "u1")
        .person("U2", "u2")
        .person("U3", "u3")
        .private("old", &[])
        .conversation(json!({"is_archived": true}))
        .message("U1", "1600000000.000100", "hush")
        .record(line("U2", "1600000001.000100", "group_leave"))
        .message("U2", "1600000002.000100", "back again")
        .record(line("U3", "1600000003.000100", "group_topic"))
        .record(line("U3", "1600000004.000100", "group_archive"))
        .zip();
    let rig = Rig::start(&["u1", "u2", "u3"]).await;
    rig.whole(&export.path).await;
    assert_eq!(here(&rig, "old"), ["u1@example.com", "u2@example.com"], "a topic is no visit");
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_who_was_deactivated_in_slack_has_a_past_and_no_seat_whatever_account_they_have() {
    let export = Workspace::new()
        .person("U1", "u1")
        .who(json!({"deleted": true}))
        .person("U2", "u2")
        .private("board", &["U1", "U2"])
        .message("U1", "1600000000.000100", "I made this")
        .message("U1", "1600000001.000100", "and wrote most of it")
        .message("U2", "1600000002.000100", "hush")
        .dm("D1", &["U1", "U2"])
        .message("U2", "1600000003.000100", "are you there?")
        .private("old", &[])
        .conversation(json!({"is_archived": true}))
        .message("U1", "1600000004.000100", "nobody left")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!(past(&rig)["u1@example.com"].1, "2020-09-13T12:26:45.000100Z", "their last word");
    rig.ok(&["verify"]).await;
    let told = rig.ok(&["access"]).await;
    assert!(told.contains("3  deactivated in Slack: they could read nothing there"), "{told}");
    let csv = std::fs::read_to_string(rig.work().join("reports/access.csv")).unwrap();
    assert!(csv.contains("board,GBOARD,private,U1,u1,,deactivated,deactivated,"), "{csv}");
    let json = text(&rig.run(&["access", "--json"]).await.stdout);
    assert!(json.contains("\"deactivated\":3") && json.contains("\"missing\":{}"), "{json}");
    rig.ok(&["complete"]).await;
    assert_eq!(here(&rig, "board"), ["u2@example.com"]);
    assert_eq!(here(&rig, ""), ["u2@example.com"], "they wrote nothing there");
    assert_eq!(here(&rig, "old"), [crate::rig::ADMIN]);
    let owners: Vec<_> =
        roles(&rig).into_iter().filter(|(.., role)| role == "ROLE_MANAGER").collect();
    assert!(owners.iter().all(|(_, who, _)| who != "u1@example.com"), "{owners:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_who_came_back_under_a_new_slack_id_is_a_member_by_that() {
    let export = Workspace::new()
        .person("U1", "u1")
        .who(json!({"deleted": true}))
        .person("U2", "u1")
        .person("U3", "u3")
        .private("board", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "before")
        .message("U2", "1600000001.000100", "and after")
        .zip();
    let rig = Rig::start(&["u1", "u3"]).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["access"]).await;
    let csv = std::fs::read_to_string(rig.work().join("reports/access.csv")).unwrap();
    assert!(csv.contains("U2,u1,u1@example.com,member,owner,"), "{csv}");
    rig.whole_again().await;
    assert_eq!(here(&rig, "board"), ["u1@example.com", "u3@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e7_a_record_from_the_future_ends_no_membership_in_the_future() {
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000001.000100", "hi")
        .message("U2", "4000000000.000100", "from the year 2096")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    let output = rig.run(&["run", &export.path.display().to_string()]).await;
    let said = text(&output.stdout);
    let stays = past(&rig);
    assert_eq!(stays.len(), 2, "{stays:?}\n{said}");
    let now = jiff::Timestamp::now().to_string();
    assert!(stays.values().all(|(from, until)| from < until && *until < now), "{stays:?}");
    assert!(stays["u1@example.com"].0.starts_with("2020-09-13"), "{stays:?}");
}

fn small() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hello")
        .zip()
}

#[tokio::test(flavor = "multi_thread")]
async fn h7b_who_is_only_invited_is_told_from_who_is_in() {
    let dialects = Dialects { auto_accept: false, ..Dialects::default() };
    let rig = Rig::with(&["u1", "u2", "u3"], Options { dialects, ..Options::default() }).await;
    rig.whole(&small().path).await;
    let report = rig.ok(&["status"]).await;
    let line = "Invited, and in once they accept: u2 (general), u3 (general).";
    assert!(report.contains(line), "{report}");
    let json: Value = serde_json::from_slice(&rig.run(&["status", "--json"]).await.stdout).unwrap();
    let invited = json!([{"name": "u2", "conversation": "general"}, {"name": "u3", "conversation": "general"}]);
    assert_eq!(json["account"]["invited"], invited);
    assert_eq!(json["account"]["items"]["membership"]["sent"], 3, "nothing is owed to them");
    let all_in = Rig::start(&["u1", "u2", "u3"]).await;
    all_in.whole(&small().path).await;
    assert!(!all_in.ok(&["status"]).await.contains("Invited"));
}

#[tokio::test(flavor = "multi_thread")]
async fn h7b_who_is_only_invited_is_told_though_the_answer_was_lost() {
    for (shown, names) in [(true, &["u2", "u3"][..]), (false, &[])] {
        let (auto_accept, members_listed_after_completion) = (false, shown);
        let dialects =
            Dialects { auto_accept, members_listed_after_completion, ..Dialects::default() };
        let rig = Rig::with(&["u1", "u2", "u3"], Options { dialects, ..Options::default() }).await;
        rig.ok(&["run", &small().path.display().to_string()]).await;
        rig.ok(&["verify"]).await;
        // Past members are sent already: these are the present ones.
        let lost = Fault::on("spaces.members.create").times(2).after(Action::Close);
        let id = rig.emulator().arm(lost).expect("a good fault");
        rig.ok(&["complete"]).await;
        assert_eq!(rig.emulator().fired(id), 2);
        let json = rig.account().await;
        let invited = json["invited"].as_array().expect("a list").iter();
        let told: Vec<_> = invited.filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(told, names, "shown {shown}");
        assert_eq!(json["items"]["membership"]["sent"], 3, "nothing is owed to them");
    }
}

/// Returns each member's role, by space and address.
fn roles(rig: &Rig) -> Vec<(String, String, String)> {
    let (lines, mut space, mut roles) = (rig.emulator().canonical(), String::new(), Vec::new());
    for line in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        if line["space"].is_string() {
            space = word("name");
        } else if line["member"].is_string() {
            roles.push((space.clone(), word("member"), word("role")));
        }
    }
    roles
}

fn two_rooms() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hello")
        .private("board", &["U1", "U3"])
        .message("U3", "1600000001.000100", "hush")
        .mpim("mpdm-u1--u2--u3-1", &["U1", "U2", "U3"])
        .message("U2", "1600000002.000100", "we three")
        .zip()
}

async fn with_managers(rig: &Rig, words: &[&str]) -> std::process::Output {
    let mut command = rig.command(words);
    command.env("CHATFERRY_MANAGERS", "U2@example.com, u9@example.com");
    crate::rig::end(command).await
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_owners_become_managers_of_channels_that_they_are_in_and_of_nothing_else() {
    let rig = Rig::start(&["u1", "u2", "u3"]).await;
    let export = two_rooms();
    // The answer is lost: to give the same role again changes nothing.
    let lost = Fault::on("spaces.members.patch").nth(1).times(1).after(Action::Close);
    rig.emulator().arm(lost).unwrap();
    for words in [&["run", &export.path.display().to_string()][..], &["verify"], &["complete"]] {
        let output = with_managers(&rig, words).await;
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    }
    let mut managers: Vec<_> = roles(&rig)
        .into_iter()
        .filter(|(space, _, role)| {
            role == "ROLE_MANAGER" && ["general", "board"].contains(&space.as_str())
        })
        .map(|(space, who, _)| format!("{space} {who}"))
        .collect();
    managers.sort();
    assert_eq!(
        managers,
        ["board u1@example.com", "general u1@example.com", "general u2@example.com"]
    );
    assert_eq!(rig.emulator().stats().of("spaces.members.patch"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_a_manager_is_part_of_what_the_yes_is_said_to() {
    let (plain, managed) =
        (Rig::start(&["u1", "u2", "u3"]).await, Rig::start(&["u1", "u2", "u3"]).await);
    let export = two_rooms();
    let path = export.path.display().to_string();
    plain.ok(&["run", &path]).await;
    assert!(with_managers(&managed, &["run", &path]).await.status.success());
    assert_ne!(plain.access_hash(), managed.access_hash());
    let told = managed.ok(&["access"]).await;
    assert!(told.contains("1  become managers of their channels beside the owner"), "{told}");
    let csv = std::fs::read_to_string(managed.work().join("reports/access.csv")).unwrap();
    assert!(csv.contains("general,CGENERAL,public,U2,u2,u2@example.com,member,manager,"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_is_suspended_right_after_completion_is_followed_by_another_manager() {
    let rig = Rig::start(&["u1", "u2", "u3"]).await;
    let export = Workspace::new()
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "hello")
        .zip();
    // Only the first member gets in at first.
    let deaf = Fault::on("spaces.members.create").before(Action::status(403));
    for words in [&["run", &export.path.display().to_string()][..], &["verify"]] {
        assert!(with_managers(&rig, words).await.status.success());
    }
    rig.emulator().arm(deaf.nth(2).forever()).unwrap();
    let mut command = rig.command(&["complete"]);
    command.env("CHATFERRY_MANAGERS", "u2@example.com").env("CHATFERRY_WINDOW", "1");
    crate::rig::end(command).await;
    assert_eq!(here(&rig, "general"), ["u1@example.com", "u2@example.com"]);
    rig.emulator().disarm_all();
    let gone = chatferry::emulator::Change::SuspendUser("u1@example.com".to_owned());
    rig.emulator().change(&gone).unwrap();
    rig.ok(&["retry", "--all"]).await;
    let output = with_managers(&rig, &["complete"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(here(&rig, "general").contains(&"u3@example.com".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn h7c_the_scope_that_managers_need_is_missed_before_any_space_is_opened() {
    let scope = |name: &str| format!("https://www.googleapis.com/auth/{name}");
    let delegated = Some(vec![scope("chat.import"), scope("admin.directory.user.readonly")]);
    let rig = Rig::with(&["u1", "u2", "u3"], Options { delegated, ..Options::default() }).await;
    let export = two_rooms();
    for words in [&["run", &export.path.display().to_string()][..], &["verify"]] {
        let output = with_managers(&rig, words).await;
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    }
    let output = with_managers(&rig, &["complete"]).await;
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("auth/chat.memberships"), "{}", text(&output.stderr));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0, "nothing is opened");
}
