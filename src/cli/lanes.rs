//! The table of lanes: `status --lanes`.

use super::deadline::short;
use super::safe::{display_column, display_short};
use super::words::{count, counted};
use crate::ids::Micros;
use crate::ledger::LaneStanding;

/// Below this width only what matters most is shown.
const NARROW: usize = 72;

/// Lists lanes, a line each, none wider than `cols`.
pub fn lanes(lanes: &[LaneStanding], now: Micros, cols: usize) -> String {
    let wide = cols >= NARROW;
    let fixed = if wide { 61 } else { 25 };
    let name_cols = cols.saturating_sub(fixed).clamp(8, 40);
    let mut lines = vec![head(name_cols, wide)];
    lines.extend(lanes.iter().map(|lane| row(lane, now, name_cols, wide)));
    lines.push(counted(lanes.len() as u64, "conversation", "conversations"));
    let cut: Vec<_> = lines.iter().map(|line| display_short(line.trim_end(), cols)).collect();
    cut.join("\n") + "\n"
}

fn head(name_cols: usize, wide: bool) -> String {
    let name = display_column("conversation", name_cols);
    if wide {
        format!(
            "{name}  {:<8}  {:<9}  {:>19}  {:>5}  {}",
            "kind", "state", "messages", "stuck", "days left"
        )
    } else {
        format!("{name}  {:<9}  {:>9}", "state", "left")
    }
}

fn row(lane: &LaneStanding, now: Micros, name_cols: usize, wide: bool) -> String {
    let name = display_column(&lane.name, name_cols);
    let state = display_column(&lane.state, 9);
    if !wide {
        let left = lane.messages.saturating_sub(lane.messages_paid);
        return format!("{name}  {state}  {:>9}", count(left));
    }
    let kind = display_column(&lane.kind, 8);
    let messages = format!("{} of {}", count(lane.messages_paid), count(lane.messages));
    let expires = match lane.expires {
        Some(expires) => short(expires, now),
        None if lane.admin_owned => "admin's".to_owned(),
        None => String::new(),
    };
    format!("{name}  {kind}  {state}  {messages:>19}  {:>5}  {expires}", dash(lane.wedged))
}

fn dash(number: u64) -> String {
    if number == 0 { "-".to_owned() } else { count(number) }
}
