//! Schema versions: each migration in a transaction of its own, counted by `user_version`.

use super::Error;
use rusqlite::Connection;

/// Append-only; the position is the version.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_lane_blocked.sql"),
    include_str!("../../migrations/0003_step_shown.sql"),
    include_str!("../../migrations/0004_downgrade.sql"),
    include_str!("../../migrations/0005_source_entries.sql"),
    include_str!("../../migrations/0006_lane_amends.sql"),
    include_str!("../../migrations/0007_custom_emoji.sql"),
    include_str!("../../migrations/0008_people.sql"),
    include_str!("../../migrations/0009_access.sql"),
    include_str!("../../migrations/0010_rooms.sql"),
    include_str!("../../migrations/0011_rebuild.sql"),
    include_str!("../../migrations/0012_publish.sql"),
    include_str!("../../migrations/0013_yes.sql"),
    include_str!("../../migrations/0014_leave.sql"),
    include_str!("../../migrations/0015_learnt.sql"),
    include_str!("../../migrations/0016_groups.sql"),
];

/// Brings an older ledger up to date; refuses one that a newer program wrote.
pub(super) fn migrate(db: &mut Connection) -> Result<(), Error> {
    let have = check(db)?;
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(have) {
        let change = db.transaction()?;
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", index as i64 + 1)?;
        super::commit(change, "migrate")?;
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
        let known = MIGRATIONS.len();
        let refused = migrate(&mut db);
        assert!(matches!(refused, Err(Error::Newer { have: 99, known: k }) if k == known));
    }

    #[test]
    fn a_ledger_of_the_version_before_gains_what_is_new() {
        let mut db = Connection::open_in_memory().expect("memory");
        db.execute_batch(MIGRATIONS[0]).expect("the first version");
        db.pragma_update(None, "user_version", 1).expect("a pragma");
        let lane = "INSERT INTO lane (fingerprint, name, created) VALUES ('f', 'general', 1)";
        db.execute(lane, []).expect("a lane of then");
        let source = "INSERT INTO source (path, name, hash) VALUES ('p', 'n', 'h')";
        db.execute(source, []).expect("an archive of then");
        let requests = [
            (
                1,
                "{space}/members\n{\"member\":{\"name\":\"users/1\"},\"createTime\":\"a\",\"deleteTime\":\"b\"}",
            ),
            (3, "{message}/reactions\n{\"emoji\":{\"unicode\":\"👍\"}}"),
            (0, "spaces?requestId=x\n{\"displayName\":\"general\"}"),
        ];
        for (kind, request) in requests {
            let step = "INSERT INTO step (phase, kind, actor, request) VALUES (0, ?1, 1, ?2)";
            db.execute(step, rusqlite::params![kind, request]).expect("a step of then");
        }
        migrate(&mut db).expect("an older ledger");
        let blocked: Option<String> =
            db.query_row("SELECT blocked FROM lane", [], |row| row.get(0)).expect("a column");
        assert_eq!(blocked, None);
        let entries: Option<Vec<u8>> =
            db.query_row("SELECT entries FROM source", [], |row| row.get(0)).expect("a column");
        assert_eq!(entries, None);
        let mut query = db.prepare("SELECT shown FROM step ORDER BY id").expect("a column");
        let shown = query.query_map([], |row| row.get::<_, String>(0)).expect("a query");
        let shown: Vec<String> = shown.map(|row| row.expect("a text")).collect();
        drop(query);
        assert_eq!(shown, ["users/1 a b", "👍", "general"]);
        assert_eq!(check(&db).expect("a version"), MIGRATIONS.len());
    }
}
