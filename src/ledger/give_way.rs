//! What settles without being paid as planned: a post that gives way to a poorer one, a step that
//! is left out, and the way back.

use super::codes::{Code, PENDING, SKIPPED};
use super::settle::Key;
use super::{Error, amend, expect_rows};
use crate::draft::{APP_REFUSED, APP_USER, AUTHOR_UNAVAILABLE, PAST_REFUSED, Rung, StepKind};
use crate::ids::{Account, Micros, RequestId, rfc3339, text_hash};
use crate::wire::Frozen;
use rusqlite::{Connection, Transaction, params};

/// A post in place of one that Chat did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poorer {
    /// The new frozen request.
    pub request: String,
    /// Of its text.
    pub hash: [u8; 16],
    /// Who makes the call.
    pub actor: Account,
    /// How much is left.
    pub rung: Rung,
}

/// A step as it stands before it changes.
struct Standing {
    rung: Rung,
    /// The loss that it is that somebody else than planned posts it.
    stands_in: Option<&'static str>,
    original: Option<String>,
    created: Option<Micros>,
}

fn standing(change: &Transaction<'_>, step: i64) -> Result<Standing, Error> {
    let sql = "SELECT s.rung, s.actor IS NOT i.actor, s.original, s.created, a.user IS ?2
        FROM step s LEFT JOIN item i ON i.id = s.item LEFT JOIN account a ON a.id = i.actor
        WHERE s.id = ?1";
    Ok(change.prepare_cached(sql)?.query_row(params![step, APP_USER], |row| {
        let stands_in: bool = row.get(1)?;
        let loss = if row.get(4)? { APP_REFUSED } else { AUTHOR_UNAVAILABLE };
        Ok(Standing {
            rung: Rung::of(row.get(0)?).unwrap_or_default(),
            stands_in: Some(loss).filter(|_| stands_in),
            original: row.get(2)?,
            created: row.get(3)?,
        })
    })?)
}

/// Puts a poorer post in place of a pending one, with its losses. What was frozen is kept.
pub(super) fn poorer(change: &Transaction<'_>, key: &Key, poorer: &Poorer) -> Result<(), Error> {
    let before = standing(change, key.id)?;
    let sql = "UPDATE step SET revision = revision + 1, original = coalesce(original, request),
            request = ?2, hash = ?3, rung = ?4, actor = (SELECT id FROM account WHERE email = ?5)
        WHERE id = ?1 AND state = ?6";
    let values = params![
        key.id,
        poorer.request,
        poorer.hash.as_slice(),
        poorer.rung.code(),
        poorer.actor.as_str(),
        PENDING
    ];
    expect_rows(change.prepare_cached(sql)?.execute(values)?, 1, "a post gives way")?;
    let after = standing(change, key.id)?;
    swap_losses(change, key.item, &losses(&before), &losses(&after))
}

/// Gives a step that is stuck its planned request back, at the time that it has now: whoever
/// retries it begins with the whole message.
pub(super) fn restore(change: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    if key.kind == StepKind::Amend {
        return amend::thaw(change, key);
    }
    let before = standing(change, key.id)?;
    let Some(original) = before.original.clone().map(Frozen::from_stored) else { return Ok(()) };
    let hash = text_hash(&original.text().unwrap_or_default());
    let moved = before.created.filter(|at| original.create_time() != Some(&rfc3339(*at)));
    let moved = moved.and_then(|at| {
        original.at_time(at, &RequestId::revised(original.request_id().unwrap_or_default()))
    });
    let request = moved.unwrap_or(original);
    let sql = "UPDATE step SET request = ?2, hash = ?3, rung = 0, original = NULL,
            actor = coalesce((SELECT actor FROM item WHERE id = step.item), actor)
        WHERE id = ?1";
    let values = params![key.id, request.as_str(), hash.as_slice()];
    expect_rows(change.prepare_cached(sql)?.execute(values)?, 1, "a post is restored")?;
    swap_losses(change, key.item, &losses(&before), &[])
}

