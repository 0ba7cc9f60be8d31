//! `/_emulator/…`: what a test outside the process may ask and arrange.

mod trouble;

use super::change::{self, BadChange, Change};
use super::reply::Reply;
use super::shared::{Shared, json};
use super::{audit, canonical};
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json as object};

/// The header that must carry the admin token.
pub(super) const HEADER: &str = "x-emulator-admin";

/// Answers one admin call.
pub(super) fn answer(shared: &Shared, head: &Parts, path: &str, bytes: &[u8]) -> Reply {
    let given = head.headers.get(HEADER).and_then(|value| value.to_str().ok());
    if given != Some(shared.admin_token.as_str()) {
        return Reply::of(
            403,
            json(&object!({ "error": format!("the header {HEADER} must carry the admin token") })),
        );
    }
    match (head.method.as_str(), path) {
        ("GET", "state") => canonical::dump(shared).into_bytes().into(),
        ("GET", "lint") => json(&shared.journal.lints()).into(),
        ("GET", "journal") => json(&shared.journal.entries()).into(),
        ("GET", "audit") => json(&audit::findings(shared)).into(),
        ("GET", "coverage") => json(&shared.coverage.all(&shared.journal)).into(),
        ("GET", "stats") => json(&shared.journal.stats()).into(),
        ("GET", "world") => json(&shared.agenda.all()).into(),
        ("POST", "world") => change(shared, bytes),
        (verb, path) => trouble::answer(shared, verb, path, bytes).unwrap_or_else(|| {
            Reply::of(404, json(&object!({ "error": "there is no such admin call" })))
        }),
    }
}

/// A change, at once or after so many calls.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    change: Change,
    after: Option<After>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    method: String,
    calls: u64,
}

fn change(shared: &Shared, bytes: &[u8]) -> Reply {
    let order = serde_json::from_slice::<Order>(bytes).map_err(|error| error.to_string());
    let done = order.and_then(|order| carry_out(shared, order).map_err(|error| error.to_string()));
    match done {
        Ok(answer) => json(&answer).into(),
        Err(error) => Reply::of(400, json(&object!({ "error": error }))),
    }
}

fn carry_out(shared: &Shared, Order { change, after }: Order) -> Result<Value, BadChange> {
    match after {
        Some(After { method, calls }) => {
            let id = shared.agenda.put(shared, &method, calls, change)?;
            Ok(object!({ "id": id }))
        }
        None => change::apply(shared, &change).map(|()| object!({})),
    }
}
