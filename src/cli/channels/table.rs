//! The table itself: its columns, what stands in them, and what may.

use crate::access::{Audience, GroupKey};
use crate::cli::archives::Archive;
use crate::cli::bound::lower_bound;
use crate::cli::display_safe;
use crate::cli::sheet::{self, Sheet};
use crate::cli::words::span;
use crate::convert::{DmPolicy, space_shape};
use crate::draft::SpaceKind;
use crate::ids::ConversationId;
use crate::ledger::{Lane, Ledger, Room, RoomChoice};
use crate::settings::{Dm, Settings};
use crate::slack::Conversation;
use std::collections::{HashMap, HashSet};
use std::io;

/// The columns as they are written.
const COLUMNS: [&str; 12] = [
    "slack_id",
    "kind",
    "name",
    "space_name",
    "type",
    "audience",
    "group",
    "members",
    "include",
    "archived",
    "messages",
    "estimated_time",
];
/// The columns that are read, and have to be there.
const READ: [&str; 3] = ["slack_id", "space_name", "include"];
/// Two that are read where they are there.
const AUDIENCE: &str = "audience";
const GROUP: &str = "group";
/// The word for no audience.
pub(super) const NOBODY: &str = "none";
/// Chat's limit for a display name, in characters.
const LONGEST: usize = 128;

/// What an admin may change of a conversation, as it stood or as it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The line in the file.
    pub(super) line: u64,
    pub(super) slack: ConversationId,
    /// None: as it is; empty: as the settings say.
    pub(super) space_name: Option<String>,
    /// None: as it is.
    pub(super) include: Option<bool>,
    /// `none`, or a resource name; empty: as the settings say; none: as it is.
    pub(super) audience: Option<String>,
    /// An address or `groups/ID`; empty: no group; none: as it is.
    pub(super) group: Option<String>,
}

/// Returns a row for each conversation, by Slack's id.
pub(super) fn rows(
    ledger: &Ledger,
    archives: &[Archive],
    settings: &Settings,
) -> anyhow::Result<Vec<[String; 12]>> {
    let lanes: HashMap<ConversationId, Lane> =
        ledger.lanes()?.into_iter().map(|lane| (lane.slack.clone(), lane)).collect();
    // The newest export that has a conversation knows it best, as planning has it.
    let known: HashMap<&ConversationId, &Conversation> = archives
        .iter()
        .flat_map(|(_, export)| export.conversations())
        .map(|one| (&one.id, one))
        .collect();
    let chosen = ledger.room_choices()?;
    let rooms = ledger.rooms()?;
    Ok(rooms
        .iter()
        .map(|room| {
            let choice = chosen.get(&room.slack).cloned().unwrap_or_default();
            let (lane, known) = (lanes.get(&room.slack), known.get(&room.slack).copied());
            row(room, lane, known, &choice, settings)
        })
        .collect())
}

fn row(
    room: &Room,
    lane: Option<&Lane>,
    conversation: Option<&Conversation>,
    choice: &RoomChoice,
    settings: &Settings,
) -> [String; 12] {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let time = |lane: &Lane| span(lower_bound(std::slice::from_ref(lane)).total);
    [
        room.slack.to_string(),
        room.kind.clone(),
        room.name.clone(),
        shown_name(room, lane, choice.name.as_ref()),
        conversation.map_or("", |one| shape(one, lane, settings)).to_owned(),
        shown_audience(room, lane, choice.audience.as_ref()),
        choice.group.clone().unwrap_or_default(),
        room.members.to_string(),
        yes(is_included(lane, choice)),
        conversation.map(|one| yes(one.archived)).unwrap_or_default(),
        room.messages.to_string(),
        lane.map(time).unwrap_or_default(),
    ]
}

/// Returns the name that a conversation's space has or will have. A choice that no plan has
/// followed yet counts as it was made.
pub(super) fn shown_name(room: &Room, lane: Option<&Lane>, chosen: Option<&String>) -> String {
    chosen.or(lane.map(|lane| &lane.name)).unwrap_or(&room.name).clone()
}

/// Returns who can find a public channel's space beside its members. Of all others nobody can, and
/// nothing is shown.
pub(super) fn shown_audience(room: &Room, lane: Option<&Lane>, chosen: Option<&String>) -> String {
    let planned = || lane.map(|lane| lane.audience.as_deref().unwrap_or(NOBODY).to_owned());
    let public = is_public(room).then(|| chosen.cloned().or_else(planned));
    public.flatten().unwrap_or_default()
}

/// Tells whether everybody in Slack could read it.
pub(super) fn is_public(room: &Room) -> bool {
    room.kind == "public"
}

/// Tells whether a conversation is migrated.
pub(super) fn is_included(lane: Option<&Lane>, choice: &RoomChoice) -> bool {
    choice.include.unwrap_or(lane.is_some())
}

fn shape(one: &Conversation, lane: Option<&Lane>, settings: &Settings) -> &'static str {
    match kind(one, lane, settings) {
        SpaceKind::Named => "space",
        SpaceKind::Group => "group",
    }
}

