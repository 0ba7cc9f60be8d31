//! What to do about an answer. Pure: no waiting, no asking.

use crate::chat::{Kind, Outcome, Rejection, Reply, TokenError};
use crate::draft::StepKind;
use crate::ids::Micros;
use crate::ledger::Receipt;
use serde::Deserialize;
use std::time::Duration;

/// What to do about an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Paid.
    Done(Receipt),
    /// Try the same bytes again.
    Later(Wait),
    /// Ask Chat what it holds before deciding.
    Look,
    /// The name is taken by somebody else: take another.
    Rename,
    /// This step alone can't be paid as it stands.
    Wedge(&'static str, String),
    /// Nothing can be paid.
    Abort(Stop),
}

/// Why to try again, and what that says about pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// For people.
    pub(super) why: &'static str,
    /// What Google asked for.
    pub(super) asked: Option<Duration>,
    /// Google asked everybody of this class to slow down.
    pub(super) throttled: bool,
    /// Counts against the number of tries: the call may have happened.
    pub(super) counts: bool,
}

/// Why nothing can be paid.
#[derive(Debug)]
pub(super) enum Stop {
    /// Credentials.
    Token(TokenError),
    /// What Google said.
    Refused(String),
}

/// Ninety days: how long Google keeps a space in import mode.
pub(super) const IMPORT_WINDOW: Micros = 90 * 86_400 * 1_000_000;
/// Google's word for a token that was not asked for the right scope.
const LACKS_SCOPE: &str = "ACCESS_TOKEN_SCOPE_INSUFFICIENT";

/// Judges the answer to a step. `now` is the wall clock when the call began: the end of import
/// mode is never taken to be later than 90 days from then.
pub(super) fn judge(kind: StepKind, outcome: Outcome, now: Micros) -> Verdict {
    match outcome {
        Outcome::Applied(reply) => applied(kind, &reply, now),
        Outcome::Throttled { retry_after, .. } => {
            let why = "Google asked to slow down";
            Verdict::Later(Wait { why, asked: retry_after, throttled: true, counts: false })
        }
        Outcome::NotSent(_) => again("no connection", false),
        Outcome::Ambiguous(why) => {
            let (why, asked) = ("no clear answer", why.retry_after);
            Verdict::Later(Wait { why, asked, throttled: false, counts: true })
        }
        Outcome::Rejected(rejection) => rejected(kind, &rejection),
        Outcome::Token(error) => token(error),
    }
}

fn again(why: &'static str, counts: bool) -> Verdict {
    Verdict::Later(Wait { why, asked: None, throttled: false, counts })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiry {
    import_mode_expire_time: Option<String>,
}

fn applied(kind: StepKind, reply: &Reply, now: Micros) -> Verdict {
    let name = reply.name().map(str::to_owned);
    match (kind, name) {
        (StepKind::Space, Some(name)) if name.starts_with("spaces/") => {
            let told = reply
                .json()
                .ok()
                .and_then(|space: Expiry| space.import_mode_expire_time?.parse().ok());
            let told = told.map_or(Micros::MAX, jiff::Timestamp::as_microsecond);
            let expires = Some(told.min(now + IMPORT_WINDOW));
            Verdict::Done(Receipt { name: Some(name), thread: None, expires })
        }
        (StepKind::Space | StepKind::Post, None) | (StepKind::Space, Some(_)) => {
            again("an answer without a name", true)
        }
        (StepKind::Post, name) => match reply.thread() {
            // A replay may echo no more than the name, and replies need the thread.
            None => Verdict::Look,
            Some(thread) => {
                Verdict::Done(Receipt { name, thread: Some(thread.to_owned()), expires: None })
            }
        },
        (_, name) => Verdict::Done(Receipt { name, ..Receipt::default() }),
    }
}

fn rejected(kind: StepKind, rejection: &Rejection) -> Verdict {
    let detail = || rejection.to_string();
    match (rejection.kind(), kind) {
        (Kind::AlreadyExists, StepKind::React | StepKind::Member | StepKind::PastMember) => {
            Verdict::Done(Receipt::default())
        }
        (Kind::AlreadyExists, StepKind::Space) => Verdict::Rename,
        (Kind::AlreadyExists, StepKind::Post)
        | (
            Kind::AlreadyExists | Kind::InvalidArgument | Kind::FailedPrecondition,
            StepKind::Complete,
        ) => Verdict::Look,
        (Kind::Unauthenticated | Kind::AppNotConfigured, _) => {
            Verdict::Abort(Stop::Refused(detail()))
        }
        (Kind::PermissionDenied, _) if rejection.reason.as_deref() == Some(LACKS_SCOPE) => {
            Verdict::Abort(Stop::Refused(detail()))
        }
        (Kind::Aborted, _) => again("Google was busy with the same thing", true),
        (Kind::InvalidArgument, _) => Verdict::Wedge("invalid_argument", detail()),
        (Kind::PermissionDenied, _) => Verdict::Wedge("permission_denied", detail()),
        (Kind::NotFound, _) => Verdict::Wedge("not_found", detail()),
        (Kind::FailedPrecondition, _) => Verdict::Wedge("failed_precondition", detail()),
        (Kind::Other, _) => Verdict::Wedge("refused", detail()),
    }
}

fn token(error: TokenError) -> Verdict {
    match error {
        TokenError::User(why) => Verdict::Wedge("account_unavailable", why),
        TokenError::Transient(_) => again("no token", false),
        other => Verdict::Abort(Stop::Token(other)),
    }
}
