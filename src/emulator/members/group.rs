//! Groups among the members of a space: one membership for everybody in one.

use super::super::coverage::Point;
use super::super::dialects::Repeat;
use super::super::people::Who;
use super::super::refusal::{Outcome, Refusal};
use super::super::shared::{Turn, json};
use super::super::world::{Kind, Role, Space};
use serde_json::{Value, json as object};

/// A group among the members of a completed space with a name.
pub(super) fn create(turn: &Turn<'_>, space: &mut Space, caller: Who) -> Outcome<Vec<u8>> {
    if space.importing || space.kind != Kind::Space {
        return Err(Refusal::invalid(
            Point::GroupPlace,
            "Groups can be members of completed spaces with a name only.",
        ));
    }
    let import = turn.dialects().groups_with_import && turn.may(&["chat.import"]);
    if !import && !turn.may(&["chat.memberships"]) {
        return Err(Refusal::forbidden(
            Point::GroupScope,
            "The scope chat.import adds people only.",
        ));
    }
    space.managed_by(caller, turn)?;
    let name = turn.inner("groupMember", "name").unwrap_or_default();
    let id = name.strip_prefix("groups/").filter(|id| !id.is_empty() && !id.contains('@'));
    let Some(id) = id.map(str::to_owned) else {
        return Err(Refusal::invalid(
            Point::GroupMemberName,
            "membership.group_member.name must be groups/ followed by an id.",
        ));
    };
    if turn.shared.groups().email(&id).is_none() {
        return Err(Refusal::not_found(Point::GroupUnknown, "The group was not found."));
    }
    let known = !space.groups.insert(id.clone());
    if known && turn.dialects().member_repeat == Repeat::Refused {
        return Err(Refusal::exists(
            Point::GroupAgain,
            "The group is already a member of the space.",
        ));
    }
    Ok(json(&view(space, &id)))
}

pub(super) fn view(space: &Space, id: &str) -> Value {
    object!({
        "name": format!("spaces/{}/members/{id}", space.id),
        "groupMember": { "name": format!("groups/{id}") },
        "role": Role::Member.word(),
        "state": "JOINED",
    })
}
