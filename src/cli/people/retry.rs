//! `people retry`: who got an account since is looked for again. They are added to the spaces of
//! their conversations; what they wrote stays as it is, or by choice a space in import mode is
//! deleted and all of it sent anew.

mod act;
mod prospect;
mod words;

pub use self::prospect::WAYS;

use self::act::{Came, act};
use self::prospect::Prospect;
use self::words::Words;
use super::{PeopleRetryArgs, offline, refresh};
use crate::cli::args::Common;
use crate::cli::ask::{answer, can_answer, is_yes, nobody};
use crate::cli::session::{Session, name, runtime};
use crate::cli::{Exit, flags, folder, print, told};
use crate::clock::SystemClock;
use crate::ledger::Ledger;

pub(super) fn retry(common: &Common, args: &PeopleRetryArgs) -> anyhow::Result<Exit> {
    let flags = flags::sending(&args.target, &args.speed, &args.limits);
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let opened = folder::resume(common, flags, &SystemClock)?;
    let session = Session::begin("people", common, opened)?;
    let mut ledger = session.ledger()?;
    refresh(&session, &mut ledger, args.offline)?;
    let offline = offline(&session, &ledger)?;
    let prospect = Prospect::of(&session, &ledger, &offline, args.rebuild.as_deref())?;
    let words = Words { prospect: &prospect, session: &session, args };
    if args.dry_run || !prospect.acts() {
        print(&words.ahead())?;
        return Ok(Exit::Done);
    }
    if prospect.wants_yes() && !runtime.block_on(consent(&session, &ledger, &words))? {
        return Ok(Exit::Stopped);
    }
    let came = runtime.block_on(act(&session, ledger, &offline, &prospect))?;
    session.watch.end();
    print(&words.done(&came))?;
    Ok(session.ended(exit(&came)))
}

fn exit(came: &Came) -> Exit {
    match () {
        () if came.stopped => Exit::Stopped,
        () if came.undone.is_unfinished() => Exit::Unfinished,
        () => Exit::Done,
    }
}

/// Has the yes to what is shown: a word to members, the migration's name in full to a deletion.
async fn consent(
    session: &Session<'_>,
    ledger: &Ledger,
    words: &Words<'_, '_>,
) -> anyhow::Result<bool> {
    let hash = words.prospect.hash();
    match &words.args.yes {
        Some(given) if *given == hash => return Ok(true),
        Some(_) => {
            return Err(told(
                Exit::Refused,
                "nothing was changed: what would be done is not what that yes was said to",
                format!("`{}` shows it as it is now", words.command("--dry-run")),
            ));
        }
        None => {}
    }
    print(&words.ahead())?;
    if !can_answer(session.common()) {
        let hint = format!("if this is right: {}", words.command(&format!("--yes {hash}")));
        return Err(nobody("nothing was changed: that wants a yes", &hint));
    }
    let name = name(session.settings(), ledger, None)?;
    let given = if words.prospect.rebuilds() {
        let question = format!("To do all this, type the migration's name ({name}): ");
        answer(session, &question).await?.is_some_and(|given| given == name)
    } else {
        answer(session, "Add them? Type yes: ").await?.is_some_and(|given| is_yes(&given))
    };
    if !given {
        print("Nothing was changed.\n")?;
    }
    Ok(given)
}
