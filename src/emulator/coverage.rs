//! What of the real service is imitated, how each of it is known, and how often it was met.
//!
//! A behaviour can't be without its mark: methods and fields stand in lists of rows, and every
//! refusal names its [`Point`] when it is made.

mod fields;
mod points;

pub(super) use points::Point;

use super::journal::Journal;
use super::mark::Mark;
use super::query::Query;
use fields::{FIELDS, METHODS};
use points::POINTS;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// One behaviour, and how often it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// The method, `token`, or `any`.
    pub place: &'static str,
    /// The behaviour: the call itself, a field, or a rule.
    pub what: &'static str,
    /// How it is known.
    pub mark: Mark,
    /// How often it was met.
    pub hits: u64,
}

impl Covered {
    /// Returns the behaviour's line in the table of `docs/emulator.md`.
    pub fn row(&self) -> String {
        format!("| `{}` | {} | {} |", self.place, self.what, self.mark)
    }
}

/// One behaviour.
#[derive(Debug)]
struct Behaviour {
    place: &'static str,
    what: &'static str,
    mark: Mark,
}

impl Behaviour {
    fn covered(&self, hits: u64) -> Covered {
        Covered { place: self.place, what: self.what, mark: self.mark, hits }
    }
}

/// The counts; calls are counted by the journal.
#[derive(Debug)]
pub(super) struct Coverage {
    fields: [AtomicU64; FIELDS.len()],
    points: [AtomicU64; POINTS.len()],
}

impl Default for Coverage {
    fn default() -> Self {
        let zero = |_| AtomicU64::new(0);
        Self { fields: std::array::from_fn(zero), points: std::array::from_fn(zero) }
    }
}

/// The fields' places in the list, by method, object and name.
static PLACES: LazyLock<HashMap<(&str, &str, &str), usize>> = LazyLock::new(|| {
    let place = |(at, field): (usize, &Behaviour)| {
        let path = field.what.trim_matches('`');
        let (outer, name) = path.split_once('.').unwrap_or(("", path));
        ((field.place, outer, name), at)
    };
    FIELDS.iter().enumerate().map(place).collect()
});

impl Coverage {
    /// Counts a rule that was met.
    pub(super) fn hit(&self, point: Point) {
        self.points[point as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the fields and parameters of a request.
    pub(super) fn fields(&self, method: &str, query: &Query<'_>, body: &Map<String, Value>) {
        let hit = |outer: &str, name: &str| {
            if let Some(at) = PLACES.get(&(method, outer, name)) {
                self.fields[*at].fetch_add(1, Ordering::Relaxed);
            }
        };
        query.names().for_each(|name| hit("", name));
        for (name, value) in body {
            match value {
                Value::Object(inner) => inner.keys().for_each(|key| hit(name, key)),
                _ => hit("", name),
            }
        }
    }

    /// Returns every behaviour with its count.
    pub(super) fn all(&self, journal: &Journal) -> Vec<Covered> {
        let stats = journal.stats();
        let count = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        let methods = METHODS.iter().map(|method| method.covered(stats.of(method.place)));
        let fields = FIELDS.iter().zip(&self.fields).map(|(row, cell)| row.covered(count(cell)));
        let points = POINTS.iter().zip(&self.points).map(|(row, cell)| row.covered(count(cell)));
        methods.chain(fields).chain(points).collect()
    }
}
