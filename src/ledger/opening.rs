//! What of a space's opening is left out: taken back by the admin, or refused by Google.

use super::account::{Hidden, ItemKind, Outsider, OutsiderFate};
use super::codes::{Code, PENDING};
use super::settle::{Key, Settlement};
use super::stage::step_id;
use super::{Error, Lane, Ledger};
use crate::access::{Admission, EXTERNAL};
use crate::draft::{Phase, StepKind};
use rusqlite::params;

/// Why a space is found by nobody though that was frozen once: the admin took it back.
const TAKEN_BACK: &str = "audience_taken_back";

impl Ledger {
    /// Leaves out what is frozen of a space's opening and is not wished any more: an audience,
    /// invitations of people from outside. Returns how many of each.
    pub fn withdraw(&mut self, lane: &Lane, wish: &Admission) -> Result<(u64, u64), Error> {
        let found = wish.lets_find(lane.audience.as_deref());
        let mut batch = Vec::new();
        for (key, outside) in self.owed_openings(lane.id)? {
            let reason = match key.kind {
                StepKind::Publish if !found => TAKEN_BACK,
                StepKind::Member if outside && !wish.invite => EXTERNAL,
                _ => continue,
            };
            batch.push((key, Settlement::Skipped { reason, detail: String::new() }));
        }
        if !batch.is_empty() {
            self.settle(&batch)?;
        }
        let audiences = batch.iter().filter(|(key, _)| key.kind == StepKind::Publish).count();
        Ok((audiences as u64, (batch.len() - audiences) as u64))
    }

    /// Returns the steps of a lane's last phases that are owed, and whether each is about somebody
    /// from outside.
    fn owed_openings(&self, lane: i64) -> Result<Vec<(Key, bool)>, Error> {
        let sql = "SELECT s.id, s.phase, s.kind, s.item, s.part, s.carries, s.state, coalesce(a.outside, 0)
            FROM step s LEFT JOIN item i ON i.id = s.item LEFT JOIN account a ON a.id = i.actor
            WHERE s.id BETWEEN ?1 AND ?2 ORDER BY s.id DESC";
        let mut query = self.db.prepare_cached(sql)?;
        let mut rows = query.query(params![step_id(lane, 0), step_id(lane, u32::MAX)])?;
        let mut owed = Vec::new();
        while let Some(row) = rows.next()? {
            let broken = || rusqlite::Error::InvalidQuery;
            let phase = Phase::of(row.get(1)?).ok_or_else(broken)?;
            match phase {
                // Of somebody who came late; all others have the content behind them.
                Phase::History => continue,
                phase if phase < Phase::Complete => break,
                _ => {}
            }
            let key = Key {
                id: row.get(0)?,
                lane,
                phase,
                kind: StepKind::of(row.get(2)?).ok_or_else(broken)?,
                item: row.get(3)?,
                part: row.get::<_, i64>(4)? as u32,
                carries: row.get(5)?,
            };
            if row.get::<_, i64>(6)? == PENDING {
                owed.push((key, row.get(7)?));
            }
        }
        Ok(owed)
    }

    /// Names members from outside the organisation who are not invited, or not yet.
    pub(super) fn outside(&self) -> Result<Vec<Outsider>, Error> {
        let sql = "SELECT coalesce(p.name, i.sub), coalesce((SELECT l.name FROM lane l WHERE l.conversation = c.id
                ORDER BY l.generation DESC LIMIT 1), c.name) shown, i.state = 3, i.id IN (SELECT s.item FROM step s
                WHERE s.state = 3 AND s.kind = ?1 AND s.reason = ?2 AND s.detail <> '')
            FROM conversation c JOIN item i ON i.conversation = c.id AND i.ts = 0 AND i.kind = ?3
            LEFT JOIN person p ON p.slack = i.sub LEFT JOIN account a ON a.id = i.actor
            WHERE i.ended IS NULL AND ((i.state = 3 AND i.reason = ?2) OR (i.state = 0 AND a.outside))
            ORDER BY shown, 1";
        let mut query = self.db.prepare(sql)?;
        let values = params![StepKind::Member.code(), EXTERNAL, ItemKind::Membership.code()];
        let rows = query.query_map(values, |row| {
            let fate = match (row.get(2)?, row.get(3)?) {
                (false, _) => OutsiderFate::Owed,
                (true, false) => OutsiderFate::LeftOut,
                (true, true) => OutsiderFate::Refused,
            };
            Ok(Outsider { name: row.get(0)?, conversation: row.get(1)?, fate })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Names open spaces that an audience was to find, where Chat refused.
    pub(super) fn hidden(&self) -> Result<Vec<Hidden>, Error> {
        let sql =
            "SELECT l.name, coalesce(s.detail, '') FROM step s JOIN lane l ON l.id = s.id >> 32
            WHERE s.state = 3 AND s.kind = ?1 AND s.reason <> ?2 ORDER BY l.name, s.id";
        let mut query = self.db.prepare(sql)?;
        let rows = query.query_map(params![StepKind::Publish.code(), TAKEN_BACK], |row| {
            Ok(Hidden { conversation: row.get(0)?, said: row.get(1)? })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
