//! spaces.create, in import mode.

use super::coverage::Point;
use super::dialects::{Odd, RequestReplay};
use super::ids::Id;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::repeats::{altered, forgotten, request_id, same_request};
use super::shared::{Shared, Turn, json};
use super::space_view as show;
use super::time::YEAR_2000;
use super::world::{Kind, Register, Replay, Space};
use serde_json::Value;

const NAME_CHARS: usize = 128;
pub(super) const DESCRIPTION_CHARS: usize = 4096;
pub(super) const GUIDELINES_CHARS: usize = 5000;

/// spaces.create, in import mode.
pub(super) fn create(turn: &mut Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    if turn.body.get("importMode") != Some(&Value::Bool(true)) {
        return Err(live(turn));
    }
    if !turn.may(&["chat.import"]) {
        return Err(Refusal::scope());
    }
    let draft = draft(turn)?;
    let world = &turn.shared.world;
    let mut register = world.register();
    let request = request_id(turn)?;
    if let Some(answer) = replayed(turn, &mut register, request.as_deref(), who)? {
        return Ok(answer);
    }
    clash(turn, &register, draft.display_name.as_deref(), None)?;
    let id = free_id(turn, request.as_deref(), who, &draft);
    let space = Space { id, creator: Some(who), ..draft };
    if let Some(request) = request {
        register.requests.insert(
            request,
            Replay { who, target: id, fingerprint: turn.fingerprint, at: turn.now },
        );
    }
    if let Some(name) = &space.display_name {
        register.names.entry(name.clone()).or_default().push(id);
    }
    let answer = json(&show::full(&space, turn.dialects().expire_time_at_create));
    world.add(space);
    Ok(answer)
}

/// Outside import mode nothing is created here; what Google would say first is said.
fn live(turn: &Turn<'_>) -> Refusal {
    if turn.may(&["chat.spaces", "chat.spaces.create", "chat.app.spaces", "chat.app.spaces.create"])
    {
        Refusal::unmodelled("spaces.create outside import mode")
    } else {
        Refusal::forbidden(
            Point::ImportOnly,
            "The scope chat.import creates spaces in import mode only.",
        )
    }
}

fn draft(turn: &Turn<'_>) -> Outcome<Space> {
    let kind = match turn.text("spaceType") {
        Some("SPACE") => Kind::Space,
        Some("GROUP_CHAT") => Kind::GroupChat,
        Some("DIRECT_MESSAGE") => {
            return Err(Refusal::invalid(
                Point::SpaceType,
                "Import mode does not support DIRECT_MESSAGE spaces.",
            ));
        }
        _ => return Err(Refusal::invalid(Point::SpaceType, "space.space_type is required.")),
    };
    if turn.body.contains_key("customer") {
        return Err(Refusal::invalid(
            Point::Customer,
            "space.customer must not be set with user authentication.",
        ));
    }
    if turn.body.contains_key("accessSettings")
        && turn.dialects().audience_at_create == Odd::Refused
    {
        return Err(Refusal::invalid(
            Point::AudienceEarly,
            "space.access_settings can't be set in import mode.",
        ));
    }
    let created = turn.time("createTime").unwrap_or(turn.now);
    if !(YEAR_2000..=turn.now).contains(&created) {
        return Err(Refusal::invalid(
            Point::SpaceTime,
            "space.create_time must be between January 1, 2000 and the present time.",
        ));
    }
    let external = turn.body.get("externalUserAllowed") == Some(&Value::Bool(true));
    if external && !turn.shared.external_spaces {
        return Err(Refusal::forbidden(
            Point::ExternalPolicy,
            "External users are not allowed in spaces of this organization.",
        ));
    }
    let space = Space::new(kind, created, turn.now);
    Ok(Space {
        display_name: display_name(turn, kind)?,
        description: limited(turn, "description", DESCRIPTION_CHARS)?,
        guidelines: limited(turn, "guidelines", GUIDELINES_CHARS)?,
        external,
        history: turn.text("spaceHistoryState") != Some("HISTORY_OFF"),
        ..space
    })
}

