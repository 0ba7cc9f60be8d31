//! What ledger and `spaces.jsonl` had to tell each other, in words.

use super::display_safe;
use super::session::{Session, fatal};
use super::words::counted;
use crate::ids::ConversationId;
use crate::ledger::{LaneState, Ledger, Told, read_spaces};
use crate::send::{self, Reconciled, Run};
use crate::settings::WorkFolder;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many conversations are named.
const NAMES: usize = 5;

/// Brings ledger and `spaces.jsonl` together and says what came of it; false when stopped.
pub(super) async fn reconcile(session: &Session<'_>, run: &Arc<Run>) -> anyhow::Result<bool> {
    let Some(found) = session.stop.unless_now(send::reconcile(run)).await else {
        return Ok(false);
    };
    for line in lines(&found.map_err(fatal)?) {
        session.watch.say(&line);
    }
    Ok(true)
}

fn lines(found: &Reconciled) -> Vec<String> {
    let mut lines = Vec::new();
    let taken = [
        (found.spaces, "space", "spaces"),
        (found.completed, "completion", "completions"),
        (found.restarted, "fresh start", "fresh starts"),
    ];
    let taken: Vec<String> = taken
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| counted(number, one, many))
        .collect();
    if !taken.is_empty() {
        let taken = taken.join(", ");
        lines.push(format!("The ledger did not know, and takes from spaces.jsonl: {taken}."));
    }
    if found.completed > 0 {
        lines.push(
            "What those spaces hold is taken from spaces.jsonl, not read back: nothing more is sent to them but members."
                .to_owned(),
        );
    }
    if found.written > 0 {
        let lines_ = counted(found.written, "line", "lines");
        lines.push(format!("spaces.jsonl did not know, and takes from the ledger: {lines_}."));
    }
    if !found.unsure.is_empty() {
        let names = some(found.unsure.iter().map(String::as_str));
        lines.push(format!(
            "May be completed, and Chat can't be asked just now: {names}. Nothing is sent there."
        ));
    }
    if found.unplanned > 0 {
        let spaces = counted(found.unplanned, "space", "spaces");
        lines.push(format!(
            "spaces.jsonl names {spaces} of conversations that are in none of the archives."
        ));
    }
    lines
}

/// Begins anew, before anything is planned, what only `spaces.jsonl` knows was started over: it is
/// then read from the archives again, with everything that was left out or gave way before.
pub(super) fn start_over_again(session: &Session<'_>, ledger: &mut Ledger) -> anyhow::Result<()> {
    let told = Told::of(&read_spaces(&session.opened.work.spaces())?);
    let mut restarted = 0;
    for lane in ledger.lanes()? {
        let generation = told.lane(&lane.slack, lane.part).map_or(0, |known| known.generation);
        if generation > lane.generation && lane.state < LaneState::Completed {
            ledger.start_over(lane.id, generation)?;
            restarted += 1;
        }
    }
    for line in lines(&Reconciled { restarted, ..Reconciled::default() }) {
        session.watch.say(&line);
    }
    Ok(())
}

/// Names the spaces that were left behind: given up because they are gone, or in import mode and
/// perhaps known to nobody.
pub(super) fn left_behind(work: &WorkFolder, ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let told = Told::of(&read_spaces(&work.spaces())?);
    let mut remarks = Vec::new();
    let given_up = names(ledger, told.given_up())?;
    if !given_up.is_empty() {
        let given_up = some(given_up.iter().map(String::as_str));
        remarks.push(format!("Started over, since the space was gone: {given_up}."));
    }
    let orphans = told.orphans().map(|one| (&one.conversation, one.space.as_deref()));
    let orphans = names(ledger, orphans)?;
    if !orphans.is_empty() {
        let orphans = some(orphans.iter().map(String::as_str));
        remarks.push(format!(
            "Possible orphan space: {orphans}. It is hidden, never completed, and Google deletes it within 90 days."
        ));
    }
    Ok(remarks)
}

fn names<'a>(
    ledger: &Ledger,
    spaces: impl Iterator<Item = (&'a ConversationId, Option<&'a str>)>,
) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for (conversation, space) in spaces {
        let lane = ledger.lane_of(conversation)?;
        let name = lane.map_or_else(|| conversation.to_string(), |lane| lane.name);
        names.insert(match space {
            Some(space) => format!("{name} ({space})"),
            None => name,
        });
    }
    Ok(names)
}

fn some<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMES);
    let shown: Vec<String> = names.take(NAMES).map(display_safe).collect();
    let shown = shown.join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
