//! Opening a ledger, and making sure whose it is.

use super::{Error, Ledger, expect_rows, migrate::migrate};
use crate::crash::around;
use crate::ids::{Account, Micros};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::path::Path;

/// A ledger of up to so many bytes is looked through whenever it is opened.
const SMALL: i64 = 64 << 20;

/// Whose ledger it is. `None` means: not known yet, or not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The migration's name.
    pub name: String,
    /// Slack's team id.
    pub team: Option<String>,
    /// The target customer.
    pub customer: Option<String>,
    /// `google`, or `emulator` and its instance.
    pub realm: Option<String>,
    /// The account that creates spaces.
    pub admin: Option<String>,
    /// Newest ts of all sources.
    pub newest: Micros,
}

impl Owner {
    /// Returns what request ids call the migration: its name and the customer.
    pub fn key(&self) -> String {
        format!("{}\n{}", self.name, self.customer.as_deref().unwrap_or_default())
    }
}

impl Ledger {
    /// Opens the ledger, or begins one. The file must already exist with the right mode.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let mut ledger = Self { db: Connection::open(path)? };
        ledger.prepare()?;
        migrate(&mut ledger.db)?;
        ledger.check()?;
        Ok(ledger)
    }

    /// Makes sure that the file is in order: all of a small ledger, of a large one the tables
    /// that every command begins with.
    fn check(&self) -> Result<(), Error> {
        let pages: i64 = self.db.pragma_query_value(None, "page_count", |row| row.get(0))?;
        let size: i64 = self.db.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let tables: &[&str] = if pages * size <= SMALL {
            &["1"]
        } else {
            &["'migration'", "'source'", "'account'", "'conversation'", "'lane'"]
        };
        for table in tables {
            let sql = format!("PRAGMA quick_check({table})");
            let found: String = self.db.query_row(&sql, [], |row| row.get(0))?;
            if found != "ok" {
                return Err(Error::Damaged(found.replace('\n', " ")));
            }
        }
        Ok(())
    }

    /// Opens a ledger that must be there; an empty file is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if !path.metadata().is_ok_and(|file| file.len() > 0) {
            return Err(Error::Missing(path.to_owned()));
        }
        Self::create(path)
    }

    /// Opens a ledger to look at, also while another process writes it.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        if !path.metadata().is_ok_and(|file| file.len() > 0) {
            return Err(Error::Missing(path.to_owned()));
        }
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.pragma_update(None, "query_only", true)?;
        super::migrate::check(&db)?;
        Ok(Self { db })
    }

    /// WAL lets `status` read while a run writes; FULL makes a settled step survive a power cut.
    fn prepare(&mut self) -> Result<(), Error> {
        self.db.pragma_update(None, "journal_mode", "WAL")?;
        self.db.pragma_update(None, "synchronous", "FULL")?;
        // A body goes at its receipt, from the file too: what it took is overwritten.
        self.db.pragma_update(None, "secure_delete", true)?;
        self.db.pragma_update(None, "cache_size", -16_000)?;
        // Rarer checkpoints write a page once that was changed many times; the log stays below 40 MB.
        self.db.pragma_update(None, "wal_autocheckpoint", 8_000)?;
        // Else SQLite plans a statement anew whenever a value is bound that might change its plan: all of
        // ours find their rows by number, and no value changes that.
        self.db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        self.db.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    /// Moves what is committed from the log of last commits into the ledger's own file. What is
    /// lost with a log that is lost later can be had again.
    pub fn secure(&self) -> Result<(), Error> {
        let moved = || self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(around("secure", moved)?)
    }

    /// Returns whose ledger it is; none while nothing is planned.
    pub fn owner(&self) -> Result<Option<Owner>, Error> {
        let sql = "SELECT name, team, customer, realm, admin, newest FROM migration";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Owner {
                name: row.get(0)?,
                team: row.get(1)?,
                customer: row.get(2)?,
                realm: row.get(3)?,
                admin: row.get(4)?,
                newest: row.get(5)?,
            })
        };
        Ok(self.db.query_row(sql, [], read).optional()?)
    }

    /// Refuses another admin than the one who began; before the first contact none is fixed.
    pub fn recognise(&self, admin: &Account) -> Result<(), Error> {
        let known = self.owner()?.and_then(|owner| owner.admin);
        same("admin", known.as_ref(), known.as_ref().map(|_| admin.to_string()).as_ref())?;
        Ok(())
    }

    /// Writes down whose ledger this is, or compares. What was known may not change; what was
    /// unknown is filled in.
    pub fn claim(&mut self, now: &Owner) -> Result<Owner, Error> {
        let Some(have) = self.owner()? else {
            let sql = "INSERT INTO migration (id, name, team, customer, realm, admin, newest)
                VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)";
            let values =
                params![now.name, now.team, now.customer, now.realm, now.admin, now.newest];
            let rows = around("claim", || self.db.execute(sql, values))?;
            expect_rows(rows, 1, "a migration begins")?;
            return Ok(now.clone());
        };
        let merged = Owner {
            name: same("migration", Some(&have.name), Some(&now.name))?.unwrap_or_default(),
            team: same("workspace", have.team.as_ref(), now.team.as_ref())?,
            customer: same("customer", have.customer.as_ref(), now.customer.as_ref())?,
            realm: same("realm", have.realm.as_ref(), now.realm.as_ref())?,
            admin: same("admin", have.admin.as_ref(), now.admin.as_ref())?,
            newest: have.newest.max(now.newest),
        };
        let sql =
            "UPDATE migration SET team = ?1, customer = ?2, realm = ?3, admin = ?4, newest = ?5";
        let values =
            params![merged.team, merged.customer, merged.realm, merged.admin, merged.newest];
        let rows = around("claim", || self.db.execute(sql, values))?;
        expect_rows(rows, 1, "a migration is claimed")?;
        Ok(merged)
    }
}

fn same(
    what: &'static str,
    ledger: Option<&String>,
    now: Option<&String>,
) -> Result<Option<String>, Error> {
    match (ledger, now) {
        (Some(ledger), Some(now)) if ledger != now => {
            Err(Error::Stranger { what, ledger: ledger.clone(), now: now.clone() })
        }
        (ledger, now) => Ok(ledger.or(now).cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_planned_once_whatever_values_it_gets() {
        let home = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::create(&home.path().join("ledger.sqlite")).expect("a ledger");
        let sql = "SELECT id FROM step WHERE id > ?1 AND phase = ?2 AND state = ?3";
        let mut query = ledger.db.prepare(sql).expect("a statement");
        for id in 0..10 {
            assert!(!query.exists([id, 2, id % 4]).expect("an answer"));
        }
        assert_eq!(query.get_status(StatementStatus::RePrepare), 0);
    }
}
