//! `chatferry channels export` and `import`: conversations chosen and named in a table.

use crate::crash_support::{PEOPLE, small};
use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::Options;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;

fn told(output: &Output) -> String {
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    all.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn planned(export: &Export) -> Rig {
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    rig
}

fn file(rig: &Rig) -> PathBuf {
    rig.work().join("channels.csv")
}

/// Returns the sum of each row of the account: the inventory.
async fn inventory(rig: &Rig) -> Vec<(String, u64)> {
    let output = rig.run(&["status", "--json"]).await;
    let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let items = status["account"]["items"].as_object().expect("a table").clone();
    let sum =
        |tally: &Value| tally.as_object().expect("a row").values().filter_map(Value::as_u64).sum();
    items.iter().map(|(kind, tally)| (kind.clone(), sum(tally))).collect()
}

/// Returns the names of spaces that were made.
fn made(rig: &Rig) -> Vec<String> {
    let lines = rig.emulator().canonical();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let spaces = lines.filter(|line| line["space"].is_string() && line["state"] != "deleted");
    let mut names: Vec<String> =
        spaces.map(|line| line["name"].as_str().unwrap_or("direct").to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_has_every_conversation_and_changes_nothing_unedited() {
    let export = small();
    let rig = planned(&export).await;
    let said = rig.ok(&["channels", "export"]).await;
    assert!(said.contains("channels.csv: 3 conversations."), "{said}");
    let table = fs::read_to_string(file(&rig)).expect("written");
    insta::assert_snapshot!("the_table_of_conversations", table);
    let mode = fs::metadata(file(&rig)).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it is its owner's alone");
    let again = rig.run(&["channels", "export"]).await;
    assert_eq!(again.status.code(), Some(4), "{}", told(&again));
    assert!(told(&again).contains("may have been edited"), "{}", told(&again));
    let said = rig.ok(&["channels", "import"]).await;
    assert_eq!(said, "Nothing changes.\n");
    rig.ok(&["channels", "export", "--force", "--json"]).await;
    assert_eq!(fs::read_to_string(file(&rig)).expect("written"), table);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_table_names_and_leaves_out_and_the_sums_stay_the_inventory() {
    let export = small();
    let rig = planned(&export).await;
    let before = inventory(&rig).await;
    rig.ok(&["channels", "export"]).await;
    let table = fs::read_to_string(file(&rig)).expect("written");
    // As a spreadsheet of another country saves it.
    let edited: Vec<String> = table
        .lines()
        .map(|line| match line {
            line if line.starts_with("CGENERAL") => {
                line.replacen(",general,general,", ",general,Town Hall,", 1)
            }
            line if line.starts_with("D1") => line.replacen(",yes,", ",No,", 1),
            line => line.to_owned(),
        })
        .map(|line| line.replace(", ", " und ").replace(',', ";").replace(" und ", ", "))
        .collect();
    fs::write(file(&rig), format!("\u{feff}{}\r\n", edited.join("\r\n"))).expect("room");
    let said = rig.ok(&["channels", "import"]).await;
    assert!(said.contains("general becomes Town Hall."), "{said}");
    assert!(said.contains("is left out"), "{said}");
    // What was chosen and not planned yet is no other choice.
    rig.ok(&["channels", "export", "--force"]).await;
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
    let run = rig.ok(&["run"]).await;
    assert!(run.contains("left out in the channels workbook"), "{run}");
    assert_eq!(inventory(&rig).await, before, "nothing is lost from the account");
    assert_eq!(made(&rig), ["Town Hall", "board"]);
    let table = fs::read_to_string(file(&rig)).expect("written").replace("Town Hall", "Agora");
    fs::write(file(&rig), table.replace("board", "bored").replace(",no,", ",yes,")).expect("room");
    let said = rig.ok(&["channels", "import"]).await;
    assert!(said.contains("Town Hall is begun: it stays as it began."), "{said}");
    assert!(said.contains("board is begun: it stays as it began."), "{said}");
    rig.whole_again().await;
    assert_eq!(made(&rig), ["Town Hall", "board", "direct"], "what was left out may follow");
    assert_eq!(inventory(&rig).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_can_not_be_right_are_named_by_line_and_change_nothing() {
    let export = small();
    let rig = planned(&export).await;
    let mut said = String::new();
    for table in [
        "slack_id,space_name,include\nCNOBODY,x,yes\nCGENERAL,y,perhaps\nGBOARD,z,no\nGBOARD,z,yes\n".to_owned(),
        "slack_id,space_name,include\nCNOBODY,x,yes\nCGENERAL,y,no\n".to_owned(),
        format!("slack_id,space_name,include\nCGENERAL,{},yes\n", "n".repeat(129)),
        "slack_id,name\nCGENERAL,x\n".to_owned(),
        "PK\u{3}\u{4}\0\0".to_owned(),
    ] {
        fs::write(file(&rig), table).expect("room");
        let output = rig.run(&["channels", "import"]).await;
        assert_eq!(output.status.code(), Some(4), "{}", told(&output));
        said += &text(&output.stderr).replace(&rig.work().display().to_string(), "WORK");
    }
    insta::assert_snapshot!("tables_that_are_refused", said);
    // An old code page: the letter is lost, and nobody may guess it.
    fs::write(file(&rig), b"slack_id,space_name,include\nCGENERAL,B\xfcro,yes\n").expect("room");
    let output = rig.run(&["channels", "import"]).await;
    assert_eq!(output.status.code(), Some(4), "{}", told(&output));
    let why = "can't be read: the file is not UTF-8; save it as CSV UTF-8";
    assert!(told(&output).contains(why), "{}", told(&output));
    rig.ok(&["channels", "export", "--force"]).await;
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
    let missing = rig.run(&["channels", "import", "/nowhere.csv"]).await;
    assert_eq!(missing.status.code(), Some(4), "{}", told(&missing));
}

/// Exports the table, and returns it with one thing in the place of another.
async fn edit(rig: &Rig, of: &str, to: &str) -> Output {
    rig.ok(&["channels", "export", "--force"]).await;
    let table = fs::read_to_string(file(rig)).expect("written");
    assert!(table.contains(of), "{of}: {table}");
    fs::write(file(rig), table.replacen(of, to, 1)).expect("room");
    rig.run(&["channels", "import"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_once_it_was_sent_stays_closed_and_can_be_undone_or_taken_back() {
    let export = small();
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    rig.ok(&["run", &export.path.display().to_string()]).await;
    rig.ok(&["verify"]).await;
    let (with, without) = ("board,board,space,,,2,yes", "board,board,space,,,2,no");
    let said = told(&edit(&rig, with, without).await);
    let closed =
        "board is left out: its space stays closed, and `chatferry undo --only` deletes it.";
    assert!(said.contains(closed) && said.contains("1 conversation changes"), "{said}");
    let complete = rig.run(&["complete"]).await;
    let held = "held back: board: left out in the channels workbook: `chatferry undo --only` deletes its space";
    assert!(told(&complete).contains(held), "{}", told(&complete));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 2);
    // Taken back, it may be opened.
    let said = told(&edit(&rig, without, with).await);
    assert!(said.contains("board is migrated."), "{said}");
    let look = rig.run(&["complete", "--dry-run", "--json"]).await;
    let look: Value = serde_json::from_slice(&look.stdout).expect("JSON");
    assert_eq!(look["due"][0]["name"], "board", "{look}");
    edit(&rig, with, without).await;
    let look = rig.run(&["complete", "--dry-run", "--json"]).await;
    let look: Value = serde_json::from_slice(&look.stdout).expect("JSON");
    assert_eq!(look["held"][0]["code"], "left_out_by_choice", "{look}");
    rig.ok(&["undo", "--only", "board", "--yes", "T1"]).await;
    rig.ok(&["run"]).await;
    assert_eq!(made(&rig), ["direct", "general"], "the choice counts");
    let said = rig.ok(&["complete"]).await;
    assert!(said.contains("every space is open to its members"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_and_a_short_row_leave_a_conversation_as_it_is() {
    let export = small();
    let rig = planned(&export).await;
    assert!(
        told(&edit(&rig, "board,board,space,,,2,yes", "board,Bored,space,,,2,").await)
            .contains("board becomes Bored. 1 conversation changes")
    );
    let said = told(&edit(&rig, "board,Bored,space,,,2,yes", "board,Bored,space,,,2, ").await);
    assert!(said.starts_with("Nothing changes."), "{said}");
    fs::write(file(&rig), "slack_id,space_name,include\nCGENERAL\nGBOARD,Bored\n").expect("room");
    let said = rig.ok(&["channels", "import"]).await;
    assert!(said.starts_with("Nothing changes."), "{said}");
    rig.ok(&["run"]).await;
    assert_eq!(made(&rig), ["Bored", "direct", "general"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_chat_has_no_name_to_change() {
    let export = small();
    let rig = planned(&export).await;
    let output = edit(&rig, "\"u1, u3\",group", "The two,group").await;
    assert_eq!(output.status.code(), Some(4), "{}", told(&output));
    let why =
        "becomes a group chat, which has no name; dm = \"space\" in settings.toml makes it a space";
    assert!(told(&output).contains(why), "{}", told(&output));
    let mut command = rig.command(&["channels", "import"]);
    command.env("CHATFERRY_DM", "space");
    let output = crate::rig::end(command).await;
    assert!(told(&output).contains("becomes The two."), "{}", told(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_too_long_for_chat_is_no_fault_of_a_table_that_nobody_edited() {
    let long = "n".repeat(140);
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .channel(&long, &["U1"])
        .conversation(serde_json::json!({"is_archived": true}))
        .message("U1", "1600000000.000100", "long ago")
        .zip();
    let rig = Rig::with(&PEOPLE, Options::default()).await;
    let mut command = rig.command(&["plan", &export.path.display().to_string()]);
    command.env("CHATFERRY_ARCHIVED", "skip");
    assert!(crate::rig::end(command).await.status.success());
    rig.ok(&["channels", "export"]).await;
    assert_eq!(rig.ok(&["channels", "import"]).await, "Nothing changes.\n");
}
