//! Texts whose links to Slack are led to Chat: frozen when the names in them are known, and taken
//! back where Chat does not want them.

use super::codes::{Code, DONE, PENDING, SKIPPED};
use super::give_way::swap_losses;
use super::settle::Key;
use super::stage::step_id;
use super::{Error, Ledger, commit, expect_rows};
use crate::draft::{Draft, LINK_KEPT, StepKind, count_permalinks, relink};
use crate::ids::{LinkTemplate, Permalink, text_hash};
use crate::wire::{Frozen, fits, freeze};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// What links lead to.
#[derive(Debug, Clone, Default)]
pub struct Relink {
    /// The address of a message in Chat.
    pub template: LinkTemplate,
    /// Messages that are still owed may come with a later run: what links to them waits.
    pub may_come: bool,
}

/// What became of a stretch of a lane's corrections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relinked {
    /// The last step looked at; none where there were none.
    pub last: Option<i64>,
    /// Left out: no link of theirs leads to Chat.
    pub left_out: u64,
    /// Waiting for a message that may come.
    pub waiting: u64,
}

/// A correction that is not frozen yet.
struct Due {
    step: i64,
    item: Option<i64>,
    text: String,
    request: String,
    /// Of what the post says now.
    posted: Option<Vec<u8>>,
}

/// What becomes of a correction.
enum Next {
    /// It is this request from now on.
    Freeze(Frozen),
    /// A message that it links to may still come.
    Wait,
    /// Nothing would change, or what stands there is not what was planned.
    LeaveOut,
}

/// Where a link leads.
enum Target {
    /// To this address.
    There(String),
    /// Nowhere yet.
    Coming,
    /// Nowhere.
    Never,
}

impl Ledger {
    /// Freezes up to `room` corrections of a lane that come after `cursor`: each is from then on
    /// the same bytes. One that no link of leads to Chat is left out; so is one whose post does
    /// not say what was planned. Whatever link stays is counted.
    pub fn relink(
        &mut self,
        lane: i64,
        cursor: i64,
        room: usize,
        terms: &Relink,
    ) -> Result<Relinked, Error> {
        let change = self.db.transaction()?;
        let due = due(&change, lane, cursor, room)?;
        let mut result = Relinked { last: due.last().map(|one| one.step), ..Relinked::default() };
        for one in &due {
            match next(&change, one, terms)? {
                Next::Wait => result.waiting += 1,
                Next::Freeze(request) => freeze_one(&change, one, &request)?,
                Next::LeaveOut => {
                    leave_out(&change, one)?;
                    result.left_out += 1;
                }
            }
        }
        let sql = "UPDATE lane SET paid_others = paid_others + ?2 WHERE id = ?1";
        expect_rows(change.execute(sql, params![lane, result.left_out as i64])?, 1, "a lane")?;
        commit(change, "relink")?;
        Ok(result)
    }
}

