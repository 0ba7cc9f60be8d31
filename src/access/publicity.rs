//! The proof that a conversation was public, without which nothing can be made discoverable, and no
//! group let in.
//!
//! A [`Publication`] is the only thing that a step of visibility can be made from, an [`Admittance`]
//! the only one that a group's can; both can only be made by a [`PublicConversation`], and that one only where every export lists the conversation as
//! public. No setting has a part in it: an audience without the proof is just a word.

use super::Group;
use crate::ids::ConversationId;
use serde::Serialize;

/// What kind of conversation it is; decided by the file that lists it, never by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `channels.json`.
    Public,
    /// `groups.json`.
    Private,
    /// `mpims.json`: a group direct message.
    Group,
    /// `dms.json`.
    Direct,
    /// A folder of messages that no file lists. Treated as private: nobody may gain sight of it.
    Unlisted,
}

/// The proof that everyone of the workspace could read a conversation. Its field is private, and
/// [`PublicConversation::of`] the only way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicConversation(ConversationId);

impl PublicConversation {
    /// Returns the proof, where every export that has the conversation lists it as public. One that
    /// was public once and is private now is private, in whatever order the exports are named.
    pub fn of<'a>(listed: impl IntoIterator<Item = (&'a ConversationId, Kind)>) -> Option<Self> {
        let mut listed = listed.into_iter();
        let (id, first) = listed.next()?;
        let public = first == Kind::Public
            && listed.all(|(other, kind)| other == id && kind == Kind::Public);
        public.then(|| Self(id.clone()))
    }

    /// Lets an audience find the conversation's space.
    pub fn open_to(self, audience: Audience) -> Publication {
        Publication { conversation: self.0, audience }
    }

    /// Lets a group into the conversation's space, in place of the people in it.
    pub fn admit(self, group: Group) -> Admittance {
        Admittance { conversation: self.0, group }
    }
}

/// Who may find a space: a target audience of the organisation, as `audiences/default`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audience(String);

impl Audience {
    /// Takes `default`, or the resource name of an audience; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let id = text.strip_prefix("audiences/").or((text == "default").then_some(text))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let fits = !id.is_empty() && id.len() <= 100 && id.chars().all(plain);
        fits.then(|| Self(format!("audiences/{id}")))
    }

    /// Returns the resource name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The opening of one public conversation's space to an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    conversation: ConversationId,
    audience: Audience,
}

impl Publication {
    /// Returns whose space it is for; it is of no use for another one.
    pub const fn conversation(&self) -> &ConversationId {
        &self.conversation
    }

    /// Returns who may find it.
    pub const fn audience(&self) -> &Audience {
        &self.audience
    }
}

/// The opening of one public conversation's space to everybody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admittance {
    conversation: ConversationId,
    group: Group,
}

impl Admittance {
    /// Returns whose space it is for; it is of no use for another one.
    pub const fn conversation(&self) -> &ConversationId {
        &self.conversation
    }

    /// Returns who is let in.
    pub const fn group(&self) -> &Group {
        &self.group
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d1_only_what_every_export_lists_as_public_has_the_proof() {
        let (one, two) = (ConversationId::new("C1"), ConversationId::new("C2"));
        let of = |kinds: &[(&ConversationId, Kind)]| {
            PublicConversation::of(kinds.iter().copied()).is_some()
        };
        assert!(of(&[(&one, Kind::Public)]));
        assert!(of(&[(&one, Kind::Public), (&one, Kind::Public)]));
        assert!(!of(&[]));
        assert!(!of(&[(&one, Kind::Public), (&two, Kind::Public)]), "two are no one");
        for kind in [Kind::Private, Kind::Group, Kind::Direct, Kind::Unlisted] {
            assert!(!of(&[(&one, kind)]), "{kind:?}");
            assert!(!of(&[(&one, Kind::Public), (&one, kind)]), "{kind:?} since");
            assert!(!of(&[(&one, kind), (&one, Kind::Public)]), "{kind:?} named first");
        }
    }

    #[test]
    fn an_audience_is_a_resource_name_and_nothing_else() {
        let name = |text| Audience::parse(text).map(|audience| audience.as_str().to_owned());
        assert_eq!(name("default").as_deref(), Some("audiences/default"));
        assert_eq!(name("audiences/XY_z-1").as_deref(), Some("audiences/XY_z-1"));
        for bad in ["", "none", "audiences/", "everyone", "audiences/a/b", "audiences/a\"b"] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
