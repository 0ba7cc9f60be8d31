//! `chatferry complete`: ends import mode where everything is as planned, and adds the members.
//! What it would do is shown before, and wants a yes.

mod args;
mod consent;
mod outlook;

pub use args::CompleteArgs;
pub(super) use consent::Consent;

use super::access::{Question, Wishes, closed};
use super::args::Common;
use super::granted::granted;
use super::reconciled::reconcile;
use super::session::{Session, fatal, name, runtime};
use super::words::counted;
use super::{Exit, display_safe, flags, folder};
use crate::clock::SystemClock;
use crate::ids::Account;
use crate::ledger::{Lane, LaneState, Ledger};
use crate::send::{self, CompleteOptions, Completed, Ended, PassedOn, Run};
use consent::About;
use std::sync::Arc;

/// How completion went.
#[derive(Debug)]
pub(super) enum Came {
    /// Nothing was begun: it was only looked at.
    Looked,
    /// Nothing was begun: the answer was no.
    Refused,
    /// It came to this end.
    Done(Ended, Completed),
}

pub(super) fn complete(common: &Common, args: &CompleteArgs) -> anyhow::Result<Exit> {
    let flags = flags::sending(&args.target, &args.speed, &args.limits);
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let session = Session::begin("complete", common, folder::resume(common, flags, &SystemClock)?)?;
    let ledger = session.ledger()?;
    let wave = args.which.choose(&ledger.lanes()?)?;
    wave.remarks.iter().for_each(|remark| session.watch.say(remark));
    let options = CompleteOptions { accept_wedged: args.accept_wedged, wave: wave.lanes };
    let consent = Consent::of(args);
    let (ended, completed) =
        match runtime.block_on(finish(&session, ledger, options.clone(), consent))? {
            Came::Looked => return Ok(Exit::Done),
            Came::Refused => return Ok(Exit::Stopped),
            Came::Done(ended, completed) => (ended, completed),
        };
    for (name, why) in &completed.held {
        session.watch.say(&format!("held back: {}: {}", display_safe(name), why.words()));
    }
    let ledger = session.ledger()?;
    let (exit, first_line) = match ended {
        Ended::Stopped => (Some(Exit::Stopped), String::new()),
        _ => end(&ledger, &options, &completed)?,
    };
    session.report(&ledger, &first_line, exit)
}

/// Judges the end: of a wave, by its own lanes alone.
fn end(
    ledger: &Ledger,
    options: &CompleteOptions,
    completed: &Completed,
) -> anyhow::Result<(Option<Exit>, String)> {
    let late = completed.held.iter().any(|(_, why)| why.is_late()).then_some(Exit::Late);
    let Some(wave) = &options.wave else {
        return Ok((late, "Complete: every space is open to its members.".to_owned()));
    };
    let (mut open, mut later, mut stuck) = (0, 0, false);
    let wedged = ledger.standings()?;
    for lane in ledger.lanes()? {
        let is_open = lane.state == LaneState::Present;
        if wave.contains(&lane.id) {
            open += u64::from(is_open);
            let wedged = wedged.iter().any(|one| one.lane == lane.id && one.wedged > 0);
            stuck |= wedged || lane.blocked.is_some() || ledger.notices(lane.id)? > 0;
        } else {
            later += u64::from(!is_open);
        }
    }
    let exit = match () {
        () if stuck => Exit::Wedged,
        () if open < wave.len() as u64 => Exit::Unfinished,
        () => Exit::Done,
    };
    let open = counted(open, "conversation is", "conversations are");
    let later = counted(later, "is", "are");
    let line =
        format!("The wave is complete: {open} open to their members; {later} left for later.");
    Ok((late.or(Some(exit)), line))
}

/// Returns the lanes that are meant and still to be opened.
fn meant(ledger: &Ledger, options: &CompleteOptions) -> anyhow::Result<Vec<Lane>> {
    let mut lanes = closed(ledger.lanes()?);
    lanes.retain(|lane| options.mean(lane));
    Ok(lanes)
}

