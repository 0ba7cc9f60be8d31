//! Schema versions: each migration in a transaction of its own, counted by `user_version`.

use super::Error;
use rusqlite::Connection;

/// Append-only; the position is the version.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/0001_init.sql")];

/// Brings an older ledger up to date; refuses one that a newer program wrote.
pub(super) fn migrate(db: &mut Connection) -> Result<(), Error> {
    let have: usize =
        db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? as usize;
    if have > MIGRATIONS.len() {
        return Err(Error::Newer { have, known: MIGRATIONS.len() });
    }
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let change = db.transaction()?;
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", index as i64 + 1)?;
        change.commit()?;
    }
    Ok(())
}
