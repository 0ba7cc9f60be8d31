//! A plan, what befalls it, and what must be told of that.

use super::super::*;
use crate::ledger::ExpectedReaction;
use crate::send::verify::entry::emoji_code;
use proptest::prelude::*;

pub(super) const START: Micros = 1_600_000_000_000_000;
const EMOJIS: [&str; 3] = ["👍", "👋🏼", "❤\u{fe0f}"];

/// What befalls one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harm {
    None,
    Gone,
    Deleted,
    Text,
    Author,
    Thread,
    Time,
    Name,
    File,
    LessReaction,
    MoreReaction,
    OtherEmoji,
    Stranger,
    Unsettled,
}

#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Reply or not, emojis, how far the call is, what befalls it.
    pub(super) posts: Vec<(bool, Vec<usize>, u8, Harm)>,
    pub(super) page: usize,
    pub(super) ids_listed: bool,
}

fn harm() -> impl Strategy<Value = Harm> {
    use Harm::*;
    let all = [
        Gone,
        Deleted,
        Text,
        Author,
        Thread,
        Time,
        Name,
        File,
        LessReaction,
        MoreReaction,
        OtherEmoji,
        Stranger,
        Unsettled,
    ];
    prop_oneof![3 => Just(None), 2 => prop::sample::select(all.to_vec())]
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let emojis = prop::collection::vec(0..EMOJIS.len(), 0..4);
    let post = (any::<bool>(), emojis, 0..10_u8, harm());
    (prop::collection::vec(post, 0..50), 1..8_usize, any::<bool>())
        .prop_map(|(posts, page, ids_listed)| Plan { posts, page, ids_listed })
}

/// A line as it must be: mark, thing, the post's place (none for a stranger), note.
pub(super) type Told = (Mark, Thing, Option<usize>, String);

pub(super) struct Case {
    pub(super) rows: Vec<Expected>,
    pub(super) listed: Vec<ListedMessage>,
    pub(super) told: Vec<Told>,
    pub(super) messages: (u64, u64),
}

pub(super) fn conversation() -> ConversationId {
    ConversationId::new("C1")
}

pub(super) fn row(
    nth: usize,
    opener: Option<usize>,
    emojis: &[usize],
    standing: &Standing,
) -> Expected {
    let time = |nth: usize| START + nth as Micros * 10;
    let done = *standing == Standing::Done;
    let reaction = |emoji: &usize| ExpectedReaction {
        emoji: EMOJIS[*emoji].to_owned(),
        standing: if done { Standing::Done } else { Standing::Owed },
    };
    Expected {
        step: nth as i64 + 1,
        ts: time(nth),
        part: 0,
        created: time(nth),
        hash: text_hash(&format!("text {nth}")).to_vec(),
        standing: standing.clone(),
        user: format!("users/{}", nth % 3),
        thread: done.then(|| format!("spaces/A/threads/{}", opener.unwrap_or(nth))),
        opener: opener.map(time),
        name: done.then(|| format!("spaces/A/messages/{nth}")),
        revised: false,
        reactions: emojis.iter().map(reaction).collect(),
    }
}

pub(super) fn faithful(nth: usize, row: &Expected, ids_listed: bool) -> ListedMessage {
    let mut reactions: Vec<(String, u64)> = Vec::new();
    for one in &row.reactions {
        // Chat may leave the selector out.
        let emoji = if nth.is_multiple_of(2) {
            one.emoji.clone()
        } else {
            one.emoji.replace('\u{fe0f}', "")
        };
        match reactions.iter_mut().find(|(known, _)| *known == emoji) {
            Some((_, count)) => *count += 1,
            None => reactions.push((emoji, 1)),
        }
    }
    let id = MessageId::derive(&conversation(), SlackTs::from_micros(row.ts), row.part, 0);
    ListedMessage {
        name: format!("spaces/A/messages/{nth}"),
        client_id: ids_listed.then(|| id.as_str().to_owned()),
        sender: Some(row.user.clone()),
        create_time: row.created,
        text: format!("text {nth}"),
        thread: row.thread.clone(),
        reactions,
        attachments: 0,
        deleted: false,
    }
}

fn code(emoji: &str) -> String {
    emoji_code(&emoji.replace('\u{fe0f}', ""))
}

/// What must be told of a post's reactions where all of them share one fate.
fn all_reactions(row: &Expected, nth: usize, mark: Mark, tail: &str) -> Vec<Told> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for one in &row.reactions {
        *counts.entry(code(&one.emoji)).or_default() += 1;
    }
    let line =
        |(emoji, count)| (mark, Thing::Reaction, Some(nth), format!("{emoji} {count}{tail}"));
    counts.into_iter().map(line).collect()
}

/// Changes one thing about a message; returns the code of what differs then.
fn change(harm: Harm, message: &mut ListedMessage) -> Option<&'static str> {
    match harm {
        Harm::Time => message.create_time += 1,
        Harm::Text => message.text.push('!'),
        Harm::Author => message.sender = Some("users/9".to_owned()),
        Harm::Thread => message.thread = Some("spaces/A/threads/elsewhere".to_owned()),
        Harm::Name => message.name.push('x'),
        Harm::File => message.attachments = 1,
        _ => return None,
    }
    let codes = [
        (Harm::Time, "time"),
        (Harm::Text, "text"),
        (Harm::Author, "author"),
        (Harm::Thread, "thread"),
        (Harm::Name, "name"),
        (Harm::File, "attachments"),
    ];
    codes.iter().find(|(known, _)| *known == harm).map(|(_, code)| *code)
}

