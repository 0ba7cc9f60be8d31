//! What was chosen in the workbooks: kept in the ledger, and in a journal that outlives it.

use super::words::counted;
use crate::ledger::{Choices, Ledger};
use crate::settings::{CHOICES, WorkFolder};

/// Writes choices down, in the journal first: a ledger without them is brought up, one that is
/// ahead of the journal would lose them.
pub(super) fn keep(
    work: &WorkFolder,
    ledger: &mut Ledger,
    choices: &Choices,
) -> anyhow::Result<()> {
    note(work, choices)?;
    Ok(choices.store(ledger)?)
}

fn note(work: &WorkFolder, choices: &Choices) -> anyhow::Result<()> {
    if !choices.is_empty() {
        drop(work.append(CHOICES)?);
        choices.append(&work.choices())?;
    }
    Ok(())
}

/// Brings journal and ledger together. The journal has the last word on whatever it names; what
/// an older program kept in the ledger alone is added to it. Returns what the ledger did not know.
pub(super) fn settle(work: &WorkFolder, ledger: &mut Ledger) -> anyhow::Result<Choices> {
    let (told, known) = (Choices::read(&work.choices())?, Choices::of(ledger)?);
    note(work, &known.without(&told))?;
    let news = told.unknown_to(&known);
    news.store(ledger)?;
    // Whoever is to have no account is not added to spaces that an older ledger has begun.
    let nobody = news.people.iter().filter(|(_, choice)| choice.account.as_deref() == Some(""));
    ledger.reseat(&nobody.map(|(id, _)| (id.clone(), None)).collect())?;
    Ok(news)
}

/// Makes sure, before a ledger is set aside, that the journal can be read and holds what the
/// ledger can still tell.
pub(super) fn rescue(work: &WorkFolder) -> anyhow::Result<()> {
    let told = Choices::read(&work.choices())?;
    // Of a damaged ledger there may be nothing to have.
    let known = Ledger::open_read_only(&work.ledger()).and_then(|ledger| Choices::of(&ledger));
    note(work, &known.unwrap_or_default().without(&told))
}

/// Says what was taken over from the journal, if anything.
pub(super) fn said(choices: &Choices) -> Option<String> {
    let people = choices.people.len() as u64;
    let rooms = choices.rooms.len() as u64;
    let words =
        [(people, "Slack identity", "Slack identities"), (rooms, "conversation", "conversations")];
    let words: Vec<String> = words
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| counted(number, one, many))
        .collect();
    (!words.is_empty())
        .then(|| format!("Taken over from {CHOICES}: what was chosen for {}.", words.join(" and ")))
}

/// Brings an opened ledger up to the journal.
pub(super) fn opened(work: &WorkFolder, mut ledger: Ledger) -> anyhow::Result<Ledger> {
    if let Some(said) = said(&settle(work, &mut ledger)?) {
        tracing::warn!(said, "the ledger did not know all choices");
    }
    Ok(ledger)
}
