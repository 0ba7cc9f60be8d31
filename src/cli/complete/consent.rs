//! The admin's yes to what can't be undone: to what is opened, and to who will see it.

use super::Came;
use super::args::CompleteArgs;
use super::outlook::{json, text};
use crate::cli::access::{Question, Wishes, closed, keep};
use crate::cli::ask::{answer, can_answer, is_yes, nobody};
use crate::cli::pacing::google;
use crate::cli::session::{Session, fatal};
use crate::cli::{Exit, ledger, print, told};
use crate::ledger::Lane;
use crate::pace::Class;
use crate::send::{Completed, Ended, Outlook, Run};

/// How the yes is had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Consent {
    /// It was given with the command, to who will see what under this hash, in these
    /// conversations: the flags that chose them.
    Given(String, String),
    /// It is asked for, of these conversations.
    Asked(String),
    /// It is not wanted: there is only a look.
    Look,
    /// Nothing is real.
    Rehearsed,
}

impl Consent {
    pub(super) fn of(args: &CompleteArgs) -> Self {
        match (args.dry_run, &args.yes) {
            (true, _) => Self::Look,
            (_, Some(hash)) => Self::Given(hash.clone(), args.which.words()),
            _ => Self::Asked(args.which.words()),
        }
    }
}

/// What a yes is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) outlook: &'a Outlook,
    /// Those that are meant and not open yet.
    pub(super) lanes: &'a [Lane],
    /// What is wished now of who may see them.
    pub(super) wishes: &'a Wishes,
}

/// Shows what would be opened and who would see it, and has the yes to it; returns how it ended
/// where there is none. The Directory must have been read: who can be added depends on it. `before`
/// is what was to be asked before Chat was.
pub(super) async fn ask(
    session: &Session<'_>,
    run: &Run,
    About { outlook, lanes, wishes }: About<'_>,
    (consent, before): (&Consent, &Question),
) -> anyhow::Result<Option<Came>> {
    let look = ledger::look(&session.opened.work)?;
    let mut question = Question::of(&look, lanes, wishes)?;
    let mut whole = question.hash();
    match consent {
        Consent::Look => {
            keep(&session.opened.work, (&look, lanes), wishes)?;
            show(session, outlook, &question)?;
            return Ok(Some(Came::Looked));
        }
        Consent::Given(hash, which) => {
            if !question.is_meant_by(hash, before, &look)? {
                return Err(another(session, which));
            }
            hash.clone_into(&mut whole);
        }
        Consent::Rehearsed => {}
        Consent::Asked(which) => {
            // What is held back is not asked about: it wants a yes of its own once it may open.
            question = Question::of(&look, &closed(outlook.due.clone()), wishes)?;
            // The yes is kept: whoever goes on need not say it again.
            if question.is_accepted() {
                return Ok(None);
            }
            keep(&session.opened.work, (&look, lanes), wishes)?;
            if let Some(came) = asked(session, outlook, &question, which).await? {
                return Ok(Some(came));
            }
            whole = question.hash();
        }
    }
    let hashes = question.into_hashes();
    run.writer
        .run(move |ledger| ledger.accept_sight(&whole, &hashes))
        .await
        .map_err(|e| fatal(e.into()))?;
    Ok(None)
}

fn another(session: &Session<'_>, which: &str) -> anyhow::Error {
    told(
        Exit::Refused,
        "nothing was opened: who will see what is not what that yes was said to",
        format!("`{}` shows it as it is now", session.command(&format!("access{which}"))),
    )
}

async fn asked(
    session: &Session<'_>,
    outlook: &Outlook,
    question: &Question,
    which: &str,
) -> anyhow::Result<Option<Came>> {
    if !can_answer(session.common()) {
        let access = session.command(&format!("access{which}"));
        let hint = format!("`{access}` shows it, and how a script says yes");
        return Err(nobody("nothing was opened: who will see what wants a yes", &hint));
    }
    show(session, outlook, question)?;
    let words = "From then on these people see them, and it can't be undone. Complete? Type yes: ";
    match answer(session, words).await? {
        None => Ok(Some(Came::Done(Ended::Stopped, Completed::default()))),
        Some(answer) if is_yes(&answer) => Ok(None),
        Some(_) => {
            print("Nothing was opened.\n")?;
            Ok(Some(Came::Refused))
        }
    }
}

fn show(session: &Session<'_>, outlook: &Outlook, question: &Question) -> anyhow::Result<()> {
    let (now, settings) = (session.clock.wall(), session.settings());
    let rate = google(settings, "complete").of(Class::Member).0.rate() * (1.0 - settings.headroom);
    if session.json() {
        return print(&format!("{}\n", json(outlook, now, &question.json())));
    }
    print(&format!("{}\n{}", text(outlook, now, rate), question.text(&session.opened.work)))
}
