//! Conversion alone, on one thread: reading stays out of the time. The best of five passes, so that
//! what else the machine does stays out of it too.

use crate::process::now;
use chatferry::convert::{Context, Converter, Known, Roster, Settings};
use chatferry::ids::Account;
use chatferry::slack::{Export, Options};
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

const PASSES: usize = 5;

/// Converts every message; returns the time of the best pass, and how many messages it had.
pub(crate) fn pass(path: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let mut best = once(path)?;
    for _ in 1..PASSES {
        best = best.min(once(path)?);
    }
    Ok(best)
}

/// Converts every message, a day file at a time.
fn once(path: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let export = Export::open(path, &Options::default())?;
    let converter = Converter::new(roster(&export), Settings::default());
    let context = Context { threads: true };
    let (mut spent, mut messages, mut scratch) = (Duration::ZERO, 0, Vec::new());
    for conversation in export.conversations() {
        for day in export.days(conversation) {
            let day = export.read_day(&day, &mut scratch);
            let started = now();
            for message in &day.messages {
                black_box(converter.convert(&context, message));
            }
            spent += started.elapsed();
            messages += day.messages.len() as u64;
        }
    }
    Ok((spent, messages))
}

/// Everybody has an account, as with a Directory that knows the export's e-mail addresses.
fn roster(export: &Export) -> Roster {
    let mut roster = Roster::default();
    for (index, person) in export.people().iter().enumerate() {
        let known = Known {
            name: String::from(person.shown()),
            account: Some(Account::new(&format!("{index}@example.com"))),
            user: Some(format!("users/{index}")),
            ..Known::default()
        };
        roster.people.insert(person.id.clone(), known);
    }
    for conversation in export.conversations() {
        roster.channels.insert(conversation.id.clone(), conversation.name.clone());
    }
    roster
}
