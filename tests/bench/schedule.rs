//! How near the schedule comes to what Google's quotas allow: on made-up time for every size, by
//! the program's own plan; in real time on a small export at quotas twenty times as large, where the
//! simulation is held against the clock.

use crate::archive::emails;
use crate::process::{Server, run};
use crate::program::{ADMIN, chatferry};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// So many times Google's quotas, in real time.
const PACE: &str = "20x";
/// What a plan counts on for each answer, in milliseconds.
const LATENCY: u64 = 400;
/// How Google may count, and how long an answer takes in milliseconds.
const REAL: [(&str, u64); 4] = [("bucket", 0), ("bucket", 400), ("fixed", 0), ("fixed", 400)];

/// What a plan says of the time that sending takes.
#[derive(Debug, Clone, Default)]
struct Forecast {
    bottleneck: String,
    bound: f64,
    /// With the latency that a plan counts on.
    predicted: Option<f64>,
    at_once: u64,
}

/// One line of the table.
#[derive(Debug)]
struct Line {
    what: String,
    forecast: Forecast,
    measured: Option<f64>,
    refused: Option<u64>,
}

/// Simulates sending an export of any size; `small` is sent in real time as well.
pub(crate) fn table(exports: &[(&str, &Path)], small: &Path) -> String {
    let mut lines = Vec::new();
    for (name, export) in exports {
        lines.push(simulated(export, "real").map(|forecast| Line {
            what: format!("{name} messages, on made-up time"),
            forecast,
            measured: None,
            refused: None,
        }));
    }
    for (window, latency) in REAL {
        lines.push(measured(small, window, latency));
    }
    render(&lines)
}

fn simulated(export: &Path, pace: &str) -> Result<Forecast, String> {
    let home = TempDir::new().map_err(|error| error.to_string())?;
    let mut command = chatferry("plan");
    command.arg(export).arg("--work").arg(home.path().join("work")).arg("--json");
    // Another pace is for emulators only; nothing is asked of this one.
    command.env("CHATFERRY_PACE", pace).env("CHATFERRY_API", "http://127.0.0.1:9");
    let done = run(command.args(["--admin", ADMIN]))?;
    let events = done.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let found = events.into_iter().find_map(|event| find(&event, "stages").cloned());
    let stages = found.ok_or("plan --json tells no stages")?;
    let sending = stages.as_array().and_then(|stages| stages.first()).cloned().unwrap_or_default();
    let number = |key: &str| sending[key].as_f64().ok_or_else(|| format!("no {key}: {sending}"));
    Ok(Forecast {
        bottleneck: sending["bottleneck"].as_str().unwrap_or_default().to_owned(),
        bound: number("bound_seconds")?,
        predicted: Some(number("predicted_seconds")?),
        at_once: sending["spaces_at_once"].as_u64().unwrap_or_default(),
    })
}

/// Sends for real, and counts what was refused.
fn measured(export: &Path, window: &str, latency: u64) -> Result<Line, String> {
    let mut forecast = simulated(export, PACE)?;
    if latency != LATENCY {
        forecast.predicted = None;
    }
    let home = TempDir::new().map_err(|error| error.to_string())?;
    let at = |name: &str| home.path().join(name);
    let directory = emails(export).map_err(|error| error.to_string())?;
    fs::write(at("directory.txt"), [&directory, ADMIN].join("\n"))
        .map_err(|error| error.to_string())?;
    let mut emulate = chatferry("emulate");
    emulate.args(["--port", "0", "--quotas", PACE, "--latency", &latency.to_string()]);
    emulate.args(["--dialect", &format!("quota_window={window}"), "--key-out"]);
    emulate.arg(at("key.json")).arg("--directory").arg(at("directory.txt"));
    let emulator = Server::start(&mut emulate)?;
    let mut command = chatferry("run");
    command.arg(export).arg("--work").arg(at("work")).arg("--key").arg(at("key.json"));
    command.args(["--api", &emulator.line, "--admin", ADMIN, "--pace", PACE, "--json"]);
    let done = run(&mut command)?;
    let (mut refused, mut times) = (0, Vec::new());
    for line in done.stdout.lines() {
        let Ok(event) = serde_json::from_str::<Value>(line) else { continue };
        match event["event"].as_str() {
            Some("throttled") => refused += 1,
            Some("run_started" | "run_finished") => times.extend(clock(&event["at"])),
            _ => {}
        }
    }
    let [begun, .., ended] = times[..] else { return Err("the run told no times".to_owned()) };
    Ok(Line {
        what: format!("{PACE} in real time, answers after {latency} ms, {window} windows"),
        forecast,
        measured: Some(ended - begun),
        refused: Some(refused),
    })
}

/// Returns the seconds of a day at which something happened.
fn clock(at: &Value) -> Option<f64> {
    let time = at.as_str()?.split_once('T')?.1.trim_end_matches('Z');
    let mut parts = time.split(':').map(|part| part.parse::<f64>().unwrap_or_default());
    Some(parts.next()? * 3600.0 + parts.next()? * 60.0 + parts.next()?)
}

fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    map.get(key).or_else(|| map.values().find_map(|inner| find(inner, key)))
}

fn render(lines: &[Result<Line, String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let heads =
        ["schedule", "scarce", "bound s", "simulated s", "over bound", "measured s", "over bound"];
    table.set_header(heads.iter().chain(&["over simulated", "spaces at once", "refusals"]));
    for line in lines.iter().flatten() {
        let forecast = &line.forecast;
        let over = |time: Option<f64>, of: Option<f64>| {
            time.zip(of).map(|(time, of)| format!("{:.3}", time / of)).unwrap_or_default()
        };
        let seconds = |time: Option<f64>| time.map(|time| format!("{time:.1}")).unwrap_or_default();
        let bound = Some(forecast.bound);
        table.add_row([
            line.what.clone(),
            forecast.bottleneck.clone(),
            format!("{:.1}", forecast.bound),
            seconds(forecast.predicted),
            over(forecast.predicted, bound),
            seconds(line.measured),
            over(line.measured, bound),
            over(line.measured, forecast.predicted),
            forecast.at_once.to_string(),
            line.refused.map(|refused| refused.to_string()).unwrap_or_default(),
        ]);
    }
    table.column_iter_mut().skip(2).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    let mut text = table.to_string();
    for why in lines.iter().filter_map(|line| line.as_ref().err()) {
        text.push_str(&["\nfailed: ", why].concat());
    }
    text
}
