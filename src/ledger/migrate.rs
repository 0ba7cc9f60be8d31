//! Schema versions: each migration in a transaction of its own, counted by `user_version`.

use super::Error;
use rusqlite::Connection;

/// Append-only; the position is the version.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_init.sql")];

/// Brings an older ledger up to date; refuses one that a newer program wrote.
pub(super) fn migrate(db: &mut Connection) -> Result<(), Error> {
    let have = check(db)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let change = db.transaction()?;
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", index as i64 + 1)?;
        change.commit()?;
    }
    Ok(())
}

/// Returns the version of a ledger; refuses a newer one.
pub(super) fn check(db: &Connection) -> Result<usize, Error> {
    let have: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let have = have as usize;
    if have > MIGRATIONS.len() {
        return Err(Error::Newer { have, known: MIGRATIONS.len() });
    }
    Ok(have)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_ledger_is_refused_and_left_as_it_is() {
        let mut db = Connection::open_in_memory().expect("memory");
        migrate(&mut db).expect("an empty ledger");
        migrate(&mut db).expect("nothing to do");
        db.pragma_update(None, "user_version", 99).expect("a pragma");
        assert!(matches!(migrate(&mut db), Err(Error::Newer { have: 99, known: 1 })));
    }
}
