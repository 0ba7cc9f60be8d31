//! Scenario H7: the organisation forbids keys, and all goes without one.

use crate::rig::{Rig, end, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Fault, Keyless};
use serde_json::{Value, json};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const SIGN: &str = "iam.signJwt";
const ADC: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// One message by a person, one by an app, which the Chat app posts with a token of its own.
fn workspace() -> Export {
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .bot("U9", "robot", "B9")
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U2"])
        .record(json!({"type": "message", "subtype": "bot_message", "bot_id": "B9",
            "ts": "1600000001.000100", "text": "beep"}))
        .zip()
}

async fn ok(command: Command) -> String {
    let output = end(command).await;
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{:?}\n{said}", output.status.code());
    said
}

/// Plans, runs, verifies and completes; each command signs anew.
async fn cross(rig: &Rig, export: &Export, prepare: impl Fn(&mut Command)) {
    let path = export.path.display().to_string();
    for words in [&["plan", &path][..], &["run"], &["verify"], &["complete"]] {
        let mut command = rig.keyless(words);
        command.env("CHATFERRY_BOTS", "app");
        prepare(&mut command);
        ok(command).await;
    }
    let state = rig.emulator().canonical();
    assert!(state.contains("hello") && state.contains("beep"), "{state}");
    let members: Vec<_> = rig.members().into_values().flatten().collect();
    assert!(members.iter().any(|member| member.contains("u2@example.com")), "{members:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_a_whole_migration_goes_without_a_key_on_a_machine_of_the_cloud() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    rig.emulator().change(&Change::RevokeKey).unwrap();
    cross(&rig, &export, |_| ()).await;
    let stats = rig.emulator().stats();
    assert_eq!(stats.of("metadata"), 3, "once a command: plan asks for nothing");
    // The admin's for the Directory, both people's for Chat and the app's own.
    assert!(stats.of(SIGN) >= 6, "{}", stats.of(SIGN));
    assert_eq!(stats.of("token"), stats.of(SIGN), "each assertion is used once");
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_a_whole_migration_goes_without_a_key_by_somebodys_login() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    rig.emulator().change(&Change::KeylessOff(Keyless::Machine)).unwrap();
    let login = rig.secret("adc.json", &rig.emulator().credentials_json());
    cross(&rig, &export, |command| {
        command.env(ADC, &login);
    })
    .await;
    assert_eq!(rig.emulator().stats().of("metadata"), 0);
}

/// What `gcloud auth application-default login --impersonate-service-account` writes.
fn impersonated(rig: &Rig, account: &str) -> String {
    let source: Value = serde_json::from_str(&rig.emulator().credentials_json()).unwrap();
    let url = format!(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
    );
    json!({"type": "impersonated_service_account", "delegates": [],
        "service_account_impersonation_url": url, "source_credentials": source})
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_a_login_that_speaks_as_a_service_account_signs_too() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    let path = export.path.display().to_string();
    for account in
        [rig.emulator().service_account(), "other@chatferry-emulator.iam.gserviceaccount.com"]
    {
        let login = rig.secret("adc.json", &impersonated(&rig, account));
        let mut command = rig.keyless(&["run", &path]);
        command.env(ADC, &login);
        ok(command).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_a_refused_or_lost_answer_on_the_way_to_a_token_is_no_end() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    for fault in [
        Fault::on("metadata").nth(1).times(1).before(Action::status(503)),
        Fault::on(SIGN).nth(1).times(1).before(Action::status(429)),
        Fault::on(SIGN).nth(2).times(1).before(Action::Close),
    ] {
        rig.emulator().arm(fault).unwrap();
    }
    rig.emulator().change_after("spaces.messages.create", 1, Change::ExpireTokens).unwrap();
    ok(rig.keyless(&["run", &export.path.display().to_string()])).await;
    let (stats, state) = (rig.emulator().stats(), rig.emulator().canonical());
    assert!(stats.of("metadata") > 1, "the machine's token is had anew");
    assert!(state.contains("hello") && state.contains("beep"), "{state}");
}

/// Runs, and returns how it ended and what it said, without the places of this test.
async fn said(rig: &Rig, prepare: impl Fn(&mut Command)) -> String {
    let mut command = rig.keyless(&["run"]);
    prepare(&mut command);
    let output = end(command).await;
    let code = output.status.code().unwrap_or_default();
    let said =
        text(&output.stderr).replace(&rig.work().parent().unwrap().display().to_string(), "HOME");
    format!("{code}\n{}", said.replace(rig.emulator().url(), "EMULATOR"))
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_whatever_is_missing_the_error_says_what_and_what_to_do() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    ok(rig.keyless(&["plan", &export.path.display().to_string()])).await;
    let login = rig.secret("login.json", &rig.emulator().credentials_json());
    let with_login = |command: &mut Command| {
        command.env(ADC, &login);
    };
    let mut all = Vec::new();
    let mut note = |what: &str, said: String| all.push(format!("# {what}\n{said}"));
    for (what, missing) in [
        ("no metadata server", Keyless::Machine),
        ("narrow access scopes", Keyless::Scopes),
        ("the API is off", Keyless::Api),
        ("the role is missing", Keyless::Role),
    ] {
        rig.emulator().change(&Change::KeylessOff(missing)).unwrap();
        note(what, said(&rig, |_| ()).await);
        rig.emulator().change(&Change::KeylessOn(missing)).unwrap();
    }
    rig.emulator().change(&Change::KeylessOff(Keyless::Login)).unwrap();
    note("the login is over", said(&rig, with_login).await);
    rig.emulator().change(&Change::KeylessOn(Keyless::Login)).unwrap();
    let account = |name: &'static str| {
        move |command: &mut Command| {
            command.env("CHATFERRY_SERVICE_ACCOUNT", name);
        }
    };
    note(
        "no such account",
        said(&rig, account("ghost@chatferry-emulator.iam.gserviceaccount.com")).await,
    );
    note("an account of Google's", said(&rig, account("ferry@acme.iam.gserviceaccount.com")).await);
    note("no account", said(&rig, account("ada@example.com")).await);
    note(
        "a key as well",
        said(&rig, |command| {
            command.env("CHATFERRY_KEY", "key.json");
        })
        .await,
    );
    let reach = chatferry::emulator::Reach::All;
    rig.emulator().change(&Change::RevokeDelegation(reach.clone())).unwrap();
    note("no delegation", said(&rig, |_| ()).await);
    rig.emulator().change(&Change::RestoreDelegation(reach)).unwrap();
    insta::assert_snapshot!(all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn h7_credentials_that_can_not_be_used_are_refused_before_any_call() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    ok(rig.keyless(&["plan", &export.path.display().to_string()])).await;
    let real = rig.emulator().credentials_json().replace("emulator", "real");
    let mut all = Vec::new();
    for (what, contents, mode) in [
        ("readable by others", rig.emulator().credentials_json(), 0o644),
        ("a key", rig.emulator().key_json().to_owned(), 0o600),
        ("federation", json!({"type": "external_account", "audience": "x"}).to_string(), 0o600),
        ("no credentials", "[]".to_owned(), 0o600),
        ("somebody's real login", real, 0o600),
        ("not there", String::new(), 0o000),
    ] {
        let path = rig.secret("adc.json", &contents);
        set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        if mode == 0 {
            std::fs::remove_file(&path).unwrap();
        }
        let told = said(&rig, |command| {
            command.env(ADC, &path);
        });
        all.push(format!("# {what}\n{}", told.await));
        let _ = std::fs::remove_file(&path);
    }
    assert_eq!(rig.emulator().stats().total(), 0, "nothing was called");
    insta::assert_snapshot!(all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_was_only_found_never_goes_to_an_emulator() {
    let (rig, export) = (Rig::start(&["u1", "u2"]).await, workspace());
    let home = rig.work().parent().unwrap().join(".config/gcloud");
    std::fs::create_dir_all(&home).unwrap();
    rig.secret(".config/gcloud/application_default_credentials.json", "not even JSON");
    ok(rig.keyless(&["run", &export.path.display().to_string()])).await;
    assert_eq!(rig.emulator().stats().of("metadata"), 1);
}

#[test]
fn an_emulator_writes_credentials_that_are_its_owners_alone() {
    let home = tempfile::TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_chatferry"));
    command.current_dir(home.path()).stdin(std::process::Stdio::null());
    command.stdout(std::process::Stdio::piped());
    command.args(["emulate", "--port", "0", "--credentials-out", "adc.json"]);
    let mut child = command.spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let lines: Vec<String> = std::iter::from_fn(|| {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut out, &mut line).ok().map(|_| line)
    })
    .take(5)
    .collect();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    child.wait().unwrap();
    assert!(lines[3].contains("ferry@chatferry-emulator.iam.gserviceaccount.com"), "{lines:?}");
    assert_eq!(lines[4], "application default credentials: adc.json\n");
    let mode =
        std::fs::metadata(home.path().join(Path::new("adc.json"))).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
