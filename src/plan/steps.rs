//! The steps of a lane in the making: places counted up, handed to the ledger in stretches.

use super::Error;
use crate::draft::{Draft, Phase, StepKind};
use crate::ids::Micros;
use crate::ledger::{NewStep, Writer};
use crate::wire;

/// How many steps go to the ledger at once.
const STRETCH: usize = 1000;

/// A step before it has its place.
#[derive(Debug)]
pub(super) struct Owed<'a> {
    pub(super) phase: Phase,
    pub(super) kind: StepKind,
    pub(super) draft: &'a Draft,
    pub(super) after: Option<u32>,
    pub(super) thread: Option<u32>,
    pub(super) item: Option<i64>,
    pub(super) part: u32,
    pub(super) carries: bool,
    pub(super) actor: i64,
    pub(super) created: Option<Micros>,
    pub(super) hash: Option<[u8; 16]>,
}

/// Collects the steps of one lane.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    writer: &'a Writer,
    lane: i64,
    place: u32,
    waiting: Vec<NewStep>,
}

impl<'a> Steps<'a> {
    /// Begins a lane anew.
    pub(super) fn begin(writer: &'a Writer, lane: i64) -> Result<Self, Error> {
        writer.run_blocking(move |ledger| ledger.begin_staging(lane))?;
        Ok(Self { writer, lane, place: 0, waiting: Vec::new() })
    }

    /// Freezes a step and returns its place.
    pub(super) fn add(&mut self, owed: &Owed<'_>) -> Result<u32, Error> {
        self.place += 1;
        self.waiting.push(NewStep {
            place: self.place,
            phase: owed.phase,
            kind: owed.kind,
            after: owed.after,
            thread: owed.thread,
            item: owed.item,
            part: owed.part,
            carries: owed.carries,
            actor: owed.actor,
            created: owed.created,
            hash: owed.hash,
            request: wire::freeze(owed.draft).as_str().to_owned(),
        });
        if self.waiting.len() >= STRETCH {
            self.flush()?;
        }
        Ok(self.place)
    }

    /// Ends staging.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        self.flush()?;
        let lane = self.lane;
        Ok(self.writer.run_blocking(move |ledger| ledger.finish_staging(lane))?)
    }

    fn flush(&mut self) -> Result<(), Error> {
        let (lane, steps) = (self.lane, std::mem::take(&mut self.waiting));
        Ok(self.writer.run_blocking(move |ledger| ledger.add_steps(lane, &steps))?)
    }
}
