//! What Chat must hold of a described workspace: a model that shares nothing with the program but
//! `docs/semantics.md`.

use crate::sim::ADMIN;
use crate::sim_world::{Again, CREATED, EMOJI, Kind, Room, What, Who, World, email};
use std::collections::{BTreeMap, BTreeSet};

const SECOND: i64 = 1_000_000;

/// A space as it must be, or as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Space {
    /// None: a group chat.
    pub(crate) name: Option<String>,
    pub(crate) owner: String,
    pub(crate) present: BTreeSet<String>,
    /// Who was in, from when until when.
    pub(crate) past: BTreeSet<(String, i64, i64)>,
    pub(crate) posts: Vec<Post>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Post {
    pub(crate) sender: String,
    pub(crate) text: String,
    /// The place of the first post of its thread.
    pub(crate) thread: usize,
    pub(crate) reactions: BTreeSet<String>,
    /// When, as Slack says.
    pub(crate) ts: i64,
}

/// What a record says about somebody's stay.
#[derive(Default)]
struct Stay {
    joined: Option<i64>,
    left: Option<i64>,
    first: Option<i64>,
    last: Option<i64>,
    /// The last thing said, no line about the channel.
    spoke: Option<i64>,
    posts: usize,
}

impl Stay {
    /// Tells whether somebody came or spoke and did not leave since.
    fn is_in(&self) -> bool {
        let came = self.joined.or(self.spoke).is_some();
        came && self.left.is_none_or(|left| self.spoke > Some(left))
    }
}

/// Returns every space that the workspace becomes, sorted.
pub(crate) fn spaces(world: &World) -> Vec<Space> {
    let newest = world.rooms.iter().flat_map(Room::times).max().unwrap_or(0);
    let all = world.rooms.iter().enumerate();
    let mut spaces: Vec<Space> =
        all.filter_map(|(at, room)| space(world, at, room, newest + SECOND)).collect();
    spaces.sort();
    spaces
}

fn space(world: &World, at: usize, room: &Room, still_in: i64) -> Option<Space> {
    let direct = matches!(room.kind, Kind::Group | Kind::Direct);
    if direct && room.said.is_empty() {
        return None;
    }
    let able = |person: &usize| world.people[*person].able();
    // Whoever was deactivated could read nothing any more.
    let reads = |person: &usize| !world.people[*person].deleted;
    let posts = posts(world, room);
    let stays = stays(room);
    let creator = room.members.first().filter(|_| room.kind != Kind::Direct);
    let wrote = |person: &usize| stays.get(person).map_or(0, |stay| stay.posts);
    // Of an archived channel the export lists nobody: who came or wrote and did not leave is in.
    let rebuilt = room.archived && room.members.is_empty() && !direct;
    let listed: Vec<usize> = if rebuilt {
        stays.iter().filter(|(_, stay)| stay.is_in()).map(|(person, _)| *person).collect()
    } else {
        room.members.clone()
    };
    let listed: Vec<usize> = listed.into_iter().filter(reads).collect();
    let present = || listed.iter().copied().filter(able);
    let owner = creator
        .copied()
        .filter(|person| able(person) && reads(person))
        .or_else(|| present().max_by_key(|person| (wrote(person), std::cmp::Reverse(*person))));
    let owner = owner.map_or_else(|| ADMIN.to_owned(), email);
    let mut past: BTreeSet<(String, i64, i64)> = BTreeSet::new();
    for (person, stay) in stays.iter().filter(|(person, _)| able(person)) {
        let from = [stay.joined, stay.first, stay.left].into_iter().flatten().min().unwrap();
        let silent = stay.last.or(stay.joined).unwrap_or(0) + SECOND;
        let until = match stay.left {
            _ if listed.contains(person) => still_in,
            Some(left) => left.max(stay.last.unwrap_or(left)),
            None => silent,
        };
        past.insert((email(*person), from, until.max(from + 1)));
    }
    if posts.iter().any(|post| post.sender == ADMIN) {
        // A second before Slack made the channel, Chat's space begins.
        past.insert((ADMIN.to_owned(), (CREATED - 1) * SECOND + 1, still_in));
    }
    let threaded = |said: usize| {
        room.thread(said).is_some()
            || matches!(room.said[said].what, What::Long(_))
                && room.said[said].again != Again::Edited
    };
    let group = direct && room.members.len() >= 2 && !(0..room.said.len()).any(threaded);
    Some(Space {
        name: (!group).then(|| name(at, room)),
        present: present().map(email).chain([owner.clone()]).collect(),
        owner,
        past,
        posts,
    })
}

fn name(at: usize, room: &Room) -> String {
    let direct = matches!(room.kind, Kind::Group | Kind::Direct);
    let names: Vec<String> = room.members.iter().map(|person| format!("p{person}")).collect();
    match names.as_slice() {
        [alone] if direct => format!("{alone} (notes)"),
        [_, ..] if direct => names.join(", "),
        _ => room.name(at),
    }
}

fn stays(room: &Room) -> BTreeMap<usize, Stay> {
    let mut stays: BTreeMap<usize, Stay> = BTreeMap::new();
    for (said, at) in room.said.iter().zip(room.times()) {
        let Who::Listed(person) = said.who else { continue };
        let stay = stays.entry(person).or_default();
        match said.what {
            What::Joined => {
                stay.joined.get_or_insert(at);
                stay.left = None;
            }
            What::Left => stay.left = Some(at),
            _ => {
                stay.first.get_or_insert(at);
                stay.last = Some(at);
                stay.posts += 1;
                if said.what != What::Tombstone {
                    stay.spoke = Some(at);
                }
            }
        }
    }
    stays
}

