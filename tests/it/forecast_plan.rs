//! What `plan` foresees and `status` tells of a run under way, through the real program.
#![expect(clippy::disallowed_types, reason = "makes a lane large behind the ledger's back")]

use crate::crash_support::{PEOPLE, small};
use crate::rig::{Rig, end, text};
use crate::support::Workspace;
use chatferry::forecast::LATENCY;
use chatferry::ledger::{Lane, Ledger};
use chatferry::pace::{Load, Order, Quotas, Terms, simulate};
use chatferry::send::planned;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

/// Runs a command at a pace.
async fn at_pace(rig: &Rig, pace: &str, words: &[&str]) -> Output {
    let mut command = rig.command(words);
    command.env("CHATFERRY_PACE", pace);
    end(command).await
}

/// Returns what it printed, on one line.
fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the line of JSON that is of this event.
fn line(output: &Output, event: &str) -> Value {
    let all = text(&output.stdout);
    let mut lines = all.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.find(|line| line["event"] == event).unwrap_or_else(|| panic!("{event}: {all}"))
}

fn lanes(rig: &Rig) -> Vec<Lane> {
    Ledger::open_read_only(&rig.work().join("ledger.sqlite"))
        .and_then(|l| l.lanes())
        .expect("lanes")
}

fn first_stage(lanes: &[Lane]) -> f64 {
    let loads: Vec<Load> = lanes.iter().map(|lane| planned(lane).before_links()).collect();
    let terms = Terms { quotas: Quotas::google(), latency: LATENCY, most: 64, window: 16 };
    simulate(&loads, &terms, Order::Scheduled).total.as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_prints_what_the_schedule_makes_of_the_plan() {
    let (export, rig) = (small(), Rig::start(&PEOPLE).await);
    let path = export.path.display().to_string();
    let output = at_pace(&rig, "real", &["plan", &path, "--json"]).await;
    let forecast = line(&output, "forecast_of_plan");
    let last = text(&output.stdout).lines().last().map(str::to_owned).unwrap_or_default();
    assert!(last.contains("\"event\":\"report\""), "the report is last: {last}");
    let sending = &forecast["stages"][0];
    let simulated = first_stage(&lanes(&rig));
    let predicted = sending["predicted_seconds"].as_f64().expect("a number");
    assert!((predicted - simulated).abs() < 1e-3, "{predicted} and {simulated}");
    assert!(sending["bound_seconds"].as_f64() <= Some(predicted), "{sending}");
    let saved: Vec<&Value> = forecast["policies"].as_array().expect("some").iter().collect();
    assert_eq!(saved[0]["values"], serde_json::json!(["footnote", "skip"]), "{forecast}");
    assert_eq!(forecast["window"]["spaces"]["in_time"], 3, "{forecast}");
    let output = at_pace(&rig, "real", &["plan", &path]).await;
    let said = told(&output);
    assert!(said.contains("The longest way is that of general"), "{said}");
    assert!(said.contains("90 days: no space is in import mode for longer than"), "{said}");
    let off = at_pace(&rig, "off", &["plan", &path]).await;
    assert!(!told(&off).contains("Forecast"), "no quota is kept, so nothing is foreseen");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_and_the_table_are_the_owners_alone_and_names_stay_text() {
    let hostile = "</title><script>alert(1)</script>";
    let export = Workspace::new()
        .channel(hostile, &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U2"])
        .channel("=cmd()", &["U1"])
        .message("U1", "1400000000.000100", "six years before")
        .message("U1", "1600000001.000100", "hello")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    let output = at_pace(&rig, "real", &["plan", &export.path.display().to_string()]).await;
    assert!(told(&output).contains("/work/reports/forecast.html"), "{}", told(&output));
    let file = |name: &str| rig.work().join("reports").join(name);
    for name in ["forecast.html", "forecast.csv", "forecast.json"] {
        let mode = fs::metadata(file(name)).expect("written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let page = fs::read_to_string(file("forecast.html")).expect("a page");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    let data = fs::read_to_string(file("forecast.json")).expect("data");
    let data: Value = serde_json::from_str(&data).expect("JSON");
    let ways = data["policies"].as_array().expect("some").iter();
    let shorter: Vec<&Value> =
        ways.filter(|way| way["setting"] == "history").map(|way| &way["values"][0]).collect();
    assert_eq!(shorter, ["5 years", "2 years", "year"], "a message is older than all: {data}");
    let table = fs::read_to_string(file("forecast.csv")).expect("a table");
    assert!(table.lines().any(|row| row.starts_with("'=cmd(),")), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn b20_a_channel_too_large_for_90_days_is_noticed_at_plan_time() {
    let (export, rig) = (small(), Rig::start(&PEOPLE).await);
    let path = export.path.display().to_string();
    at_pace(&rig, "0.01x", &["plan", &path]).await;
    // As if it held more than a post in a hundred seconds can carry in 90 days.
    let sql = "UPDATE lane SET posts = 80000 WHERE name = 'general'";
    let db = rusqlite::Connection::open(rig.work().join("ledger.sqlite")).expect("the ledger");
    assert_eq!(db.execute(sql, []).expect("it is written"), 1);
    drop(db);
    let mut command = rig.command(&["plan", &path, "--json"]);
    command.env("CHATFERRY_PACE", "0.01x").env("CHATFERRY_HEADROOM", "0.9");
    let output = end(command).await;
    let forecast = line(&output, "forecast_of_plan");
    let large = &forecast["window"]["not_in_time"][0];
    assert_eq!((&large["name"], &large["fits"]), (&"general".into(), &"too_large".into()));
    let split: Vec<&str> =
        large["split_at"].as_array().expect("times").iter().filter_map(Value::as_str).collect();
    let inside = |at: &&str| ("2020-09-13T12:26:40"..="2020-09-13T12:27:31").contains(at);
    assert!(!split.is_empty() && split.iter().all(inside), "within its history: {split:?}");
    let warning = forecast["warnings"][0].as_str().expect("words");
    assert!(
        warning.contains("each with a work folder, a --migration and a name_prefix"),
        "{warning}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn status_tells_when_a_run_ends_against_what_was_planned() {
    let (export, rig) = (small(), Rig::start(&PEOPLE).await);
    let path = export.path.display().to_string();
    at_pace(&rig, "0.2x", &["plan", &path]).await;
    let before = told(&at_pace(&rig, "0.2x", &["status"]).await);
    assert!(before.contains("s once it begins."), "{before}");
    let mut run = rig.command(&["run", "--pace", "0.2x"]);
    run.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = run.spawn().expect("it starts");
    let heard = || {
        fs::read_to_string(rig.work().join("forecast.json"))
            .is_ok_and(|kept| kept.contains("\"ends\":1"))
    };
    while !heard() {
        assert!(child.try_wait().expect("it can be asked").is_none(), "it ended too soon");
        tokio::task::yield_now().await;
    }
    let status = line(&at_pace(&rig, "0.2x", &["status", "--json"]).await, "report");
    let under_way = &status["forecast"];
    assert_eq!(under_way["under_way"], true, "{under_way}");
    assert!(under_way["seconds_late"].as_i64().is_some_and(|late| late.abs() <= 5), "{under_way}");
    let said = told(&at_pace(&rig, "0.2x", &["status"]).await);
    assert!(said.contains("Sending ends ") && said.contains(": on time."), "{said}");
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let stopped = line(&at_pace(&rig, "0.2x", &["status", "--json"]).await, "report");
    let stopped = &stopped["forecast"];
    assert_eq!(stopped["under_way"], false, "whatever it said last: {stopped}");
    assert_eq!(stopped["planned_end"], under_way["planned_end"], "the plan is the same");
    let said = told(&at_pace(&rig, "0.2x", &["status"]).await);
    assert!(said.contains("No run is under way. Sending takes another"), "{said}");
    rig.ok(&["run"]).await;
    let sent = line(&at_pace(&rig, "0.2x", &["status", "--json"]).await, "report");
    assert_eq!(sent["forecast"], Value::Null, "nothing is left to send");
}
