//! Custom emoji, before any lane: each one that is used is made, found, or given up, and that is
//! written down before anything that shows it is frozen.
//!
//! Chat takes no id of ours for it. What was made and never answered is there under its name: the
//! repeat is refused, and the name is looked up.

use super::{Fatal, Rest};
use crate::chat::{Client, Kind, OrgEmoji, Outcome, Rejection, TokenError};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::event::Monitor;
use crate::gallery::{Gallery, Ready};
use crate::ids::Account;
use crate::ledger::{EmojiState, Ledger, UsedEmoji};
use crate::pace::{Backoff, Class, Pacer};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Why an emoji is given up: code, and what that means.
pub const EMOJI_GIVEN_UP: [(&str, &str); 3] = [
    (FORBIDDEN, "the admin may not make custom emoji: they are off, or not for that account"),
    (REFUSED, "Chat refused the emoji: its name or its picture"),
    (PICTURE, "the picture could not be read when it was to be sent"),
];
const FORBIDDEN: &str = "custom_emoji_forbidden";
const REFUSED: &str = "custom_emoji_refused";
const PICTURE: &str = "custom_emoji_picture";

/// What making custom emoji works with.
#[derive(Debug)]
pub struct EmojiDesk<'a> {
    /// Talks to Google.
    pub client: &'a Client,
    /// Keeps the quotas.
    pub pacer: &'a Pacer,
    /// How long to wait before trying again.
    pub backoff: &'a Backoff,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Who makes them.
    pub admin: &'a Account,
    /// Calls in a row without a clear answer before it ends.
    pub attempts: u32,
    /// When nothing is to be begun, and who is told of it.
    pub rest: (&'a Rest, &'a dyn Monitor),
    /// Stops between two emoji.
    pub stop: &'a CancellationToken,
}

/// What became of the emoji that were owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmojiDone {
    /// Made.
    pub made: u64,
    /// There already.
    pub found: u64,
    /// Given up.
    pub given_up: u64,
}

/// How one emoji ended.
enum End {
    Made(OrgEmoji),
    Found(OrgEmoji),
    GivenUp(&'static str, String),
}

/// Pays every emoji that the ledger owes.
pub async fn settle_emoji(
    desk: &EmojiDesk<'_>,
    ledger: &mut Ledger,
    gallery: &Gallery,
) -> Result<EmojiDone, Fatal> {
    let mut done = EmojiDone::default();
    let mut forbidden: Option<String> = None;
    for owed in ledger.owed_emoji()? {
        if desk.stop.is_cancelled() {
            break;
        }
        let end = match (&forbidden, gallery.ready(&owed.slack)) {
            // The picture was taken away, or the setting: nothing shows it any more.
            (_, None) => {
                ledger.forget_emoji(&owed.slack)?;
                continue;
            }
            // Whoever may not make one may not make any.
            (Some(note), _) => End::GivenUp(FORBIDDEN, note.clone()),
            (None, Some(Err(unfit))) => End::GivenUp(PICTURE, unfit.to_string()),
            (None, Some(Ok(ready))) => match desk.make(&owed, &ready, done.there() > 0).await? {
                Some(end) => sole(ledger, &owed, end)?,
                None => break,
            },
        };
        if let End::GivenUp(FORBIDDEN, note) = &end
            && done.there() == 0
        {
            forbidden = Some(note.clone());
        }
        done.note(&owed, &end);
        ledger.settle_emoji(&owed.slack, &state(end))?;
    }
    Ok(done)
}

/// What another emoji of Slack's became already is not found again for this one.
fn sole(ledger: &Ledger, owed: &UsedEmoji, end: End) -> Result<End, Fatal> {
    let End::Found(org) = &end else { return Ok(end) };
    let taken = |one: &UsedEmoji| matches!(&one.state, EmojiState::There { resource, .. } if *resource == org.resource);
    let other = ledger.used_emoji()?.into_iter().find(|one| one.slack != owed.slack && taken(one));
    Ok(other.map_or(end, |other| {
        End::GivenUp(REFUSED, format!("its name is that of Slack's {}", other.slack))
    }))
}

impl EmojiDone {
    /// How many are in Chat.
    const fn there(&self) -> u64 {
        self.made + self.found
    }

    fn note(&mut self, emoji: &UsedEmoji, end: &End) {
        let name = emoji.name.as_str();
        match end {
            End::Made(_) => {
                self.made += 1;
                tracing::info!(name, "a custom emoji is made");
            }
            End::Found(_) => {
                self.found += 1;
                tracing::info!(name, "a custom emoji is there already");
            }
            End::GivenUp(reason, note) => {
                self.given_up += 1;
                tracing::warn!(name, reason, note, "a custom emoji is given up");
            }
        }
    }