fn due(change: &Connection, lane: i64, cursor: i64, room: usize) -> Result<Vec<Due>, Error> {
    let sql = "SELECT s.id, p.item, s.request, p.hash FROM step s JOIN step p ON p.id = s.after
        WHERE s.id > ?1 AND s.id <= ?2 AND s.kind = ?3 AND s.state = ?4 AND s.hash IS NULL AND p.state = ?5
        ORDER BY s.id LIMIT ?6";
    let mut query = change.prepare_cached(sql)?;
    let (first, last) = (cursor.max(step_id(lane, 0)), step_id(lane, u32::MAX));
    let values = params![first, last, StepKind::Amend.code(), PENDING, DONE, room as i64];
    let rows = query.query_map(values, |row| {
        let request: String = row.get(2)?;
        Ok(Due {
            step: row.get(0)?,
            item: row.get(1)?,
            text: text_of(&request),
            request,
            posted: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn text_of(request: &str) -> String {
    Frozen::from_stored(request.to_owned()).text().unwrap_or_default()
}

/// Puts in every address that is known.
fn next(change: &Connection, due: &Due, terms: &Relink) -> Result<Next, Error> {
    if due.posted.as_deref() != Some(&text_hash(&due.text)[..]) {
        // What stands there is poorer than planned, and may hold no link at all.
        return Ok(Next::LeaveOut);
    }
    let (mut failed, mut coming) = (None, false);
    let (text, _) = relink(&due.text, |link| match target(change, link, terms) {
        Ok(Target::There(address)) => Some(address),
        Ok(Target::Coming) => {
            coming = true;
            None
        }
        Ok(Target::Never) => None,
        Err(error) => {
            failed.get_or_insert(error);
            None
        }
    });
    match failed {
        Some(error) => Err(error),
        None if coming && terms.may_come => Ok(Next::Wait),
        None if text == due.text || !fits(&text) => Ok(Next::LeaveOut),
        None => Ok(Next::Freeze(freeze(&Draft::Amend(text)))),
    }
}

fn target(change: &Connection, link: &Permalink, terms: &Relink) -> Result<Target, Error> {
    let sql = "SELECT i.message, i.thread, i.state = 0 AND l.state IN ('staged', 'open') AND l.space IS NOT NULL
        FROM item i JOIN conversation c ON c.id = i.conversation JOIN lane l ON l.conversation = c.id
        WHERE c.slack = ?1 AND i.ts = ?2 AND i.kind = 0 AND i.sub = '' AND l.blocked IS NULL
        ORDER BY l.generation DESC LIMIT 1";
    let found: Option<(Option<String>, Option<String>, bool)> = change
        .prepare_cached(sql)?
        .query_row(params![link.conversation.as_str(), link.ts.micros()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((message, thread, may_come)) = found else { return Ok(Target::Never) };
    let address = message.and_then(|name| terms.template.address(&name, thread.as_deref()));
    Ok(match address {
        Some(address) => Target::There(address),
        None if may_come => Target::Coming,
        None => Target::Never,
    })
}

/// Whoever posted it corrects it, though another was planned.
fn freeze_one(change: &Connection, due: &Due, request: &Frozen) -> Result<(), Error> {
    let text = request.text().unwrap_or_default();
    let sql = "UPDATE step SET original = ?2, request = ?3, hash = ?4,
            actor = (SELECT p.actor FROM step p WHERE p.id = step.after)
        WHERE id = ?1 AND state = ?5";
    let hash = text_hash(&text);
    let values = params![due.step, due.request, request.as_str(), hash.as_slice(), PENDING];
    expect_rows(change.prepare_cached(sql)?.execute(values)?, 1, "a correction is frozen")?;
    count(change, due.item, 0, count_permalinks(&text))
}

fn leave_out(change: &Connection, due: &Due) -> Result<(), Error> {
    let sql = "UPDATE step SET state = ?2, reason = ?3 WHERE id = ?1 AND state = ?4";
    let values = params![due.step, SKIPPED, LINK_KEPT, PENDING];
    expect_rows(change.prepare_cached(sql)?.execute(values)?, 1, "a correction is left out")?;
    count(change, due.item, 0, count_permalinks(&due.text))
}

/// Counts links of a message that stay, or that do not stay any more.
fn count(change: &Connection, item: Option<i64>, less: u32, more: u32) -> Result<(), Error> {
    let (less, more) = (vec![LINK_KEPT; less as usize], vec![LINK_KEPT; more as usize]);
    swap_losses(change, item, &less, &more)?;
    // It is in Chat already: what it is there as may change by that.
    let sql = "UPDATE item SET state = iif(losses IS NULL, 1, 2) WHERE id = ?1 AND state IN (1, 2)";
    change.prepare_cached(sql)?.execute([item])?;
    Ok(())
}

/// What a correction says, and what it said before it was frozen.
type Texts = (Option<i64>, Option<String>, Option<String>);

fn texts(change: &Connection, step: i64) -> Result<Texts, Error> {
    let sql = "SELECT p.item, s.request, s.original FROM step s JOIN step p ON p.id = s.after WHERE s.id = ?1";
    let mut query = change.prepare_cached(sql)?;
    Ok(query.query_row([step], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
}

/// A correction is made: its post says what it says.
pub(super) fn done(change: &Connection, key: &Key) -> Result<(), Error> {
    let sql = "UPDATE step SET hash = c.hash FROM (SELECT after, hash FROM step WHERE id = ?1) c
        WHERE step.id = c.after";
    expect_rows(change.prepare_cached(sql)?.execute([key.id])?, 1, "a post is corrected")
}

/// Gives a correction that is stuck its holes back: whoever retries it looks for the names anew.
pub(super) fn thaw(change: &Transaction<'_>, key: &Key) -> Result<(), Error> {
    let (item, request, Some(original)) = texts(change, key.id)? else { return Ok(()) };
    let kept = count_permalinks(&text_of(&request.unwrap_or_default()));
    let sql = "UPDATE step SET request = ?2, original = NULL, hash = NULL WHERE id = ?1";
    expect_rows(change.execute(sql, params![key.id, original])?, 1, "a correction is taken back")?;
    count(change, item, kept, 0)
}

/// Counts the links of a correction that is left out, or those of one that is owed again.
pub(super) fn all_kept(change: &Transaction<'_>, key: &Key, kept: bool) -> Result<(), Error> {
    thaw(change, key)?;
    let (item, request, _) = texts(change, key.id)?;
    let all = count_permalinks(&text_of(&request.unwrap_or_default()));
    if kept { count(change, item, 0, all) } else { count(change, item, all, 0) }
}
