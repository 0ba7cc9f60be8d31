//! `chatferry undo`: deletes the spaces that this migration made and that are still in import
//! mode, after a look and a typed yes, and says what remains.

mod words;

use super::args::{Common, UndoArgs};
use super::ask::{answer, can_answer, nobody};
use super::reconciled::reconcile;
use super::session::{Session, fatal, name, runtime};
use super::{Exit, display_safe, flags, folder, print, told};
use crate::access::sum_of;
use crate::clock::SystemClock;
use crate::ledger::{EmojiState, Ledger, Line, read_spaces};
use crate::send::{self, Ahead, Ended, Run, Undone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use words::Words;

/// How undoing went.
enum Came {
    /// Nothing was begun.
    Looked(Exit),
    /// It came to this end.
    Done(Ended, Box<(Ahead, Undone)>),
}

pub(super) fn undo(common: &Common, args: &UndoArgs) -> anyhow::Result<Exit> {
    let flags = flags::sending(&args.target, &args.speed, &args.limits);
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("undo", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let wave = args.which.choose(&ledger.lanes()?)?;
    wave.remarks.iter().for_each(|remark| session.watch.say(remark));
    let name = name(session.settings(), &ledger, None)?;
    let mark = mark(&session, &name)?;
    refuse_mark(args.yes.as_deref(), &mark)?;
    let came = runtime.block_on(delete(&session, ledger, args, (&name, &mark), wave.lanes))?;
    session.watch.end();
    let (ended, ahead, undone) = match came {
        Came::Looked(exit) => return Ok(exit),
        Came::Done(ended, came) => (ended, came.0, came.1),
    };
    let ledger = session.ledger()?;
    let words = Words { name: &name, ahead: &ahead, emoji: emoji(&ledger)? };
    print(&if session.json() { words.json(Some(&undone)) + "\n" } else { words.done(&undone) })?;
    let exit = match () {
        () if ended == Ended::Stopped => Exit::Stopped,
        () if undone.is_unfinished() => Exit::Unfinished,
        () => Exit::Done,
    };
    session.report(&ledger, &words.first_line(&undone), Some(exit))
}

async fn delete(
    session: &Session<'_>,
    mut ledger: Ledger,
    args: &UndoArgs,
    (name, mark): (&str, &str),
    wave: Option<Arc<BTreeSet<i64>>>,
) -> anyhow::Result<Came> {
    let emoji = emoji(&ledger)?;
    let connection = session.connect(&mut ledger, name.to_owned()).await?;
    let run = Arc::new(session.run(connection, ledger, None)?);
    let stopped = || Came::Looked(Exit::Stopped);
    if !reconcile(session, &run).await? {
        return Ok(stopped());
    }
    let ahead = send::ahead(&run, wave.as_ref()).await.map_err(fatal)?;
    let words = Words { name, ahead: &ahead, emoji };
    if args.dry_run || args.yes.is_none() || ahead.doomed.is_empty() {
        print(&if session.json() { words.json(None) + "\n" } else { words.ahead() })?;
    }
    if args.dry_run || ahead.doomed.is_empty() {
        return Ok(Came::Looked(Exit::Done));
    }
    if args.yes.is_none() && !consent(session, mark).await? {
        return Ok(stopped());
    }
    session.rest.arm();
    let doomed = ahead.doomed.clone();
    let writer = run.writer.clone();
    match session.until_end(writer, send::undo(Arc::<Run>::clone(&run), doomed)).await {
        None => {
            session
                .watch
                .say("Stopped. What is deleted is written down; the same command goes on.");
            Ok(stopped())
        }
        Some(undone) => {
            let (ended, undone) = undone.map_err(fatal)?;
            Ok(Came::Done(ended, Box::new((ahead, undone))))
        }
    }
}

/// Returns the migration's name with a mark of the spaces that it ever made: a pilot of the same
/// workspace bears the same name.
fn mark(session: &Session<'_>, name: &str) -> anyhow::Result<String> {
    let lines = read_spaces(&session.opened.work.spaces())?;
    let mut made = BTreeMap::new();
    for line in lines {
        if let Line::Made { space, at, .. } = line {
            made.entry(space).or_insert(at);
        }
    }
    let mut mark = sum_of(made.into_iter().map(|(space, at)| format!("{space} {at}")));
    mark.truncate(6);
    Ok(format!("{name}-{mark}"))
}

/// Wants the migration's name and mark in full: nobody types that by mistake, or in another folder.
async fn consent(session: &Session<'_>, mark: &str) -> anyhow::Result<bool> {
    if !can_answer(session.common()) {
        let hint = format!(
            "if this is right, add --yes and the migration's name with the mark of its spaces: --yes {mark}"
        );
        return Err(nobody("nothing was deleted: that wants a yes", &hint));
    }
    let question = format!("To delete them, type the migration's name and mark ({mark}): ");
    if answer(session, &question).await?.as_deref() == Some(mark) {
        return Ok(true);
    }
    print("Nothing was changed.\n")?;
    Ok(false)
}

/// A yes to another migration, or to another folder's, is none to this one.
fn refuse_mark(yes: Option<&str>, mark: &str) -> anyhow::Result<()> {
    match yes {
        Some(given) if given != mark => Err(told(
            Exit::Refused,
            format!("this migration is {mark}, not {}", display_safe(given)),
            "nothing was deleted; is it the right work folder?",
        )),
        _ => Ok(()),
    }
}

/// Counts custom emoji that this migration uses in Chat: they stay.
fn emoji(ledger: &Ledger) -> anyhow::Result<u64> {
    let there = |state: &EmojiState| matches!(state, EmojiState::There { .. });
    Ok(ledger.used_emoji()?.iter().filter(|emoji| there(&emoji.state)).count() as u64)
}
