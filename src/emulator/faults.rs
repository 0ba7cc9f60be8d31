//! Faults on demand: which calls a rule strikes, when, and what the caller sees of it.
//!
//! ```ignore
//! Fault::on("spaces.messages.create").of("ana@example.com").nth(3).after(Action::Close)
//! ```

mod action;
mod call;
mod plan;

pub use action::{Action, Content, Framing, Phase, Retry, Then};
pub(super) use call::Call;
pub use plan::FaultStatus;
pub(super) use plan::{Faults, Strike};

use serde::{Deserialize, Serialize};

/// One rule of the fault plan: calls that fit all its conditions are counted, and some of them
/// are struck.
///
/// Without further words a rule strikes one call, the first, whose connection is dropped before
/// anything is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    space: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body_contains: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    p: Option<f64>,
    #[serde(default)]
    seed: u64,
    #[serde(default = "Fault::once")]
    times: Option<u64>,
    #[serde(default)]
    maybe: bool,
    phase: Phase,
    action: Action,
}

impl Fault {
    /// A rule strikes once unless it says otherwise.
    #[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
    const fn once() -> Option<u64> {
        Some(1)
    }

    /// Begins a rule for a method: `spaces.messages.create`, `token`, `directory.users.list`, or
    /// `*` for every call.
    pub fn on(method: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            subject: None,
            space: None,
            body_contains: None,
            nth: None,
            every: None,
            p: None,
            seed: 0,
            times: Self::once(),
            maybe: false,
            phase: Phase::Before,
            action: Action::Close,
        }
    }

    /// Strikes only calls that impersonate this user, or fetch a token for them; `app` is the app
    /// itself.
    #[must_use]
    pub fn of(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Strikes only calls about this space, by its name (`spaces/…`) or its display name.
    #[must_use]
    pub fn in_space(mut self, space: impl Into<String>) -> Self {
        self.space = Some(space.into());
        self
    }

    /// Strikes only calls in whose body these bytes occur.
    #[must_use]
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.body_contains = Some(text.into());
        self
    }

    /// Strikes no call before the n-th that fits, counted from 1 and from the arming.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Strikes only every k-th call that fits; with `nth`, from that one on.
    #[must_use]
    pub fn every(mut self, every: u64) -> Self {
        self.every = Some(every);
        self
    }

    /// Strikes a call that would be struck only with this probability. The n-th call that fits
    /// is decided by the seed and n alone.
    #[must_use]
    pub fn chance(mut self, p: f64, seed: u64) -> Self {
        (self.p, self.seed) = (Some(p), seed);
        self
    }

    /// Strikes so many calls, then none any more.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes for good.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.times = None;
        self
    }

    /// Says that the rule may never fire: [`unfired`](super::Emulator::unfired) leaves it out.
    #[must_use]
    pub fn maybe(mut self) -> Self {
        self.maybe = true;
        self
    }

    /// Strikes instead of the call: nothing is applied.
    #[must_use]
    pub fn before(self, action: Action) -> Self {
        self.doing(Phase::Before, action)
    }

    /// Strikes once the call took effect: its answer is lost or replaced.
    #[must_use]
    pub fn after(self, action: Action) -> Self {
        self.doing(Phase::After, action)
    }

    /// Strikes while the request's body is still coming: nothing is applied.
    #[must_use]
    pub fn during_request(self, action: Action) -> Self {
        self.doing(Phase::DuringRequest, action)
    }

    /// Strikes while the answer is on its way: the call took effect.
    #[must_use]
    pub fn during_response(self, action: Action) -> Self {
        self.doing(Phase::DuringResponse, action)
    }

    /// Strikes in a phase that is chosen elsewhere.
    #[must_use]
    pub fn doing(mut self, phase: Phase, action: Action) -> Self {
        (self.phase, self.action) = (phase, action);
        self
    }
}

/// An armed fault, by which its counts can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct FaultId(usize);

impl FaultId {
    /// Returns the id that the admin calls use.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// A fault that can't be armed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadFault {
    /// No such method.
    #[error(
        "no method is called {0:?}; use one like spaces.messages.create, token, directory.users.list or *"
    )]
    Method(String),
    /// Calls are counted from 1.
    #[error("{0} counts from 1")]
    Zero(&'static str),
    /// A probability is between 0 and 1.
    #[error("p is a probability, from 0 to 1, and {0} is none")]
    Chance(f64),
    /// This can't happen at that time.
    #[error("{action} can't strike {phase}")]
    Phase {
        /// The action's word.
        action: &'static str,
        /// The phase's word.
        phase: &'static str,
    },
    /// A status line has three digits.
    #[error("{0} is no HTTP status from 200 to 599")]
    Status(u16),
    /// A header can't hold that.
    #[error("that location can't stand in a header")]
    Location,
    /// The body is not there yet when the rule is asked.
    #[error("during_request strikes before the body is known: leave out body_contains")]
    Body,
    /// There is a bound to everything.
    #[error("no more than {0} faults can be armed")]
    TooMany(usize),
}
