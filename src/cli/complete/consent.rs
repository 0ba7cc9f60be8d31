//! The admin's yes to what can't be undone.

use super::Came;
use super::outlook::{json, text};
use crate::cli::args::CompleteArgs;
use crate::cli::ask::{answer, can_answer, is_yes, nobody};
use crate::cli::pacing::google;
use crate::cli::print;
use crate::cli::session::Session;
use crate::ledger::LaneState;
use crate::pace::Class;
use crate::send::{Completed, Ended, Outlook};

/// How the yes is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Consent {
    /// It was given with the command.
    Given,
    /// It is asked for.
    Asked,
    /// It is not wanted: there is only a look.
    Look,
}

impl Consent {
    pub(super) const fn of(args: &CompleteArgs) -> Self {
        match (args.dry_run, args.yes) {
            (true, _) => Self::Look,
            (_, true) => Self::Given,
            _ => Self::Asked,
        }
    }
}

/// Shows what would be opened, and has the yes to it; returns how it ended where there is none.
/// The lanes that are due are exactly those that the yes opens.
pub(super) async fn ask(
    session: &Session<'_>,
    outlook: &Outlook,
    consent: Consent,
) -> anyhow::Result<Option<Came>> {
    let wants_yes = outlook.due.iter().any(|lane| lane.state < LaneState::Completed);
    if consent == Consent::Look {
        show(session, outlook)?;
        return Ok(Some(Came::Looked));
    }
    if consent == Consent::Given || !wants_yes {
        return Ok(None);
    }
    show(session, outlook)?;
    if !can_answer(session.common()) {
        let hint = "if this is right, add --yes";
        return Err(nobody("nothing was completed: that wants a yes", hint));
    }
    let question = "From then on their members see them. Complete? Type yes: ";
    match answer(session, question).await? {
        None => Ok(Some(Came::Done(Ended::Stopped, Completed::default()))),
        Some(answer) if is_yes(&answer) => Ok(None),
        Some(_) => {
            print("Nothing was changed.\n")?;
            Ok(Some(Came::Refused))
        }
    }
}

fn show(session: &Session<'_>, outlook: &Outlook) -> anyhow::Result<()> {
    let (now, settings) = (session.clock.wall(), session.settings());
    let rate = google(settings, "complete").of(Class::Member).0.rate() * (1.0 - settings.headroom);
    print(&if session.json() { json(outlook, now) + "\n" } else { text(outlook, now, rate) })
}
