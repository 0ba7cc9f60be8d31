//! Random workspaces: described in a few words, written down as Slack exports them.
//!
//! The same description is read by the reference model of `model.rs`, which knows nothing of the
//! program.

use crate::support::{Export, Workspace};
use chatferry::emulator::Person;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Slack's creation time of every channel, in seconds.
pub(crate) const CREATED: i64 = 1_500_000_000;
/// Emoji by Slack's names, two of them for the same one, and one that is the workspace's own.
pub(crate) const EMOJI: [(&str, Option<&str>); 6] = [
    ("wave", Some("👋")),
    ("tada", Some("🎉")),
    ("+1", Some("👍")),
    ("thumbsup", Some("👍")),
    ("heart", Some("❤️")),
    ("partyferry", None),
];
const WORDS: [&str; 8] =
    ["the", "boat", "leaves", "harbour", "at", "nine", "façade", "\u{5009}\u{5eab}"];

/// Everything.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) people: Vec<Soul>,
    pub(crate) rooms: Vec<Room>,
}

/// Somebody whom the export lists.
#[derive(Debug, Clone)]
pub(crate) struct Soul {
    pub(crate) bot: bool,
    pub(crate) account: Account,
    /// Deactivated in Slack.
    pub(crate) deleted: bool,
}

/// What the Directory knows of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Active,
    Suspended,
    None,
}

/// A conversation.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) kind: Kind,
    pub(crate) archived: bool,
    /// Places in the list of people, each once.
    pub(crate) members: Vec<usize>,
    pub(crate) said: Vec<Said>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Public,
    Private,
    Group,
    Direct,
}

/// A record.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Microseconds after the one before.
    pub(crate) gap: i64,
    pub(crate) who: Who,
    pub(crate) what: What,
    pub(crate) edited: bool,
    /// The message of the room to which it replies, or itself; a place beyond the last names a
    /// message that is not there.
    pub(crate) root: Option<usize>,
    pub(crate) reactions: Vec<(usize, Vec<usize>)>,
    /// A second record with the same ts, far from the first.
    pub(crate) again: Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Listed(usize),
    /// Nobody in the export.
    Stranger,
    /// An app that is listed nowhere, posting under this name.
    App,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Words(Vec<usize>),
    Long(usize),
    Nothing,
    Me(Vec<usize>),
    Joined,
    Left,
    Tombstone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    Same,
    /// A later edition: its text is the word "later".
    Edited,
}

impl Soul {
    /// Tells whether somebody posts in their own name.
    pub(crate) fn able(&self) -> bool {
        !self.bot && self.account == Account::Active
    }
}

/// Returns somebody's address.
pub(crate) fn email(person: usize) -> String {
    format!("p{person}@example.com")
}

impl What {
    /// Returns the text as Slack has it.
    pub(crate) fn text(&self) -> String {
        let words = |places: &[usize]| {
            places.iter().map(|at| WORDS[at % WORDS.len()]).collect::<Vec<_>>().join(" ")
        };
        match self {
            Self::Words(places) | Self::Me(places) => words(places),
            Self::Long(count) => words(&(0..*count).collect::<Vec<_>>()),
            Self::Nothing | Self::Tombstone => String::new(),
            Self::Joined => "has joined the channel".to_owned(),
            Self::Left => "has left the channel".to_owned(),
        }
    }
}

impl Room {
    /// Returns every record's ts in microseconds.
    pub(crate) fn times(&self) -> Vec<i64> {
        let mut at = (CREATED + 100_000) * 1_000_000;
        let times = self.said.iter().map(|said| {
            at += said.gap;
            at
        });
        times.collect()
    }

    /// Returns the `thread_ts` of a record.
    pub(crate) fn thread(&self, said: usize) -> Option<i64> {
        let times = self.times();
        let missing = CREATED * 1_000_000 + 5_000_000;
        self.said[said].root.map(|root| times.get(root).copied().unwrap_or(missing))
    }
}

impl World {
    /// Returns the accounts that the Directory has.
    pub(crate) fn directory(&self) -> Vec<Person> {
        let known = self.people.iter().enumerate().filter(|(_, one)| one.account != Account::None);
        known
            .map(|(at, one)| Person {
                email: email(at),
                name: format!("p{at}"),
                suspended: one.account == Account::Suspended,
                ..Person::default()
            })
            .collect()
    }

    /// Writes the export.
    pub(crate) fn export(&self) -> Export {
        let mut workspace = Workspace::new();
        for (at, one) in self.people.iter().enumerate() {
            let (id, handle) = (format!("U{at}"), format!("p{at}"));
            workspace = if one.bot {
                workspace.bot(&id, &handle, &format!("B{at}"))
            } else {
                workspace.person(&id, &handle).who(json!({"deleted": one.deleted}))
            };
        }
        for (at, room) in self.rooms.iter().enumerate() {
            workspace = room.write(at, workspace);
        }
        workspace.zip()
    }
}