pub(super) fn display_name(turn: &Turn<'_>, kind: Kind) -> Outcome<Option<String>> {
    let name = turn.text("displayName").unwrap_or_default();
    match kind {
        Kind::GroupChat if name.is_empty() || turn.dialects().group_chat_names == Odd::Ignored => {
            Ok(None)
        }
        Kind::GroupChat => Err(Refusal::invalid(
            Point::GroupName,
            "space.display_name must not be set for GROUP_CHAT.",
        )),
        Kind::Space if name.trim().is_empty() => {
            Err(Refusal::invalid(Point::SpaceName, "space.display_name is required for SPACE."))
        }
        Kind::Space if name.chars().count() > NAME_CHARS => Err(Refusal::invalid(
            Point::SpaceName,
            "space.display_name must have at most 128 characters.",
        )),
        Kind::Space => Ok(Some(name.to_owned())),
    }
}

pub(super) fn limited(turn: &Turn<'_>, field: &str, limit: usize) -> Outcome<String> {
    let text = turn.inner("spaceDetails", field).unwrap_or_default();
    if text.chars().count() > limit {
        return Err(Refusal::invalid(
            Point::Details,
            format!("space.space_details.{field} must have at most {limit} characters."),
        ));
    }
    Ok(text.to_owned())
}

fn replayed(
    turn: &mut Turn<'_>,
    register: &mut Register,
    request: Option<&str>,
    who: Who,
) -> Outcome<Option<Vec<u8>>> {
    let Some(replay) = request.and_then(|request| register.requests.get(request)).copied() else {
        return Ok(None);
    };
    let place = format!("spaces/{}", replay.target);
    altered(turn, replay.who, replay.fingerprint, &mut register.slips, place);
    let room = turn.shared.world.room(replay.target);
    let Some(room) = room.filter(|_| !forgotten(turn, replay.at)) else {
        return Ok(None);
    };
    let space = room.lock();
    match space.alive(turn.now, turn.dialects()) {
        Err(_) if turn.dialects().gone_requests_free => return Ok(None),
        gone => gone?,
    }
    same_request(turn, replay.who, who, replay.fingerprint)?;
    turn.hit(Point::RequestReplayed);
    Ok(Some(match turn.dialects().request_replay {
        RequestReplay::NameOnly => json(&show::name_only(&space)),
        _ => json(&show::full(&space, turn.dialects().expire_time_at_create)),
    }))
}

pub(super) fn clash(
    turn: &Turn<'_>,
    register: &Register,
    name: Option<&str>,
    own: Option<Id>,
) -> Outcome<()> {
    let dialects = turn.dialects();
    let holds = |id: &Id| {
        Some(*id) != own
            && turn.shared.world.room(*id).is_some_and(|room| {
                let space = room.lock();
                let counts = dialects.import_names || !space.importing;
                counts && space.alive(turn.now, dialects).is_ok()
            })
    };
    let taken = name.and_then(|name| register.names.get(name));
    if dialects.unique_names && taken.is_some_and(|ids| ids.iter().any(holds)) {
        let text = "A space with this display name already exists in the Google Workspace organization. Try a different displayName.";
        return Err(Refusal::exists(Point::NameTaken, text));
    }
    Ok(())
}

/// Derives the space's name from the request, or from the space where there is no request id.
fn free_id(turn: &Turn<'_>, request: Option<&str>, who: Who, draft: &Space) -> Id {
    let (ids, people) = (&turn.shared.ids, turn.shared.people());
    let caller = people.id(who).as_bytes();
    let name = draft.display_name.as_deref().unwrap_or_default();
    for round in 0_u32.. {
        let (round, created) = (round.to_be_bytes(), draft.created.to_be_bytes());
        let id = match request {
            Some(request) => ids.of(&[b"space", request.as_bytes(), caller, &round]),
            None => ids.of(&[b"unasked space", name.as_bytes(), &created, caller, &round]),
        };
        if turn.shared.world.room(id).is_none() {
            return id;
        }
    }
    draft.id
}

/// Makes a space that another app owns.
pub(super) fn foreign(shared: &Shared) -> String {
    let id = shared.ids.of(&[b"foreign space"]);
    shared.world.add(Space { id, foreign: true, ..Space::new(Kind::Space, YEAR_2000, YEAR_2000) });
    format!("spaces/{id}")
}
