//! Who is in a group that stands for people, read again right before its space is opened: the yes
//! was said to those who were in it.

use super::{Fatal, Held, Run};
use crate::access::GroupKey;
use crate::chat::{GroupAnswer, GroupQuestion, GroupTrouble, Outcome, TokenError, read_group};
use crate::ids::Micros;
use crate::ledger::{Lane, Ledger, LookedUp};
use crate::pace::Class;
use std::collections::HashMap;
use tokio::sync::Mutex;

/// A group that was read so lately is not read again, in microseconds: many spaces may have one.
const FRESH: Micros = 60_000_000;
/// Tries for one read.
const TRIES: u32 = 6;

/// When this run read which group; one is read at a time.
#[derive(Debug, Default)]
pub struct Groups(Mutex<HashMap<String, Micros>>);

/// Reads the group of a lane again, if it has one; tells why the lane may not be opened where that
/// can't be done.
pub(super) async fn refresh(run: &Run, lane: &Lane) -> Result<Option<Held>, Fatal> {
    let Some(name) = lane.group.clone() else { return Ok(None) };
    let mut read = run.groups.0.lock().await;
    let now = run.clock.wall();
    if read.get(&name).is_some_and(|at| (0..FRESH).contains(&(now - at))) {
        return Ok(None);
    }
    // By its id: its address may be another group's by now.
    let Some(key) = GroupKey::parse(&name) else { return Ok(Some(Held::Group)) };
    match read_group(key.key(), |question| Box::pin(ask(run, question))).await {
        Ok(found) => {
            read.insert(name.clone(), now);
            let mut group = LookedUp {
                asked: name,
                name: found.name,
                email: found.email,
                seen: now,
                members: found.members,
            };
            let keep = move |ledger: &mut Ledger| {
                if let Some((asked, _)) = ledger.seen_group(&group.name)? {
                    group.asked = asked;
                }
                ledger.set_group(&group)
            };
            run.writer.run(keep).await?;
            Ok(None)
        }
        Err(GroupTrouble::Unclear(Outcome::Token(error)))
            if !matches!(error, TokenError::Transient(_)) =>
        {
            Err(Fatal::Token(error))
        }
        Err(trouble) => {
            tracing::warn!(group = name, %trouble, "a group can't be read");
            Ok(Some(Held::Group))
        }
    }
}

/// Tells why the group of an open space may not be let into it any more, if it still is to be:
/// completion may be long ago.
pub(super) async fn bars(run: &Run, lane: &Lane) -> Result<Option<Held>, Fatal> {
    let id = lane.id;
    if !run.writer.run(move |ledger| ledger.owes_group(id)).await? {
        return Ok(None);
    }
    if let Some(why) = refresh(run, lane).await? {
        return Ok(Some(why));
    }
    let sight = run.writer.run(move |ledger| ledger.sight(&ledger.lane(id)?)).await?;
    Ok(sight.gains().then_some(Held::Group))
}

/// Makes one read, and again where it has no clear answer.
async fn ask(run: &Run, question: GroupQuestion) -> Result<GroupAnswer, Outcome> {
    let admin = run.admin();
    let mut attempt = 0;
    loop {
        let read = || run.client.ask_group(&admin, &question);
        match run.read(Class::Directory, "", read).await {
            Err(Outcome::Ambiguous(_) | Outcome::NotSent(_) | Outcome::Throttled { .. })
                if attempt < TRIES && !run.stopping() =>
            {
                tokio::select! {
                    () = run.clock.sleep(run.backoff.next(attempt, None)) => {}
                    () = run.stop.cancelled() => {}
                }
            }
            answer => return answer,
        }
        attempt += 1;
    }
}