/// Leaves a step out. Its item is left out with it, unless other calls still owe it.
pub(super) fn skipped(
    change: &Transaction<'_>,
    key: &Key,
    reason: &str,
    detail: &str,
) -> Result<(), Error> {
    let sql = "UPDATE step SET state = ?2, reason = ?3, detail = ?4 WHERE id = ?1 AND state = ?5";
    let values = params![key.id, SKIPPED, reason, detail, PENDING];
    expect_rows(change.prepare_cached(sql)?.execute(values)?, 1, "a step is left out")?;
    if key.kind == StepKind::Amend {
        return amend::all_kept(change, key, true);
    }
    let Some(item) = key.item else { return Ok(()) };
    if key.kind == StepKind::PastMember {
        swap_losses(change, key.item, &[], &[PAST_REFUSED])?;
    }
    let sql = "UPDATE item SET paid = paid + 1,
            state = CASE WHEN paid + 1 < calls THEN state ELSE 3 END,
            reason = CASE WHEN paid + 1 < calls THEN reason ELSE ?2 END
        WHERE id = ?1 AND state IN (0, 4)";
    let rows = change.prepare_cached(sql)?.execute(params![item, reason])?;
    expect_rows(rows, 1, "an item is left out")
}

/// Takes a step that was left out back among those that are owed.
pub(super) fn unskip(change: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    if key.kind == StepKind::Amend {
        return amend::all_kept(change, key, false);
    }
    let Some(item) = key.item else { return Ok(()) };
    if key.kind == StepKind::PastMember {
        swap_losses(change, key.item, &[PAST_REFUSED], &[])?;
    }
    let sql = "UPDATE item SET paid = paid - 1, state = 0, reason = NULL WHERE id = ?1";
    expect_rows(change.prepare_cached(sql)?.execute([item])?, 1, "an item is owed again")
}

fn losses(standing: &Standing) -> Vec<&'static str> {
    standing.rung.losses().iter().copied().chain(standing.stands_in).collect()
}

/// Takes one of each of some losses off an item, and adds one of each of others.
pub(super) fn swap_losses(
    change: &Connection,
    item: Option<i64>,
    gone: &[&str],
    come: &[&str],
) -> Result<(), Error> {
    let Some(item) = item.filter(|_| gone != come) else { return Ok(()) };
    let old: Option<String> = change
        .prepare_cached("SELECT losses FROM item WHERE id = ?1")?
        .query_row([item], |row| row.get(0))?;
    let new = swapped(old.as_deref().unwrap_or_default(), gone, come);
    let sql = "UPDATE item SET losses = nullif(?2, '') WHERE id = ?1";
    expect_rows(change.prepare_cached(sql)?.execute(params![item, new])?, 1, "an item has losses")
}

/// Counts in a list `code:count,…`.
fn swapped(losses: &str, gone: &[&str], come: &[&str]) -> String {
    let mut counts: Vec<(&str, i64)> = Vec::new();
    let listed = losses.split(',').filter_map(|one| one.split_once(':'));
    let listed = listed.map(|(code, count)| (code, count.parse().unwrap_or(1)));
    let less = gone.iter().map(|code| (*code, -1));
    for (code, by) in listed.chain(less).chain(come.iter().map(|code| (*code, 1))) {
        match counts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += by,
            None => counts.push((code, by)),
        }
    }
    let left = counts.iter().filter(|(_, count)| *count > 0);
    left.map(|(code, count)| format!("{code}:{count}")).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_come_and_go() {
        assert_eq!(swapped("", &[], &["a"]), "a:1");
        assert_eq!(swapped("a:1,b:2", &["b"], &["c"]), "a:1,b:1,c:1");
        assert_eq!(swapped("a:1,b:1", &["a", "b"], &[]), "");
        assert_eq!(swapped("a:1", &["a"], &["a"]), "a:1");
    }
}
