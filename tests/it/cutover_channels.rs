//! `chatferry channels export` and `import`: conversations chosen and named in a table.

use crate::crash_support::{PEOPLE, small};
use crate::rig::{Rig, text};
use crate::support::Export;
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
    let spaces = lines.filter(|line| line["space"].is_string());
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
        .map(|line| line.replace(", ", " und ").replace('"', "").replace(',', ";"))
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
