//! Who will see what, in words: the sums first, then only what differs.

use super::file::NAME as FILE;
use super::{PEOPLE, Question, SPACES, Shown};
use crate::access::{Fate, Seat};
use crate::cli::reasons::why;
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted};
use crate::ids::rfc3339;
use crate::settings::WorkFolder;
use std::fmt::Write as _;

/// Adds a line to a text.
macro_rules! line {
    ($text:ident, $($what:tt)+) => {{
        // Writing to a String can't fail.
        let _ = writeln!($text, $($what)+);
    }};
}

/// How many groups are named.
const GROUPS: usize = 5;
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
        self.rows().iter().fold(lead, |mut text, (number, what)| {
            line!(text, "{:>9}  {what}", count(*number));
            text
        })
    }

    /// Returns the sums that say something, each in words.
    fn rows(&self) -> Vec<(u64, String)> {
        let sums = &self.sums;
        let missing: Vec<String> =
            sums.missing.iter().map(|(why, number)| format!("{why} {}", count(*number))).collect();
        let missing = (sums.missing.values().sum(), format!("missing: {}", missing.join(", ")));
        let first = [(sums.could, "memberships in Slack"), (sums.will, "memberships in Chat")];
        let rest = [
            (sums.managers, "become managers of their channels beside the owner"),
            (sums.deactivated, "deactivated in Slack: they could read nothing there any more"),
            (sums.by_group, "of them in by a group that stands for people"),
            (
                sums.join_by_group,
                "by such a group, who were no members: they could read it, as everybody could",
            ),
            (sums.invited, "invited from outside"),
            (sums.discoverable, "of them public channels that the chosen audience can find"),
            (self.guests, "Slack guests with accounts: those in that audience find them too"),
            (sums.merged, "by an account that another Slack identity has too, who was not in"),
            (sums.admin, "owned by the admin, because no member can complete the space"),
            (
                sums.public,
                "of them public channels: everybody else in the workspace loses sight of them",
            ),
        ];
        let words = |(number, what): (u64, &str)| (number, what.to_owned());
        let rest = rest.map(words).into_iter();
        let told = std::iter::once(missing).chain(rest).filter(|(number, _)| *number > 0);
        first.map(words).into_iter().chain(told).collect()
    }

    /// Returns all that is shown: the sums, and the spaces that differ, as many as a screen bears.
    pub(in crate::cli) fn text(&self, work: &WorkFolder) -> String {
        let csv = work.path(FILE).display().to_string();
        let differ = self.sums.spaces - self.sums.same;
        let mut text = self.head();
        match differ {
            0 => text += "Every space has the members that the conversation had in Slack.\n",
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
        for (group, seen) in self.groups.iter().take(GROUPS) {
            let group = display_short(group, NAME);
            line!(
                text,
                "{group} stands for people, as the Directory had it at {}.",
                rfc3339(*seen)
            );
        }
        if self.groups.len() > GROUPS {
            line!(text, "and {} more groups do", count((self.groups.len() - GROUPS) as u64));
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
        Fate::Owner
        | Fate::Manager
        | Fate::Member
        | Fate::ByGroup
        | Fate::JoinsByGroup
        | Fate::Same
        | Fate::App
        | Fate::Deactivated => String::new(),
        Fate::Missing(code) => format!("    missing  {who}: {}\n", why(code)),
        Fate::Invited => format!("    invited  {who}, {account}\n"),
        Fate::Admin => format!("    owner    {who}, the admin: no member can complete it\n"),
        Fate::Against => {
            format!(
                "    owner    {who}: the workbook gives them no account, or another, so it stays closed\n"
            )
        }
        Fate::New => format!("    new      {who}: could not see it in Slack, so it stays closed\n"),
    };
    if !seat.also.is_empty() {
        let also = display_short(&seat.also.join(", "), NAME);
        line!(text, "    merged   {who}: {account} is also {also} in Slack");
    }
    text
}
