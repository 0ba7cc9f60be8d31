//! The picture of spaces over time: a row for each of the longest, and under them how many are
//! worked on at the same time, the others among them.

use super::Prospect;
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted, span};
use crate::forecast::{Fit, Space, WINDOW};
use crate::pace::Span;
use crate::preview::escape;
use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Duration;

/// So many spaces have a row of their own.
const ROWS: usize = 40;
/// The height of a row.
const ROW: usize = 17;
/// Where time begins, and how wide it is.
const LEFT: f64 = 210.0;
const WIDE: f64 = 810.0;
/// The whole width.
const ALL: usize = 1032;
/// Room for the scale above.
const TOP: usize = 22;
/// The height of the strip of all spaces, and how many steps it has.
const STRIP: f64 = 44.0;
const STEPS: usize = 135;
/// Ticks may be so far apart, in seconds.
const TICKS: [u64; 22] = [
    1,
    5,
    15,
    30,
    60,
    300,
    900,
    1_800,
    3_600,
    7_200,
    14_400,
    28_800,
    86_400,
    172_800,
    345_600,
    604_800,
    1_209_600,
    2_592_000,
    7_776_000,
    31_536_000,
    315_360_000,
    3_153_600_000,
];

/// The scale of time.
struct Scale {
    whole: f64,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        LEFT + self.width(at)
    }

    fn width(&self, time: Duration) -> f64 {
        time.as_secs_f64() / self.whole * WIDE
    }
}

/// Returns the picture and its key.
pub(super) fn chart(prospect: &Prospect) -> String {
    let forecast = &prospect.forecast;
    let scale = Scale { whole: forecast.total().as_secs_f64().max(1.0) };
    let shown = longest(&forecast.spaces);
    let others = forecast.spaces.len() - shown.len();
    let rows = TOP + shown.len() * ROW;
    let tall = rows + STRIP as usize + 34;
    let mut out = key(!forecast.linking.takes.is_zero(), others);
    put(
        &mut out,
        format_args!(
            "<div class=\"wide\"><svg viewBox=\"0 0 {ALL} {tall}\" role=\"img\" aria-label=\"Spaces over time\">\n"
        ),
    );
    ticks(&mut out, &scale, forecast.total(), tall - 12);
    let ends = [forecast.sending.takes, forecast.until_sent()];
    for end in ends.into_iter().filter(|end| !end.is_zero() && *end < forecast.total()) {
        line(&mut out, "end", scale.x(end), (TOP - 4, tall - 12));
    }
    for (number, space) in shown.iter().enumerate() {
        row(&mut out, &scale, space, TOP + number * ROW);
    }
    strip(&mut out, &scale, &forecast.spaces, rows + 8);
    let most = forecast.stages().map(|(_, stage)| stage.at_once).max().unwrap_or_default();
    let most = format!("{} at the same time at most", count(most as u64));
    let y = rows + 34;
    put(&mut out, format_args!("<text x=\"0\" y=\"{y}\">{most}</text>\n</svg></div>\n"));
    out
}

/// The spaces that are worked on longest, in the order in which they begin.
fn longest(spaces: &[Space]) -> Vec<&Space> {
    let mut all: Vec<&Space> = spaces.iter().collect();
    all.sort_by_key(|space| Reverse((work(space), space.owed.load.posts)));
    all.truncate(ROWS);
    all.sort_by_key(|space| first(space).map(|span| span.from));
    all
}

fn work(space: &Space) -> Duration {
    let spans = [space.sending, space.linking, space.opening].into_iter().flatten();
    spans.map(|span| span.to.saturating_sub(span.from)).sum()
}

fn first(space: &Space) -> Option<Span> {
    space.sending.or(space.linking).or(space.opening)
}

fn row(out: &mut String, scale: &Scale, space: &Space, y: usize) {
    let name = escape(&display_short(&space.owed.name, 30));
    put(out, format_args!("<g><title>{}</title>", escape(&about(space))));
    put(out, format_args!("<text x=\"0\" y=\"{}\">{name}</text>", y + 12));
    let (begin, end) = (first(space), space.opening.or(space.linking).or(space.sending));
    if let (Some(begin), Some(end)) = (begin, end) {
        let class = if space.fit() == Fit::InTime { "wait" } else { "late" };
        let from = if space.owed.age.is_some() { Duration::ZERO } else { begin.from };
        bar(out, scale, class, Span { from, to: end.to }, (y + 7, 3));
    }
    let spans = [("send", space.sending), ("link", space.linking), ("open", space.opening)];
    for (class, span) in spans {
        if let Some(span) = span {
            bar(out, scale, class, span, (y + 3, 11));
        }
    }
    out.push_str("</g>\n");
}

