//! What is done instead of leaving a refused call stuck: a post gives way to a poorer one, and a
//! reaction or a membership that can't be is left out. Each step down is written down first.

mod notice;
mod refused;

use super::call::Errand;
use super::look::{self, Found};
use super::verdict::EXTERNAL_FORBIDDEN;
use super::{Fatal, Run};
use crate::chat::{Scopes, TokenError};
use crate::draft::{
    ADMIN_STAYS, LINK_KEPT, NAMED_IN_TEXT, NOT_A_MEMBER, Rung, StepKind, byline, in_front,
};
use crate::ids::{ADDED, Account, RequestId, text_hash};
use crate::ledger::{Key, Names, Poorer, Said, Settlement, Step};
use crate::pace::Class;
use crate::settings::Unavailable;
use crate::wire::{Frozen, mentions, plain};
use refused::{concerns_the_message, is_about_outsiders, why_no_member};

/// Why the space of a public channel is found by nobody.
pub const AUDIENCE_REFUSED: &str = "audience_refused";

/// Why a run leaves something out, by stable code, and in plain words.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("account_unavailable", "member or reaction of somebody whose account can't be used any more"),
    ("emoji_refused", "reaction whose emoji Chat refused"),
    ("external", "member whom Chat counts as outside the organisation"),
    (NOT_A_MEMBER, "manager's role of somebody who could not be added"),
    (ADMIN_STAYS, "going of the admin, out of a space that nobody else is in charge of"),
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
    /// It is stuck, for a reason that says more.
    StuckAs(&'static str),
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
        (StepKind::Post, reason) if step.actor.is_app() && is_googles(reason) => {
            for_the_app(run, step).await
        }
        (StepKind::Post | StepKind::React | StepKind::Amend, "account_unavailable") => {
            unavailable(run, step).await
        }
        (StepKind::Post, "invalid_argument" | "failed_precondition")
            if concerns_the_message(detail) && step.part < ADDED =>
        {
            lower(run, step).await
        }
        // The message is there; only its links still lead to Slack.
        (StepKind::Amend, _) => skip(run, step, LINK_KEPT, detail).await,
        // Its members are in all the same.
        (StepKind::Publish, reason) if is_googles(reason) && reason != "account_unavailable" => {
            skip(run, step, AUDIENCE_REFUSED, detail).await
        }
        (StepKind::Space, _) if refuses_outsiders(step, detail) => {
            Ok(GiveWay::StuckAs(EXTERNAL_FORBIDDEN))
        }
        // Whoever could not be added can't be a manager.
        (StepKind::Role, "not_found") if lives(run, space, step).await => {
            skip(run, step, NOT_A_MEMBER, detail).await
        }
        (StepKind::Leave, reason) if is_googles(reason) => stays(run, space, step, detail).await,
        (StepKind::React, "invalid_argument") => skip(run, step, "emoji_refused", detail).await,
        (StepKind::PastMember | StepKind::Member, _) => {
            match why_no_member(reason, detail, lives(run, space, step).await) {
                Some(why) => skip(run, step, why, detail).await,
                None => Ok(GiveWay::Stuck),
            }
        }
        _ => Ok(GiveWay::Stuck),
    }
}

/// Tells whether a space was refused because people from outside are to be let in.
fn refuses_outsiders(step: &Step, detail: &str) -> bool {
    step.request.as_str().contains(r#""externalUserAllowed":true"#) && is_about_outsiders(detail)
}

/// Tells whether Google refused, and not we.
fn is_googles(reason: &str) -> bool {
    !matches!(reason, "name_unknown" | "unsendable")
}

/// Tells whether a space surely is there: what was not found is then somebody else.
async fn lives(run: &Run, space: Option<&str>, step: &Step) -> bool {
    let Some(place) = space else { return false };
    let errand = Errand { class: Class::SpaceRead, space, step: step.id };
    matches!(run.call(errand, || run.client.get_space(place)).await, Some(Ok(_)))
}

/// The admin's going was refused: that is right where the admin is out already.
async fn stays(
    run: &Run,
    space: Option<&str>,
    step: &Step,
    detail: &str,
) -> Result<GiveWay, Fatal> {
    match look::look(run, space, step, &Names::default()).await? {
        Found::Ours(receipt) => {
            run.writer.settle(Key::from(step), Settlement::Done(receipt)).await?;
            Ok(GiveWay::Skipped)
        }
        Found::Absent => skip(run, step, ADMIN_STAYS, detail).await,
        _ => Ok(GiveWay::Stuck),
    }
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
        StepKind::Amend => skip(run, step, LINK_KEPT, "").await,
        _ => stand_in(run, step).await,
    }
}

