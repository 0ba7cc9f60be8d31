//! members.create, list, patch and delete: historical ones before completion, active ones after.

mod group;

use super::audit;
use super::coverage::Point;
use super::dialects::Repeat;
use super::listing::page_size;
use super::people::{State, Who};
use super::refusal::{Outcome, Refusal};
use super::shared::{Turn, json};
use super::time::{self, Micros};
use super::world::{Kind, Role, Space};
use serde_json::{Value, json as object};

const PAGE: usize = 100;
const PAGE_MAX: usize = 1000;

/// members.create.
pub(super) fn create(turn: &mut Turn<'_>) -> Outcome<Vec<u8>> {
    let caller = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    if turn.body.contains_key("groupMember") {
        return group::create(turn, &mut space, caller);
    }
    let who = person(turn)?;
    let outside = turn.shared.people().is_outside(who);
    let taken = !space.importing && space.external && turn.shared.external_invites;
    if outside && !taken {
        return Err(Refusal::forbidden(
            Point::OutsideMember,
            "External users can't be members of this space.",
        ));
    }
    if turn.body.contains_key("role") {
        turn.check.lint("role-at-create", "role");
    }
    if space.importing {
        historical(turn, &mut space, who)
    } else {
        active(turn, &mut space, caller, who)
    }
}

fn person(turn: &Turn<'_>) -> Outcome<Who> {
    let name = turn.inner("member", "name").unwrap_or_default();
    let Some(key) = name.strip_prefix("users/").filter(|key| !key.is_empty()) else {
        return Err(Refusal::invalid(
            Point::MemberName,
            "membership.member.name must be users/ followed by an id or an e-mail address.",
        ));
    };
    if key == "app" || turn.inner("member", "type") == Some("BOT") {
        return Err(Refusal::invalid(Point::MemberApp, "Apps can't be members here."));
    }
    turn.shared.people().find(key).ok_or_else(|| {
        Refusal::not_found(Point::NoUser, "The user was not found in the organization.")
    })
}

fn historical(turn: &Turn<'_>, space: &mut Space, who: Who) -> Outcome<Vec<u8>> {
    if !turn.may(&["chat.import"]) {
        return Err(Refusal::scope());
    }
    let Some(until) = turn.time("deleteTime") else {
        space.slips.note(&audit::MEMBER_BEFORE_COMPLETION, turn.shared.people().id(who));
        return Err(Refusal::invalid(
            Point::PastWithoutEnd,
            "membership.delete_time is required in import mode: only historical memberships can be created.",
        ));
    };
    let from = turn.time("createTime").unwrap_or(until - 1);
    if until <= space.created || until > turn.now {
        return Err(Refusal::invalid(
            Point::PastSpan,
            "membership.delete_time must be after the space's create time and not in the future.",
        ));
    }
    if from < space.created || from >= until {
        return Err(Refusal::invalid(
            Point::PastSpan,
            "membership.create_time must be at or after the space's create time and before delete_time.",
        ));
    }
    let span = match space.past.get(&who) {
        Some(_) if turn.dialects().member_repeat == Repeat::Refused => {
            return Err(Refusal::exists(Point::MemberAgain, "The membership already exists."));
        }
        Some(span) => *span,
        None => (from, until),
    };
    space.past.insert(who, span);
    Ok(json(&view(turn, space, who, Some(span), None)))
}

fn active(turn: &Turn<'_>, space: &mut Space, caller: Who, who: Who) -> Outcome<Vec<u8>> {
    space.managed_by(caller, turn)?;
    if turn.body.contains_key("deleteTime") || turn.body.contains_key("createTime") {
        // One that is there already is a repeat that comes late, which nobody can call back.
        if !space.past.contains_key(&who) {
            space.slips.note(&audit::PAST_MEMBER_AFTER_COMPLETION, turn.shared.people().id(who));
        }
        return Err(Refusal::invalid(
            Point::PresentWithTimes,
            "Historical memberships can be created in import mode only.",
        ));
    }
    if turn.shared.people().get(who).is_some_and(|account| account.state != State::Active) {
        return Err(Refusal::precondition(
            Point::ChatOff,
            "Google Chat is turned off for this user.",
        ));
    }
    let by_group = |id: &String| turn.shared.groups().has(id, who, &turn.shared.people());
    if !space.present.contains_key(&who) && space.groups.iter().any(by_group) {
        return Err(Refusal::exists(
            Point::MemberByGroup,
            "The user is already a member of the space, by a group.",
        ));
    }
    let role = match space.present.get(&who) {
        Some(_) if turn.dialects().member_repeat == Repeat::Refused => {
            return Err(Refusal::exists(
                Point::MemberAgain,
                "The user is already a member of the space.",
            ));
        }
        Some(role) => *role,
        None => Role::Member,
    };
    let outside = turn.shared.people().is_outside(who);
    let invited = outside || !turn.dialects().auto_accept;
    if space.present.insert(who, role).is_none() && invited {
        space.invited.insert(who);
    }
    Ok(json(&view(turn, space, who, None, Some(role))))
}

