//! What a call gets that was made before: by its requestId, by its messageId.

use super::audit::{self, Slips};
use super::coverage::Point;
use super::dialects::{Clash, Repeat, RequestReplay};
use super::ids::Id;
use super::message_view as show;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::Turn;
use super::time::Micros;
use super::world::Space;
use std::fmt::Display;

const SHORT: usize = 36;

/// Returns the call's requestId, if it is one.
pub(super) fn request_id(turn: &Turn<'_>) -> Outcome<Option<String>> {
    let Some(id) = turn.query.get("requestId") else {
        return Ok(None);
    };
    let long = turn.dialects().request_short && id.chars().count() > SHORT;
    let good = !long && (uuid4(id) || !turn.dialects().request_uuid4);
    if good {
        Ok(Some(id.to_owned()))
    } else {
        Err(Refusal::invalid(Point::RequestForm, "request_id is invalid."))
    }
}

fn uuid4(id: &str) -> bool {
    const FORM: &[u8] = b"xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'x' => byte.is_ascii_hexdigit(),
        b'y' => b"89abAB".contains(&byte),
        other => byte == *other,
    };
    id.len() == FORM.len() && id.bytes().zip(FORM).all(fits)
}

/// Tells whether a requestId of this time is no longer remembered.
pub(super) fn forgotten(turn: &Turn<'_>, at: Micros) -> bool {
    match turn.dialects().request_replay {
        RequestReplay::ForgottenAfter(age) => turn.now - at >= age.as_micros() as Micros,
        _ => false,
    }
}

/// Notes a requestId that comes back from somebody else, or with other bytes.
pub(super) fn altered(
    turn: &Turn<'_>,
    first: Who,
    fingerprint: u64,
    slips: &mut Slips,
    place: impl Display,
) {
    if first != turn.caller.who {
        slips.note(&audit::REQUEST_OF_ANOTHER, place);
    } else if fingerprint != turn.fingerprint {
        slips.note(&audit::REQUEST_CHANGED, place);
    }
}

/// Notes a messageId that is taken and comes back with something else by the same author.
fn reworded(turn: &Turn<'_>, space: &mut Space, at: usize) {
    let message = &space.messages[at];
    let intact = !message.deleted && message.touched == 0 && message.sender == turn.caller.who;
    let same = turn.text("text").unwrap_or_default() == &*message.text
        && turn.time("createTime").is_none_or(|time| time == message.created);
    if intact && !same {
        let id = message.id;
        space.slips.note(&audit::MESSAGE_ID_CHANGED, id);
    }
}

/// Notes words that are there and come back under another messageId: a client that forgot.
pub(super) fn renamed(turn: &Turn<'_>, space: &mut Space, at: usize) {
    let message = &space.messages[at];
    let again = !message.deleted
        && message.sender == turn.caller.who
        && turn.text("text").unwrap_or_default() == &*message.text;
    if again && turn.query.get("messageId").is_some() {
        let id = message.id;
        space.slips.note(&audit::TWIN_MESSAGE, id);
    }
}

/// A replay must come from the same user, and should be the same bytes.
pub(super) fn same_request(
    turn: &mut Turn<'_>,
    first: Who,
    now: Who,
    fingerprint: u64,
) -> Outcome<()> {
    let text = "The request ID was already used by another user.";
    if first != now {
        return Err(match turn.dialects().foreign_request {
            Clash::Invalid => Refusal::invalid(Point::RequestForeign, text),
            Clash::Conflict => Refusal::exists(Point::RequestForeign, text),
        });
    }
    if fingerprint != turn.fingerprint {
        turn.check.lint("replay-differs", "requestId");
    }
    Ok(())
}

/// Answers a message that is there already under this requestId or this messageId.
pub(super) fn message(
    turn: &mut Turn<'_>,
    space: &mut Space,
    request: Option<Id>,
    client_id: Option<&str>,
) -> Outcome<Option<Vec<u8>>> {
    let replay = request.and_then(|request| space.requests.get(&request)).copied();
    if let Some(replay) = replay {
        let place = space.messages[replay.target as usize].id;
        altered(turn, replay.who, replay.fingerprint, &mut space.slips, place);
    }
    if let Some(replay) = replay.filter(|replay| !forgotten(turn, replay.at)) {
        same_request(turn, replay.who, turn.caller.who, replay.fingerprint)?;
        if client_id.is_none() || turn.dialects().replay_before_message_id {
            turn.hit(Point::RequestReplayed);
            return Ok(Some(show::echo(turn, space, replay.target)));
        }
    }
    let used = client_id
        .and_then(|id| space.by_client_id(turn, id))
        .filter(|at| !space.messages[*at as usize].deleted || !turn.dialects().deleted_ids_free);
    if let Some(at) = used {
        reworded(turn, space, at as usize);
    }
    match used {
        None => Ok(None),
        Some(at) if turn.dialects().message_id_repeat == Repeat::Same => {
            Ok(Some(show::full(turn, space, at)))
        }
        Some(_) => Err(Refusal::exists(
            Point::MessageIdTaken,
            "A message with this custom message ID already exists.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::uuid4;

    #[test]
    fn a_uuid_of_version_4_is_told_from_others() {
        assert!(uuid4("f47ac10b-58cc-4372-a567-0e02b2c3d479"));
        let not = [
            "f47ac10b-58cc-5372-a567-0e02b2c3d479",
            "f47ac10b-58cc-4372-c567-0e02b2c3d479",
            "f47ac10b58cc4372a5670e02b2c3d479",
            "r1",
            "",
        ];
        assert_eq!(not.map(uuid4), [false; 5]);
    }
}
