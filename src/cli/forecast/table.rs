//! The forecast in the terminal: a table of stages, other ways, the 90 days.

use super::{Prospect, window};
use crate::cli::safe::display_short;
use crate::cli::words::{span, wrap};
use crate::forecast::{LATENCY, ratio};
use crate::settings::Pace;
use comfy_table::{CellAlignment, Table, presets};
use std::time::Duration;

/// What fits on a line.
const COLS: usize = 80;
/// How a shorter history begins.
const ONLY: &str = "only the last";
/// What is left of it for what holds a stage up.
const WHY: usize = 36;

/// Returns the lines, none wider than 80 columns.
pub(super) fn lines(prospect: &Prospect) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(wrap(&head(prospect), COLS, ""));
    lines.push(String::new());
    lines.extend(table(&stages(prospect), &[1, 2, 3]));
    lines.push(String::new());
    lines.extend(wrap(&critical(prospect), COLS, ""));
    let others = ways(prospect);
    if !others.is_empty() {
        lines.push(String::new());
        lines.extend(table(&others, &[1, 2]));
        lines.extend(cut(&others));
    }
    lines.push(String::new());
    for sentence in window::sentences(prospect) {
        lines.extend(wrap(&sentence, COLS, ""));
    }
    lines
}

/// Under which conditions all of it holds.
pub(super) fn head(prospect: &Prospect) -> String {
    let settings = &prospect.settings;
    let pace = match settings.pace {
        Some(pace) if pace != Pace::REAL => format!("{pace} "),
        _ => String::new(),
    };
    format!(
        "Forecast at {pace}Google's quotas less {} %, {} ms for each answer, no trouble:",
        (settings.headroom * 1000.0).round() / 10.0,
        LATENCY.as_millis()
    )
}

/// The stages, then all of them: what, predicted, at least, ratio, what holds it up.
pub(super) fn stages(prospect: &Prospect) -> Vec<Vec<String>> {
    let forecast = &prospect.forecast;
    let mut rows =
        vec![["", "predicted", "at least", "ratio", "held up by"].map(str::to_owned).to_vec()];
    for (name, stage) in forecast.stages() {
        let why = stage.bound.bottleneck.trim_end_matches(" for the project");
        let why = display_short(why, WHY);
        rows.push(row(name, stage.takes, stage.bound.total, why));
    }
    if rows.len() > 2 {
        rows.push(row("all", forecast.total(), forecast.bound(), String::new()));
    }
    rows
}

fn row(name: &str, takes: Duration, least: Duration, why: String) -> Vec<String> {
    let ratio = format!("{:.2}", ratio(takes, least));
    vec![name.to_owned(), span(takes), span(least), ratio, why]
}

/// The space with the longest way.
pub(super) fn critical(prospect: &Prospect) -> String {
    let Some((name, way)) = &prospect.forecast.critical else { return String::new() };
    format!(
        "The longest way is that of {}: {} by itself. Spaces sent at the same time: {} at most.",
        display_short(name, 40),
        span(*way),
        prospect.forecast.sending.at_once.max(1)
    )
}

/// Other ways: what, how long all would take, how much less that is.
pub(super) fn ways(prospect: &Prospect) -> Vec<Vec<String>> {
    let now = prospect.forecast.total();
    let told = |(way, takes): &&(super::Way, Duration)| {
        // That reactions are not what it waits for is worth a line.
        way.setting == "reactions" || takes.abs_diff(now).as_secs() > 0
    };
    let row = |(way, takes): &(super::Way, Duration)| {
        let word = if *takes > now { "more" } else { "less" };
        let change = match takes.abs_diff(now) {
            change if change.as_secs() == 0 => "no less".to_owned(),
            change => format!("{} {word}", span(change)),
        };
        vec![way.words(), span(*takes), change]
    };
    prospect.ways.iter().filter(told).map(row).collect()
}

/// How a shorter history is had.
fn cut(ways: &[Vec<String>]) -> Vec<String> {
    let any = ways.iter().any(|way| way[0].starts_with(ONLY));
    let text = "A shorter history is a shorter export: Slack exports ranges of dates.";
    if any { vec![text.to_owned()] } else { Vec::new() }
}

impl super::Way {
    /// Returns it in words.
    pub(super) fn words(&self) -> String {
        if self.setting == "history" {
            return format!("{ONLY} {}", self.values.join(", "));
        }
        let values: Vec<String> = self.values.iter().map(|value| format!("\"{value}\"")).collect();
        format!("{} = {}", self.setting, values.join(" or "))
    }
}

/// Lays rows out in columns; some stand to the right.
fn table(rows: &[Vec<String>], right: &[usize]) -> Vec<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for row in rows {
        table.add_row(row.clone());
    }
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::forecast::made_up::prospect;
    use crate::pace::Quotas;

    fn text(spaces: &[(&str, u64, u64, u64)], quotas: Quotas) -> String {
        let lines = lines(&prospect(spaces, quotas));
        assert!(lines.iter().all(|line| console::measure_text_width(line) <= COLS), "{lines:#?}");
        lines.join("\n")
    }

    #[test]
    fn a_plan_that_fits_shows_its_stages_and_what_would_change_them() {
        let spaces =
            [("general", 6_000, 900, 0), ("evil\u{1b}[2Jname", 800, 40, 12), ("b", 3, 0, 0)];
        insta::assert_snapshot!(text(&spaces, Quotas::google()));
    }

    #[test]
    fn b20_a_channel_too_large_for_90_days_is_noticed_with_a_split() {
        // A tenth of a post a second: 864,000 of them would take 100 days.
        let spaces = [("general", 8_640, 0, 0), ("random", 50, 9, 0)];
        let text = text(&spaces, Quotas::google().scaled(0.0001));
        assert!(text.contains("Too large: general would be in import mode for 103 days"), "{text}");
        assert!(text.contains("part general at 2020-09-13 into 2 exports"), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn b20_links_that_keep_spaces_waiting_are_noticed() {
        let spaces = [("old", 4_000, 0, 40), ("new", 4_000, 0, 400)];
        let text = text(&spaces, Quotas::google().scaled(0.0001));
        assert!(text.contains("with links = \"patch\" each waits"), "{text}");
    }
}
