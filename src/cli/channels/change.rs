//! What an edited table changes, compared with how the conversations stand.

use super::table::{
    NOBODY, Row, bad_name, is_included, is_public, shown, shown_audience, shown_name,
};
use crate::cli::display_safe;
use crate::ids::ConversationId;
use crate::ledger::{Choices, Lane, LaneState, Ledger, Room, RoomChoice};
use std::collections::{HashMap, HashSet};

/// One conversation that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) slack: ConversationId,
    /// The name of its space until now: hostile.
    pub(super) name: String,
    /// Whether it is migrated from now on, where that changes.
    include: Option<bool>,
    /// Its space's new name, where that changes; empty: as the settings say.
    rename: Option<String>,
    /// Who can find it, where that changes; empty: whom the settings say.
    audience: Option<String>,
    /// The group that stands for its members, where that changes; empty: none.
    pub(super) group: Option<String>,
    /// The line in the file.
    pub(super) line: u64,
    /// Its space is made already.
    begun: bool,
    choice: RoomChoice,
}

/// All that changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) changed: Vec<Change>,
    /// What is sent already, and stays as it began.
    pub(super) begun: Vec<Change>,
    /// Conversations without a row.
    pub(super) missing: u64,
}

/// Compares; the inner error names lines that mean no conversation, or that Chat would not take.
/// Group chats have no names.
pub(super) fn compare(
    ledger: &Ledger,
    rows: &[Row],
    groups: &HashSet<ConversationId>,
) -> anyhow::Result<Result<Changes, Vec<String>>> {
    let (rooms, chosen) = (ledger.rooms()?, ledger.room_choices()?);
    let lanes: HashMap<ConversationId, Lane> =
        ledger.lanes()?.into_iter().map(|lane| (lane.slack.clone(), lane)).collect();
    let by_id: HashMap<&ConversationId, &Room> =
        rooms.iter().map(|room| (&room.slack, room)).collect();
    let mut changes = Changes { missing: rooms.len() as u64, ..Changes::default() };
    let mut wrong = Vec::new();
    for row in rows {
        let Some(room) = by_id.get(&row.slack) else {
            wrong.push(format!(
                "line {}: no conversation has the id {}",
                row.line,
                shown(&row.slack)
            ));
            continue;
        };
        changes.missing -= 1;
        if let Some(why) = opens_too_much(row, room) {
            wrong.push(format!("line {}: {why}", row.line));
            continue;
        }
        let (lane, before) = (lanes.get(&row.slack), chosen.get(&row.slack));
        let change = difference(row, room, lane, before.cloned().unwrap_or_default(), groups);
        let Some(change) = change else { continue };
        if let Some(why) = change.refused(groups) {
            wrong.push(format!("line {}: {why}", row.line));
            continue;
        }
        match lane.filter(|lane| lane.state > LaneState::Staged) {
            None => changes.changed.push(change),
            Some(lane) => {
                let (taken, begun) = change.once_begun(lane, before);
                changes.changed.extend(taken);
                changes.begun.extend(begun);
            }
        }
    }
    Ok(if wrong.is_empty() { Ok(changes) } else { Err(wrong) })
}

/// Tells why a conversation that not everybody could read can't be opened so far.
fn opens_too_much(row: &Row, room: &Room) -> Option<String> {
    let found = row.audience.as_deref().is_some_and(|one| !["", NOBODY].contains(&one));
    let group = row.group.as_deref().is_some_and(|one| !one.is_empty());
    let why = match (found, group) {
        _ if is_public(room) => return None,
        (true, _) => "no audience may find it: leave its audience empty",
        (false, true) => "no group may stand for its members: leave its group empty",
        (false, false) => return None,
    };
    let name = display_safe(&room.name);
    Some(format!("{name} is no public channel in Slack, so {why}"))
}