impl Case {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut case =
            Self { rows: Vec::new(), listed: Vec::new(), told: Vec::new(), messages: (0, 0) };
        let mut opener = None;
        for (nth, (reply, emojis, standing, harm)) in plan.posts.iter().enumerate() {
            let standing = match standing {
                0 => Standing::Owed,
                1 => Standing::Wedged("invalid_argument".to_owned()),
                _ => Standing::Done,
            };
            let root = opener.filter(|_| *reply);
            let row = row(nth, root, emojis, &standing);
            if standing == Standing::Done && root.is_none() {
                opener = Some(nth);
            }
            case.messages.0 += 1;
            case.add(nth, &row, *harm, plan.ids_listed);
            case.rows.push(row);
        }
        case.listed.sort_by_key(|message| message.create_time);
        case.told.sort();
        case
    }

    fn add(&mut self, nth: usize, row: &Expected, harm: Harm, ids_listed: bool) {
        let mut message = faithful(nth, row, ids_listed);
        let kept = all_reactions(row, nth, Mark::Same, "");
        match harm {
            _ if row.standing != Standing::Done => self.unsent(nth, row, harm, message),
            Harm::Gone | Harm::Deleted => self.lost(nth, row, harm, message),
            Harm::Time if !ids_listed => {
                // Without ids, another time is another message.
                message.create_time += 1;
                self.stranger(message.clone());
                self.lost(nth, row, Harm::Gone, message);
            }
            Harm::LessReaction | Harm::MoreReaction | Harm::OtherEmoji => {
                self.reactions(nth, harm, &mut message, kept);
                self.listed.push(message);
                self.messages.1 += 1;
                self.tell(Mark::Same, nth, "");
            }
            _ => {
                let different = change(harm, &mut message);
                if harm == Harm::Stranger {
                    let create_time = row.created + 5;
                    self.stranger(ListedMessage {
                        create_time,
                        client_id: None,
                        ..message.clone()
                    });
                }
                self.told.extend(kept);
                self.listed.push(message);
                self.messages.1 += u64::from(different.is_none());
                let mark = if different.is_none() { Mark::Same } else { Mark::Different };
                self.tell(mark, nth, different.unwrap_or_default());
            }
        }
    }

    /// A call that was not made; its result is there all the same if it is unsettled.
    fn unsent(&mut self, nth: usize, row: &Expected, harm: Harm, mut message: ListedMessage) {
        self.told.extend(all_reactions(row, nth, Mark::Unchecked, " owed"));
        if harm == Harm::Unsettled {
            message.reactions.clear();
            self.listed.push(message);
            return self.tell(Mark::Different, nth, "unsettled");
        }
        let why = if row.standing == Standing::Owed { "owed" } else { "invalid_argument" };
        self.tell(Mark::Unchecked, nth, why);
    }

    fn lost(&mut self, nth: usize, row: &Expected, harm: Harm, mut message: ListedMessage) {
        self.told.extend(all_reactions(row, nth, Mark::Missing, ""));
        if harm == Harm::Gone {
            return self.tell(Mark::Missing, nth, "");
        }
        message.deleted = true;
        (message.text, message.reactions) = (String::new(), Vec::new());
        self.listed.push(message);
        self.tell(Mark::Missing, nth, "deleted");
    }

    fn stranger(&mut self, message: ListedMessage) {
        self.told.push((Mark::Unplanned, Thing::Message, None, String::new()));
        self.listed.push(message);
    }

    fn reactions(
        &mut self,
        nth: usize,
        harm: Harm,
        message: &mut ListedMessage,
        mut kept: Vec<Told>,
    ) {
        let first = message.reactions.first().cloned();
        match (harm, first) {
            (Harm::OtherEmoji, _) => {
                message.reactions.push(("🎉".to_owned(), 1));
                kept.push((Mark::Unplanned, Thing::Reaction, Some(nth), "1f389 1".to_owned()));
            }
            (_, None) => {}
            (_, Some((emoji, planned))) => {
                let code = code(&emoji);
                kept.retain(|told| told.3 != format!("{code} {planned}"));
                let found = if harm == Harm::LessReaction { planned - 1 } else { planned + 1 };
                message.reactions[0].1 = found;
                let note = format!("{code} {found} of {planned} count");
                kept.push(match found {
                    0 => (Mark::Missing, Thing::Reaction, Some(nth), format!("{code} {planned}")),
                    _ => (Mark::Different, Thing::Reaction, Some(nth), note),
                });
                message.reactions.retain(|(_, count)| *count > 0);
            }
        }
        self.told.extend(kept);
    }

    fn tell(&mut self, mark: Mark, nth: usize, note: &str) {
        self.told.push((mark, Thing::Message, Some(nth), note.to_owned()));
    }
}