/// What a row says when it is pointed at.
fn about(space: &Space) -> String {
    let load = &space.owed.load;
    let after = |what: &str, at: Option<Span>| {
        at.map(|at| format!("; {what} after {}", span(at.to))).unwrap_or_default()
    };
    format!(
        "{}: {}, {}{}{}{}",
        display_short(&space.owed.name, 120),
        counted(load.posts, "post", "posts"),
        counted(load.reactions, "reaction", "reactions"),
        space.sending.map(|at| format!("; made after {}", span(at.from))).unwrap_or_default(),
        after("sent", space.linking.or(space.sending)),
        after("open", space.opening)
    )
}

fn bar(out: &mut String, scale: &Scale, class: &str, at: Span, (y, high): (usize, usize)) {
    let wide = scale.width(at.to.saturating_sub(at.from)).max(1.5);
    let x = scale.x(at.from);
    put(
        out,
        format_args!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y}\" width=\"{wide:.1}\" height=\"{high}\"/>"
        ),
    );
}

/// How many spaces are worked on in the middle of each step.
fn strip(out: &mut String, scale: &Scale, spaces: &[Space], y: usize) {
    let mut sums = vec![0_u64; STEPS + 1];
    let mut change = vec![0_i64; STEPS + 1];
    let step = |at: Duration| {
        let place = at.as_secs_f64() / scale.whole * STEPS as f64 - 0.5;
        (place.ceil().max(0.0) as usize).min(STEPS)
    };
    for span in spaces.iter().flat_map(|one| [one.sending, one.linking, one.opening]).flatten() {
        change[step(span.from)] += 1;
        change[step(span.to)] -= 1;
    }
    let mut at_once = 0;
    for (sum, change) in sums.iter_mut().zip(change) {
        at_once += change;
        *sum = at_once.unsigned_abs();
    }
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    out.push_str("<g class=\"busy\">");
    for (number, sum) in sums.iter().take(STEPS).enumerate().filter(|(_, sum)| **sum > 0) {
        let high = *sum as f64 / most as f64 * STRIP;
        let x = LEFT + number as f64 * WIDE / STEPS as f64;
        put(
            out,
            format_args!(
                "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{high:.1}\"/>",
                y as f64 + STRIP - high,
                WIDE / STEPS as f64 - 0.6
            ),
        );
    }
    out.push_str("</g>\n");
}

/// The scale above, and where the 90 days of the first space end.
fn ticks(out: &mut String, scale: &Scale, total: Duration, bottom: usize) {
    let apart = TICKS.iter().find(|apart| scale.whole / **apart as f64 <= 9.0);
    let apart = apart.copied().unwrap_or(u64::MAX);
    for number in 0..=9 {
        let at = Duration::from_secs(apart.saturating_mul(number));
        if at > total {
            break;
        }
        let x = scale.x(at);
        line(out, "grid", x, (TOP - 4, bottom));
        let label = if number == 0 { "0".to_owned() } else { span(at) };
        put(out, format_args!("<text class=\"tick\" x=\"{x:.1}\" y=\"12\">{label}</text>\n"));
    }
    if total >= WINDOW {
        line(out, "days", scale.x(WINDOW), (TOP - 8, bottom));
    }
}

fn line(out: &mut String, class: &str, x: f64, (from, to): (usize, usize)) {
    put(
        out,
        format_args!(
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{from}\" x2=\"{x:.1}\" y2=\"{to}\"/>\n"
        ),
    );
}

/// What the colours mean.
fn key(links: bool, others: usize) -> String {
    let all = [
        ("send", "being sent", true),
        ("link", "links led to Chat", links),
        ("wait", "waiting, in import mode", true),
        ("open", "being opened", true),
        ("busy", "how many at the same time", true),
    ];
    let one = |(class, words, _): (&str, &str, bool)| {
        format!(
            "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"10\" height=\"10\"/></svg>{words}"
        )
    };
    let shown = all.into_iter().filter(|(.., is_shown)| *is_shown).map(one);
    let rows = match others {
        0 => String::new(),
        more => format!(
            "The {} spaces that take longest have a row each; {} are only counted. ",
            count(ROWS as u64),
            counted(more as u64, "other space", "other spaces")
        ),
    };
    format!(
        "<p class=\"key\">{}</p>\n<p class=\"key\">{rows}Pointing at a row tells more.</p>\n",
        shown.collect::<String>()
    )
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = out.write_fmt(text);
}
