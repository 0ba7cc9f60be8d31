//! The conversations of a generated workspace, and the root files that list them.

use super::content::title;
use super::people::{Person, Role, id};
use super::php::Php;
use super::timeline::ts;
use super::words::Words;
use fastrand::Rng;
use std::collections::HashMap;

/// When the workspace began: 2018-01-15.
pub(crate) const START: i64 = 1_515_974_400;
/// When its last message was said: 2026-01-10.
const END: i64 = 1_768_003_200;
/// How steeply sizes fall: the r-th conversation has about 1/r^0.9 of the largest one's messages.
const STEEPNESS: f64 = 0.9;
/// Coprime to any number of people below it, so that steps of it meet each person once.
const STRIDE: usize = 1_000_003;

/// What kind of conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    Private,
    Group,
    Direct,
}

/// A conversation.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) name: String,
    /// Seconds since the epoch.
    pub(crate) created: i64,
    pub(crate) until: i64,
    /// Indices into the people; those who left follow after `present`.
    pub(crate) members: Vec<usize>,
    pub(crate) present: usize,
    pub(crate) messages: u64,
    /// Pinned messages and who pinned them.
    pub(crate) pins: Vec<(i64, usize)>,
    archived: bool,
    topic: String,
    purpose: String,
}

/// Draws so many conversations for so many messages; the first is everybody's.
pub(crate) fn rooms(
    rng: &mut Rng,
    words: &Words,
    people: &[Person],
    count: usize,
    messages: u64,
) -> Vec<Room> {
    let mut rooms: Vec<Room> = (0..count).map(|rank| room(rng, words, people, rank)).collect();
    number_groups(&mut rooms);
    let weight = |rank: usize| ((rank + 1) as f64).powf(-STEEPNESS);
    let total: f64 = (0..count).map(weight).sum();
    let mut left = messages;
    for (rank, room) in rooms.iter_mut().enumerate() {
        // One in fifty was never used, and has no folder.
        let silent = rank % 50 == 49;
        let share = (weight(rank) / total * messages as f64) as u64;
        room.messages = if silent { 0 } else { share.min(left) };
        left -= room.messages;
    }
    rooms[0].messages += left;
    rooms
}

/// Returns the kind of the conversation of that rank: two in five public, two in five direct.
fn kind(rank: usize) -> Kind {
    match rank % 10 {
        0 | 2 | 5 | 8 => Kind::Public,
        3 => Kind::Private,
        6 => Kind::Group,
        _ => Kind::Direct,
    }
}

fn room(rng: &mut Rng, words: &Words, people: &[Person], rank: usize) -> Room {
    let kind = kind(rank);
    let span = (END - START) as f64;
    let created = START + (span * 0.9 * rng.f64().sqrt()) as i64;
    let archived = rank > 0 && matches!(kind, Kind::Public | Kind::Private) && rng.u8(..100) < 8;
    let lived = if archived { (END - created) / rng.i64(2..9) } else { END - created };
    let (members, present) = members(rng, people, kind, rank == 0);
    let id = id(rng, if kind == Kind::Direct { 'D' } else { 'C' });
    let name = match kind {
        _ if rank == 0 => "general".to_owned(),
        Kind::Direct => id.clone(),
        Kind::Group => group_name(people, &members),
        _ => channel_name(rng, words, rank),
    };
    let (created, until) = if rank == 0 { (START, END) } else { (created, created + lived) };
    Room {
        topic: if rng.bool() { title(rng, words) } else { String::new() },
        purpose: if rng.bool() { title(rng, words) } else { String::new() },
        messages: 0,
        pins: Vec::new(),
        kind,
        id,
        name,
        created,
        until,
        members,
        present,
        archived,
    }
}

fn channel_name(rng: &mut Rng, words: &Words, rank: usize) -> String {
    let prefix = ["team", "project", "help", "español", "проект", "日本語"];
    let prefix = prefix[if rng.u8(..100) < 4 { rng.usize(3..6) } else { rng.usize(..3) }];
    format!("{prefix}-{}-{rank}", words.name(rng))
}

fn group_name(people: &[Person], members: &[usize]) -> String {
    let handles: Vec<_> = members.iter().map(|at| people[*at].handle.as_str()).collect();
    format!("mpdm-{}", handles.join("--"))
}

/// Slack numbers the groups of the same people.
fn number_groups(rooms: &mut [Room]) {
    let mut seen = HashMap::new();
    for room in rooms.iter_mut().filter(|room| room.kind == Kind::Group) {
        let number = seen.entry(room.name.clone()).or_insert(0);
        *number += 1;
        room.name = format!("{}-{number}", room.name);
    }
}

/// Draws members, and how many of them are still in.
fn members(rng: &mut Rng, people: &[Person], kind: Kind, all: bool) -> (Vec<usize>, usize) {
    let bots = people.iter().take_while(|person| person.role == Role::Bot).count();
    let humans = people.len() - bots;
    let size = match kind {
        Kind::Direct => 2,
        Kind::Group => rng.usize(3..9),
        _ if all => humans,
        _ => 3 + (humans as f64).powf(rng.f64() * 0.8) as usize,
    };
    let size = size.min(humans);
    let start = rng.usize(..humans);
    let member = |step: usize| bots + (start + step * (STRIDE % humans).max(1)) % humans;
    let mut members: Vec<_> = (0..size).map(member).collect();
    if kind == Kind::Direct && rng.u8(..50) == 0 {
        // Somebody's notes to themselves.
        members[1] = members[0];
    }
    let leavers = if matches!(kind, Kind::Public | Kind::Private) { size / 10 } else { 0 };
    (members, size - leavers)
}

/// Writes the root file that lists the conversations of one kind.
pub(crate) fn list_json(rooms: &[Room], people: &[Person], kind: Kind) -> String {
    let mut php = Php::default();
    php.whole_list(|list| {
        for (rank, room) in rooms.iter().enumerate().filter(|(_, room)| room.kind == kind) {
            list.entry(|entry| match kind {
                Kind::Direct => direct(entry, room, people),
                _ => channel(entry, room, people, rank == 0),
            });
        }
    });
    php.finish()
}

fn direct(entry: &mut Php, room: &Room, people: &[Person]) {
    entry.text("id", &room.id);
    // Slack writes 1 where it does not know.
    entry.int("created", if room.created % 40 == 0 { 1 } else { room.created });
    entry.texts("members", room.members.iter().map(|at| people[*at].id.as_str()));
}

fn channel(entry: &mut Php, room: &Room, people: &[Person], general: bool) {
    let creator = &people[room.members[0]].id;
    let present = if room.archived { 0 } else { room.present };
    entry.text("id", &room.id);
    entry.text("name", &room.name);
    entry.int("created", room.created);
    entry.text("creator", creator);
    entry.flag("is_archived", room.archived);
    entry.flag("is_general", general);
    entry.texts("members", room.members[..present].iter().map(|at| people[*at].id.as_str()));
    if !room.pins.is_empty() {
        entry.list("pins", |list| {
            for (pinned, by) in &room.pins {
                list.entry(|pin| {
                    pin.text("id", &ts(*pinned));
                    pin.text("type", "C");
                    pin.text("user", &people[*by].id);
                    pin.text("owner", creator);
                    pin.int("created", pinned / 1_000_000 + 60);
                });
            }
        });
    }
    for (key, value) in [("topic", &room.topic), ("purpose", &room.purpose)] {
        entry.object(key, |about| {
            about.text("value", value);
            about.text("creator", if value.is_empty() { "" } else { creator });
            about.int("last_set", if value.is_empty() { 0 } else { room.created + 60 });
        });
    }
}
