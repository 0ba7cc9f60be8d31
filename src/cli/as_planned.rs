//! The settings that the plan was made with: a later command says what is another one now. A
//! variable of the environment is easily forgotten.

use super::hint::Tell;
use super::session::Session;
use super::{Exit, display_short};
use crate::settings::{KEYS, Settings};
use std::collections::BTreeMap;

/// Where they are kept.
const FILE: &str = "planned.json";
/// How much of a value is shown.
const SHOWN: usize = 60;

/// Names every setting that changes what is sent and is not what it was when it was planned last,
/// and keeps those of now.
pub(super) fn compare(session: &Session<'_>) -> anyhow::Result<()> {
    let work = &session.opened.work;
    let now = values(session.settings());
    let kept = std::fs::read(work.path(FILE)).ok();
    let before: Option<BTreeMap<String, String>> =
        kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    for line in before.iter().flat_map(|before| differences(before, &now)) {
        session.watch.say(&line);
    }
    if before.as_ref() == Some(&now) {
        return Ok(());
    }
    let mut bytes = serde_json::to_vec_pretty(&now)?;
    bytes.push(b'\n');
    work.write(FILE, &bytes).tell(Exit::Refused, "is there room in the work folder?")
}

fn values(settings: &Settings) -> BTreeMap<String, String> {
    let keys = KEYS.iter().filter(|key| key.changes_bytes);
    keys.map(|key| (key.name.to_owned(), (key.show)(settings))).collect()
}

fn differences(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Vec<String> {
    let shown = |value: &str| match value {
        "" => "nothing".to_owned(),
        value => display_short(value, SHOWN),
    };
    let of = |(name, value): (&String, &String)| {
        let old = before.get(name).filter(|old| *old != value)?;
        Some(format!(
            "{name} was {} when this was planned, and is {} now: what is not begun is planned anew with it.",
            shown(old),
            shown(value)
        ))
    };
    now.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_another_value_now_is_named() {
        let of = |bots: &str| {
            let mut settings = Settings::default();
            settings.bots = bots.parse().expect("a word");
            values(&settings)
        };
        assert_eq!(differences(&of("skip"), &of("skip")), Vec::<String>::new());
        assert_eq!(
            differences(&of("skip"), &of("admin")),
            [
                "bots was skip when this was planned, and is admin now: what is not begun is planned anew with it."
            ]
        );
        let older = BTreeMap::from([("bots".to_owned(), "admin".to_owned())]);
        assert_eq!(differences(&older, &of("admin")), Vec::<String>::new(), "an older program's");
    }
}
