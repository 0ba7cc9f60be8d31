//! The ledger alone: an export is planned and staged, then every call of it is settled as if Google
//! had answered at once, many at a time, as the senders do.

use crate::process::now;
use crate::program::ADMIN;
use chatferry::access::Admission;
use chatferry::convert;
use chatferry::draft::{Phase, StepKind};
use chatferry::event::Silent;
use chatferry::gallery::Gallery;
use chatferry::ids::Account;
use chatferry::ledger::{Key, Ledger, Receipt, Settlement, Stage as _, Step, Writer};
use chatferry::plan::{Bench, Choices, Stager};
use chatferry::slack::{Export, Options};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Settles under way at once.
const IN_FLIGHT: usize = 256;
/// Steps that are fetched at once.
const FETCHED: usize = 512;

/// What is settled, in the order in which a lane owes it.
const OWED: [(Phase, StepKind); 4] = [
    (Phase::Space, StepKind::Space),
    (Phase::History, StepKind::PastMember),
    (Phase::Content, StepKind::Post),
    (Phase::Content, StepKind::React),
];

/// Settles everything before completion; returns how long that took, and how many calls it was.
pub(crate) fn pass(path: &Path) -> Result<(Duration, u64), Box<dyn Error>> {
    let home = TempDir::new()?;
    settled(staged(path, &home.path().join("ledger.sqlite"))?)
}

#[tokio::main]
async fn settled(ledger: Ledger) -> Result<(Duration, u64), Box<dyn Error>> {
    let lanes = ledger.lanes()?;
    let (writer, thread) = Writer::start(ledger);
    let (mut spent, mut calls) = (Duration::ZERO, 0);
    for (phase, kind) in OWED {
        for lane in &lanes {
            let (id, mut cursor) = (lane.id, 0);
            loop {
                let fetch =
                    move |ledger: &mut Ledger| ledger.owed(id, phase, kind, cursor, FETCHED);
                let started = now();
                let steps = writer.run(fetch).await?;
                cursor = steps.last().map_or(cursor, |step| step.id);
                let count = steps.len();
                settle(&writer, steps).await?;
                spent += started.elapsed();
                calls += count as u64;
                if count < FETCHED {
                    break;
                }
            }
        }
    }
    drop(writer);
    drop(thread.join());
    Ok((spent, calls))
}

async fn settle(writer: &Writer, steps: Vec<Step>) -> Result<(), Box<dyn Error>> {
    let settles = futures_util::stream::iter(steps).map(|step| async move {
        let receipt = Receipt {
            name: Some(format!("spaces/AAAA{}/messages/BBBBBBBBBBB.BBBBBBBBBBB", step.id)),
            thread: Some("spaces/AAAA/threads/BBBBBBBBBBB".to_owned()),
            ..Receipt::default()
        };
        writer.settle(Key::from(&step), Settlement::Done(receipt)).await
    });
    let mut settles = settles.buffer_unordered(IN_FLIGHT);
    while let Some(settled) = settles.next().await {
        settled?;
    }
    Ok(())
}

/// Returns a ledger in which every conversation is staged.
fn staged(path: &Path, at: &Path) -> Result<Ledger, Box<dyn Error>> {
    let mut ledger = Ledger::create(at)?;
    let choices = Choices {
        name: None,
        admin: Account::new(ADMIN),
        people: BTreeMap::new(),
        convert: convert::Settings::default(),
        emoji: Gallery::default(),
        admission: Admission::default(),
    };
    let export = Export::open(path, &Options::default())?;
    let bench = Bench::set_up(vec![(path.to_owned(), export)], &mut ledger, &choices)?;
    bench.plan(&mut ledger, &Silent, &CancellationToken::new())?;
    let lanes = ledger.lanes()?;
    let (writer, thread) = Writer::start(ledger);
    let stager = Stager::new(Arc::new(bench), at.to_owned(), writer);
    for lane in lanes {
        stager.stage(lane.id)?;
    }
    drop(stager);
    thread.join().map_err(|_| "the writer ended badly".into())
}
