//! What to do about an answer. Pure: no waiting, no asking.

use crate::chat::{Doubt, Kind, Outcome, Rejection, Reply, TokenError};
use crate::draft::{Repeat, StepKind};
use crate::ids::Micros;
use crate::ledger::Receipt;
use serde::Deserialize;
use std::time::Duration;

/// Why a space for people from outside could not be made.
pub const EXTERNAL_FORBIDDEN: &str = "external_forbidden";

/// Why a call can be stuck: the stable code, and what it means. `docs/operations.md` holds the
/// same table.
pub const STUCK: &[(&str, &str)] = &[
    ("account_unavailable", "the account can't be impersonated: not found, suspended, deleted"),
    ("invalid_argument", "Google takes the call itself for wrong"),
    ("permission_denied", "this caller may not do this, though the space can be read"),
    ("not_found", "something that the call names is not there, though the space is"),
    ("failed_precondition", "something else has to be so first"),
    (
        EXTERNAL_FORBIDDEN,
        "the organisation lets nobody from outside into spaces: allow it, or set external = \"leave_out\"",
    ),
    ("refused", "refused for another reason of Google's"),
    ("taken", "its name or its time is taken, again and again"),
    ("unconfirmed", "no clear answer after many tries, and seen not to be there"),
    ("name_unknown", "a name that it needs was never told"),
    ("unsendable", "the call can't be put on the wire"),
];

/// What to do about an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Paid.
    Done(Receipt),
    /// Try the same bytes again.
    Later(Wait),
    /// Ask Chat what it holds before deciding.
    Look,
    /// Somebody is a member already: Chat tells whether they are in, or only invited.
    Member,
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
    pub(super) throttled: Option<Slow>,
    /// Counts against the number of tries: the call may have happened.
    pub(super) counts: bool,
}

/// Who is to slow down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slow {
    /// Google named a limit of the whole project.
    Project,
    /// It named one of the space, or none.
    Space,
}

impl Slow {
    fn by(limit: Option<&str>) -> Self {
        let limit = limit.unwrap_or_default().to_ascii_lowercase();
        if limit.contains("project") { Self::Project } else { Self::Space }
    }
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

/// Judges the answer to a step. `now` is the wall clock when the call began: the end of import
/// mode is never taken to be later than 90 days from then.
pub(super) fn judge(kind: StepKind, outcome: Outcome, now: Micros) -> Verdict {
    match outcome {
        Outcome::Applied(reply) => applied(kind, &reply, now),
        Outcome::Throttled { retry_after, limit } => {
            let why = "Google asked to slow down";
            let throttled = Some(Slow::by(limit.as_deref()));
            Verdict::Later(Wait { why, asked: retry_after, throttled, counts: false })
        }
        Outcome::NotSent(why) if matches!(why.doubt, Doubt::Unsendable | Doubt::Source) => {
            Verdict::Wedge("unsendable", why.to_string())
        }
        Outcome::NotSent(_) => again("no connection", false),
        Outcome::Ambiguous(why) => {
            let (why, asked) = ("no clear answer", why.retry_after);
            Verdict::Later(Wait { why, asked, throttled: None, counts: true })
        }
        Outcome::Rejected(rejection) => rejected(kind, &rejection),
        Outcome::Token(error) => token(error),
    }
}

fn again(why: &'static str, counts: bool) -> Verdict {
    Verdict::Later(Wait { why, asked: None, throttled: None, counts })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expiry {
    import_mode_expire_time: Option<String>,
}

/// What Chat says of somebody who was added: in, or invited.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Membership {
    state: String,
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
            Verdict::Done(Receipt { name: Some(name), expires, ..Receipt::default() })
        }
        (StepKind::Space | StepKind::Post, None) | (StepKind::Space, Some(_)) => {
            again("an answer without a name", true)
        }
        (StepKind::Post, name) => match reply.thread() {
            // A replay may echo no more than the name, and replies need the thread.
            None => Verdict::Look,
            Some(thread) => Verdict::Done(Receipt {
                name,
                thread: Some(thread.to_owned()),
                ..Receipt::default()
            }),
        },
        (StepKind::Member, name) => {
            let invited = reply.json().is_ok_and(|member: Membership| member.state == "INVITED");
            Verdict::Done(Receipt { name, invited, ..Receipt::default() })
        }
        (_, name) => Verdict::Done(Receipt { name, ..Receipt::default() }),
    }
}

