//! Groups that stand for people, looked up in the Directory: when one is chosen, and again before
//! a run plans with it.

use super::connection::{Connection, refused};
use super::words::counted;
use super::{Exit, display_safe, told};
use crate::access::GroupKey;
use crate::chat::{GroupAnswer, GroupQuestion, GroupTrouble, Outcome, TokenError, read_group};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ledger::{LaneState, Ledger, LookedUp};
use crate::pace::Backoff;
use std::collections::BTreeMap;

/// Tries for one read.
const TRIES: u32 = 6;
/// What to do about a group that stands for nobody.
pub(super) const HINT: &str = "is it a group of this organisation's, with people in it? Correct the column group of the channels table, or empty it";

/// What came of looking one up; no answer at all is an error of its own.
pub(super) type Seen = Result<LookedUp, GroupTrouble>;

/// Looks groups up, each once.
pub(super) async fn look_up(
    connection: &Connection,
    clock: &dyn Clock,
    asked: impl IntoIterator<Item = String>,
) -> anyhow::Result<BTreeMap<String, Seen>> {
    let mut all = BTreeMap::new();
    for asked in asked {
        if all.contains_key(&asked) {
            continue;
        }
        let found = match GroupKey::parse(&asked) {
            None => Err(GroupTrouble::NotFound),
            Some(key) => {
                read_group(key.key(), |question| Box::pin(ask(connection, clock, question))).await
            }
        };
        let found = match found {
            Err(GroupTrouble::Denied(rejection)) if rejection.lacks_scope() => {
                return Err(unscoped(&rejection.to_string()));
            }
            Err(GroupTrouble::Unclear(Outcome::Token(error @ TokenError::Delegation { .. }))) => {
                return Err(unscoped(&error.to_string()));
            }
            Err(GroupTrouble::Unclear(Outcome::Token(error))) => return Err(refused(&error)),
            Err(GroupTrouble::Unclear(outcome)) => {
                return Err(told(
                    Exit::Unfinished,
                    format!("the group {} can't be read: {outcome}", display_safe(&asked)),
                    "the same command goes on when Google can be reached",
                ));
            }
            found => found,
        };
        let seen = clock.wall();
        let found = found.map(|group| LookedUp {
            asked: asked.clone(),
            name: group.name,
            email: group.email,
            seen,
            members: group.members,
        });
        all.insert(asked, found);
    }
    Ok(all)
}

fn unscoped(why: &str) -> anyhow::Error {
    told(
        Exit::Google,
        format!("groups can't be read: {why}"),
        "a group that stands for people needs the scope admin.directory.group.readonly; `chatferry doctor --scopes` lists all, \
         and a new delegation can take up to 24 hours",
    )
}

async fn ask(
    connection: &Connection,
    clock: &dyn Clock,
    question: GroupQuestion,
) -> Result<GroupAnswer, Outcome> {
    let (admin, backoff) = (Identity::User(connection.admin.clone()), Backoff::google(0));
    let mut attempt = 0;
    loop {
        match connection.client.ask_group(&admin, &question).await {
            Err(
                Outcome::Ambiguous(_)
                | Outcome::NotSent(_)
                | Outcome::Throttled { .. }
                | Outcome::Token(TokenError::Transient(_)),
            ) if attempt < TRIES => clock.sleep(backoff.next(attempt, None)).await,
            answer => return answer,
        }
        attempt += 1;
    }
}

/// Looks up again what stands for the people of conversations that are not begun: their plan
/// follows whoever is in the group now. What is begun looks for itself before it is opened.
pub(super) async fn renew(
    connection: &Connection,
    clock: &dyn Clock,
    ledger: &mut Ledger,
) -> anyhow::Result<()> {
    let mut chosen: BTreeMap<String, String> = BTreeMap::new();
    for (slack, choice) in ledger.room_choices()? {
        let Some(group) = choice.group else { continue };
        let lane = ledger.lane_of(&slack)?;
        if lane.is_none_or(|lane| lane.state <= LaneState::Staged) {
            chosen.entry(group).or_insert_with(|| slack.to_string());
        }
    }
    if chosen.is_empty() {
        return Ok(());
    }
    for (asked, found) in look_up(connection, clock, chosen.keys().cloned()).await? {
        let group = found.map_err(|trouble| {
            let of = chosen.get(&asked).map(String::as_str).unwrap_or_default();
            let (shown, of) = (display_safe(&asked), display_safe(of));
            told(Exit::Refused, format!("the group {shown} of conversation {of}: {trouble}"), HINT)
        })?;
        ledger.set_group(&group)?;
    }
    let groups = counted(chosen.len() as u64, "group is", "groups are");
    tracing::info!("{groups} looked up");
    Ok(())
}
