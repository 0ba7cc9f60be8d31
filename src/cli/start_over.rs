//! `chatferry retry --start-over`: a conversation whose space is gone begins anew, in another
//! space. The old one is written down as given up; nothing in it is touched.

use super::args::Common;
use super::ask::{can_answer, is_yes, line, nobody};
use super::folder::Opened;
use super::session::again;
use super::words::{count, counted};
use super::{Exit, archives, display_safe, json_line, ledger, print, told};
use crate::clock::{Clock, SystemClock};
use crate::ids::rfc3339;
use crate::ledger::{Blocked, Lane, LaneState, Ledger, Line, SpacesLog, Told};
use crate::settings::SPACES;
use std::io::stdin;

/// Starts conversations over: the one that is named, or all whose space is gone.
pub(super) fn start_over(
    common: &Common,
    opened: &Opened,
    name: Option<&str>,
    yes: bool,
) -> anyhow::Result<Exit> {
    let mut ledger = ledger::open(&opened.work)?;
    drop(opened.work.append(SPACES)?);
    let spaces = SpacesLog::open(&opened.work.spaces())?;
    let told = Told::of(&spaces.read()?);
    let due = chosen(&ledger, name)?;
    // All or none: one that may not start over is found before another one has.
    for lane in &due {
        refuse(lane, &told)?;
    }
    have_archives(&ledger, opened)?;
    if !yes {
        show(common, &due, false)?;
        if !confirmed(common)? {
            print("Nothing was changed.\n")?;
            return Ok(Exit::Stopped);
        }
    }
    for lane in &due {
        give_up(&mut ledger, &spaces, lane)?;
    }
    show(common, &due, true)?;
    if !common.json {
        print(&format!("Next: {}\n", again(common, "run")))?;
    }
    Ok(Exit::Done)
}

/// First what can't be found again: should the ledger not hear of it, the next run tells it.
fn give_up(ledger: &mut Ledger, spaces: &SpacesLog, lane: &Lane) -> anyhow::Result<()> {
    spaces.append(&Line::Abandoned {
        conversation: lane.slack.to_string(),
        part: lane.part,
        generation: lane.generation,
        space: lane.space.clone(),
        at: rfc3339(SystemClock.wall()),
    })?;
    Ok(ledger.start_over(lane.id, lane.generation + 1)?)
}

fn chosen(ledger: &Ledger, name: Option<&str>) -> anyhow::Result<Vec<Lane>> {
    let lanes = ledger.lanes()?;
    let Some(name) = name else {
        let is_gone = |lane: &Lane| lane.blocked == Some(Blocked::SpaceGone);
        let gone: Vec<Lane> = lanes.into_iter().filter(is_gone).collect();
        return if gone.is_empty() { Err(none("no space is gone")) } else { Ok(gone) };
    };
    let wanted = name.trim_start_matches('#');
    let is_wanted = |lane: &Lane| lane.slack.as_str() == name || lane.name == wanted;
    let found: Vec<Lane> = lanes.into_iter().filter(is_wanted).collect();
    match found.len() {
        0 => Err(none(&format!("no conversation is called {}", display_safe(name)))),
        1 => Ok(found),
        _ => {
            let ids: Vec<&str> = found.iter().map(|lane| lane.slack.as_str()).collect();
            let what = format!("{} is the name of several", display_safe(name));
            Err(refused(what, &format!("name one by its Slack id: {}", ids.join(", "))))
        }
    }
}

/// Only a space that was seen to be gone is given up; one that is open to people, or may be, never.
fn refuse(lane: &Lane, known: &Told) -> anyhow::Result<()> {
    let name = display_safe(&lane.name);
    match () {
        () if lane.state >= LaneState::Completed => Err(refused(
            format!("{name} is completed: its space is open to people"),
            "there is nothing to start over",
        )),
        () if known.may_have_ended(&lane.slack, lane.part) => Err(refused(
            format!("{name} may be completed: its completion was begun"),
            "`chatferry complete` looks whether it is",
        )),
        () if lane.blocked == Some(Blocked::SpaceGone) => Ok(()),
        () if lane.space.is_none() => Err(refused(
            format!("{name} has no space yet"),
            "there is nothing to start over: `chatferry run` makes one",
        )),
        () => Err(refused(
            format!("the space of {name} is not known to be gone"),
            "`chatferry run` goes on with it, `chatferry verify` looks whether it is there",
        )),
    }
}

/// What starts over is read again: without its archives the old space is not given up.
fn have_archives(ledger: &Ledger, opened: &Opened) -> anyhow::Result<()> {
    match archives::with_known(ledger, &[], &opened.settings)? {
        Some(_) => Ok(()),
        None => Err(refused(
            "an archive that this migration was planned from is not where it was, and what starts over is read from it again".to_owned(),
            "say where it is now: chatferry run EXPORT",
        )),
    }
}

fn none(what: &str) -> anyhow::Error {
    refused(what.to_owned(), "`chatferry status --lanes` lists the conversations")
}

fn refused(what: String, hint: &str) -> anyhow::Error {
    told(Exit::Refused, what, hint)
}

/// Asks. Where there is nobody to ask, only `--yes` will do.
fn confirmed(common: &Common) -> anyhow::Result<bool> {
    if !can_answer(common) {
        return Err(nobody(
            "nothing was started over: that wants a yes",
            "if this is right, add --yes",
        ));
    }
    print("Start over? Type yes: ")?;
    Ok(is_yes(&line(&mut stdin().lock())?))
}

/// Says what starts over, or would.
fn show(common: &Common, lanes: &[Lane], done: bool) -> anyhow::Result<()> {
    for lane in lanes {
        print(&if common.json { json(lane, done) + "\n" } else { said(lane, done) })?;
    }
    Ok(())
}

fn json(lane: &Lane, done: bool) -> String {
    json_line(&serde_json::json!({
        "event": "start_over",
        "done": done,
        "conversation": lane.slack.as_str(),
        "name": lane.name,
        "messages": lane.planned.posts,
        "messages_were_sent": lane.paid.posts,
        "gone": lane.space,
        "generation": lane.generation + 1,
    }))
}

fn said(lane: &Lane, done: bool) -> String {
    let name = display_safe(&lane.name);
    let space = lane.space.as_deref().map(display_safe).unwrap_or_default();
    let messages = counted(lane.planned.posts, "message", "messages");
    let sent = match lane.paid.posts {
        0 => String::new(),
        sent => format!(", {} of them for the second time", count(sent)),
    };
    let starts = if done { "starts over" } else { "would start over" };
    format!(
        "{name} {starts}: its space {space} is gone. All is owed again, to a new one: {messages}{sent}.\n"
    )
}
