//! Custom emoji around planning: what the admin gave, what is made of it in Chat, and in words what
//! could not be.

use super::archives::{self, Archive};
use super::connection::Connection;
use super::pacing::pacing;
use super::session::{Session, fatal};
use super::words::counted;
use super::{Exit, as_planned, display_safe, groups, told};
use crate::gallery::Gallery;
use crate::ledger::{EmojiState, Ledger};
use crate::pace::Pacer;
use crate::plan::{Bench, Choices};
use crate::send::{EmojiDesk, EmojiDone, settle_emoji};
use crate::settings::Settings;
use std::sync::Arc;

/// How many emoji or files are named.
const NAMES: usize = 5;

/// Reads the custom emoji that the settings name.
pub(super) fn gallery(settings: &Settings) -> anyhow::Result<Gallery> {
    let Some(path) = &settings.emoji else { return Ok(Gallery::default()) };
    Gallery::open(path).map_err(|error| told(Exit::Refused, error.to_string(), error.hint()))
}

/// Names the files that can't be used, and what to do about them.
pub(super) fn tell_problems(session: &Session<'_>, gallery: &Gallery) {
    let problems = gallery.problems();
    for problem in problems.iter().take(NAMES) {
        let (file, why) = (display_safe(&problem.file), &problem.why);
        session.watch.say(&format!(
            "The custom emoji in {file} can't be used: {}. hint: {}",
            display_safe(&why.to_string()),
            why.hint()
        ));
    }
    if problems.len() > NAMES {
        let more = counted((problems.len() - NAMES) as u64, "more file", "more files");
        session.watch.say(&format!("{more} of custom emoji can't be used; the log names them."));
    }
    for problem in problems {
        let (file, why) = (display_safe(&problem.file), display_safe(&problem.why.to_string()));
        tracing::warn!(file, why, "a picture of a custom emoji can't be used");
    }
}

/// Plans what is not planned. Custom emoji come first: a conversation is planned with what they
/// are called in Chat, so that nothing changes once it is frozen.
pub(super) async fn planned(
    session: &Session<'_>,
    connection: &Connection,
    archives: Vec<Archive>,
    ledger: &mut Ledger,
) -> anyhow::Result<Bench> {
    groups::renew(connection, session.clock.as_ref(), ledger).await?;
    let choices = archives::choices(session.settings(), &connection.admin)?;
    as_planned::compare(session)?;
    tell_problems(session, &choices.emoji);
    let stop = session.stop.draining();
    ledger.owe_emoji_again()?;
    let mut done = settle(session, connection, ledger, &choices).await?;
    let mut bench = tokio::task::block_in_place(|| -> anyhow::Result<Bench> {
        let bench = Bench::set_up(archives, ledger, &choices)?;
        bench.plan(ledger, session.watch.monitor(), &stop)?;
        Ok(bench)
    })?;
    while !session.stop.asked() && !ledger.owed_emoji()?.is_empty() {
        done.add(&settle(session, connection, ledger, &choices).await?);
        tokio::task::block_in_place(|| -> anyhow::Result<()> {
            bench.learn_emoji(ledger)?;
            bench.plan(ledger, session.watch.monitor(), &stop)?;
            Ok(())
        })?;
    }
    tell(session, &done);
    Ok(bench)
}

async fn settle(
    session: &Session<'_>,
    connection: &Connection,
    ledger: &mut Ledger,
    choices: &Choices,
) -> anyhow::Result<EmojiDone> {
    let (quotas, backoff) = pacing(session.settings(), "run");
    let desk = EmojiDesk {
        client: &connection.client,
        pacer: &Pacer::new(quotas, Arc::clone(&session.clock)),
        backoff: &backoff,
        clock: session.clock.as_ref(),
        admin: &connection.admin,
        attempts: session.settings().max_attempts,
        rest: (&session.rest, session.rules.as_ref()),
        stop: &session.stop.draining(),
    };
    let settled = session.stop.unless_now(settle_emoji(&desk, ledger, &choices.emoji)).await;
    settled.unwrap_or(Ok(EmojiDone::default())).map_err(fatal)
}

fn tell(session: &Session<'_>, done: &EmojiDone) {
    let EmojiDone { made, found, .. } = done;
    if made + found > 0 {
        let made = counted(*made, "custom emoji is made", "custom emoji are made");
        session.watch.say(&format!("{made}, {found} were there already."));
    }
}

/// Says how many custom emoji Chat will get, for a plan.
pub(super) fn ahead(ledger: &Ledger) -> anyhow::Result<String> {
    let owed = ledger.owed_emoji()?.len() as u64;
    let words = counted(
        owed,
        "custom emoji is used and will be made",
        "custom emoji are used and will be made",
    );
    Ok(if owed == 0 { String::new() } else { format!(" {words} in Chat, one a second.") })
}

/// Names the custom emoji that Chat does not have, for the report.
pub(super) fn remark(ledger: &Ledger) -> anyhow::Result<Option<String>> {
    let mut names = Vec::new();
    let mut why = None;
    for emoji in ledger.used_emoji()? {
        if let EmojiState::GivenUp { reason, note } = emoji.state {
            names.push(format!(":{}:", emoji.slack));
            why.get_or_insert((reason, note));
        }
    }
    let Some((reason, note)) = why else { return Ok(None) };
    let count = counted(
        names.len() as u64,
        "custom emoji stays a word in colons",
        "custom emoji stay words in colons",
    );
    let more = names.len().saturating_sub(NAMES);
    let shown: Vec<String> = names.iter().take(NAMES).map(|name| display_safe(name)).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Ok(Some(format!("{count}: {}{more} ({reason}: {}).", shown.join(", "), display_safe(&note))))
}
