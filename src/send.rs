//! The online verb: pays off the ledger through Chat. Knows lanes, judgement and waiting; nothing
//! of Slack or SQL.
//!
//! Nothing here is written down as "sending": a step is pending until it is settled, and a crash
//! anywhere leaves it pending, with the same bytes to send again.

mod amend;
mod breaker;
mod call;
mod complete;
mod doubts;
mod emoji;
mod ended;
mod flight;
mod give_way;
mod gone;
mod groups;
mod health;
mod lane;
mod look;
mod mind;
mod outside;
mod park;
mod pay;
mod perform;
mod recall;
mod reconcile;
mod rest;
mod sight;
mod turns;
mod undo;
mod verdict;
mod verify;

pub use complete::{
    CompleteOptions, Completed, Held, LAST_MINUTES, Outlook, PassedOn, complete, outlook, pass_on,
};
pub use emoji::{EMOJI_GIVEN_UP, EmojiDesk, EmojiDone, settle_emoji};
pub use give_way::{AUDIENCE_REFUSED, LEFT_OUT};
pub use groups::Groups;
pub use health::Health;
pub use recall::{Recalled, recall};
pub use reconcile::{Reconciled, reconcile};
pub use rest::Rest;
pub use turns::{Turns, WITHOUT_QUOTAS, owed, planned, rest};
pub use undo::{Ahead, Doomed, Fate, Undone, ahead, undo};
pub use verdict::{EXTERNAL_FORBIDDEN, STUCK};
pub use verify::{
    Certify, DIFFERENCES, Mark, Marks, Sealed, Verdict, Verified, certify, stored, verify,
};

use crate::chat::{Client, Outcome, TokenError};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::event::{Calls, Event, Monitor};
use crate::ids::{Account, ConversationId, LinkTemplate};
use crate::ledger::{self, Lane, LaneState, SpacesLog, Stage, StageError, Told, Writer};
use crate::pace::{Backoff, Pacer};
use crate::settings::Unavailable;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Why a run can't go on.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    /// Google does not take our credentials.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Google refuses what no other step will be allowed either.
    #[error("Google refuses: {0}")]
    Refused(String),
    /// Nobody answers, before anything is sent.
    #[error("Google can't be reached: {0}")]
    Unanswered(String),
    /// The ledger's own complaint.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// An archive is gone or changed.
    #[error("{0}")]
    Archive(String),
    /// A worker died.
    #[error("a worker stopped unexpectedly: {0}")]
    Worker(String),
}

impl From<StageError> for Fatal {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Ledger(error) => Self::Ledger(error),
            StageError::Archive(text) => Self::Archive(text),
            StageError::Stopped => Self::Worker(error.to_string()),
        }
    }
}

/// How hard to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Lanes at once, at most.
    pub lanes: usize,
    /// Calls in flight for each lane and kind.
    pub window: usize,
    /// Calls in a row without a clear end before a step is set aside. It comes back twice; then
    /// reading back decides. Refusals to slow down, and outages, don't count.
    pub attempts: u32,
    /// What becomes of people whose account can't be used any more.
    pub unavailable: Unavailable,
}

impl Default for Options {
    fn default() -> Self {
        Self { lanes: 64, window: 16, attempts: 8, unavailable: Unavailable::Attribute }
    }
}

/// Everything a run works with.
#[derive(Debug)]
pub struct Run {
    /// Writes the ledger.
    pub writer: Writer,
    /// Talks to Google.
    pub client: Client,
    /// Keeps the quotas.
    pub pacer: Pacer,
    /// How long to wait before trying again.
    pub backoff: Backoff,
    /// Freezes lanes; none where no archive is at hand.
    pub stage: Option<Arc<dyn Stage>>,
    /// The names of spaces, beside the ledger.
    pub spaces: SpacesLog,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Whoever watches.
    pub monitor: Arc<dyn Monitor>,
    /// How it fares; begins with no trouble.
    pub health: Health,
    /// When each lane has its turn; begins empty.
    pub turns: Turns,
    /// When it read which group; begins empty.
    pub groups: Groups,
    /// The account that creates spaces and reads them back.
    pub admin: Account,
    /// How hard to work.
    pub options: Options,
    /// The address of a message in Chat, for links to it.
    pub links: LinkTemplate,
    /// When nothing is to be begun, by the admin's own will.
    pub rest: Arc<Rest>,
    /// Asks to finish what is in flight and stop.
    pub stop: CancellationToken,
}

impl Run {
    fn admin(&self) -> Identity {
        Identity::User(self.admin.clone())
    }

    fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    fn rests(&self) -> bool {
        self.rest.holds(self.clock.as_ref(), self.monitor.as_ref())
    }

    /// Waits while nothing may be begun; false when the run is to stop instead.
    async fn rested(&self) -> bool {
        self.rest.over(self.clock.as_ref(), self.monitor.as_ref(), &self.stop).await
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything payable up to the edge of completion is paid.
    Edge,
    /// Some calls have no clear end and stay owed; the same command tries them again.
    Unsettled {
        /// How many.
        calls: u64,
    },
    /// It was asked to stop; the same command goes on.
    Stopped,
}

/// Pays off every lane up to the edge of completion.
pub async fn send(run: Arc<Run>) -> Result<Ended, Fatal> {
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    // Without an archive, what is not staged yet waits for one.
    let least = if run.stage.is_some() { LaneState::Planned } else { LaneState::Staged };
    let told = may_have_ended(&run)?;
    let due: Vec<Lane> = lanes
        .iter()
        .filter(|lane| (least..LaneState::Drained).contains(&lane.state))
        .filter(|lane| !told(&lane.slack, lane.part))
        .cloned()
        .collect();
    announce(&run, &lanes, due.len());
    let result = tokio::select! {
        result = every_lane(&run, due) => result,
        () = mind::mind(&run) => Ok(()),
        () = run.rest.watch(run.clock.as_ref(), run.monitor.as_ref()) => Ok(()),
    };
    mind::learnt(&run).await;
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    result?;
    Ok(match run.health.unsettled() {
        _ if run.stopping() => Ended::Stopped,
        0 => Ended::Edge,
        calls => Ended::Unsettled { calls },
    })
}

/// Pays off lanes, and then, as all names that can be known are known, corrects their links.
async fn every_lane(run: &Arc<Run>, due: Vec<Lane>) -> Result<(), Fatal> {
    let linking = Arc::new(Mutex::new(Vec::new()));
    turns::in_turn(run, due, |run, lane| lane::pay_off(run, lane, Arc::clone(&linking))).await?;
    let linking = std::mem::take(&mut *linking.lock().unwrap_or_else(PoisonError::into_inner));
    each_lane(run, linking, amend::amend).await
}

/// Tells which lanes nothing may be sent to: their completion was begun, and nobody knows yet
/// whether it happened.
fn may_have_ended(run: &Run) -> Result<impl Fn(&ConversationId, u32) -> bool, Fatal> {
    let told = Told::of(&run.spaces.read()?);
    Ok(move |conversation: &ConversationId, part| told.may_have_ended(conversation, part))
}

fn announce(run: &Run, lanes: &[Lane], due: usize) {
    let sum = |of: fn(&Lane) -> Calls| {
        lanes.iter().map(of).fold(Calls::default(), |sum, calls| Calls {
            posts: sum.posts + calls.posts,
            reactions: sum.reactions + calls.reactions,
            others: sum.others + calls.others,
        })
    };
    // Completion and present members are owed later, by another command.
    let before_edge = |lane: &Lane| Calls { others: lane.others_before_edge(), ..lane.planned };
    run.monitor.observe(&Event::RunStarted {
        owed: sum(before_edge),
        paid: sum(|lane| Calls {
            others: lane.paid.others.min(lane.others_before_edge()),
            ..lane.paid
        }),
        lanes: due as u64,
    });
}

/// Does something for each lane, some at once, in the order given. The first fatal error stops
/// the others in order.
async fn each_lane<F, W>(run: &Arc<Run>, lanes: Vec<Lane>, work: W) -> Result<(), Fatal>
where
    F: Future<Output = Result<(), Fatal>> + Send + 'static,
    W: Fn(Arc<Run>, Lane) -> F,
{
    let mut lanes = lanes.into_iter();
    let mut running = JoinSet::new();
    let mut first = None;
    loop {
        let most = run.options.lanes.clamp(1, WITHOUT_QUOTAS);
        while running.len() < most && first.is_none() && !run.stopping() {
            let Some(lane) = lanes.next() else { break };
            running.spawn(work(Arc::clone(run), lane));
        }
        let Some(ended) = running.join_next().await else { break };
        if let Err(fatal) = ended.unwrap_or_else(|error| Err(Fatal::Worker(error.to_string()))) {
            run.stop.cancel();
            first.get_or_insert(fatal);
        }
    }
    first.map_or(Ok(()), Err)
}

/// Puts what a call came to into words for an error.
fn refusal(outcome: &Outcome) -> String {
    outcome.to_string()
}