    /// Adds what a later round did.
    pub fn add(&mut self, other: &Self) {
        self.made += other.made;
        self.found += other.found;
        self.given_up += other.given_up;
    }
}

fn state(end: End) -> EmojiState {
    match end {
        End::Made(OrgEmoji { resource, uid }) | End::Found(OrgEmoji { resource, uid }) => {
            EmojiState::There { resource, uid }
        }
        End::GivenUp(reason, note) => EmojiState::GivenUp { reason: reason.to_owned(), note },
    }
}

/// What an answer other than yes means.
enum Judged {
    Again(Option<Duration>),
    GivenUp(&'static str, String),
    Fatal(Fatal),
}

impl EmojiDesk<'_> {
    /// Makes one emoji, or finds it; none when it is stopped while it waits. `others` tells that
    /// Chat took another one.
    async fn make(
        &self,
        emoji: &UsedEmoji,
        ready: &Ready,
        others: bool,
    ) -> Result<Option<End>, Fatal> {
        let mut attempt = 0;
        loop {
            let (rest, monitor) = self.rest;
            if !rest.over(self.clock, monitor, self.stop).await {
                return Ok(None);
            }
            let outcome = match self.ask(&emoji.name, ready).await {
                Ok(end) => return Ok(Some(end)),
                Err(outcome) => outcome,
            };
            let wait = match judge(&outcome) {
                Judged::Again(wait) => wait,
                Judged::GivenUp(reason, note) => return Ok(Some(End::GivenUp(reason, note))),
                Judged::Fatal(fatal) => return Err(fatal),
            };
            let pause = self.backoff.next(attempt, wait);
            // Waiting because Google asked for it does not count.
            if let Outcome::Throttled { .. } = outcome {
                self.pacer.penalize(Class::Emoji, Some(self.admin.as_str()), pause);
            } else {
                attempt += 1;
            }
            if attempt >= self.attempts {
                return tired(&outcome, others).map(Some);
            }
            tokio::select! {
                () = self.clock.sleep(pause) => {}
                () = self.stop.cancelled() => return Ok(None),
            }
        }
    }

    /// Asks for it to be made, and where the name is taken, whose it is.
    async fn ask(&self, name: &str, ready: &Ready) -> Result<End, Outcome> {
        let (by, pace) = (Identity::User(self.admin.clone()), Some(self.admin.as_str()));
        self.pacer.permit(Class::Emoji, pace).await;
        let picture = (ready.ending, ready.bytes.as_slice());
        let taken = match self.client.make_emoji(&by, name, picture).await {
            Ok(made) => {
                self.pacer.succeeded(Class::Emoji, pace);
                return Ok(End::Made(made));
            }
            Err(Outcome::Rejected(taken)) if taken.kind() == Kind::AlreadyExists => taken,
            Err(outcome) => return Err(outcome),
        };
        // Reading is paced like writing: it is rare, and one limit is enough.
        self.pacer.permit(Class::Emoji, pace).await;
        let found = match self.client.find_emoji(&by, name).await {
            // Whoever may make emoji and not look for them can't have this one alone.
            Err(Outcome::Rejected(refused)) if refused.kind() == Kind::PermissionDenied => None,
            found => found?,
        };
        found.map(End::Found).ok_or(Outcome::Rejected(taken))
    }
}

fn judge(outcome: &Outcome) -> Judged {
    match outcome {
        Outcome::Rejected(rejection) => refused(rejection),
        Outcome::Throttled { retry_after, .. } => Judged::Again(*retry_after),
        Outcome::NotSent(why) | Outcome::Ambiguous(why) => Judged::Again(why.retry_after),
        Outcome::Token(TokenError::Transient(_)) | Outcome::Applied(_) => Judged::Again(None),
        Outcome::Token(error) => Judged::Fatal(Fatal::Token(error.clone())),
    }
}

fn refused(rejection: &Rejection) -> Judged {
    let note = || rejection.to_string();
    match rejection.kind() {
        // A name that is taken and can't be found may show up a moment later.
        Kind::Aborted | Kind::AlreadyExists => Judged::Again(None),
        Kind::Unauthenticated | Kind::AppNotConfigured => Judged::Fatal(Fatal::Refused(note())),
        Kind::PermissionDenied if rejection.lacks_scope() => Judged::Fatal(Fatal::Refused(note())),
        Kind::PermissionDenied | Kind::FailedPrecondition => Judged::GivenUp(FORBIDDEN, note()),
        Kind::InvalidArgument | Kind::NotFound | Kind::Other => Judged::GivenUp(REFUSED, note()),
    }
}

/// After many tries: what Google answers to this emoji alone gives it up, an error of its own only
/// where it took `others`. Where nobody answers, nothing can be sent anyway.
fn tired(outcome: &Outcome, others: bool) -> Result<End, Fatal> {
    let answered = match outcome {
        Outcome::Rejected(_) => true,
        Outcome::NotSent(why) | Outcome::Ambiguous(why) => others && why.http == Some(500),
        Outcome::Throttled { .. } | Outcome::Token(_) | Outcome::Applied(_) => false,
    };
    if answered {
        Ok(End::GivenUp(REFUSED, outcome.to_string()))
    } else {
        Err(Fatal::Unanswered(outcome.to_string()))
    }
}