/// Every message that crosses, in order.
fn posts(world: &World, room: &Room) -> Vec<Post> {
    let times = room.times();
    let (mut posts, mut threads) = (Vec::new(), BTreeMap::new());
    let mut said_before = BTreeSet::new();
    for (at, said) in room.said.iter().enumerate() {
        let root = room.thread(at) == Some(times[at]);
        let own = match said.who {
            Who::Listed(person) if world.people[person].able() => Some(email(person)),
            _ => None,
        };
        let Some((text, voice)) = words(room, at, root) else { continue };
        let text = text + &footnote(world, &said.reactions);
        let (sender, text) = match (own, voice) {
            (_, Voice::Nobody) => (ADMIN.to_owned(), text),
            (Some(own), _) => (own, text),
            (None, Voice::Says) => (ADMIN.to_owned(), format!("*{}:* {text}", shown(said.who))),
            (None, Voice::Does) => (ADMIN.to_owned(), format!("*{}* {text}", shown(said.who))),
        };
        let key = room.thread(at).unwrap_or(times[at]);
        // A message that answers in another thread is there, and needs nothing to stand for it.
        let missing = !said_before.contains(&key);
        if key != times[at] && !threads.contains_key(&key) && missing {
            threads.insert(key, posts.len());
            posts.push(stand_in(key, times[at], posts.len()));
        }
        let thread = *threads.entry(key).or_insert(posts.len());
        let by = |(emoji, people): &(usize, Vec<usize>)| {
            let emoji = EMOJI[*emoji].1;
            let able = people.iter().filter(|person| world.people[**person].able());
            let named = able.filter_map(|person| Some(format!("{} {}", emoji?, email(*person))));
            named.collect::<Vec<_>>()
        };
        let reactions = said.reactions.iter().flat_map(by).collect();
        posts.push(Post { ts: times[at], sender, text, thread, reactions });
        said_before.insert(times[at]);
    }
    posts
}

/// Returns what the admin posts where a thread's first message is not in the export.
fn stand_in(root: i64, reply: i64, thread: usize) -> Post {
    let when = jiff::Timestamp::from_microsecond(root).unwrap().strftime("%-d %b %Y, %H:%M UTC");
    Post {
        sender: ADMIN.to_owned(),
        text: format!("_The message of {when} that began this thread is missing._"),
        thread,
        reactions: BTreeSet::new(),
        ts: reply - 1,
    }
}

enum Voice {
    Says,
    Does,
    Nobody,
}

/// Returns what a record becomes; nothing where it is left out.
fn words(room: &Room, at: usize, root: bool) -> Option<(String, Voice)> {
    let said = &room.said[at];
    let later = said.again == Again::Edited;
    let slack = if later { "later".to_owned() } else { said.what.text() };
    let seconds = if later { 90 } else { 7 };
    let when = room.times()[at] + seconds * SECOND;
    let when = jiff::Timestamp::from_microsecond(when).unwrap().strftime("%-d %b %Y, %H:%M UTC");
    let edited = if said.edited || later { format!(" _(edited {when})_") } else { String::new() };
    match said.what {
        What::Joined => root.then(|| ("_joined the channel_".to_owned(), Voice::Does)),
        What::Left => root.then(|| ("_left the channel_".to_owned(), Voice::Does)),
        What::Tombstone => {
            let text = "_This message was deleted in Slack._".to_owned();
            room.thread(at).map(|_| (text, Voice::Nobody))
        }
        What::Me(_) => Some((format!("_{slack}_{edited}"), Voice::Does)),
        _ if slack.is_empty() => {
            root.then(|| ("_A notice by Slack stood here._".to_owned(), Voice::Says))
        }
        _ => Some((format!("{slack}{edited}"), Voice::Says)),
    }
}

/// Returns the line of the reactions that nobody can make in Chat.
fn footnote(world: &World, reactions: &[(usize, Vec<usize>)]) -> String {
    let mut lines: Vec<(String, Vec<usize>)> = Vec::new();
    for (emoji, people) in reactions {
        let (name, unicode) = EMOJI[*emoji];
        let shown = unicode.map_or_else(|| format!(":{name}:"), str::to_owned);
        let rest = people.iter().filter(|it| unicode.is_none() || !world.people[**it].able());
        let rest: Vec<usize> = rest.copied().collect();
        if rest.is_empty() {
            continue;
        }
        let at = lines.iter().position(|(one, _)| unicode.is_some() && *one == shown);
        let at = at.unwrap_or_else(|| {
            lines.push((shown, Vec::new()));
            lines.len() - 1
        });
        for person in rest {
            if !lines[at].1.contains(&person) {
                lines[at].1.push(person);
            }
        }
    }
    let who = |people: &[usize]| match people.len() {
        1..=3 => people.iter().map(|one| format!("p{one}")).collect::<Vec<_>>().join(", "),
        many => many.to_string(),
    };
    let told: Vec<String> =
        lines.iter().map(|(emoji, people)| format!("{emoji} {}", who(people))).collect();
    if told.is_empty() {
        return String::new();
    }
    format!("\n_Reactions in Slack: {}_", told.join(" · "))
}

fn shown(who: Who) -> String {
    match who {
        Who::Listed(person) => format!("p{person}"),
        Who::Stranger => "U999".to_owned(),
        Who::App => "gulls".to_owned(),
    }
}