fn rejected(kind: StepKind, rejection: &Rejection) -> Verdict {
    let detail = || rejection.to_string();
    let (repeat, _) = kind.repeat();
    match (rejection.kind(), repeat) {
        _ if stops_all(rejection) => Verdict::Abort(Stop::Refused(sentence(rejection))),
        (Kind::AlreadyExists, _) if kind == StepKind::Member => Verdict::Member,
        (Kind::AlreadyExists, Repeat::ByNaturalKey) => Verdict::Done(Receipt::default()),
        (Kind::AlreadyExists, Repeat::ById) => Verdict::Rename,
        (Kind::AlreadyExists, Repeat::ByEffect) => Verdict::Wedge("refused", detail()),
        (Kind::AlreadyExists, Repeat::ByIdAndPlace | Repeat::ByLooking)
        | (Kind::InvalidArgument | Kind::FailedPrecondition, Repeat::ByLooking) => Verdict::Look,
        (Kind::Aborted, _) => again("Google was busy with the same thing", true),
        (Kind::InvalidArgument, _) => Verdict::Wedge("invalid_argument", detail()),
        (Kind::PermissionDenied, _) => Verdict::Wedge("permission_denied", detail()),
        (Kind::NotFound, _) => Verdict::Wedge("not_found", detail()),
        (Kind::FailedPrecondition, _) => Verdict::Wedge("failed_precondition", detail()),
        (Kind::Unauthenticated | Kind::AppNotConfigured | Kind::Other, _) => {
            Verdict::Wedge("refused", detail())
        }
    }
}

/// Tells whether no other call will fare better.
pub(super) fn stops_all(rejection: &Rejection) -> bool {
    matches!(rejection.kind(), Kind::Unauthenticated | Kind::AppNotConfigured)
        || rejection.lacks_scope()
}

/// Says what stops all.
pub(super) fn sentence(rejection: &Rejection) -> String {
    let what = match rejection.kind() {
        Kind::Unauthenticated => "our credentials are refused, fresh ones too",
        Kind::AppNotConfigured => {
            "the Cloud project's Chat API is off, or its Chat app is not configured"
        }
        _ => "the token lacks a scope, or the delegation does",
    };
    format!("{what} ({rejection})")
}

fn token(error: TokenError) -> Verdict {
    match error {
        TokenError::User(why) => Verdict::Wedge("account_unavailable", why),
        TokenError::Transient(_) => again("no token", false),
        other => Verdict::Abort(Stop::Token(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Why;

    fn refusal(http: u16, status: &str, message: &str) -> Outcome {
        let (status, message) = (status.to_owned(), message.to_owned());
        Outcome::Rejected(Rejection { http, status, reason: None, message })
    }

    fn judged(kind: StepKind, outcome: Outcome) -> String {
        let verdict = format!("{:?}", judge(kind, outcome, 0));
        verdict.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_conflict_is_settled_by_what_makes_the_step_safe_to_repeat() {
        for (kind, verdict) in [
            (StepKind::Space, "Rename"),
            (StepKind::PastMember, "Done"),
            (StepKind::Post, "Look"),
            (StepKind::React, "Done"),
            (StepKind::Complete, "Look"),
            (StepKind::Member, "Member"),
            (StepKind::Amend, "Wedge"),
            (StepKind::Role, "Wedge"),
            (StepKind::Publish, "Wedge"),
            (StepKind::Leave, "Wedge"),
            (StepKind::Group, "Done"),
        ] {
            assert_eq!(judged(kind, refusal(409, "ALREADY_EXISTS", "")), verdict, "{kind:?}");
        }
    }

    #[test]
    fn what_no_other_call_will_fare_better_with_stops_all_and_says_why() {
        for (outcome, says) in [
            (refusal(401, "UNAUTHENTICATED", ""), "credentials are refused, fresh ones too"),
            (refusal(404, "NOT_FOUND", "Google Chat app not found."), "app is not configured"),
        ] {
            let verdict = format!("{:?}", judge(StepKind::Post, outcome, 0));
            assert!(verdict.starts_with("Abort") && verdict.contains(says), "{verdict}");
        }
    }

    #[test]
    fn only_what_may_have_happened_counts_as_a_doubt() {
        let counts = |outcome| match judge(StepKind::Post, outcome, 0) {
            Verdict::Later(wait) => Some(wait.counts),
            _ => None,
        };
        let why = |doubt| Why::unanswered(doubt);
        assert_eq!(counts(Outcome::Ambiguous(why(Doubt::ServerError))), Some(true));
        assert_eq!(counts(Outcome::NotSent(why(Doubt::Transport("no connection")))), Some(false));
        assert_eq!(counts(Outcome::Throttled { retry_after: None, limit: None }), Some(false));
        assert_eq!(counts(Outcome::Token(TokenError::Transient(String::new()))), Some(false));
        assert_eq!(counts(Outcome::NotSent(why(Doubt::Unsendable))), None, "it never will be");
    }

    #[test]
    fn who_is_to_slow_down_is_whom_the_limit_names() {
        let project = Some("MessageWritesPerMinutePerProject");
        assert_eq!(Slow::by(project), Slow::Project);
        assert_eq!(Slow::by(Some("WriteRequestsPerSecondPerSpace")), Slow::Space);
        assert_eq!(Slow::by(None), Slow::Space);
    }
}