impl Room {
    fn write(&self, at: usize, workspace: Workspace) -> Workspace {
        let ids: Vec<String> = self.members.iter().map(|member| format!("U{member}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let folder = self.name(at);
        let mut workspace = match self.kind {
            Kind::Public => workspace.channel(&folder, &ids),
            Kind::Private => workspace.private(&folder, &ids),
            Kind::Group => workspace.mpim(&folder, &ids),
            Kind::Direct => workspace.dm(&folder, &ids),
        };
        if self.archived {
            workspace = workspace.conversation(json!({"is_archived": true}));
        }
        let mut again = Vec::new();
        for said in 0..self.said.len() {
            let record = self.record(said);
            workspace = workspace.record(record.clone());
            again.extend(self.second(said, record));
        }
        if again.is_empty() {
            return workspace;
        }
        workspace.entry(&format!("{folder}/2031-01-01.json"), Value::from(again).to_string())
    }

    /// Returns Slack's name of the conversation.
    pub(crate) fn name(&self, at: usize) -> String {
        match self.kind {
            Kind::Public => format!("open{at}"),
            Kind::Private => format!("closed{at}"),
            Kind::Group => format!("mpdm-x{at}--y--z-1"),
            Kind::Direct => format!("D{at}"),
        }
    }

    fn record(&self, at: usize) -> Value {
        let said = &self.said[at];
        let mut record =
            json!({"type": "message", "ts": ts(self.times()[at]), "text": said.what.text()});
        match said.who {
            Who::Listed(person) => record["user"] = format!("U{person}").into(),
            Who::Stranger => record["user"] = "U999".into(),
            Who::App => {
                record["subtype"] = "bot_message".into();
                record["bot_id"] = "B999".into();
                record["username"] = "gulls".into();
            }
        }
        let subtype = match said.what {
            What::Me(_) => Some("me_message"),
            What::Joined => Some("channel_join"),
            What::Left => Some("channel_leave"),
            What::Tombstone => Some("tombstone"),
            _ => None,
        };
        if let Some(subtype) = subtype {
            record["subtype"] = subtype.into();
        }
        if said.edited {
            record["edited"] = json!({"user": "U0", "ts": ts(self.times()[at] + 7_000_000)});
        }
        if let Some(root) = self.thread(at) {
            record["thread_ts"] = ts(root).into();
        }
        if !said.reactions.is_empty() {
            record["reactions"] = said.reactions.iter().map(reaction).collect();
        }
        record
    }

    fn second(&self, at: usize, mut record: Value) -> Option<Value> {
        match self.said[at].again {
            Again::Never => None,
            Again::Same => Some(record),
            Again::Edited => {
                record["text"] = "later".into();
                record["edited"] = json!({"user": "U0", "ts": ts(self.times()[at] + 90_000_000)});
                Some(record)
            }
        }
    }
}

fn reaction((emoji, people): &(usize, Vec<usize>)) -> Value {
    let users: Vec<String> = people.iter().map(|person| format!("U{person}")).collect();
    json!({"name": EMOJI[*emoji].0, "count": users.len(), "users": users})
}

fn ts(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Workspaces of a few people and conversations.
pub(crate) fn worlds() -> impl Strategy<Value = World> {
    (
        prop::collection::vec(souls(), 1..6),
        prop::collection::vec(any::<prop::sample::Index>(), 0..1),
    )
        .prop_flat_map(|(people, _)| {
            let rooms = prop::collection::vec(rooms(people.len()), 1..5);
            (Just(people), rooms).prop_map(|(people, rooms)| World { people, rooms })
        })
}

fn souls() -> impl Strategy<Value = Soul> {
    let account = prop_oneof![
        6 => Just(Account::Active),
        1 => Just(Account::Suspended),
        2 => Just(Account::None),
    ];
    (prop::bool::weighted(0.12), account, prop::bool::weighted(0.15))
        .prop_map(|(bot, account, deleted)| Soul { bot, account, deleted })
}

fn rooms(people: usize) -> impl Strategy<Value = Room> {
    let kind = prop_oneof![
        3 => Just(Kind::Public),
        2 => Just(Kind::Private),
        1 => Just(Kind::Group),
        2 => Just(Kind::Direct),
    ];
    let members = prop::sample::subsequence((0..people).collect::<Vec<_>>(), 0..=people);
    let said = prop::collection::vec(said(people), 0..14);
    (kind, prop::bool::weighted(0.1), members, said)
        .prop_map(|(kind, archived, members, said)| Room { kind, archived, members, said })
}

fn said(people: usize) -> impl Strategy<Value = Said> {
    let gap = prop_oneof![
        2 => Just(1_i64),
        6 => Just(61_000_000),
        2 => Just(90_000_000_000),
    ];
    let who = prop_oneof![
        12 => (0..people).prop_map(Who::Listed),
        1 => Just(Who::Stranger),
        1 => Just(Who::App),
    ];
    let words = prop::collection::vec(0..8_usize, 1..6);
    let what = prop_oneof![
        14 => words.clone().prop_map(What::Words),
        1 => (5_500..14_000_usize).prop_map(What::Long),
        2 => Just(What::Nothing),
        1 => words.prop_map(What::Me),
        1 => Just(What::Joined),
        1 => Just(What::Left),
        1 => Just(What::Tombstone),
    ];
    let reaction = (0..EMOJI.len(), prop::collection::vec(0..people, 1..4));
    let reactions = prop_oneof![
        3 => Just(Vec::new()),
        1 => prop::collection::vec(reaction, 1..4),
    ];
    let root = prop_oneof![3 => Just(None), 2 => (0..15_usize).prop_map(Some)];
    let again = prop_oneof![
        14 => Just(Again::Never),
        1 => Just(Again::Same),
        1 => Just(Again::Edited),
    ];
    (gap, who, what, prop::bool::weighted(0.15), root, reactions, again).prop_map(
        |(gap, who, what, edited, root, reactions, again)| Said {
            gap,
            who: if matches!(what, What::Me(_) | What::Joined | What::Left) && who == Who::App {
                Who::Stranger
            } else {
                who
            },
            what,
            edited,
            root,
            reactions,
            again,
        },
    )
}
