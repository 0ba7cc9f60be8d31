//! Reactions, counted by emoji: who gave them, no listing shows.

use super::{Comparison, entry};
use crate::ledger::{Expected, Standing};
use crate::send::verify::entry::{Entry, Mark, Thing, emoji_code};
use std::collections::BTreeMap;

/// One emoji's reactions to one message.
#[derive(Debug, Default)]
struct Count {
    planned: u64,
    found: u64,
    /// Not sent, and why the first of them was not.
    stuck: u64,
    why: String,
}

impl Comparison {
    /// Compares what was planned on a post with what is counted on its message.
    pub(super) fn reactions(&mut self, row: &Expected, found: &[(String, u64)]) {
        if row.reactions.is_empty() && found.is_empty() {
            return;
        }
        for (emoji, count) in counts(row, found) {
            self.verdict.reactions.1 += count.planned.min(count.found);
            if let Some((mark, note)) = self.judge(&emoji, &count) {
                self.entries.push(line(row, mark, note));
            }
            if count.stuck > 0 {
                let note = format!("{} {} {}", emoji_code(&emoji), count.stuck, count.why);
                self.entries.push(line(row, Mark::Unchecked, note));
            }
        }
    }

    fn judge(&self, emoji: &str, count: &Count) -> Option<(Mark, String)> {
        let (code, planned, found) = (emoji_code(emoji), count.planned, count.found);
        // People go on reacting once they can.
        let more_is_fine = self.completed && found > planned;
        match (planned, found) {
            (0, 0) => None,
            (0, _) if more_is_fine => None,
            _ if found == planned || more_is_fine => {
                Some((Mark::Same, format!("{code} {planned}")))
            }
            (_, 0) => Some((Mark::Missing, format!("{code} {planned}"))),
            (0, _) => Some((Mark::Unplanned, format!("{code} {found}"))),
            _ => Some((Mark::Different, format!("{code} {found} of {planned} count"))),
        }
    }
}

/// Sums both sides up by emoji. Where an older ledger did not keep the emojis, all are one.
fn counts(row: &Expected, found: &[(String, u64)]) -> BTreeMap<String, Count> {
    let blind = row.reactions.iter().any(|one| one.emoji.is_empty());
    let key = |emoji: &str| if blind { "any".to_owned() } else { bare(emoji) };
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for one in &row.reactions {
        let count = counts.entry(key(&one.emoji)).or_default();
        match &one.standing {
            Standing::Done => count.planned += 1,
            Standing::Wedged(_) | Standing::Owed => {
                count.stuck += 1;
                if let (Standing::Wedged(why), "") = (&one.standing, count.why.as_str()) {
                    count.why.clone_from(why);
                }
            }
        }
    }
    for count in counts.values_mut().filter(|count| count.why.is_empty()) {
        "owed".clone_into(&mut count.why);
    }
    for (emoji, number) in found {
        counts.entry(key(emoji)).or_default().found += number;
    }
    counts
}

/// Chat may answer with or without the selector that asks for a picture.
fn bare(emoji: &str) -> String {
    emoji.replace('\u{FE0F}', "")
}

fn line(row: &Expected, mark: Mark, note: String) -> Entry {
    Entry { thing: Thing::Reaction, ..entry(row, mark, row.name.clone(), note) }
}
