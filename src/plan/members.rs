//! Who was in a conversation, from when until when.

use crate::ids::{Micros, SlackUserId};
use crate::slack::Message;
use std::collections::BTreeMap;

/// A person's stay in a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stay {
    /// A member at export time.
    pub(crate) present: bool,
    /// Would be one, but was deactivated in Slack.
    pub(crate) shut: bool,
    /// Messages that stand under this person's own name.
    pub(crate) posts: u64,
    joined: Option<Micros>,
    left: Option<Micros>,
    first: Option<Micros>,
    last: Option<Micros>,
    /// The last message of their own: no line about the channel.
    spoke: Option<Micros>,
}

/// Everyone who was in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Members(BTreeMap<SlackUserId, Stay>);

impl Members {
    /// Begins with the members that the export lists.
    pub(crate) fn listed<'a>(ids: impl Iterator<Item = &'a SlackUserId>) -> Self {
        Self(ids.map(|id| (id.clone(), Stay { present: true, ..Stay::default() })).collect())
    }

    /// Takes note of what a message says about the stay of whoever said it.
    pub(crate) fn note(&mut self, user: &SlackUserId, message: &Message) {
        let at = message.ts.micros();
        if !self.0.contains_key(user) {
            self.0.insert(user.clone(), Stay::default());
        }
        let Some(stay) = self.0.get_mut(user) else { return };
        match message.subtype.as_deref() {
            Some("channel_join" | "group_join") => {
                stay.joined.get_or_insert(at);
                stay.left = None;
            }
            Some("channel_leave" | "group_leave") => stay.left = Some(at),
            _ => {
                stay.first.get_or_insert(at);
                stay.last = Some(at);
                stay.posts += 1;
                if is_own(message.subtype.as_deref()) {
                    stay.spoke = Some(at);
                }
            }
        }
    }

    /// Takes those for members who came or wrote and did not leave since: of an archived channel
    /// the export lists nobody. A line about the channel proves nothing: whoever archives it need
    /// not be in.
    pub(crate) fn rebuild(&mut self) {
        for stay in self.0.values_mut() {
            let came = stay.joined.or(stay.spoke).is_some();
            stay.present = came && stay.left.is_none_or(|left| stay.spoke > Some(left));
        }
    }

    /// Takes those out who were deactivated: they could read nothing any more. Their past stays.
    pub(crate) fn shut(&mut self, is_shut: impl Fn(&SlackUserId) -> bool) {
        for (id, stay) in self.0.iter_mut().filter(|(_, stay)| stay.present) {
            stay.shut = is_shut(id);
            stay.present = !stay.shut;
        }
    }

    /// Tells whether somebody is a member.
    pub(crate) fn is_present(&self, id: &SlackUserId) -> bool {
        self.0.get(id).is_some_and(|stay| stay.present)
    }

    /// Returns everyone, in the order of their ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SlackUserId, &Stay)> {
        self.0.iter()
    }
}

/// Tells whether a message says something itself, other than a line that Slack writes when somebody
/// does something to the channel.
fn is_own(subtype: Option<&str>) -> bool {
    matches!(
        subtype,
        None | Some(
            "me_message" | "thread_broadcast" | "file_share" | "file_comment" | "bot_message"
        )
    )
}

impl Stay {
    /// Returns the stay of somebody who was there under two names.
    pub(crate) fn with(&self, other: &Self) -> Self {
        let first = |a: Option<Micros>, b: Option<Micros>| [a, b].into_iter().flatten().min();
        Self {
            present: self.present || other.present,
            shut: (self.shut || other.shut) && !self.present && !other.present,
            posts: self.posts + other.posts,
            joined: first(self.joined, other.joined),
            left: self.left.max(other.left),
            first: first(self.first, other.first),
            last: self.last.max(other.last),
            spoke: self.spoke.max(other.spoke),
        }
    }

    /// Tells whether the past knew this person: they wrote, came or left.
    pub(crate) fn has_past(&self) -> bool {
        self.joined.or(self.left).or(self.first).is_some()
    }

    /// Returns when the stay began: the first sign of it.
    pub(crate) fn since(&self) -> Option<Micros> {
        [self.joined, self.first, self.left].into_iter().flatten().min()
    }

    /// Returns when it ended; none for those still in. Who is listed nowhere and never left is
    /// taken to have been in until a second after their last word.
    pub(crate) fn ended(&self) -> Option<Micros> {
        if self.present {
            return None;
        }
        let last = self.last.or(self.joined).unwrap_or_default() + 1_000_000;
        Some(self.left.map_or(last, |left| left.max(self.last.unwrap_or(left))))
    }
}

/// Returns a stay as Chat takes it: within the life of the space, not of no length, and over by
/// `latest`.
pub(crate) fn span(
    (since, until): (Micros, Micros),
    created: Micros,
    latest: Micros,
) -> (Micros, Micros) {
    let since = since.min(latest - 1).max(created + 1);
    (since, until.min(latest).max(since + 1))
}
