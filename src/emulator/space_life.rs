//! The life of a space after its making: get, patch, delete and completeImport.

use super::audit;
use super::coverage::Point;
use super::dialects::{Lacking, Repeat};
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::{Turn, json};
use super::space_view as show;
use super::spaces::{DESCRIPTION_CHARS, GUIDELINES_CHARS, clash, display_name, limited};
use super::world::{Kind, Role, Space};
use serde_json::json as object;

/// What is said where the edition has no target audiences.
const LACKING: &str = "Target audiences are not available in this edition of Google Workspace.";

/// spaces.get: the app may always look, a user only after completion.
pub(super) fn get(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let room = turn.room()?;
    let space = turn.look(&room)?;
    let who = turn.caller.who;
    let allowed = if space.importing {
        who.is_app()
    } else {
        who.is_app() || space.present.contains_key(&who)
    };
    if !allowed {
        return Err(Refusal::forbidden(Point::ImportHidden, "The caller does not have permission"));
    }
    Ok(json(&show::full(&space, true)))
}

/// spaces.patch.
pub(super) fn patch(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let mut register = turn.shared.world.register();
    let mut space = turn.open(&room)?;
    if !space.importing {
        space.managed_by(who, turn)?;
    }
    for field in turn.mask()? {
        match field.as_str() {
            "spaceDetails" => {
                space.description = limited(turn, "description", DESCRIPTION_CHARS)?;
                space.guidelines = limited(turn, "guidelines", GUIDELINES_CHARS)?;
            }
            "displayName" => {
                let name = display_name(turn, Kind::Space)?;
                if name != space.display_name {
                    // The lock of this space is held; its own name is no clash.
                    clash(turn, &register, name.as_deref(), Some(space.id))?;
                    if let Some(name) = &name {
                        register.names.entry(name.clone()).or_default().push(space.id);
                    }
                    space.display_name = name;
                }
            }
            "spaceType" if turn.text("spaceType") == Some("SPACE") => space.kind = Kind::Space,
            "spaceHistoryState" => {
                space.history = turn.text("spaceHistoryState") != Some("HISTORY_OFF");
            }
            "accessSettings.audience" if !space.importing => {
                space.audience = audience(turn, &space)?;
            }
            other if other.starts_with("permissionSettings") => {}
            other => {
                return Err(Refusal::invalid(
                    Point::SpaceField,
                    format!("Field {other} can't be updated here."),
                ));
            }
        }
    }
    Ok(json(&show::full(&space, true)))
}

/// The audience of a patch: alone in its mask, of a named space, and one that there is.
fn audience(turn: &Turn<'_>, space: &Space) -> Outcome<Option<String>> {
    if turn.mask()?.len() > 1 || space.kind != Kind::Space {
        return Err(Refusal::invalid(
            Point::AudienceMask,
            "access_settings.audience of a SPACE can only be updated by itself.",
        ));
    }
    let audiences = &turn.shared.audiences;
    match turn.inner("accessSettings", "audience").unwrap_or_default() {
        "" => Ok(None),
        name if audiences.iter().any(|known| known == name) => Ok(Some(name.to_owned())),
        _ if audiences.is_empty() => Err(match turn.dialects().audience_lacking {
            Lacking::Forbidden => Refusal::forbidden(Point::AudienceLacking, LACKING),
            Lacking::Precondition => Refusal::precondition(Point::AudienceLacking, LACKING),
        }),
        name => Err(Refusal::invalid(
            Point::AudienceUnknown,
            format!("The audience {name} does not exist."),
        )),
    }
}

/// spaces.delete: in import mode anybody impersonated may.
pub(super) fn delete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    let allowed = if space.importing {
        turn.may(&["chat.import"])
    } else {
        turn.may(&["chat.delete"]) && space.manages(who)
    };
    if !allowed {
        return Err(Refusal::forbidden(Point::SpaceDelete, "The caller does not have permission"));
    }
    space.deleted = true;
    Ok(b"{}".to_vec())
}

/// completeImport: the caller becomes the owner and the only member.
pub(super) fn complete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let room = turn.room()?;
    let mut space = turn.open(&room)?;
    if !space.importing {
        if space.owner != Some(who) {
            let caller = turn.shared.people().id(who).to_owned();
            space.slips.note(&audit::COMPLETED_TWICE, caller);
        }
        if turn.dialects().complete_repeat == Repeat::Refused {
            return Err(Refusal::precondition(
                Point::CompletedAgain,
                "The space is not in import mode: it was already completed.",
            ));
        }
        return Ok(json(&object!({ "space": show::full(&space, true) })));
    }
    turn.hit(Point::Completed);
    space.importing = false;
    space.owner = Some(who);
    space.present.insert(who, Role::Manager);
    Ok(json(&object!({ "space": show::full(&space, true) })))
}

impl Space {
    /// Refuses to let the last manager go while others are in.
    pub(super) fn can_lose(&self, who: Who, turn: &Turn<'_>) -> Outcome<()> {
        let managers = self.present.values().filter(|role| **role == Role::Manager).count();
        let last = self.manages(who) && managers == 1 && self.present.len() > 1;
        if last && self.kind == Kind::Space && !turn.dialects().last_manager_leaves {
            return Err(Refusal::precondition(
                Point::LastManager,
                "The last manager of a space with other members can't leave it.",
            ));
        }
        Ok(())
    }

    /// After completion only a manager may; with `chat.import` only within the window.
    pub(super) fn managed_by(&self, who: Who, turn: &Turn<'_>) -> Outcome<()> {
        let others =
            ["chat.memberships", "chat.spaces", "chat.admin.memberships", "chat.admin.spaces"];
        if !turn.may(&others) && turn.now >= self.expires() {
            return Err(Refusal::forbidden(
                Point::WindowOver,
                "chat.import works within 90 days of spaces.create only.",
            ));
        }
        if !self.manages(who) {
            return Err(Refusal::forbidden(
                Point::NotManager,
                "The caller must be a manager of the space.",
            ));
        }
        Ok(())
    }
}
