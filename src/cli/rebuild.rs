//! `chatferry ledger rebuild`: a lost or damaged ledger made anew. Everything in it derives from
//! the archives, but for the names of spaces, which are in `spaces.jsonl`, and what was chosen in
//! the workbooks, which is in `choices.jsonl`; what Chat already holds is read there.

use super::args::{Common, LedgerArgs, LedgerCommand, RebuildArgs};
use super::emoji::planned;
use super::hint::Tell;
use super::reconciled::reconcile;
use super::session::{Session, fatal, name, runtime};
use super::words::count;
use super::{Exit, archives, choices, display_safe, folder, told};
use crate::clock::SystemClock;
use crate::ids::rfc3339;
use crate::ledger::{Error, LaneState, Ledger, Line, SpacesLog, read_spaces};
use crate::send::{self, Recalled};
use crate::settings::{LEDGER, SPACES, WorkFolder};
use std::path::PathBuf;
use std::sync::Arc;

/// How many conversations are named.
const NAMES: usize = 5;

/// What can't be told of spaces that were completed before.
const UNTOLD: &str = "Messages of completed spaces count as planned by who has which account today: under whose name they stand is not known any more. `chatferry verify --completed` reads it.";

pub(super) fn ledger(common: &Common, args: &LedgerArgs) -> anyhow::Result<Exit> {
    match &args.command {
        LedgerCommand::Rebuild(args) => rebuild(common, args),
    }
}

fn rebuild(common: &Common, args: &RebuildArgs) -> anyhow::Result<Exit> {
    let flags = [args.source.settings(), args.target.settings(), args.speed.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let opened = folder::resume(common, flags, &SystemClock)?;
    let session = Session::begin("ledger", common, opened)?;
    let work = &session.opened.work;
    // What can be refused is refused before anything is moved.
    let lines = read_spaces(&work.spaces())?;
    let archives = archives::open_all(&args.exports, session.settings())?;
    refuse_sound(work, args.force)?;
    choices::rescue(work)?;
    let stamp: String = rfc3339(session.clock.wall())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(15)
        .collect();
    let sent = work.was_sent_from();
    if let Some(aside) = set_aside(work, &stamp)? {
        session.watch.say(&format!("The old ledger is kept as {}.", aside.display()));
    }
    if lines.is_empty() && sent {
        drop(work.append(SPACES)?);
        let at = rfc3339(session.clock.wall());
        SpacesLog::open(&work.spaces())?.append(&Line::Lost { at })?;
        session.watch.say(
            "spaces.jsonl is lost as well: every space is asked for again by the id that made it.",
        );
    }
    let mut ledger = Ledger::create(&work.prepare_ledger()?)?;
    let chosen = choices::settle(work, &mut ledger)?;
    if let Some(line) = choices::said(&chosen) {
        session.watch.say(&line);
    }
    let recalled = runtime.block_on(refill(&session, ledger, archives))?;
    for line in recalled.iter().flat_map(lines_of) {
        session.watch.say(&line);
    }
    let (ledger, exit) = (session.ledger()?, recalled.is_none().then_some(Exit::Stopped));
    if ledger.lanes()?.iter().any(|lane| lane.state >= LaneState::Completed) {
        session.watch.say(UNTOLD);
    }
    session.report(&ledger, "The ledger is made anew; nothing is sent.", exit)
}

/// Plans anew, takes over what `spaces.jsonl` tells, and reads what Chat holds; none when stopped.
async fn refill(
    session: &Session<'_>,
    mut ledger: Ledger,
    archives: Vec<archives::Archive>,
) -> anyhow::Result<Option<Recalled>> {
    let team = archives.iter().find_map(|(_, export)| export.team()).map(str::to_owned);
    let name = name(session.settings(), &ledger, team.as_deref())?;
    let connection = session.connect(&mut ledger, name).await?;
    let bench = planned(session, &connection, archives, &mut ledger).await?;
    if session.stop.asked() {
        return Ok(None);
    }
    let run = Arc::new(session.run(connection, ledger, Some(bench))?);
    if !reconcile(session, &run).await? || session.stop.asked() {
        return Ok(None);
    }
    match session.stop.unless_now(send::recall(run)).await {
        Some(recalled) if !session.stop.asked() => Ok(Some(recalled.map_err(fatal)?)),
        _ => Ok(None),
    }
}

fn lines_of(recalled: &Recalled) -> Vec<String> {
    let Recalled { posts, reactions, members, unread } = recalled;
    let mut lines = vec![format!(
        "Already in Chat: {} messages, {} reactions, {} past memberships. The rest is owed.",
        count(*posts),
        count(*reactions),
        count(*members)
    )];
    if !unread.is_empty() {
        let names: Vec<String> = unread.iter().take(NAMES).map(|name| display_safe(name)).collect();
        lines.push(format!(
            "{} could not be read ({}): what is there is sent again, and Chat recognises it.",
            count(unread.len() as u64),
            names.join(", ")
        ));
    }
    lines
}

/// A ledger that can be used is not made anew by mistake.
fn refuse_sound(work: &WorkFolder, force: bool) -> anyhow::Result<()> {
    let is_used = match Ledger::open(&work.ledger()) {
        Ok(ledger) => ledger.owner().is_ok_and(|owner| owner.is_some()),
        Err(Error::Missing(_) | Error::Damaged(_)) => false,
        Err(error) => return Err(error.into()),
    };
    if is_used && !force {
        return Err(told(
            Exit::Refused,
            format!("the ledger in {} is in order", work.root().display()),
            "go on with it: chatferry run. To make it anew all the same, add --force",
        ));
    }
    Ok(())
}

/// Moves the ledger and what SQLite keeps beside it out of the way; returns where to.
fn set_aside(work: &WorkFolder, stamp: &str) -> anyhow::Result<Option<PathBuf>> {
    let free = |nth: &u32| !work.path(&aside(stamp, *nth, "")).exists();
    let nth = (1..=u32::MAX).find(free).unwrap_or(1);
    let mut moved = None;
    for suffix in ["", "-wal", "-shm"] {
        let (from, to) =
            (work.path(&format!("{LEDGER}{suffix}")), work.path(&aside(stamp, nth, suffix)));
        if from.exists() {
            std::fs::rename(&from, &to)
                .tell(Exit::Refused, "look at the folder's rights and the disk's free space")?;
            moved = moved.or(Some(to));
        }
    }
    Ok(moved)
}

fn aside(stamp: &str, nth: u32, suffix: &str) -> String {
    let nth = if nth > 1 { format!("-{nth}") } else { String::new() };
    format!("ledger-{stamp}{nth}.sqlite{suffix}")
}
