//! The verdict in words. Its first line appears only when it is true; what is missing for other
//! reasons, and what reading can't see, always stands beside it.

use super::exit;
use crate::cli::report::headline::names;
use crate::cli::words::{count, counted};
use crate::cli::{Exit, display_safe};
use crate::ledger::{Account, ItemKind, Tally};
use crate::send::{Verdict, Verified};

/// Spaces to name that could not be read back, or that differ.
const SPACES: usize = 10;
/// Differences to name for each space.
const EXAMPLES: usize = 5;

/// What there is to tell.
#[derive(Debug)]
pub(in crate::cli) struct Told<'a> {
    /// What reading back has found.
    pub(in crate::cli) verified: &'a Verified,
    /// What became of everything in the export.
    pub(in crate::cli) account: &'a Account,
    /// Where the certificates are; none where they go with the command.
    pub(in crate::cli) certificates: Option<String>,
    /// That spaces expire soon.
    pub(in crate::cli) warning: Option<String>,
}

impl Told<'_> {
    /// Returns the verdict as lines.
    pub(in crate::cli) fn text(&self) -> String {
        let mut lines = vec![self.headline()];
        lines.extend(self.stuck());
        lines.extend(self.differences());
        lines.extend(self.unread());
        lines.extend(self.remarks());
        lines.extend(self.beside());
        lines.extend(self.warning.clone());
        if !self.verified.lanes.is_empty() {
            lines.push(format!("Not seen: {}.", self.not_seen().join(", ")));
        }
        if let Some(folder) = &self.certificates {
            lines.push(format!("Item by item: {}/all.tsv", display_safe(folder)));
        }
        lines.join("\n") + "\n"
    }

    fn headline(&self) -> String {
        let (planned, found, extra) = self.verified.totals();
        let sums = |so: &str| {
            let (found, planned, extra) = (count(found), count(planned), count(extra));
            format!(
                "{found} of {planned} planned messages are in Google Chat{so}, {extra} unplanned."
            )
        };
        let good = sums("");
        let sums = sums(" as planned");
        match exit(self.verified, self.account.notices) {
            Exit::Done => format!("The migration looks good: {good}"),
            Exit::Unfinished if self.verified.lanes.is_empty() => {
                "Nothing could be read back yet.".to_owned()
            }
            Exit::Unfinished => format!("Not all could be read back yet. {sums}"),
            Exit::Wedged => format!("Not all was sent: {sums}"),
            _ => format!("Not as planned: {sums}"),
        }
    }

    fn stuck(&self) -> impl Iterator<Item = String> {
        let stuck = self.verified.stuck();
        let calls = counted(stuck, "call was", "calls were");
        let stuck = (stuck > 0)
            .then(|| format!("  {calls} not made: refused, or waiting behind one refused"));
        let notices = counted(self.account.notices, "notice stands", "notices stand");
        let notices = (self.account.notices > 0)
            .then(|| format!("  {notices} in the place of messages that Google refused"));
        stuck.into_iter().chain(notices)
    }

    fn differences(&self) -> Vec<String> {
        let unlike: Vec<_> =
            self.verified.lanes.iter().filter(|(_, verdict)| !verdict.clean()).collect();
        let mut lines = Vec::new();
        for (name, verdict) in unlike.iter().take(SPACES) {
            lines.push(format!("  {}: {}", display_safe(name), sums(verdict)));
            let examples = verdict.examples.iter().take(EXAMPLES);
            lines.extend(examples.map(|example| format!("    {}", display_safe(example))));
            let more = verdict.marks.wrong().saturating_sub(EXAMPLES as u64);
            if let (1.., Some(sealed)) = (more, &verdict.certificate) {
                lines.push(format!("    and {} more in {}", count(more), sealed.file));
            }
        }
        if unlike.len() > SPACES {
            lines.push(format!("  and {} more spaces differ", unlike.len() - SPACES));
        }
        lines
    }

    fn unread(&self) -> Vec<String> {
        let unread = &self.verified.unread;
        let line = |(name, why): &(String, String)| {
            format!("  {}: not read back: {}", display_safe(name), display_safe(why))
        };
        let mut lines: Vec<String> = unread.iter().take(SPACES).map(line).collect();
        if unread.len() > SPACES {
            lines.push(format!("  and {} more not read back", unread.len() - SPACES));
        }
        lines
    }

    fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.verified.stored > 0 {
            let spaces = counted(self.verified.stored, "space is", "spaces are");
            lines.push(format!(
                "{spaces} complete: told as read before that; `verify --completed` reads again."
            ));
        }
        let moved = self.verified.sum(|verdict| verdict.moved);
        if moved > 0 {
            let messages = counted(moved, "message stands", "messages stand");
            lines.push(format!(
                "{messages} microseconds out of order: somebody else's message holds that time."
            ));
        }
        let since = self.verified.sum(|verdict| verdict.since);
        if since > 0 {
            let messages = counted(since, "message was", "messages were");
            lines.push(format!("{messages} written since completion, and not compared."));
        }
        lines
    }

    /// What never was to be in Chat: a good verdict must not hide it.
    fn beside(&self) -> Option<String> {
        let items = &self.account.items;
        let kinds = |of: fn(&Tally) -> u64| -> Vec<String> {
            let known = items.iter().filter(|(kind, _)| **kind != ItemKind::Record);
            let some = known.map(|(kind, tally)| (kind, of(tally))).filter(|(_, many)| *many > 0);
            some.map(|(kind, many)| {
                let (one, all) = names(*kind);
                counted(many, one, all)
            })
            .collect()
        };
        let mut parts = Vec::new();
        let (lost, left_out) = (kinds(|tally| tally.lost), kinds(|tally| tally.skipped));
        if !lost.is_empty() {
            parts.push(format!("lost in Slack already: {}", lost.join(", ")));
        }
        let bad = items.get(&ItemKind::Record).map_or(0, Tally::total);
        if bad > 0 {
            parts.push(format!("unreadable in the export: {}", counted(bad, "record", "records")));
        }
        if !left_out.is_empty() {
            parts.push(format!("left out by rule: {}", left_out.join(", ")));
        }
        (!parts.is_empty())
            .then(|| format!("Not in Chat: {} (chatferry status --losses).", parts.join("; ")))
    }

    /// What reading back can't see.
    pub(in crate::cli) fn not_seen(&self) -> Vec<String> {
        let mut unseen = vec![
            "who reacted (only how many, by emoji)".to_owned(),
            "the bytes of files".to_owned(),
            "what an edited message said before".to_owned(),
        ];
        let names = self.verified.sum(|verdict| u64::from(!verdict.name_read));
        if names > 0 {
            unseen.push(format!("the names of {}", counted(names, "space", "spaces")));
        }
        let authors = self.verified.sum(|verdict| verdict.authors_unchecked);
        if authors > 0 {
            unseen.push(format!("the authors of {}", counted(authors, "message", "messages")));
        }
        unseen
    }
}

/// What is wrong in one space, in numbers.
fn sums(verdict: &Verdict) -> String {
    let marks = verdict.marks;
    let text = format!(
        "{} missing, {} unplanned, {} different",
        count(marks.missing),
        count(marks.unplanned),
        count(marks.different)
    );
    let codes: Vec<String> =
        verdict.different.iter().map(|(code, many)| format!("{code} {}", count(*many))).collect();
    if codes.is_empty() { text } else { format!("{text} ({})", codes.join(", ")) }
}
