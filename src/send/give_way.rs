//! What is done instead of leaving a refused call stuck: a post gives way to a poorer one, and a
//! reaction or a membership that can't be is left out. Each step down is written down first.

mod notice;
mod refused;

use super::{Fatal, Run};
use crate::chat::{Scopes, TokenError};
use crate::draft::{Rung, StepKind, byline, in_front};
use crate::ids::{Account, RequestId, text_hash};
use crate::ledger::{Key, Poorer, Said, Settlement, Step};
use crate::pace::Class;
use crate::settings::Unavailable;
use crate::wire::{Frozen, mentions, plain};
use refused::{concerns_the_message, why_no_member};

/// Why a run leaves something out, by stable code, and in plain words.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("account_unavailable", "member or reaction of somebody whose account can't be used any more"),
    ("emoji_refused", "reaction whose emoji Chat refused"),
    ("external", "member whom Chat counts as outside the organisation"),
    ("stands_as_notice", "file of a message in whose place a notice stands"),
];

/// What is done instead.
#[derive(Debug)]
pub(super) enum GiveWay {
    /// The step goes out in another form.
    Again(Step),
    /// It is left out, durably.
    Skipped,
    /// Nothing: it is stuck.
    Stuck,
}

/// Looks for something better than being stuck.
pub(super) async fn give_way(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    reason: &str,
    detail: &str,
) -> Result<GiveWay, Fatal> {
    match (step.kind, reason) {
        (StepKind::Post | StepKind::React, "account_unavailable") => unavailable(run, step).await,
        (StepKind::Post, "invalid_argument" | "failed_precondition")
            if concerns_the_message(detail) =>
        {
            lower(run, step).await
        }
        (StepKind::React, "invalid_argument") => skip(run, step, "emoji_refused", detail).await,
        (StepKind::PastMember | StepKind::Member, _) => {
            match why_no_member(reason, detail, lives(run, space).await) {
                Some(why) => skip(run, step, why, detail).await,
                None => Ok(GiveWay::Stuck),
            }
        }
        _ => Ok(GiveWay::Stuck),
    }
}

/// Tells whether a space surely is there: what was not found is then somebody else.
async fn lives(run: &Run, space: Option<&str>) -> bool {
    let Some(space) = space else { return false };
    run.pacer.permit(Class::SpaceRead, Some(space)).await;
    run.client.get_space(space).await.is_ok()
}

async fn skip(
    run: &Run,
    step: &Step,
    reason: &'static str,
    detail: &str,
) -> Result<GiveWay, Fatal> {
    let detail = detail.to_owned();
    run.writer.settle(Key::from(step), Settlement::Skipped { reason, detail }).await?;
    tracing::info!(step = step.id, reason, "a call is left out");
    Ok(GiveWay::Skipped)
}

/// The account of somebody who speaks or reacts can't be used. That is believed only while the
/// admin's own can.
async fn unavailable(run: &Run, step: &Step) -> Result<GiveWay, Fatal> {
    if step.actor == run.admin || run.options.unavailable == Unavailable::Wait {
        return Ok(GiveWay::Stuck);
    }
    match run.client.probe(&run.admin(), Scopes::IMPORT).await {
        Ok(()) => {}
        Err(TokenError::Transient(_)) => {
            tokio::select! {
                () = run.clock.sleep(run.backoff.next(0, None)) => {}
                () = run.stop.cancelled() => {}
            }
            return Ok(GiveWay::Again(step.clone()));
        }
        Err(error) => return Err(Fatal::Token(error)),
    }
    match step.kind {
        StepKind::React => skip(run, step, "account_unavailable", "").await,
        _ => stand_in(run, step).await,
    }
}

/// The admin posts what somebody else said, with their name in front; where that is too long, a
/// notice.
async fn stand_in(run: &Run, step: &Step) -> Result<GiveWay, Fatal> {
    let said = said(run, step).await?;
    let text = step.request.text().unwrap_or_default();
    let name = byline(&said.name, notice::speaks(&said));
    let named = match step.rung {
        Rung::Whole => in_front(&name, &text),
        Rung::Plain | Rung::Bare => in_front(&plain(&name, &|_| None), &text),
        Rung::Notice => text,
    };
    let id = next_id(step, step.rung, &run.admin);
    if let Some(request) = step.request.with_text(&named, &id) {
        return revise(run, step, step.rung, &run.admin, request).await;
    }
    let text = notice::too_long(&said, step.part);
    match posted(step, Rung::Notice, &run.admin, &text) {
        Some(request) => revise(run, step, Rung::Notice, &run.admin, request).await,
        None => Ok(GiveWay::Stuck),
    }
}

/// Goes down to the next rung that leaves the post another one than it is.
async fn lower(run: &Run, step: &Step) -> Result<GiveWay, Fatal> {
    let text = step.request.text().unwrap_or_default();
    let mut rung = step.rung;
    while let Some(below) = rung.below() {
        rung = below;
        let request = match rung {
            Rung::Whole => None,
            Rung::Plain => {
                let users = mentions(&text);
                let names = run.writer.run(move |ledger| ledger.names_of(&users)).await?;
                let words = plain(&text, &|user| names.get(user).cloned());
                let other = Some(words).filter(|words| *words != text);
                other.and_then(|words| posted(step, rung, &step.actor, &words))
            }
            Rung::Bare => step
                .request
                .without_attachment()
                .and_then(|bare| bare.with_text(&text, &next_id(step, rung, &step.actor))),
            Rung::Notice => {
                let text = notice::refused(&said(run, step).await?, step.part);
                posted(step, rung, &step.actor, &text)
            }
        };
        if let Some(request) = request {
            return revise(run, step, rung, &step.actor, request).await;
        }
    }
    Ok(GiveWay::Stuck)
}

async fn said(run: &Run, step: &Step) -> Result<Said, Fatal> {
    let id = step.id;
    Ok(run.writer.run(move |ledger| ledger.said(id)).await?)
}

/// Returns the post with another text; a notice carries no attachment.
fn posted(step: &Step, rung: Rung, actor: &Account, text: &str) -> Option<Frozen> {
    let bare = step.request.without_attachment().filter(|_| rung == Rung::Notice);
    bare.as_ref().unwrap_or(&step.request).with_text(text, &next_id(step, rung, actor))
}

/// Returns a request id that belongs to this form of the post and to whoever makes the call.
fn next_id(step: &Step, rung: Rung, actor: &Account) -> RequestId {
    let last = step.request.request_id().unwrap_or_default();
    RequestId::revised(&format!("{last} {} {actor}", rung.as_str()))
}

/// Writes the new form down; from then on it is what is owed.
async fn revise(
    run: &Run,
    step: &Step,
    rung: Rung,
    actor: &Account,
    request: Frozen,
) -> Result<GiveWay, Fatal> {
    let poorer = Poorer {
        hash: text_hash(&request.text().unwrap_or_default()),
        request: request.as_str().to_owned(),
        actor: actor.clone(),
        rung,
    };
    run.writer.settle(Key::from(step), Settlement::Poorer(poorer)).await?;
    tracing::warn!(step = step.id, rung = rung.as_str(), "a post gives way to a poorer one");
    let (actor, revision) = (actor.clone(), step.revision + 1);
    Ok(GiveWay::Again(Step { actor, revision, rung, request, ..step.clone() }))
}