fn view(
    turn: &Turn<'_>,
    space: &Space,
    who: Who,
    span: Option<(Micros, Micros)>,
    role: Option<Role>,
) -> Value {
    let people = turn.shared.people();
    let id = people.id(who);
    let state = match role {
        None => "NOT_A_MEMBER",
        Some(_) if space.invited.contains(&who) => "INVITED",
        Some(_) => "JOINED",
    };
    let mut view = object!({
        "name": format!("spaces/{}/members/{id}", space.id),
        "member": { "name": format!("users/{id}"), "type": "HUMAN" },
        "role": role.unwrap_or(Role::Member).word(),
        "state": state,
    });
    if let Some((from, until)) = span {
        view["createTime"] = time::format(from).into();
        view["deleteTime"] = time::format(until).into();
    }
    view
}

/// members.list: the historical ones while importing, else the active ones.
pub(super) fn list(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let room = turn.room()?;
    let space = turn.look(&room)?;
    if turn.query.get("filter").is_some() {
        return Err(Refusal::unmodelled("filters of members.list"));
    }
    let who = turn.user()?;
    space.listed_to(who, turn)?;
    if !space.importing {
        let others = turn.may(&["chat.memberships", "chat.memberships.readonly"]);
        if !space.present.contains_key(&who)
            || !(others || turn.dialects().members_listed_after_completion)
        {
            return Err(Refusal::forbidden(
                Point::MembersHidden,
                "The caller does not have permission",
            ));
        }
    }
    let size = page_size(turn, PAGE, PAGE_MAX)?;
    let start = turn.query.get("pageToken").map_or(Ok(0), str::parse::<usize>);
    let start =
        start.map_err(|_| Refusal::invalid(Point::PageToken, "The page token is invalid."))?;
    let shown = |who: &Who| turn.query.flag("showInvited") || !space.invited.contains(who);
    let all: Vec<Value> = if space.importing {
        let some = space.past.iter().skip(start).take(size);
        some.map(|(who, span)| view(turn, &space, *who, Some(*span), None)).collect()
    } else {
        let present = space.present.iter().filter(|(who, _)| shown(who));
        let present = present.map(|(who, role)| view(turn, &space, *who, None, Some(*role)));
        let groups = space.groups.iter().filter(|_| turn.query.flag("showGroups"));
        present.chain(groups.map(|id| group::view(&space, id))).skip(start).take(size).collect()
    };
    let total = if space.importing {
        space.past.len()
    } else {
        let groups = if turn.query.flag("showGroups") { space.groups.len() } else { 0 };
        space.present.keys().filter(|who| shown(who)).count() + groups
    };
    let mut page = object!({});
    if start + all.len() < total {
        page["nextPageToken"] = (start + all.len()).to_string().into();
    }
    if !all.is_empty() {
        page["memberships"] = all.into();
    }
    Ok(json(&page))
}

fn named(turn: &Turn<'_>) -> Outcome<Who> {
    turn.shared
        .people()
        .find(turn.name(1))
        .ok_or_else(|| Refusal::not_found(Point::NoMember, "Membership not found."))
}

/// members.patch: a role, by a manager, after completion.
pub(super) fn patch(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let caller = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    if space.importing || space.kind != Kind::Space {
        return Err(Refusal::invalid(Point::Role, "Roles are for completed spaces with a name."));
    }
    let import = turn.dialects().roles_with_import && turn.may(&["chat.import"]);
    if !import && !turn.may(&["chat.memberships"]) {
        return Err(Refusal::forbidden(
            Point::RoleScope,
            "The scope chat.import works on spaces in import mode only.",
        ));
    }
    space.managed_by(caller, turn)?;
    if turn.mask()? != ["role"] {
        return Err(Refusal::invalid(Point::Role, "Only role can be updated."));
    }
    let role = match turn.text("role") {
        Some("ROLE_MEMBER") => Role::Member,
        Some("ROLE_ASSISTANT_MANAGER") => Role::Assistant,
        Some("ROLE_MANAGER") => Role::Manager,
        _ => return Err(Refusal::invalid(Point::Role, "membership.role is required.")),
    };
    let who = named(turn)?;
    let place = space
        .present
        .get_mut(&who)
        .ok_or_else(|| Refusal::not_found(Point::NoMember, "Membership not found."))?;
    *place = role;
    Ok(json(&view(turn, &space, who, None, Some(role))))
}

/// members.delete: historical ones by anybody while importing, active ones by a manager or by
/// themselves.
pub(super) fn delete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let caller = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    let who = named(turn)?;
    let missing = || Refusal::not_found(Point::NoMember, "Membership not found.");
    if space.importing {
        let span = space.past.remove(&who).ok_or_else(missing)?;
        return Ok(json(&view(turn, &space, who, Some(span), None)));
    }
    if !turn.may(&["chat.memberships"]) {
        return Err(Refusal::forbidden(
            Point::RoleScope,
            "The scope chat.import works on spaces in import mode only.",
        ));
    }
    if who == caller && space.present.contains_key(&who) {
        space.can_lose(who, turn)?;
    } else {
        space.managed_by(caller, turn)?;
    }
    let role = space.present.remove(&who).ok_or_else(missing)?;
    space.invited.remove(&who);
    Ok(json(&view(turn, &space, who, None, Some(role))))
}
