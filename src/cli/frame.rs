//! One picture of the board as text: pure, for any size of window.

use super::board::View;
use super::safe::{display_column, display_short};
use super::words::{count, counted, percent, span};

/// Rows that stay free above and below the picture.
const SPARE_ROWS: u16 = 4;
/// More lanes than this nobody reads.
const MOST_LANES: usize = 12;
/// More limits than this are a matter for the report.
const MOST_LEARNT: usize = 2;
/// Below this width there is no room for a bar.
const NARROW: usize = 60;

/// The picture: the numbers beside the bar, and the lines under it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Position and length of the bar.
    pub(super) bar: (u64, u64),
    /// Whether there is room for a bar.
    pub(super) wide: bool,
    /// The numbers.
    pub(super) head: String,
    /// The lines under it, none wider than the window.
    pub(super) lines: Vec<String>,
}

/// Draws the board for a window of so many rows and columns.
pub(super) fn frame(view: &View, rows: u16, cols: u16) -> Frame {
    let cols = usize::from(cols.max(10));
    let sending = view.owed.total() > 0 && view.read_back.is_none();
    let mut lines = Vec::new();
    if sending {
        lines.push(if view.opening() { opening(view) } else { calls(view) });
    }
    if sending && view.conversations.1 < view.conversations.0 {
        lines.push(reading(view));
    }
    if view.verified.0 + view.completed > 0 && !(sending && view.opening()) {
        lines.push(ending(view));
    }
    lines.extend(view.limits.clone());
    lines.extend(view.learnt.iter().take(MOST_LEARNT).cloned());
    lines.extend(view.held.clone());
    lines.extend(view.note.clone());
    let mut lines: Vec<_> = lines.iter().map(|line| display_short(line, cols)).collect();
    // The head takes a row too.
    let room = usize::from(rows.saturating_sub(SPARE_ROWS)).saturating_sub(lines.len());
    lines.extend(lanes(view, room.min(MOST_LANES), cols));
    Frame {
        bar: bar(view, sending),
        wide: cols >= NARROW,
        head: display_short(&head(view, sending, cols), cols),
        lines,
    }
}

fn bar(view: &View, sending: bool) -> (u64, u64) {
    if let Some((read, planned)) = view.read_back {
        (read.min(planned), planned.max(1))
    } else if sending {
        (view.paid.total().min(view.owed.total()), view.owed.total())
    } else {
        (view.conversations.1, view.conversations.0.max(1))
    }
}

fn head(view: &View, sending: bool, cols: usize) -> String {
    if let Some((read, planned)) = view.read_back {
        let share = percent(read, planned);
        return format!("{share} % · {} of {} messages read back", count(read), count(planned));
    }
    if !sending {
        return reading(view);
    }
    if view.opening() {
        let (paid, owed) = (view.paid.total(), view.owed.total());
        let share = percent(paid, owed);
        return format!("{share} % · {} of {} spaces and members", count(paid), count(owed));
    }
    let share = percent(view.paid.total(), view.owed.total());
    let (paid, owed) = (count(view.paid.posts), count(view.owed.posts));
    let speed = rate(view.posts_rate);
    let left = view.left.map(span);
    if cols >= NARROW {
        let left = left.map(|left| format!(" · {left} left")).unwrap_or_default();
        format!("{share} % · {paid} of {owed} messages · {speed}/s{left}")
    } else {
        let left = left.map(|left| format!(" {}", left.replace(' ', ""))).unwrap_or_default();
        format!("{share}% {paid}/{owed} {speed}/s{left}")
    }
}

fn calls(view: &View) -> String {
    let mut line = format!("{} of {} calls", count(view.paid.total()), count(view.owed.total()));
    if view.wedged > 0 {
        line.push_str(" · ");
        line.push_str(&count(view.wedged));
        line.push_str(" stuck");
    }
    if let Some(ends) = &view.ends {
        line.push_str(" · ");
        line.push_str(&ends.words());
    }
    line
}

fn reading(view: &View) -> String {
    let (all, done) = view.conversations;
    let messages = counted(view.read, "message", "messages");
    format!(
        "Reading: {} of {}, {messages}",
        count(done),
        counted(all, "conversation", "conversations")
    )
}

fn opening(view: &View) -> String {
    let all = counted(view.all_lanes, "space", "spaces");
    let line = format!("{} of {all} open with all members", count(view.completed));
    match view.wedged {
        0 => line,
        stuck => format!("{line} · {} stuck", count(stuck)),
    }
}

fn ending(view: &View) -> String {
    let (verified, unlike) = view.verified;
    let mut parts = Vec::new();
    if verified > 0 && view.read_back.is_some() {
        let all = counted(view.all_lanes, "conversation", "conversations");
        parts.push(format!("{} of {all} read back", count(verified)));
    } else if verified > 0 {
        parts.push(format!("{} read back", counted(verified, "conversation", "conversations")));
    }
    if unlike > 0 {
        parts.push(format!("{} differ", count(unlike)));
    }
    if view.completed > 0 {
        parts.push(format!("{} completed", count(view.completed)));
    }
    parts.join(" · ")
}

/// Lists the lanes that fit; the last row says how many don't.
fn lanes(view: &View, room: usize, cols: usize) -> Vec<String> {
    let all = view.lanes.len();
    let shown = if all > room { room.saturating_sub(1) } else { all };
    let mut lines: Vec<_> =
        view.lanes.iter().take(shown).map(|lane| lane_line(lane, cols)).collect();
    if all > shown && room > 0 {
        let more = counted((all - shown) as u64, "more conversation", "more conversations");
        lines.push(display_short(&format!("  and {more}"), cols));
    }
    lines
}

fn lane_line((name, paid, owed): &(String, u64, u64), cols: usize) -> String {
    let numbers = format!("{:>3} % of {:>9}", percent(*paid, *owed), count(*owed));
    let name_cols = cols.saturating_sub(numbers.len() + 4).min(36);
    display_short(&format!("  {}  {numbers}", display_column(name, name_cols)), cols)
}

fn rate(per_second: f64) -> String {
    if per_second < 10.0 { format!("{per_second:.1}") } else { count(per_second.round() as u64) }
}
