//! `doctor` in every broken state that the emulator knows: what it says, and what it leaves.

#![expect(clippy::disallowed_types, reason = "gives spaces another end behind the ledger's back")]

use crate::rig::{Rig, end, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{
    Action, Api, Change, Dialects, Fault, Gone, Keyless, Options, Reach, Undelegated,
};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

const PEOPLE: [&str; 4] = ["u1", "u2", "u3", "u4"];
const SCOPE: &str = "https://www.googleapis.com/auth/";

fn workspace() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2", "U3", "U4"])
        .message("U1", "1600000001.000100", "hello")
        .message("U2", "1600000002.000100", "hi")
        .react("wave", &["U3"])
        .message("U4", "1600000003.000100", "hey")
        .zip()
}

fn granting(scopes: &[&str]) -> Options {
    let url = |scope: &&str| format!("{SCOPE}{scope}");
    Options { delegated: Some(scopes.iter().map(url).collect()), ..Options::default() }
}

async fn rig() -> Rig {
    Rig::with(&PEOPLE, granting(&["chat.import", "admin.directory.user.readonly"])).await
}

/// An emulator, and a plan whose people the Directory told.
async fn planned() -> (Rig, Export) {
    let (rig, export) = (rig().await, workspace());
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    (rig, export)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// The table without what differs from run to run.
fn table(output: &Output) -> String {
    let said = text(&output.stdout);
    let steady = |line: &str| {
        let free = line.starts_with("PASS  disk").then(|| line.split_once(" are free")).flatten();
        free.map_or_else(
            || line.to_owned(),
            |(_, rest)| format!("PASS  disk          [some] are free{rest}"),
        )
    };
    said.lines().map(steady).collect::<Vec<_>>().join("\n")
}

/// Only what is not as it should be, and the end.
fn complaints(output: &Output) -> String {
    let table = table(output);
    let mut keep = false;
    let lines = table.lines().filter(|line| {
        if ["PASS", "WARN", "FAIL", "skip"].iter().any(|mark| line.starts_with(mark)) {
            keep = line.starts_with("WARN") || line.starts_with("FAIL");
        } else if !line.starts_with("      ") {
            keep = !line.starts_with("Service account");
        }
        keep
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Breaks something, and says what doctor complains of.
async fn told_of(rig: &Rig, change: Change) -> String {
    rig.emulator().change(&change).expect("a change that can be");
    let output = rig.run(&["doctor"]).await;
    let said = complaints(&output);
    let fails = said.lines().any(|line| line.starts_with("FAIL"));
    assert_eq!(code(&output), if fails { 11 } else { 0 }, "{said}");
    said
}

fn checks(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_plan_all_is_well_and_what_could_not_be_asked_is_said() {
    let rig = rig().await;
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 0, "{}{}", text(&output.stdout), text(&output.stderr));
    insta::assert_snapshot!(table(&output));
    assert!(!rig.work().exists(), "nothing is begun");
    assert_eq!(rig.emulator().stats().of("spaces.create"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_plan_everybody_who_posts_is_asked_for() {
    let (rig, _export) = planned().await;
    let before = rig.emulator().canonical();
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
    insta::assert_snapshot!(table(&output));
    assert_eq!(rig.emulator().canonical(), before, "no trace in Chat");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_key_or_admin_it_says_where_to_name_them() {
    let rig = rig().await;
    let without = |name: &'static str| {
        let mut command = rig.command(&["doctor"]);
        command.env_remove(name);
        tokio::task::spawn_blocking(move || command.output().expect("it starts"))
    };
    let no_key = without("CHATFERRY_KEY").await.expect("it ends");
    assert_eq!(code(&no_key), 11);
    insta::assert_snapshot!("no_key", table(&no_key));
    let no_admin = without("CHATFERRY_ADMIN").await.expect("it ends");
    insta::assert_snapshot!("no_admin", complaints(&no_admin));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_others_can_read_or_that_is_none_is_named() {
    let rig = rig().await;
    let key = rig.work().with_file_name("key.json");
    let mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode));
    let folder = key.parent().expect("a folder").display().to_string();
    let hide = |text: String| {
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(&folder, "[home]")
    };
    mode(0o644).expect("a new mode");
    insta::assert_snapshot!("exposed_key", hide(complaints(&rig.run(&["doctor"]).await)));
    mode(0o600).expect("a new mode");
    std::fs::write(&key, "{}").expect("another file");
    insta::assert_snapshot!("no_key_at_all", hide(complaints(&rig.run(&["doctor"]).await)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_can_not_be_reached_is_one_failure_not_ten() {
    let rig = rig().await;
    let mut command = rig.command(&["doctor"]);
    // The port of nobody.
    command.env("CHATFERRY_API", "http://127.0.0.1:9");
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    let output = output.await.expect("it ends");
    assert_eq!(code(&output), 11);
    insta::assert_snapshot!(table(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_measured() {
    let rig = rig().await;
    insta::assert_snapshot!(
        "clock_a_little_off",
        told_of(&rig, Change::Skew { seconds: 60 }).await
    );
    let far = told_of(&rig, Change::Skew { seconds: 1200 }).await;
    insta::assert_snapshot!("clock_far_off", far);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_key_is_told_from_a_missing_delegation() {
    let rig = rig().await;
    insta::assert_snapshot!("deleted_key", told_of(&rig, Change::RevokeKey).await);
    rig.emulator().change(&Change::RestoreKey).expect("a change that can be");
    let all = told_of(&rig, Change::RevokeDelegation(Reach::All)).await;
    insta::assert_snapshot!("h6_no_delegation_at_all", all);
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_without_a_key_the_signing_is_checked_and_each_lack_says_its_own_remedy() {
    let rig = Rig::with(&PEOPLE, granting(&["chat.import"])).await;
    let output = end(rig.keyless(&["doctor"])).await;
    assert_eq!(code(&output), 11);
    insta::assert_snapshot!("h7_keyless", table(&output));
    for (what, name) in
        [(Keyless::Api, "api"), (Keyless::Role, "role"), (Keyless::Machine, "machine")]
    {
        rig.emulator().change(&Change::KeylessOff(what)).expect("a change that can be");
        let output = end(rig.keyless(&["doctor"])).await;
        assert_eq!(code(&output), 11);
        insta::assert_snapshot!(format!("h7_keyless_without_{name}"), complaints(&output));
        rig.emulator().change(&Change::KeylessOn(what)).expect("a change that can be");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h6_one_missing_scope_is_named_with_the_address_that_grants_it_and_the_word_that_it_takes_a_day()
 {
    for dialect in [Undelegated::UnauthorizedClient, Undelegated::AccessDenied] {
        let dialects = Dialects { undelegated_error: dialect, ..Dialects::default() };
        let options = Options { dialects, ..granting(&["chat.import"]) };
        let rig = Rig::with(&PEOPLE, options).await;
        let output = rig.run(&["doctor"]).await;
        assert_eq!(code(&output), 11);
        insta::assert_snapshot!("one_scope_is_missing", table(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_is_suspended_deleted_or_without_chat_is_named() {
    let rig = rig().await;
    let admin = || crate::rig::ADMIN.to_owned();
    insta::assert_snapshot!("suspended_admin", told_of(&rig, Change::SuspendUser(admin())).await);
    let suspended = table(&rig.run(&["doctor"]).await);
    assert!(!suspended.contains("its scope is not granted"), "{suspended}");
    insta::assert_snapshot!("deleted_admin", told_of(&rig, Change::DeleteUser(admin())).await);
    rig.emulator().change(&Change::RestoreUser(admin())).expect("a change that can be");
    insta::assert_snapshot!("admin_without_chat", told_of(&rig, Change::ChatOff(admin())).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_not_configured_is_told_from_an_api_that_is_off() {
    let rig = rig().await;
    insta::assert_snapshot!("app_not_configured", told_of(&rig, Change::AppOff).await);
    rig.emulator().change(&Change::AppOn).expect("a change that can be");
    insta::assert_snapshot!("chat_api_off", told_of(&rig, Change::ApiOff(Api::Chat)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_the_admin_may_not_read_is_told_from_an_api_that_is_off() {
    let rig = rig().await;
    let demoted = Change::DemoteUser(crate::rig::ADMIN.to_owned());
    insta::assert_snapshot!("no_administrator", told_of(&rig, demoted).await);
    let off = told_of(&rig, Change::ApiOff(Api::Directory)).await;
    insta::assert_snapshot!("directory_api_off", off);
}

#[tokio::test(flavor = "multi_thread")]
async fn h5_a_call_that_is_refused_though_every_token_is_given_is_found() {
    let (rig, _export) = planned().await;
    let refuse = |method: &str| Fault::on(method).forever().before(Action::status(403));
    rig.emulator().arm(refuse("spaces.messages.list")).expect("a fault");
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 11);
    let scopes = checks(&rig.run(&["doctor", "--json"]).await);
    let scopes: Vec<_> = scopes.iter().filter(|check| check["check"] == "scope").collect();
    assert!(scopes.len() == 2 && scopes.iter().all(|check| check["outcome"] == "pass"));
    insta::assert_snapshot!(complaints(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_chat_says_nothing_of_spaces_that_are_not_there_doctor_does_not_claim_to_know() {
    let dialects = Dialects { unknown_space: Gone::Forbidden, ..Dialects::default() };
    let rig = Rig::with(&PEOPLE, Options { dialects, ..Options::default() }).await;
    let export = workspace();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 0);
    insta::assert_snapshot!(complaints(&output));
    rig.ok(&["run"]).await;
    let after = rig.run(&["doctor"]).await;
    assert_eq!(complaints(&after), "All 14 checks passed.", "{}", table(&after));
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_who_can_not_be_used_is_listed_with_the_reason_before_anything_is_sent() {
    let people = ["u1", "u2", "u3", "u4", "u5", "u6", "u7"];
    let options = granting(&["chat.import", "admin.directory.user.readonly"]);
    let rig = Rig::with(&people, options).await;
    let mut workspace = Workspace::new().channel("general", &[]);
    for (nth, _) in people.iter().enumerate() {
        let (id, handle) = (format!("U{}", nth + 1), format!("u{}", nth + 1));
        let ts = format!("160000000{nth}.000100");
        workspace = workspace.person(&id, &handle).message(&id, &ts, "hello");
    }
    let export = workspace.zip();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    for change in [
        Change::SuspendUser("u1@example.com".to_owned()),
        Change::DeleteUser("u2@example.com".to_owned()),
        Change::ChatOff("u3@example.com".to_owned()),
    ] {
        rig.emulator().change(&change).expect("a change that can be");
    }
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 0, "a run can go on without them");
    insta::assert_snapshot!(complaints(&output));
    let again = checks(&rig.run(&["doctor", "--json"]).await);
    let authors = again.iter().find(|check| check["check"] == "authors").expect("a check");
    assert_eq!(authors["list"].as_array().map(Vec::len), Some(3), "{authors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c7_half_of_the_authors_are_too_many_to_begin_and_each_cause_has_its_own_advice() {
    let (rig, _export) = planned().await;
    rig.emulator().change(&Change::SuspendUser("u1@example.com".to_owned())).expect("a change");
    let said = told_of(&rig, Change::ChatOff("u2@example.com".to_owned())).await;
    insta::assert_snapshot!("authors_half_of_them", said);
}

#[tokio::test(flavor = "multi_thread")]
async fn h6_a_domain_that_the_delegation_does_not_cover_fails_with_its_own_advice() {
    let rig = rig().await;
    let flo = chatferry::emulator::Person::default();
    let email = "flo@second.example".to_owned();
    rig.emulator().add_person(chatferry::emulator::Person { email, ..flo });
    let mail = serde_json::json!({"profile": {"real_name": "Flo", "email": "flo@second.example"}});
    let export = Workspace::new()
        .person("U9", "flo")
        .who(mail)
        .channel("general", &["U1", "U2", "U3", "U9"])
        .message("U1", "1600000001.000100", "one")
        .message("U2", "1600000002.000100", "two")
        .message("U3", "1600000003.000100", "three")
        .message("U9", "1600000004.000100", "four")
        .zip();
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    let reach = Reach::Domain("second.example".to_owned());
    let said = told_of(&rig, Change::RevokeDelegation(reach)).await;
    assert!(said.starts_with("FAIL  authors"), "{said}");
    insta::assert_snapshot!("h6_one_domain_is_not_covered", said);
}

#[tokio::test(flavor = "multi_thread")]
async fn h5_nobody_is_well_only_because_the_admin_is_as_ill() {
    let (rig, _export) = planned().await;
    rig.emulator().change(&Change::ChatOff(crate::rig::ADMIN.to_owned())).expect("a change");
    let said = told_of(&rig, Change::ChatOff("u1@example.com".to_owned())).await;
    assert!(said.contains("u1@example.com: Chat is off for it"), "{said}");
    for change in [
        Change::ChatOn(crate::rig::ADMIN.to_owned()),
        Change::ChatOn("u1@example.com".to_owned()),
        Change::ApiOff(Api::Chat),
    ] {
        rig.emulator().change(&change).expect("a change");
    }
    std::fs::remove_file(rig.work().join("doctor.json")).expect("it is kept");
    let authors = |output: &Output| {
        let all = checks(output);
        all.into_iter().find(|check| check["check"] == "authors").expect("a check")
    };
    let off = authors(&rig.run(&["doctor", "--json"]).await);
    assert_eq!(off["outcome"], "skipped", "{off}");
    rig.emulator().change(&Change::ApiOn(Api::Chat)).expect("a change");
    let refuse = Fault::on("spaces.messages.list").forever().before(Action::status(403));
    rig.emulator().arm(refuse).expect("a fault");
    let refused = authors(&rig.run(&["doctor", "--json"]).await);
    assert_eq!(refused["outcome"], "skipped", "{refused}");
    rig.emulator().disarm_all();
    let well = authors(&rig.run(&["doctor", "--json"]).await);
    assert_eq!(well["outcome"], "pass", "{well}");
    assert!(!well["says"].as_str().expect("words").contains("within the last day"), "{well}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_well_and_is_suspended_since_is_asked_for_again() {
    let (rig, _export) = planned().await;
    rig.ok(&["doctor"]).await;
    let said = told_of(&rig, Change::SuspendUser("u1@example.com".to_owned())).await;
    assert!(said.contains("u1@example.com: suspended"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_who_was_well_for_one_service_account_is_asked_for_by_another() {
    let (rig, _export) = planned().await;
    rig.ok(&["doctor"]).await;
    let before = rig.emulator().stats().of("spaces.messages.list");
    assert!(end(rig.keyless(&["doctor"])).await.status.success());
    assert_eq!(rig.emulator().stats().of("spaces.messages.list"), before + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_is_damaged_is_not_called_an_empty_one() {
    let (rig, _export) = planned().await;
    std::fs::write(rig.work().join("ledger.sqlite"), "a letter".repeat(999)).expect("written");
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 11);
    let said = table(&output).replace(&rig.work().display().to_string(), "WORK");
    assert!(!said.contains("nothing is planned") && !said.contains("no space is"), "{said}");
    insta::assert_snapshot!("damaged_ledger", said);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_one_person_counts_for_the_scopes_as_one_of_a_class_does() {
    let (rig, _export) = planned().await;
    let path = rig.work().join("rows.csv");
    std::fs::write(&path, "slack_id,account,policy\nU4,none,app\n").expect("written");
    rig.ok(&["people", "import", &path.display().to_string()]).await;
    let lines = checks(&rig.run(&["doctor", "--scopes", "--json"]).await);
    let app = lines.iter().find(|line| line["feature"] == "app_posts").expect("a feature");
    assert_eq!(app["needed"], true, "{app}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_without_a_key_nobody_is_told_to_make_a_new_one() {
    let rig = rig().await;
    rig.emulator().change(&Change::RevokeKey).expect("a change");
    let output = end(rig.keyless(&["doctor"])).await;
    let said = table(&output);
    assert!(!said.contains("Make a new key") && !said.contains("IAM signs"), "{said}");
    if code(&output) != 0 {
        insta::assert_snapshot!("h7_keyless_refused", complaints(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_doctor_asks_only_for_those_who_were_not_well() {
    let (rig, _export) = planned().await;
    rig.emulator().change(&Change::SuspendUser("u1@example.com".to_owned())).expect("a change");
    let probes = |rig: &Rig| rig.emulator().stats().of("spaces.messages.list");
    rig.run(&["doctor"]).await;
    // One as the admin, and one each for the three who are well.
    assert_eq!(probes(&rig), 4);
    rig.emulator().change(&Change::RestoreUser("u1@example.com".to_owned())).expect("a change");
    let output = rig.ok(&["doctor"]).await;
    assert_eq!(probes(&rig), 4 + 2, "{output}");
    assert!(output.contains("3 of them were found so within the last day"), "{output}");
    let kept = std::fs::metadata(rig.work().join("doctor.json")).expect("it is kept");
    assert_eq!(kept.permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_slow_down_is_obeyed_and_told() {
    let rig = rig().await;
    let busy = Fault::on("directory.users.list").before(Action::status(429));
    rig.emulator().arm(busy).expect("a fault");
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
    insta::assert_snapshot!(complaints(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_adds_its_scope_and_its_call() {
    let rig = rig().await;
    let doctor = |words: &'static [&'static str]| {
        let mut command = rig.command(words);
        command.env("CHATFERRY_EMOJI", rig.work().with_file_name("key.json"));
        tokio::task::spawn_blocking(move || command.output().expect("it starts"))
    };
    let output = doctor(&["doctor", "--completed"]).await.expect("it ends");
    assert_eq!(code(&output), 11);
    insta::assert_snapshot!("chosen_scopes_are_missing", complaints(&output));
    for scope in ["chat.customemojis", "chat.messages.readonly", "chat.memberships.readonly"] {
        let change = Change::RestoreDelegation(Reach::Scope(scope.to_owned()));
        rig.emulator().change(&change).expect("a change that can be");
    }
    let output = doctor(&["doctor", "--completed"]).await.expect("it ends");
    assert_eq!(code(&output), 0, "{}", table(&output));
    rig.emulator().arm(Fault::on("customEmojis.get").before(Action::status(403))).expect("a fault");
    let output = doctor(&["doctor"]).await.expect("it ends");
    insta::assert_snapshot!("h5_custom_emoji_are_refused", complaints(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_another_server_is_refused_before_anything_is_sent() {
    let (rig, _export) = planned().await;
    rig.ok(&["run"]).await;
    let path = rig.work().join("ledger.sqlite");
    let ledger = rusqlite::Connection::open(path).expect("a ledger");
    ledger.execute("UPDATE migration SET realm = 'google'", []).expect("a row");
    drop(ledger);
    let said = complaints(&rig.run(&["doctor"]).await);
    let said = said.replace(rig.emulator().instance(), "[instance]");
    insta::assert_snapshot!(said);
}

#[tokio::test(flavor = "multi_thread")]
async fn spaces_near_their_end_are_named_and_those_beyond_it_fail() {
    let (rig, _export) = planned().await;
    rig.ok(&["run"]).await;
    let path = rig.work().join("ledger.sqlite");
    let days = |days: i64| {
        let end = (jiff::Timestamp::now().as_second() + days * 86_400 + 3_600) * 1_000_000;
        let ledger = rusqlite::Connection::open(&path).expect("a ledger");
        ledger.execute("UPDATE lane SET expires = ?1", [end]).expect("a row");
    };
    days(5);
    insta::assert_snapshot!("space_ends_soon", complaints(&rig.run(&["doctor"]).await));
    days(-1);
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 11);
    insta::assert_snapshot!("space_is_over", complaints(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_looks_while_a_run_holds_the_folder() {
    let (rig, _export) = planned().await;
    let lock = std::fs::File::open(rig.work().join("work.lock")).expect("a lock");
    lock.lock().expect("it is free");
    assert_eq!(rig.run(&["run"]).await.status.code(), Some(8));
    assert_eq!(code(&rig.run(&["doctor"]).await), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn for_machines_it_is_a_line_for_each_check_and_the_sum() {
    let rig = Rig::with(&PEOPLE, granting(&["chat.import"])).await;
    let output = rig.run(&["doctor", "--json"]).await;
    let mut lines = checks(&output);
    let last = lines.pop().expect("a last line");
    assert_eq!(last["event"], "doctor");
    assert_eq!(last["exit"], 11);
    let codes: Vec<_> = chatferry::doctor::CODES.iter().map(|(code, _)| *code).collect();
    for line in &lines {
        assert_eq!(line["event"], "check");
        assert!(codes.contains(&line["check"].as_str().expect("a code")), "{line}");
        let fails = line["outcome"] == "fail";
        assert_eq!(fails, line["todo"].is_string(), "what to do is said where it fails: {line}");
    }
    let count = |mark: &str| lines.iter().filter(|line| line["outcome"] == mark).count();
    for (mark, key) in
        [("pass", "pass"), ("fail", "fail"), ("skipped", "skipped"), ("warn", "warn")]
    {
        assert_eq!(last["sum"][key], count(mark), "{mark}");
    }
    assert!(
        last["link"]
            .as_str()
            .is_some_and(|link| link.contains("clientIdToAdd=100000000000000000001"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scopes_are_listed_without_asking_anybody() {
    let rig = rig().await;
    let listed = rig.ok(&["doctor", "--scopes"]).await;
    insta::assert_snapshot!("scopes", listed);
    let lines = checks(&rig.run(&["doctor", "--scopes", "--completed", "--json"]).await);
    let needed: Vec<_> = lines.iter().filter(|line| line["needed"] == true).collect();
    let names: Vec<_> =
        needed.iter().map(|line| line["feature"].as_str().expect("a word")).collect();
    assert_eq!(names, ["import", "directory", "app", "reread"]);
    let paste = lines.last().and_then(|line| line["paste"].as_str()).expect("a line to paste");
    assert!(paste.ends_with("chat.memberships.readonly"), "{paste}");
    assert_eq!(rig.emulator().stats().total(), 0, "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn h7c_what_is_needed_after_completion_is_found_missing_before_any_space_is_completed() {
    let rig = rig().await;
    let export = Workspace::new()
        .channel("late", &["U1", "U2"])
        .message("U1", "1600000001.000100", "hello")
        .channel("other", &["U1", "U2"])
        .message("U2", "1600000002.000100", "hi")
        .zip();
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    // Of the space of which this test only says that it is completed.
    rig.forgive(&["member-before-completion"]);
    // One space left import mode without its members, and its 90 days are over.
    let ledger = rusqlite::Connection::open(rig.work().join("ledger.sqlite")).expect("a ledger");
    let sql = "UPDATE lane SET state = 'completed', expires = 1 WHERE name = 'late'";
    assert_eq!(ledger.execute(sql, []).expect("a row"), 1);
    drop(ledger);
    let output = rig.run(&["doctor"]).await;
    assert_eq!(code(&output), 11);
    insta::assert_snapshot!("h7c_doctor", complaints(&output));
    let refused = rig.run(&["complete"]).await;
    assert_eq!(refused.status.code(), Some(6));
    insta::assert_snapshot!("h7c_complete", text(&refused.stderr).trim());
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
    let grant = Change::RestoreDelegation(Reach::Scope("chat.memberships".to_owned()));
    rig.emulator().change(&grant).expect("a change that can be");
    rig.run(&["complete"]).await;
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 1);
}

#[test]
fn the_checks_are_those_of_the_documentation() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let text = std::fs::read_to_string(path).expect("docs/operations.md");
    let documented: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with("| check |"))
        .skip(2)
        .map_while(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    assert_eq!(documented, chatferry::doctor::CODES);
}
