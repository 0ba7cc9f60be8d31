//! Completion by waves: what is chosen, shown, said yes to, and opened; and how much time is left.

use crate::crash_support::{PEOPLE, small};
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::cli::Exit;
use chatferry::clock::{Clock, SystemClock};
use chatferry::emulator::{Action, Change, Fault, Options};
use chatferry::send::Held;
use serde_json::Value;
use std::fs;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::time::Instant;

const COMPLETE: &str = "spaces.completeImport";
const DAY: i64 = 86_400;

fn told(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs a command as it stands, without a yes.
async fn bare(rig: &Rig, words: &[&str]) -> Output {
    let mut command = rig.bare(words);
    tokio::task::spawn_blocking(move || command.output().expect("it starts"))
        .await
        .expect("it ends")
}

/// Brings an export to where it can be completed.
async fn verified(export: &Export) -> Rig {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    rig
}

fn list(rig: &Rig, text: &str) -> String {
    let path = rig.work().join("wave.txt");
    fs::write(&path, text).expect("room");
    path.display().to_string()
}

/// Returns the names of spaces that are open.
fn open(rig: &Rig) -> Vec<String> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let open = lines.filter(|line| line["state"] == "completed");
    let mut names: Vec<String> =
        open.map(|line| line["name"].as_str().unwrap_or("direct").to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wave_opens_its_conversations_and_no_other_and_ends_well() {
    let rig = verified(&small()).await;
    let wave = list(&rig, "\u{feff}# the pilot\r\n\r\nGBOARD   # by its id\r\n#general\r\n");
    let words = ["complete", "--wave", &wave];
    let look = bare(&rig, &[&words[..], &["--dry-run"]].concat()).await;
    assert_eq!(look.status.code(), Some(0), "{}", told(&look));
    let work = rig.work().display().to_string();
    let outlook = text(&look.stdout).replace(&work, "WORK");
    insta::assert_snapshot!("the_outlook_of_a_wave", outlook);
    let remark = "Line 4 is a comment, for it begins with #: general is not among those meant.";
    assert!(told(&look).contains(remark), "{}", told(&look));
    let unasked = bare(&rig, &words).await;
    assert_eq!(unasked.status.code(), Some(4), "{}", told(&unasked));
    assert!(told(&unasked).contains("error: nothing was opened: who will see what wants a yes"));
    assert_eq!(rig.emulator().stats().of(COMPLETE), 0);
    let said = rig.ok(&words).await;
    let line =
        "The wave is complete: 1 conversation is open to their members; 2 are left for later.";
    assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(line), "{said}");
    assert_eq!(open(&rig), ["board"]);
    let again = rig.ok(&words).await;
    assert!(again.contains("The wave is complete"), "{again}");
    assert_eq!(rig.emulator().stats().of(COMPLETE), 1);
    rig.ok(&["complete", "--only", "gen*", "--only", "board"]).await;
    assert_eq!(open(&rig), ["board", "general"]);
    rig.ok(&["complete", "--except", "g?neral"]).await;
    assert_eq!(open(&rig).len(), 3);
    let said = rig.ok(&["complete"]).await;
    assert!(said.contains("every space is open to its members"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_means_nothing_or_two_things_begins_nothing() {
    let export = Workspace::new()
        .channel("team", &["U1"])
        .message("U1", "1600000000.000100", "public")
        .private("team", &["U1"])
        .message("U1", "1600000000.000100", "private")
        .zip();
    let rig = verified(&export).await;
    let calls = rig.emulator().stats().total();
    let both = list(&rig, "CTEAM\nteem\nteam\n");
    let empty = both.replace("wave.txt", "empty.txt");
    fs::write(&empty, "# nothing\n\n").expect("room");
    let odd = empty.replace("empty", "odd");
    fs::write(&odd, b"\xff\xfet\0e\0").expect("room");
    let mut said = String::new();
    for words in [
        &["--wave", &both][..],
        &["--wave", &empty],
        &["--wave", &odd],
        &["--wave", "/nowhere/wave.txt"],
        &["--only", "teem*"],
        &["--only", "*", "--except", "teem"],
        &["--only", "team", "--except", "?team"],
    ] {
        let output = rig.run(&[&["complete"], words].concat()).await;
        assert_eq!(output.status.code(), Some(4), "{words:?}: {}", told(&output));
        said += &text(&output.stderr).replace(&rig.work().display().to_string(), "WORK");
    }
    insta::assert_snapshot!("choices_that_are_refused", said);
    assert_eq!(rig.emulator().stats().total(), calls, "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_a_wave_that_died_goes_on_by_the_same_command() {
    let rig = verified(&small()).await;
    let wave = ["complete", "--only", "general", "--only", "board"];
    // The program dies while a completion is asked for in vain.
    let deaf = Fault::on(COMPLETE).forever().before(Action::Close);
    let id = rig.emulator().arm(deaf).expect("a good fault");
    let mut command = rig.command(&wave);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    while rig.emulator().fired(id) < 2 {
        tokio::task::yield_now().await;
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    rig.emulator().disarm_all();
    rig.ok(&wave).await;
    assert_eq!(open(&rig), ["board", "general"]);
    // Members that are still missing want no second yes.
    let deaf = Fault::on("spaces.members.create").forever().before(Action::status(403));
    let id = rig.emulator().arm(deaf).expect("a good fault");
    rig.run(&["complete"]).await;
    assert!(rig.emulator().fired(id) > 0);
    rig.emulator().disarm_all();
    rig.ok(&["retry", "--all"]).await;
    let members = bare(&rig, &["complete"]).await;
    assert_eq!(members.status.code(), Some(0), "{}", told(&members));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_is_said_before_and_never_opened() {
    let rig = verified(&small()).await;
    let lines = fs::read_to_string(rig.work().join("spaces.jsonl")).expect("there");
    let line: Value = serde_json::from_str(lines.lines().next().expect("a space")).expect("JSON");
    let token = rig.api.user("u2@example.com").await;
    let message = serde_json::json!({"text": "?", "createTime": "2021-09-13T12:26:40.000100Z"});
    let path = format!("/v1/{}/messages", line["space"].as_str().expect("a name"));
    assert_eq!(rig.api.post(&path, &token, message).await.status, 200);
    rig.forgive(&["nameless-message"]);
    assert_eq!(rig.run(&["verify"]).await.status.code(), Some(7));
    let look = bare(&rig, &["complete", "--dry-run", "--json"]).await;
    let look: Value = serde_json::from_slice(&look.stdout).expect("JSON");
    assert_eq!(look["held"][0]["code"], "not_read_back", "{look}");
    assert_eq!(look["due"].as_array().map(Vec::len), Some(2), "{look}");
    let go_on = rig.run(&["complete"]).await;
    assert_eq!((go_on.status.code(), open(&rig).len()), (Some(7), 2), "{}", told(&go_on));
}

/// Starts an emulator in which a space made now has only so many seconds left.
async fn ending(seconds: i64) -> Rig {
    let behind = 90 * DAY - seconds;
    let epoch = Some(SystemClock.wall() - behind * 1_000_000);
    let rig = Rig::with(&PEOPLE, Options { epoch, ..Options::default() }).await;
    rig.emulator().change(&Change::Skew { seconds: behind }).expect("it can be");
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_from_14_days_on_every_command_counts_down() {
    let export = small();
    let rig = ending(5 * DAY).await;
    let says = "expires in 4 days 23 h";
    let run = rig.ok(&["run", &export.path.display().to_string()]).await;
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&run).contains(says), "{run}");
    let status = rig.ok(&["status", "--lanes"]).await;
    assert!(flat(&status).contains(says), "{status}");
    let status: Value = serde_json::from_str(&rig.ok(&["status", "--json"]).await).expect("JSON");
    assert_eq!(status["expiring"].as_array().map(Vec::len), Some(3), "{status}");
    let left = status["countdown"]["seconds_left"].as_i64().expect("a number");
    assert!((5 * DAY - 60..=5 * DAY).contains(&left), "{status}");
    let verify = rig.ok(&["verify"]).await;
    assert!(flat(&verify).contains(says), "{verify}");
    let wave = rig.ok(&["complete", "--only", "general"]).await;
    assert!(flat(&wave).contains(says) && flat(&wave).contains("1 other expires"), "{wave}");
    rig.ok(&["complete"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_in_the_last_half_hour_nothing_is_opened_and_what_expired_starts_over() {
    let export = small();
    let rig = ending(20 * 60).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let verify = rig.ok(&["verify"]).await;
    assert!(verify.contains("too late to complete it."), "{verify}");
    let late = rig.run(&["complete"]).await;
    assert_eq!(late.status.code(), Some(i32::from(Exit::Late.code())), "{}", told(&late));
    assert!(told(&late).contains("held back: general: less than 30 minutes of"), "{}", told(&late));
    assert_eq!(rig.emulator().stats().of(COMPLETE), 0);
    let status: Value = serde_json::from_str(&rig.ok(&["status", "--json"]).await).expect("JSON");
    assert_eq!(status["countdown"]["too_late"], true, "{status}");
    // The time runs out for Google, and nobody here has looked yet.
    rig.emulator()
        .change(&Change::Advance { seconds: 90 * DAY.unsigned_abs() })
        .expect("it can be");
    let verify = rig.run(&["verify"]).await;
    assert!(told(&verify).contains("it has to be started over"), "{}", told(&verify));
    let status = rig.ok(&["status"]).await;
    assert!(status.contains("Google deleted or expired the space of general."), "{status}");
    rig.ok(&["retry", "--start-over", "--yes"]).await;
    rig.whole_again().await;
    assert_eq!(open(&rig), ["board", "direct", "general"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_as_slowly_as_the_admin_wants() {
    let people: Vec<String> = (1..=13).map(|nth| format!("u{nth}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let ids: Vec<String> = people.iter().map(|name| name.to_uppercase()).collect();
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let export = Workspace::new()
        .channel("general", &members)
        .message("U1", "1600000000.000100", "all of us")
        .zip();
    let rig = Rig::start(&people).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    let mut command = rig.command(&["complete"]);
    // At 20 times Google's pace that is 120 a minute, where 6,000 would go: half a second each but for a few.
    command.env("CHATFERRY_PACE", "20x").env("CHATFERRY_MEMBERS_PER_MINUTE", "6");
    let began = Instant::now();
    let output = tokio::task::spawn_blocking(move || command.output().expect("it starts"));
    assert!(output.await.expect("it ends").status.success());
    assert!(began.elapsed() > Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!(rig.members()["general"].len(), 13);
}

#[test]
fn the_document_tells_every_reason_to_hold_a_space_back() {
    let document = include_str!("../../docs/operations.md");
    for why in Held::ALL {
        let row = format!("| `{}` | {} |", why.code(), why.words());
        assert!(document.contains(&row), "docs/operations.md lacks {row}");
    }
}
