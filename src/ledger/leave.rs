//! The admin out again of spaces that only the admin could complete: whether that is done, and the
//! change of mind about it.

use super::codes::{Code, DONE};
use super::settle::{Key, Settlement};
use super::stage::step_id;
use super::{Error, Lane, LaneState, Ledger};
use crate::draft::{ADMIN_STAYS, Phase, StepKind};
use crate::ids::Account;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeSet;

impl Ledger {
    /// Tells whether the admin, who completed a lane's space, has left it: that is one of its last
    /// calls, before those of latecomers.
    pub fn admin_left(&self, lane: &Lane) -> Result<bool, Error> {
        if !lane.admin_owned || lane.heir.is_none() {
            return Ok(false);
        }
        let sql = "SELECT state = ?4 FROM step WHERE id BETWEEN ?1 AND ?2 AND kind = ?3 ORDER BY id DESC LIMIT 1";
        let (first, last) = (step_id(lane.id, 0), step_id(lane.id, u32::MAX));
        let values = params![first, last, StepKind::Leave.code(), DONE];
        let left = self.db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?;
        Ok(left.unwrap_or(false))
    }

    /// Counts the spaces that the admin was to leave and has not, for nobody else was in charge.
    pub(super) fn admin_stays(&self) -> Result<u64, Error> {
        let sql = "SELECT count(DISTINCT lane.id) FROM step JOIN lane ON lane.id = step.id >> 32
            WHERE step.state = 3 AND step.kind = ?1 AND step.reason = ?2 AND lane.heir IS NOT NULL";
        let values = params![StepKind::Leave.code(), ADMIN_STAYS];
        Ok(self.db.query_row(sql, values, |row| row.get::<_, i64>(0))? as u64)
    }

    /// Leaves out that the admin goes, wherever that is owed still, and the manager's role of
    /// whoever would have been in charge then, unless they were `chosen`.
    pub fn keep_admin(&mut self, chosen: &BTreeSet<Account>) -> Result<(), Error> {
        let mut batch = Vec::new();
        let mut stays = Vec::new();
        for lane in self.lanes()?.into_iter().filter(|lane| lane.state < LaneState::Present) {
            let Some(heir) = lane.heir.as_ref().filter(|_| lane.admin_owned) else { continue };
            // Whoever has left stays out.
            if self.admin_left(&lane)? {
                continue;
            }
            stays.push(lane.id);
            let going = self.owed(lane.id, Phase::Leave, StepKind::Leave, 0, 1)?;
            let mut roles =
                self.owed(lane.id, Phase::Present, StepKind::Role, 0, usize::MAX >> 1)?;
            let mut after = Vec::new();
            for step in &going {
                let sql = "SELECT after FROM step WHERE id = ?1";
                after.push(self.db.query_row(sql, [step.id], |row| row.get::<_, i64>(0))?);
            }
            roles.retain(|role| after.contains(&role.id) && !chosen.contains(heir));
            batch.extend(going.iter().chain(&roles).map(|step| {
                let detail = String::new();
                (Key::from(step), Settlement::Skipped { reason: ADMIN_STAYS, detail })
            }));
        }
        self.settle(&batch)?;
        for lane in stays {
            self.db.execute("UPDATE lane SET heir = NULL WHERE id = ?1", [lane])?;
        }
        Ok(())
    }
}
