//! A planned post and the message that stands for it: what is alike, and what differs.

use super::{Comparison, Seen, entry, is_part};
use crate::ledger::{Expected, Standing};
use crate::send::verify::entry::Mark;

impl Comparison {
    /// Compares a planned post with the message that bears its id, or its time.
    pub(super) fn pair(&mut self, row: &Expected, misplaced: bool, seen: &Seen) {
        if seen.deleted {
            return self.deleted(row);
        }
        let (first, last) = self.span.unwrap_or((seen.created, seen.created));
        self.span = Some((first.min(seen.created), last.max(seen.created)));
        if let Some(sender) = seen.sender.as_ref().filter(|it| !self.authors.1.contains(*it)) {
            self.authors.1.insert(sender.clone());
        }
        // An address is an alias that Chat never answers with: only a resource name can tell.
        let alias = row.user.contains('@');
        self.verdict.authors_unchecked += u64::from(alias);
        let thread_differs = row.thread.is_some() && seen.thread != row.thread;
        let differences = [
            ("time", row.created != seen.created),
            ("text", !row.hash.is_empty() && row.hash != seen.hash),
            ("author", !alias && seen.sender.as_deref() != Some(row.user.as_str())),
            ("thread", thread_differs),
            ("opener", row.opener.is_some_and(|opener| opener > seen.created)),
            ("order", misplaced),
            ("attachments", seen.attachments > 0),
            ("name", row.name.as_ref().is_some_and(|name| *name != seen.name)),
            ("unsettled", row.standing != Standing::Done),
        ];
        let codes: Vec<&str> =
            differences.iter().filter(|(_, differs)| *differs).map(|(code, _)| *code).collect();
        let mark = if codes.is_empty() { Mark::Same } else { Mark::Different };
        self.tally(row, codes.is_empty(), thread_differs);
        self.entries.push(entry(row, mark, Some(seen.name.clone()), codes.join(",")));
        self.reactions(row, &seen.reactions);
    }

    fn tally(&mut self, row: &Expected, same: bool, elsewhere: bool) {
        let verdict = &mut self.verdict;
        verdict.as_planned += u64::from(same);
        verdict.parts.1 += u64::from(same && is_part(row));
        if row.opener.is_some() {
            verdict.replies.1 += u64::from(!elsewhere);
        } else {
            verdict.threads.1 += u64::from(!elsewhere);
        }
    }

    /// Only the place of a deleted message is left.
    fn deleted(&mut self, row: &Expected) {
        self.verdict.missing += 1;
        let name = row.name.clone();
        self.entries.push(entry(row, Mark::Missing, name, "deleted".to_owned()));
        self.reactions(row, &[]);
    }
}
