//! A preview in the terminal: readable in 80 columns, with colours or without.

mod ink;

use crate::cli::safe::{display_safe, display_short};
use crate::cli::words::wrap;
use crate::convert::Weight;
use crate::ids::SlackTs;
use crate::preview::{Chip, Entry, LeftOut, Preview, Shown, day, moment, reason};
use ink::{Ink, Look};

/// How far text stands from the edge.
const INDENT: usize = 4;

/// Returns the preview as text.
pub(super) fn text(preview: &Preview, cols: usize, colours: bool) -> String {
    let mut page = Page { ink: Ink::new(colours), cols: cols.max(40), lines: Vec::new() };
    page.title(preview);
    let mut last = None;
    for entry in &preview.entries {
        let today = day(entry.message.ts);
        if last.as_ref() != Some(&today) {
            page.divider(&today);
            last = Some(today);
        }
        page.entry(entry, preview);
    }
    page.left_out(&preview.left_out, 0);
    if preview.entries.is_empty() {
        page.lines.push(String::from("Nothing of this conversation will stand in Chat."));
    }
    page.legend(preview);
    page.lines.join("\n") + "\n"
}

struct Page {
    ink: Ink,
    cols: usize,
    lines: Vec<String>,
}

impl Page {
    fn title(&mut self, preview: &Preview) {
        let name = display_short(&preview.name, self.cols);
        self.lines.push(self.ink.paint(Look::Name, &name));
        if let Some(about) = preview.about() {
            self.faint(&about, 0);
        }
        let (shown, total) = (preview.shown, preview.total);
        self.faint(
            &format!("Preview: {shown} of {total} messages. Times are UTC. {}", preview.people),
            0,
        );
    }

    fn divider(&mut self, day: &str) {
        let side = self.cols.saturating_sub(day.chars().count() + 2) / 2;
        let line = "─".repeat(side.min(20));
        self.lines.push(String::new());
        self.lines.push(self.ink.paint(Look::Faint, &format!("{line} {day} {line}")));
    }

    fn entry(&mut self, entry: &Entry, preview: &Preview) {
        self.lines.push(String::new());
        self.left_out(&entry.left_out, 0);
        let under = entry.message.ts;
        self.message(&entry.message, preview, (0, under));
        for reply in &entry.replies {
            self.message(reply, preview, (1, under));
        }
        if entry.more > 0 {
            self.faint(&format!("{} more replies are not shown here", entry.more), 1);
        }
    }

    /// Writes a message; at depth 1 stand the replies to what they are `under`.
    fn message(&mut self, message: &Shown, preview: &Preview, (depth, under): (usize, SlackTs)) {
        let margin = self.margin(depth);
        for text in &message.parts {
            let name = display_short(&message.author, self.cols / 2);
            let head = self.ink.paint(Look::Name, &name);
            let time = self.ink.paint(Look::Faint, &moment(message.ts, under));
            self.lines.push(format!("{margin}{head}  {time}"));
            let indent = format!("{margin}{}", " ".repeat(INDENT));
            self.lines.extend(self.ink.text(text, &preview.names, &indent, self.cols));
        }
        self.chips(message, depth);
        self.losses(message, depth);
    }

    fn chips(&mut self, message: &Shown, depth: usize) {
        let chip = |chip: &Chip| format!("[{} {}]", ink::plain(&chip.emoji), chip.who.len());
        let chips: Vec<String> = message.reactions.iter().map(chip).collect();
        let indent = format!("{}{}", self.margin(depth), " ".repeat(INDENT));
        let lines = wrap(&chips.join("  "), self.cols - 4 * depth - INDENT, "");
        self.lines.extend(lines.iter().map(|line| format!("{indent}{line}")));
    }

    fn margin(&self, depth: usize) -> String {
        if depth == 0 { String::new() } else { self.ink.paint(Look::Faint, "  │ ") }
    }

    fn losses(&mut self, message: &Shown, depth: usize) {
        let losses = message.losses.iter().map(|(loss, count)| {
            times(&format!("{}{}", sign(loss.weight()), loss.code()), u64::from(count))
        });
        let gone = message.reactions_left_out.iter();
        let gone = gone.map(|(code, count)| times(&format!("-{code}"), *count));
        let all: Vec<String> = losses.chain(gone).collect();
        if !all.is_empty() {
            self.noted(&all.join("  "), depth);
        }
    }

    fn left_out(&mut self, codes: &LeftOut, depth: usize) {
        if !codes.is_empty() {
            let codes: Vec<String> =
                codes.iter().map(|(code, count)| times(code, *count)).collect();
            self.faint(&format!("(left out here: {})", codes.join(", ")), depth);
        }
    }

    /// A faint line below a message's text.
    fn noted(&mut self, text: &str, depth: usize) {
        let indent = format!("{}{}", self.margin(depth), " ".repeat(INDENT));
        let room = self.cols - 4 * depth - INDENT;
        for line in wrap(text, room, "") {
            self.lines.push(format!("{indent}{}", self.ink.paint(Look::Faint, &line)));
        }
    }

    fn faint(&mut self, text: &str, depth: usize) {
        let margin = self.margin(depth);
        for line in wrap(&display_safe(text), self.cols - 4 * depth, "") {
            self.lines.push(format!("{margin}{}", self.ink.paint(Look::Faint, &line)));
        }
    }

    fn legend(&mut self, preview: &Preview) {
        let (losses, left_out) = (preview.losses(), preview.left_out());
        self.lines.push(String::new());
        if losses.is_empty() && left_out.is_empty() {
            self.lines.push(String::from("Nothing of what is shown is lost or left out."));
            return;
        }
        self.lines.push(String::from("What does not survive, in what is shown here:"));
        for (loss, count) in losses {
            let words = format!("{} ({}): {}", loss.code(), loss.weight().word(), loss.text());
            self.row(sign(loss.weight()), count, &words);
        }
        for (code, count) in left_out {
            self.row("-", count, &format!("{code} (left out): {}", reason(code)));
        }
    }

    /// A row of the legend: mark, number, words.
    fn row(&mut self, sign: &str, count: u64, words: &str) {
        for (index, line) in wrap(words, self.cols - 9, "").iter().enumerate() {
            let front = if index == 0 { format!("{sign} {count:>5}  ") } else { " ".repeat(9) };
            self.lines.push(format!("{front}{line}"));
        }
    }
}

fn times(code: &str, count: u64) -> String {
    if count == 1 { code.to_owned() } else { format!("{code} ×{count}") }
}

/// Returns the mark of a weight.
const fn sign(weight: Weight) -> &'static str {
    match weight {
        Weight::Cosmetic => "~",
        Weight::Content => "!",
        Weight::Whole => "#",
    }
}
