//! Choices of the settings, carried out by the program: what stands in Chat, and what the report
//! counts.

use crate::rig::{Rig, text};
use crate::support::Workspace;
use serde_json::{Value, json};
use std::path::Path;

/// Puts settings into the work folder before the first command.
fn settings(rig: &Rig, lines: &str) {
    std::fs::create_dir_all(rig.work()).expect("a folder");
    std::fs::write(rig.work().join("settings.toml"), lines).expect("written");
}

async fn account(rig: &Rig) -> Value {
    let output = rig.run(&["status", "--json"]).await;
    let line = text(&output.stdout);
    let last = line.lines().last().expect("a report");
    serde_json::from_str::<Value>(last).expect("JSON")["account"].clone()
}

/// Tells how many items of a kind are in each state, without the states that none is in.
fn tally(account: &Value, kind: &str) -> Value {
    let mut tally = account["items"][kind].clone();
    tally.as_object_mut().expect("a tally").retain(|_, count| *count != 0);
    tally
}

/// Returns the texts of all messages, in order.
fn texts(rig: &Rig) -> Vec<String> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let texts = lines.filter_map(|line| Some(line["text"].as_str()?.to_owned()));
    texts.collect()
}

async fn whole(rig: &Rig, export: &Path) {
    rig.whole(export).await;
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_f9_reactions_in_a_line_are_transformed_and_cost_no_call() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "ship it")
        .react("wave", &["U1", "U2"])
        .react("shipit", &["U1"])
        .zip();
    let rig = Rig::start(&["ana"]).await;
    whole(&rig, &export.path).await;
    assert_eq!(texts(&rig), ["ship it\n_Reactions in Slack: 👋 bo · :shipit: ana_"]);
    assert_eq!(tally(&account(&rig).await, "reaction"), json!({"sent": 1, "transformed": 2}));

    let rig = Rig::start(&["ana"]).await;
    settings(&rig, "reactions = \"footnote\"\nedited = \"none\"\n");
    whole(&rig, &export.path).await;
    assert_eq!(texts(&rig), ["ship it\n_Reactions in Slack: 👋 ana, bo · :shipit: ana_"]);
    assert_eq!(tally(&account(&rig).await, "reaction"), json!({"transformed": 3}));
    assert_eq!(rig.emulator().stats().of("spaces.messages.reactions.create"), 0);
}
