//! `chatferry doctor`: checks what a real run needs, and says what to do about what is missing. It
//! changes nothing, in Chat or in the ledger, and takes no lock: a run may be going on.

mod args;
mod scopes;
mod table;
mod what;

pub use args::DoctorArgs;
pub(super) use what::chosen;

use super::args::Common;
use super::connection::{self, Connection};
use super::hint::{judge, message};
use super::pacing::pacing;
use super::{Exit, json_line, print};
use crate::chat::to_delegate;
use crate::clock::{Clock, SystemClock};
use crate::doctor::{self, Check, Memory, Patient, Sum};
use crate::pace::Pacer;
use serde_json::json as object;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use what::Known;

/// Where it is kept who was well.
const MEMORY: &str = "doctor.json";

pub(super) fn doctor(common: &Common, args: &DoctorArgs) -> anyhow::Result<Exit> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let known = Known::look(common.folder(), args, clock.wall())?;
    let runtime = super::session::runtime()?;
    let _inside = runtime.enter();
    let connection = connection::connect(&known.settings, &clock);
    if args.scopes {
        let client_id = connection.as_ref().map(|to| to.credential.client_id.as_str());
        scopes::show(common, known.chosen, client_id.unwrap_or_default())?;
        return Ok(Exit::Done);
    }
    let mut found = Found::default();
    match connection {
        Ok(connection) => {
            runtime.block_on(by_calls(common, &known, connection, &clock, &mut found))?;
        }
        Err(error) => without(&known, &error, &mut found),
    }
    found.checks.extend(known.local(clock.wall()));
    show(common, &found)
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    checks: Vec<Check>,
    /// Whose key it is.
    who: String,
    /// The address that grants the scopes.
    link: Option<String>,
    /// The scopes that it grants, as the Admin console takes them.
    paste: String,
}

/// Without a key nothing can be asked.
fn without(known: &Known, error: &anyhow::Error, found: &mut Found) {
    let code = if known.settings.admin.is_none() { "admin" } else { "key" };
    let said = message(error);
    let says = said.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let todo = judge(error).1.unwrap_or_default();
    found.checks.push(Check::fail(code, says, &doctor::sentence_of(&todo)));
    let rest = ["clock", "token", "scope", "app", "chat", "directory", "authors"];
    found.checks.extend(rest.map(|code| doctor::skipped(code, "", "there is no way to ask")));
}

/// Asks Google.
async fn by_calls(
    common: &Common,
    known: &Known,
    connection: Connection,
    clock: &Arc<dyn Clock>,
    found: &mut Found,
) -> anyhow::Result<()> {
    let credential = connection.credential.clone();
    found.who = format!("{}, client ID {}", credential.email, or_unknown(&credential.client_id));
    found.checks.push(Check::pass("key", credential.says));
    let (quotas, backoff) = pacing(&known.settings, "doctor");
    let patient = Patient {
        client: connection.client.clone(),
        admin: connection.admin.clone(),
        client_id: credential.client_id.clone(),
        keyless: known.settings.key.is_none(),
        chosen: known.chosen,
        space: known.space(),
        clock: Arc::clone(clock),
        pacer: Pacer::new(quotas, Arc::clone(clock)),
        backoff,
        throttled: 0.into(),
    };
    let examined = patient.examine().await;
    found.link = patient.link();
    found.paste = to_delegate(known.chosen).join(",");
    found.checks.extend(examined.checks.iter().cloned());
    found.checks.push(known.ledger_of(&connection, &examined));
    found.checks.push(match known.planned() {
        None => Check::skip("authors", known.unplanned()),
        Some(planned) => {
            let kept = std::fs::read_to_string(known.work.path(MEMORY)).ok();
            let realm = connection.realm().unwrap_or_default();
            let account = format!("{} {}", credential.email, credential.client_id);
            let mut memory = Memory::of(kept.as_deref(), &account, &realm, clock.wall());
            let listing = planned.listing.clone().with(examined.listing.clone());
            let say = |line: &str| progress(common, line);
            let check =
                patient.authors(&planned.authors, &examined, &listing, &mut memory, &say).await;
            super::closing::keep(&known.work, MEMORY, &memory.json());
            check
        }
    });
    found.checks.push(doctor::quotas(quotas, patient.throttled.load(Ordering::Relaxed)));
    Ok(())
}

fn or_unknown(client_id: &str) -> &str {
    if client_id.is_empty() { "unknown" } else { client_id }
}

/// Says how far it is, where somebody watches.
fn progress(common: &Common, line: &str) {
    if !(common.quiet || common.json) {
        console::Term::stderr().write_line(line).ok();
    }
}

fn show(common: &Common, found: &Found) -> anyhow::Result<Exit> {
    let sum = Sum::of(&found.checks);
    let exit = if sum.fail > 0 { Exit::Unfit } else { Exit::Done };
    if !common.json {
        print(&table::text(found, sum))?;
        return Ok(exit);
    }
    let mut lines = String::new();
    for check in &found.checks {
        let mut line = serde_json::to_value(check)?;
        line["event"] = "check".into();
        lines += &(json_line(&line) + "\n");
    }
    let last = object!({ "event": "doctor", "sum": sum, "link": found.link, "scopes": found.paste, "exit": exit.code() });
    print(&(lines + &json_line(&last) + "\n"))?;
    Ok(exit)
}