/// The admin posts what somebody else said, with their name in front.
async fn stand_in(run: &Run, step: &Step) -> Result<GiveWay, Fatal> {
    let said = said(run, step).await?;
    if NAMED_IN_TEXT.iter().any(|code| said.has_lost(code)) && step.rung != Rung::Notice {
        // A chosen account spoke for somebody else: the text names the author already.
        return for_the_app(run, step).await;
    }
    match under_another(step, &said, &run.admin) {
        Some((rung, request)) => revise(run, step, rung, &run.admin, request).await,
        None => Ok(GiveWay::Stuck),
    }
}

/// The admin posts what Chat does not take from the app; the text names Slack's app already.
async fn for_the_app(run: &Run, step: &Step) -> Result<GiveWay, Fatal> {
    let text = step.request.text().unwrap_or_default();
    match step.request.with_text(&text, &next_id(step, step.rung, &run.admin)) {
        Some(request) => revise(run, step, step.rung, &run.admin, request).await,
        None => Ok(GiveWay::Stuck),
    }
}

/// Returns the post for somebody else to make: the author's name and the text, or a notice where
/// that is more than Chat takes.
fn under_another(step: &Step, said: &Said, actor: &Account) -> Option<(Rung, Frozen)> {
    let text = step.request.text().unwrap_or_default();
    let name = byline(&said.name, notice::speaks(said));
    let named = match step.rung {
        Rung::Whole => in_front(&name, &text),
        Rung::Plain | Rung::Bare => in_front(&plain(&name, &|_| None), &text),
        Rung::Notice => text,
    };
    let request = step.request.with_text(&named, &next_id(step, step.rung, actor));
    let notice = || posted(step, Rung::Notice, actor, &notice::too_long(said, step.part));
    request.map(|request| (step.rung, request)).or_else(|| Some((Rung::Notice, notice()?)))
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
    let by = actor.clone();
    let user = run.writer.run(move |ledger| ledger.user_of(&by)).await?;
    Ok(GiveWay::Again(Step { actor, user, revision, rung, request, ..step.clone() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::{Draft, Phase, Place, PostDraft};
    use crate::ids::{ConversationId, MessageId, SlackTs};
    use crate::ledger::Parent;
    use crate::wire::freeze;

    fn step(text: &str, rung: Rung) -> Step {
        let ts = SlackTs::from_micros(1_614_852_900_000_000);
        let request = freeze(&Draft::Post(PostDraft {
            text: text.to_owned(),
            created: ts.micros(),
            id: MessageId::derive(&ConversationId::new("C1"), ts, 0, 0),
            request: RequestId::revised("first"),
            place: Place::Replies,
        }));
        Step {
            id: 1,
            lane: 1,
            phase: Phase::Content,
            kind: StepKind::Post,
            item: Some(1),
            part: 0,
            carries: false,
            actor: Account::new("ana@example.com"),
            user: "users/1".to_owned(),
            created: Some(ts.micros()),
            revision: 0,
            rung,
            request,
            parent: Parent::None,
        }
    }

    fn by_admin(text: &str, rung: Rung) -> (Rung, Frozen) {
        let (name, losses, text) = ("Ana".to_owned(), String::new(), text.to_owned());
        let said = Said { name, ts: 1_614_852_900_000_000, parts: 1, losses, text };
        let admin = Account::new("admin@example.com");
        under_another(&step(&said.text, rung), &said, &admin).expect("a post")
    }

    #[test]
    fn a_name_is_put_in_front_of_whatever_is_left_of_a_message() {
        let text = |text, rung| by_admin(text, rung).1.text().expect("a text");
        assert_eq!(text("*so* it is", Rung::Whole), "*Ana:* *so* it is");
        assert_eq!(text("so it is", Rung::Plain), "Ana: so it is");
        assert_eq!(text("[A message …]", Rung::Notice), "[A message …]");
    }

    #[test]
    fn a_text_that_leaves_no_room_for_the_name_becomes_a_notice() {
        let fits = "x".repeat(32_000 - "*Ana:* ".len());
        assert_eq!(by_admin(&fits, Rung::Whole).0, Rung::Whole);
        let (rung, request) = by_admin(&format!("{fits}x"), Rung::Whole);
        let text = request.text().expect("a text");
        assert_eq!(rung, Rung::Notice);
        assert!(text.starts_with("[A message of Ana from 2021-03-04 10:15 UTC"), "{text}");
    }

    #[test]
    fn only_text_and_request_id_change_and_the_id_belongs_to_actor_and_form() {
        let (planned, other) = (step("hello", Rung::Whole), by_admin("hello", Rung::Whole).1);
        assert_eq!(planned.request.message_id(), other.message_id());
        assert_eq!(planned.request.create_time(), other.create_time());
        let mut ids = Vec::new();
        for rung in [Rung::Whole, Rung::Plain, Rung::Notice] {
            for actor in ["ana@example.com", "admin@example.com"] {
                ids.push(next_id(&planned, rung, &Account::new(actor)).as_str().to_owned());
            }
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
    }
}