fn kind(one: &Conversation, lane: Option<&Lane>, settings: &Settings) -> SpaceKind {
    let policy = match settings.dm {
        Dm::Auto => DmPolicy::Auto,
        Dm::GroupChat => DmPolicy::GroupChat,
        Dm::Space => DmPolicy::Space,
    };
    space_shape(one, lane.is_some_and(|lane| lane.threaded), policy)
}

/// Returns the conversations that become group chats, which have no names. Without its archive a
/// conversation is taken for one that can have a name.
pub(super) fn group_chats(
    ledger: &Ledger,
    archives: &[Archive],
    settings: &Settings,
) -> anyhow::Result<HashSet<ConversationId>> {
    let lanes = ledger.lanes()?;
    let lanes: HashMap<&ConversationId, &Lane> =
        lanes.iter().map(|lane| (&lane.slack, lane)).collect();
    let mut groups = HashSet::new();
    for one in archives.iter().flat_map(|(_, export)| export.conversations()) {
        match kind(one, lanes.get(&one.id).copied(), settings) {
            SpaceKind::Group => groups.insert(one.id.clone()),
            SpaceKind::Named => groups.remove(&one.id),
        };
    }
    Ok(groups)
}

/// Writes the table.
pub(super) fn write(rows: &[[String; 12]]) -> io::Result<Vec<u8>> {
    sheet::write(&COLUMNS, rows.iter().map(<[String; 12]>::as_slice))
}

/// What a spreadsheet did that saved in an old code page.
const NOT_UTF8: &str = "the file is not UTF-8; save it as CSV UTF-8";

/// Reads the table back; what is wrong is named by line.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<String>> {
    let sheet = Sheet::read(bytes).map_err(|error| vec![error.to_string()])?;
    let places = READ.map(|name| sheet.column(name));
    let missing = READ.iter().zip(places).filter(|(_, place)| place.is_none());
    let mut wrong: Vec<String> =
        missing.map(|(name, _)| format!("line 1: the column {name} is missing")).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let (mut rows, mut seen) = (Vec::new(), HashMap::new());
    let (audiences, groups) = (sheet.column(AUDIENCE), sheet.column(GROUP));
    for cells in &sheet.rows {
        let line = cells.line;
        let [slack, _, include] = places.map(|place| cells.cell(place));
        let [_, space_name, _] = places.map(|place| cells.given(place));
        if sheet.is_too_long(cells) {
            wrong.push(format!("line {line}: it has more cells than the heading"));
        }
        let slack = ConversationId::new(slack.trim());
        let first = *seen.entry(slack.clone()).or_insert(line);
        if first != line {
            wrong.push(format!("line {line}: {} stands in line {first} already", shown(&slack)));
        }
        let include = match yes(include) {
            Ok(include) => include,
            Err(why) => {
                wrong.push(format!("line {line}: {why}"));
                continue;
            }
        };
        if let Some(name) = space_name.filter(|name| sheet.is_unreadable(name)) {
            let name = display_safe(name);
            wrong.push(format!("line {line}: the space name {name:?} can't be read: {NOT_UTF8}"));
        }
        let audience = match audiences.and_then(|place| cells.given(Some(place))).map(audience) {
            Some(Err(why)) => {
                wrong.push(format!("line {line}: {why}"));
                continue;
            }
            audience => audience.and_then(Result::ok),
        };
        let group = match groups.and_then(|place| cells.given(Some(place))).map(group) {
            Some(Err(why)) => {
                wrong.push(format!("line {line}: {why}"));
                continue;
            }
            group => group.and_then(Result::ok),
        };
        let space_name = space_name.map(str::to_owned);
        rows.push(Row { line, slack, space_name, include, audience, group });
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}

/// Reads a cell: yes, no, or nothing, which leaves it as it is.
fn yes(cell: &str) -> Result<Option<bool>, String> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" | "x" => Ok(Some(true)),
        "no" | "false" | "0" | "n" => Ok(Some(false)),
        "" => Ok(None),
        _ => Err(format!("include is {:?}, want yes or no", display_safe(cell))),
    }
}

fn audience(cell: &str) -> Result<String, String> {
    match cell.trim() {
        word @ ("" | NOBODY) => Ok(word.to_owned()),
        name => {
            Audience::parse(name).map(|audience| audience.as_str().to_owned()).ok_or_else(|| {
                format!(
                    "audience is {:?}, want none, default, audiences/ID, or nothing",
                    display_safe(name)
                )
            })
        }
    }
}

fn group(cell: &str) -> Result<String, String> {
    match cell.trim() {
        "" => Ok(String::new()),
        name => GroupKey::parse(name).map(|group| group.as_str().to_owned()).ok_or_else(|| {
            format!(
                "group is {:?}, want the e-mail address of a group, groups/ID, or nothing",
                display_safe(name)
            )
        }),
    }
}

/// Tells why Chat would not take a name.
pub(super) fn bad_name(name: &str) -> Option<String> {
    let letters = name.chars().count();
    (letters > LONGEST)
        .then(|| format!("the space name has {letters} letters, Chat takes {LONGEST}"))
}

pub(super) fn shown(slack: &ConversationId) -> String {
    display_safe(slack.as_str())
}
