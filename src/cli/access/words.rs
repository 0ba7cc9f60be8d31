//! Who will see what, in words: the sums first, then only what differs.

use super::file::NAME as FILE;
use super::{PEOPLE, Question, SPACES, Shown};
use crate::access::{Fate, Seat};
use crate::cli::reasons::why;
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted};
use crate::settings::WorkFolder;
use std::fmt::Write as _;

/// Adds a line to a text.
macro_rules! line {
    ($text:ident, $($what:tt)+) => {{
        // Writing to a String can't fail.
        let _ = writeln!($text, $($what)+);
    }};
}

/// How wide a name may be.
const NAME: usize = 40;

impl Question {
    /// Returns the sums.
    pub(super) fn head(&self) -> String {
        let sums = &self.sums;
        let spaces = counted(sums.spaces, "space", "spaces");
        let lead = match sums.new {
            0 => format!("Who will see {spaces}: nobody who could not in Slack.\n"),
            new => {
                let people = counted(new, "person", "people");
                format!(
                    "Who will see {spaces}: {people} who could not in Slack. These stay closed.\n"
                )
            }
        };
        let missing: Vec<String> =
            sums.missing.iter().map(|(why, number)| format!("{why} {}", count(*number))).collect();
        let missed: u64 = sums.missing.values().sum();
        let rows = [
            (sums.could, "memberships in Slack".to_owned(), true),
            (sums.will, "memberships in Chat".to_owned(), true),
            (missed, format!("missing: {}", missing.join(", ")), missed > 0),
            (sums.invited, "invited from outside".to_owned(), sums.invited > 0),
            (
                sums.discoverable,
                "of them public channels that the chosen audience can find".to_owned(),
                sums.discoverable > 0,
            ),
            (
                self.guests,
                "Slack guests with accounts: those in that audience find them too".to_owned(),
                self.guests > 0,
            ),
            (
                sums.merged,
                "by an account that another Slack identity has too, who was not in".to_owned(),
                sums.merged > 0,
            ),
            (
                sums.admin,
                "owned by the admin, because no member can complete the space".to_owned(),
                sums.admin > 0,
            ),
        ];
        let told = rows.iter().filter(|(.., told)| *told);
        told.fold(lead, |mut text, (number, what, _)| {
            line!(text, "{:>9}  {what}", count(*number));
            text
        })
    }

    /// Returns all that is shown: the sums, and the spaces that differ, as many as a screen bears.
    pub(in crate::cli) fn text(&self, work: &WorkFolder) -> String {
        let csv = work.path(FILE).display().to_string();
        let differ = self.sums.spaces - self.sums.same;
        let mut text = self.head();
        match differ {
            0 => text += "Every space has its members as in Slack.\n",
            1 => text += "One space differs:\n",
            _ => line!(text, "{} spaces differ:", count(differ)),
        }
        for shown in &self.shown {
            text += &space(shown);
        }
        if differ > SPACES as u64 {
            let more = counted(differ - SPACES as u64, "more space", "more spaces");
            line!(text, "  and {more}");
        }
        for late in self.late.lines() {
            line!(text, "{late}");
        }
        line!(text, "Everybody, line by line: {}", display_short(&csv, 200));
        text
    }
}

fn space(shown: &Shown) -> String {
    let mut text = format!("  {} ({})\n", display_short(&shown.name, NAME), shown.kind);
    for seat in &shown.seats {
        text += &line(seat);
    }
    if shown.all > PEOPLE {
        line!(text, "    and {} more", count((shown.all - PEOPLE) as u64));
    }
    text
}

fn line(seat: &Seat) -> String {
    let id = seat.slack.as_deref().map(|id| format!(" ({})", display_short(id, NAME)));
    let who = format!("{}{}", display_short(&seat.name, NAME), id.unwrap_or_default());
    let account = display_short(seat.account.as_deref().unwrap_or_default(), NAME);
    let mut text = match &seat.fate {
        Fate::Owner | Fate::Member | Fate::Same | Fate::App => String::new(),
        Fate::Missing(code) => format!("    missing  {who}: {}\n", why(code)),
        Fate::Invited => format!("    invited  {who}, {account}\n"),
        Fate::Admin => format!("    owner    {who}, the admin: no member can complete it\n"),
        Fate::Against => {
            format!("    owner    {who}: the workbook gives them no account, so it stays closed\n")
        }
        Fate::New => format!("    new      {who}: could not see it in Slack, so it stays closed\n"),
    };
    if !seat.also.is_empty() {
        let also = display_short(&seat.also.join(", "), NAME);
        line!(text, "    merged   {who}: {account} is also {also} in Slack");
    }
    text
}
