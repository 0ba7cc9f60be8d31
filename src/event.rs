//! What anyone may watch while work goes on. Bars, plain lines, JSON and tests are listeners.

use crate::draft::StepKind;
use crate::ids::{Micros, rfc3339};
use serde::{Serialize, Serializer};
use std::fmt::Debug;
use std::time::Duration;

/// Calls owed or paid, by what an admin counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// messages.create.
    pub posts: u64,
    /// reactions.create.
    pub reactions: u64,
    /// Everything else: spaces, memberships, completions.
    pub others: u64,
}

impl Calls {
    /// Adds one call of that kind.
    pub fn add(&mut self, kind: StepKind) {
        match kind {
            StepKind::Post => self.posts += 1,
            StepKind::React => self.reactions += 1,
            _ => self.others += 1,
        }
    }

    /// Returns the sum.
    pub const fn total(&self) -> u64 {
        self.posts + self.reactions + self.others
    }
}

/// Something that happened. Names come from Slack and are hostile to terminals: a listener that
/// prints makes them safe first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Planning begins; so many conversations are to be read.
    PlanStarted { conversations: u64 },
    /// One more stretch of a conversation was planned.
    Planned { conversation: String, messages: u64 },
    /// One conversation is wholly planned.
    ConversationPlanned { conversation: String },
    /// Sending begins: what is owed in all, and what was paid in earlier runs.
    RunStarted { owed: Calls, paid: Calls, lanes: u64 },
    /// Reading back begins: so many lanes, and so many messages planned in them.
    ReadingStarted { lanes: u64, messages: u64 },
    /// A page of a lane was read back.
    ReadBack { lane: i64, messages: u64 },
    /// A lane begins or goes on.
    LaneOpened { lane: i64, name: String, owed: Calls },
    /// A call is paid, durably.
    StepDone { lane: i64, kind: StepKind },
    /// A call waits before it is tried again.
    StepLater { lane: i64, kind: StepKind, why: &'static str, wait: Duration },
    /// A call can't be paid as it stands.
    StepWedged { lane: i64, kind: StepKind, reason: String },
    /// A lane owes nothing more before completion.
    LaneDrained { lane: i64, wedged: u64 },
    /// A lane was read back.
    LaneVerified { lane: i64, name: String, clean: bool },
    /// A lane left import mode and has its members.
    LaneCompleted { lane: i64, name: String },
    /// Google asked to slow down.
    Throttled { what: &'static str, wait: Duration },
    /// What was learnt of a limit by refusals and slow answers: calls a minute at the pace of just
    /// now, and as documented; `whole` says that it goes as fast as it may again.
    Learnt {
        what: &'static str,
        per_minute: u64,
        documented: u64,
        whole: bool,
        refusals: u64,
        slow: u64,
    },
    /// Nothing can be sent for want of this: the network, or Google. Probed, and gone on with, by
    /// itself; nothing is marked as failed meanwhile.
    Waiting { on: &'static str, why: String },
    /// Calls go again, after so long.
    Resumed { after: Duration },
    /// What of the admin's own limits holds for what follows, in words.
    Limited { says: String },
    /// Outside the admin's hours nothing is begun until then; goes on by itself. `says` names the
    /// hour by the clock on the wall, and whose wall.
    Resting { until: String, says: String },
    /// Somebody asked for a pause, then: nothing is begun until it is taken back.
    Paused { since: Option<String> },
    /// Neither hours nor a pause hold anything back any more, after so long.
    WorksAgain { after: Duration },
    /// Nothing was accepted for so long, though Google answers; still tried.
    Stalled { lasting: Duration, throttled: bool },
    /// A call without a clear end, time and again, is set aside; it comes back later.
    StepParked { lane: i64, kind: StepKind },
    /// A call has no clear end, and reading back does not tell: it stays owed.
    StepUnsettled { lane: i64, kind: StepKind },
    /// Nothing more can be paid in a lane, though it owes: `space_gone`.
    LaneBlocked { lane: i64, name: String, why: &'static str },
    /// So many unfinished spaces have used so much of Google's 90 days; the name is the next's to
    /// expire.
    WindowShort { percent: u8, lanes: u64, name: String, days_left: i64 },
    /// Something that the admin should know and that stops nothing yet.
    Warned { what: String },
    /// When sending ends, by what is owed now; none where it hardly moves. And when it was planned to.
    Forecast {
        #[serde(serialize_with = "as_time")]
        ends: Option<Micros>,
        #[serde(serialize_with = "as_time")]
        planned: Option<Micros>,
    },
    /// The disk is full; what was paid is kept in memory, and written when there is room.
    DiskFull { receipts: u64 },
    /// The stop was asked for; what is in flight is finished first.
    Draining { in_flight: u64 },
    /// Sending ended.
    RunFinished { stopped: bool },
}

#[expect(clippy::ref_option, reason = "serde hands it over so")]
fn as_time<S: Serializer>(time: &Option<Micros>, to: S) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(to)
}

/// Whoever listens to a run.
pub trait Monitor: Send + Sync + Debug {
    /// Takes note of an event; must not block.
    fn observe(&self, event: &Event);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Monitor for Silent {
    fn observe(&self, _event: &Event) {}
}