/// What was not edited stays as it was chosen, or as the settings say.
fn difference(
    row: &Row,
    room: &Room,
    lane: Option<&Lane>,
    before: RoomChoice,
    groups: &HashSet<ConversationId>,
) -> Option<Change> {
    // What a group chat that is left out would show as its name is not known.
    let named = lane.is_some() || !groups.contains(&row.slack);
    let name = shown_name(room, lane, before.name.as_ref());
    let include = row.include.filter(|include| *include != is_included(lane, &before));
    let rename = row.space_name.clone().filter(|new| named && *new != name);
    let found = shown_audience(room, lane, before.audience.as_ref());
    let edited = row.audience.as_ref().filter(|_| is_public(room));
    let audience = edited.filter(|edited| **edited != found).cloned();
    let group = row.group.as_ref().filter(|_| is_public(room));
    let group = group.filter(|group| **group != before.group.clone().unwrap_or_default()).cloned();
    if include.is_none() && rename.is_none() && audience.is_none() && group.is_none() {
        return None;
    }
    let choice = RoomChoice {
        include: include.or(before.include),
        name: match &rename {
            Some(new) => Some(new.trim().to_owned()).filter(|new| !new.is_empty()),
            None => before.name,
        },
        audience: match &audience {
            Some(new) => Some(new.clone()).filter(|new| !new.is_empty()),
            None => before.audience,
        },
        group: match &group {
            Some(new) => Some(new.clone()).filter(|new| !new.is_empty()),
            None => before.group,
        },
    };
    let (slack, line, begun) = (row.slack.clone(), row.line, false);
    Some(Change { slack, name, include, rename, audience, group, line, begun, choice })
}

impl Changes {
    /// Returns what is to be stored.
    pub(super) fn choices(&self) -> Choices {
        let rooms = self.changed.iter().map(|one| (one.slack.clone(), one.choice.clone()));
        Choices { rooms: rooms.collect(), ..Choices::default() }
    }

    /// Returns all of it as one line for machines.
    pub(super) fn json(&self) -> serde_json::Value {
        let all = |changes: &[Change]| changes.iter().map(Change::json).collect::<Vec<_>>();
        serde_json::json!({
            "event": "channels_imported",
            "changed": all(&self.changed),
            "begun": all(&self.begun),
            "not_in_the_table": self.missing,
        })
    }
}

impl Change {
    /// Tells why the new name can't be one.
    fn refused(&self, groups: &HashSet<ConversationId>) -> Option<String> {
        let new = self.rename.as_ref().filter(|new| !new.trim().is_empty())?;
        if groups.contains(&self.slack) {
            let name = display_safe(&self.name);
            return Some(format!(
                "{name} becomes a group chat, which has no name; dm = \"space\" in settings.toml makes it a space"
            ));
        }
        bad_name(new)
    }

    /// Parts what can still be from what can't, once its space is made: until it is open it may
    /// still be left out, and then stays closed, and an audience can be taken back.
    fn once_begun(self, lane: &Lane, before: Option<&RoomChoice>) -> (Option<Self>, Option<Self>) {
        let takes_back = self.audience.as_deref() == Some(NOBODY);
        if lane.state >= LaneState::Completed || !(takes_back || self.include.is_some()) {
            return (None, Some(self));
        }
        let mut choice = before.cloned().unwrap_or_default();
        choice.include = self.include.or(choice.include);
        if takes_back {
            choice.audience.clone_from(&self.audience);
        }
        let (taken, left) = if takes_back { (self.audience, None) } else { (None, self.audience) };
        let own = Self { audience: left, include: None, ..self };
        let begun = own.rename.is_some() || own.audience.is_some() || own.group.is_some();
        let rest = begun.then(|| own.clone());
        let include = choice.include.filter(|_| self.include.is_some());
        let taken = Self { rename: None, group: None, audience: taken, ..own };
        (Some(Self { include, begun: true, choice, ..taken }), rest)
    }

    /// Says it in a line.
    pub(super) fn said(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.include.map(|yes| {
            let what = match (yes, self.begun) {
                (true, _) => "is migrated",
                (false, false) => "is left out",
                (false, true) => {
                    "is left out: its space stays closed, and `chatferry undo --only` deletes it"
                }
            };
            what.to_owned()
        }));
        parts.extend(self.rename.as_ref().map(|new| match new.trim() {
            "" => "has the name that the settings give".to_owned(),
            new => format!("becomes {}", display_safe(new)),
        }));
        parts.extend(self.audience.as_ref().map(|new| match new.as_str() {
            "" => "can be found by whom the settings say".to_owned(),
            NOBODY => "can be found by its members alone".to_owned(),
            audience => format!("can be found by {audience}"),
        }));
        parts.extend(self.group.as_ref().map(|new| match new.as_str() {
            "" => "has its members added one by one".to_owned(),
            group => format!("is opened to the group {}", display_safe(group)),
        }));
        format!("{} {}.", display_safe(&self.name), parts.join(" and "))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "conversation": self.slack.as_str(),
            "name": self.name,
            "include": self.include,
            "space_name": self.rename,
            "audience": self.audience,
            "group": self.group,
        })
    }
}
