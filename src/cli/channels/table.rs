//! The table itself: its columns, what stands in them, and what may.

use crate::access::Audience;
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
use std::collections::HashMap;
use std::io;

/// The columns as they are written.
const COLUMNS: [&str; 11] = [
    "slack_id",
    "kind",
    "name",
    "space_name",
    "type",
    "audience",
    "members",
    "include",
    "archived",
    "messages",
    "estimated_time",
];
/// The columns that are read, and have to be there.
const READ: [&str; 3] = ["slack_id", "space_name", "include"];
/// One that is read where it is there.
const AUDIENCE: &str = "audience";
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
    pub(super) space_name: String,
    pub(super) include: bool,
    /// `none`, or a resource name; empty: as the settings say; none: the table has no such column.
    pub(super) audience: Option<String>,
}

/// Returns a row for each conversation, by Slack's id.
pub(super) fn rows(
    ledger: &Ledger,
    archives: &[Archive],
    settings: &Settings,
) -> anyhow::Result<Vec<[String; 11]>> {
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
) -> [String; 11] {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let time = |lane: &Lane| span(lower_bound(std::slice::from_ref(lane)).total);
    [
        room.slack.to_string(),
        room.kind.clone(),
        room.name.clone(),
        shown_name(room, lane, choice.name.as_ref()),
        conversation.map_or("", |one| shape(one, lane, settings)).to_owned(),
        shown_audience(room, lane, choice.audience.as_ref()),
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
    let policy = match settings.dm {
        Dm::Auto => DmPolicy::Auto,
        Dm::GroupChat => DmPolicy::GroupChat,
        Dm::Space => DmPolicy::Space,
    };
    match space_shape(one, lane.is_some_and(|lane| lane.threaded), policy) {
        SpaceKind::Named => "space",
        SpaceKind::Group => "group",
    }
}

/// Writes the table.
pub(super) fn write(rows: &[[String; 11]]) -> io::Result<Vec<u8>> {
    sheet::write(&COLUMNS, rows.iter().map(<[String; 11]>::as_slice))
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
    let audiences = sheet.column(AUDIENCE);
    for cells in &sheet.rows {
        let line = cells.line;
        let [slack, space_name, include] = places.map(|place| cells.cell(place));
        if sheet.is_too_long(cells) {
            wrong.push(format!("line {line}: it has more cells than the heading"));
        }
        let slack = ConversationId::new(slack.trim());
        let first = *seen.entry(slack.clone()).or_insert(line);
        if first != line {
            wrong.push(format!("line {line}: {} stands in line {first} already", shown(&slack)));
        }
        let Some(include) = yes(include) else {
            let include = display_safe(include);
            wrong.push(format!("line {line}: include is {include:?}, want yes or no"));
            continue;
        };
        if sheet.is_unreadable(space_name) {
            let name = display_safe(space_name);
            wrong.push(format!("line {line}: the space name {name:?} can't be read: {NOT_UTF8}"));
        }
        wrong.extend(bad_name(space_name).map(|why| format!("line {line}: {why}")));
        let audience = match audiences.map(|place| audience(cells.cell(Some(place)))) {
            Some(Err(why)) => {
                wrong.push(format!("line {line}: {why}"));
                continue;
            }
            audience => audience.and_then(Result::ok),
        };
        rows.push(Row { line, slack, space_name: space_name.to_owned(), include, audience });
    }
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}

fn yes(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "true" | "1" | "y" | "x" => Some(true),
        "no" | "false" | "0" | "n" | "" => Some(false),
        _ => None,
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

fn bad_name(name: &str) -> Option<String> {
    let letters = name.chars().count();
    (letters > LONGEST)
        .then(|| format!("the space name has {letters} letters, Chat takes {LONGEST}"))
}

pub(super) fn shown(slack: &ConversationId) -> String {
    display_safe(slack.as_str())
}