/// Leaves out what was frozen of a space's opening and is not wished any more, and says so.
async fn withdraw(
    session: &Session<'_>,
    run: &Run,
    wishes: &Wishes,
    options: &CompleteOptions,
) -> anyhow::Result<()> {
    let (mut audiences, mut invitations) = (0, 0);
    let mut lanes = session.ledger()?.lanes()?;
    lanes.retain(|lane| options.mean(lane) && (lane.audience.is_some() || lane.external));
    for lane in lanes {
        let wish = wishes.of_lane(&lane);
        let withdrawn = run.writer.run(move |ledger| ledger.withdraw(&lane, &wish)).await;
        let (audience, invited) = withdrawn.map_err(|error| fatal(error.into()))?;
        (audiences, invitations) = (audiences + audience, invitations + invited);
    }
    if audiences > 0 {
        let spaces = counted(audiences, "space", "spaces");
        session.watch.say(&format!("No audience will find {spaces}: that was taken back."));
    }
    if invitations > 0 {
        let invitations = counted(invitations, "invitation", "invitations");
        session.watch.say(&format!("Taken back: {invitations} of people from outside."));
    }
    Ok(())
}

fn passed_on(PassedOn { space, from, to }: &PassedOn, is_look: bool) -> String {
    let (space, from) = (display_safe(space), display_safe(from.as_str()));
    let to = to.as_ref().map_or("the admin", Account::as_str);
    let to = display_safe(to);
    if is_look {
        format!("{space}: {from} can't be used now; `complete` would let {to} complete and own it.")
    } else {
        format!("{space}: {from} can't be used any more; {to} completes it and owns it.")
    }
}

/// Completes every lane that may be, once there is a yes.
pub(super) async fn finish(
    session: &Session<'_>,
    mut ledger: Ledger,
    mut options: CompleteOptions,
    consent: Consent,
) -> anyhow::Result<Came> {
    let stopped = || Came::Done(Ended::Stopped, Completed::default());
    let name = name(session.settings(), &ledger, None)?;
    let connection = session.connect(&mut ledger, name).await?;
    granted(session.settings(), &connection, &ledger.lanes()?, session.clock.wall()).await?;
    let wishes = Wishes::of(&ledger, session.settings())?;
    let before = Question::of(&ledger, &meant(&ledger, &options)?, &wishes)?;
    let run = Arc::new(session.run(connection, ledger, None)?);
    if !reconcile(session, &run).await? {
        return Ok(stopped());
    }
    let is_look = consent == Consent::Look;
    for one in send::pass_on(&run, &options, !is_look).await.map_err(fatal)? {
        session.watch.say(&passed_on(&one, is_look));
    }
    let outlook = send::outlook(&run, &options).await.map_err(fatal)?;
    let lanes = meant(&session.ledger()?, &options)?;
    let about = About { outlook: &outlook, lanes: &lanes, wishes: &wishes };
    if let Some(came) = consent::ask(session, &run, about, (&consent, &before)).await? {
        return Ok(came);
    }
    // Nothing is opened that was not shown: what is held back now waits for another time.
    let shown = outlook.due.iter().chain(outlook.held.iter().map(|(lane, _)| lane));
    options.wave = Some(Arc::new(shown.map(|lane| lane.id).collect()));
    withdraw(session, &run, &wishes, &options).await?;
    if session.settings().admin_stays {
        let managers = session.settings().managers.clone();
        let kept = run.writer.run(move |ledger| ledger.keep_admin(&managers)).await;
        kept.map_err(|error| fatal(error.into()))?;
    }
    session.rest.arm();
    let ended = session.until_end(run.writer.clone(), send::complete(run, options)).await;
    let (ended, completed) =
        ended.unwrap_or(Ok((Ended::Stopped, Completed::default()))).map_err(fatal)?;
    Ok(Came::Done(ended, completed))
}
