//! One conversation's readers, before and after, and what they come to over many.

use super::{BY_GROUP, SeenGroup};
use crate::ids::ConversationId;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Why somebody is in no space: a second identity of somebody who is.
const SAME: &str = "same_account";
/// Why somebody who was listed could not read it any more.
pub const DEACTIVATED: &str = "deactivated";
/// Why somebody is in no space where nothing else is known.
const UNKNOWN: &str = "unknown_person";

/// What becomes of somebody's sight of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Completes the space, and so owns it.
    Owner,
    /// Becomes a member, and may manage the space.
    Manager,
    /// Becomes a member.
    Member,
    /// Is invited, from outside the organisation.
    Invited,
    /// Was a member, and is in by the group that stands for them.
    ByGroup,
    /// Was no member and could read it, as everybody could: comes in by the group.
    JoinsByGroup,
    /// Is in already, under another Slack identity.
    Same,
    /// Is an app, which reads nothing.
    App,
    /// Was deactivated in Slack: read nothing there any more, and does not in Chat.
    Deactivated,
    /// Could read it in Slack and can't in Chat, for that reason: a code.
    Missing(String),
    /// The admin, who owns a space that nobody else can complete.
    Admin,
    /// Could not read it in Slack, and would in Chat. This never opens.
    New,
    /// Would own the space or be in it with an account that the admin took from them since. This
    /// never opens.
    Against,
}

impl Fate {
    /// Returns the stable word of it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Member => "member",
            Self::Invited => "invited",
            Self::ByGroup => BY_GROUP,
            Self::JoinsByGroup => "joins_by_group",
            Self::Same => "same_account",
            Self::App => "app",
            Self::Deactivated => DEACTIVATED,
            Self::Missing(_) => "missing",
            Self::Admin => "admin",
            Self::New => "new",
            Self::Against => "against_choice",
        }
    }

    /// Returns why somebody is missing.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Missing(why) => Some(why),
            _ => None,
        }
    }

    /// Tells whether this is a person who could read the conversation in Slack.
    pub const fn could(&self) -> bool {
        matches!(
            self,
            Self::Owner
                | Self::Manager
                | Self::Member
                | Self::Invited
                | Self::ByGroup
                | Self::Missing(_)
                | Self::Against
        )
    }

    /// Tells whether this is a person who will read it in Chat.
    pub const fn will(&self) -> bool {
        matches!(
            self,
            Self::Owner
                | Self::Manager
                | Self::Member
                | Self::Invited
                | Self::ByGroup
                | Self::JoinsByGroup
                | Self::Admin
                | Self::New
                | Self::Against
        )
    }

    /// Tells whether this is as it was in Slack.
    const fn is_as_before(&self) -> bool {
        matches!(
            self,
            Self::Owner
                | Self::Manager
                | Self::Member
                | Self::ByGroup
                | Self::JoinsByGroup
                | Self::Same
                | Self::App
                | Self::Deactivated
        )
    }
}

/// Somebody who was in a conversation at export time, as the plan has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Slack's id.
    pub slack: String,
    /// The name shown in Slack: hostile.
    pub name: String,
    /// An app, and no person.
    pub app: bool,
    /// The account.
    pub account: Option<String>,
    /// The account belongs to somebody outside the organisation.
    pub outside: bool,
    /// Why the plan leaves them out.
    pub left_out: Option<String>,
    /// The admin says since that they have another account, or none.
    pub refused: bool,
    /// Why their account can't be a member's: the Directory says so.
    pub unusable: Option<&'static str>,
}

/// What the ledger holds for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// They complete the space.
    Completes,
    /// They are added.
    Joins,
    /// They are added, and become a manager.
    Manages,
    /// The call was left out or refused, for that reason.
    Fails(String),
}

/// Decides what becomes of somebody.
pub fn fate(person: &Person, call: Option<&Call>) -> Fate {
    match (call, person.unusable) {
        // An app reads nothing: behind its account is somebody who was not in.
        (Some(Call::Completes | Call::Joins), _) if person.app => Fate::New,
        (Some(Call::Completes | Call::Joins | Call::Manages), _) if person.refused => Fate::Against,
        (Some(Call::Fails(why)), _) => Fate::Missing(why.clone()),
        (Some(_), Some(why)) => Fate::Missing(why.to_owned()),
        (Some(Call::Completes), None) => Fate::Owner,
        (Some(Call::Joins | Call::Manages), None) if person.outside => Fate::Invited,
        (Some(Call::Joins), None) => Fate::Member,
        (Some(Call::Manages), None) => Fate::Manager,
        // Their account is in by a group, whatever the admin says of whose it is.
        (None, _) if person.refused && person.left_out.as_deref() == Some(BY_GROUP) => {
            Fate::Against
        }
        (None, Some(why)) if person.left_out.as_deref() == Some(BY_GROUP) => {
            Fate::Missing(why.to_owned())
        }
        (None, _) => match person.left_out.as_deref() {
            Some(SAME) => Fate::Same,
            _ if person.app => Fate::App,
            Some(DEACTIVATED) => Fate::Deactivated,
            why => Fate::Missing(why.unwrap_or(UNKNOWN).to_owned()),
        },
    }
}

/// Somebody, and what becomes of their sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Slack's id; none for whoever was not in.
    pub slack: Option<String>,
    /// The name shown in Slack: hostile.
    pub name: String,
    /// The account.
    pub account: Option<String>,
    /// What becomes of it.
    pub fate: Fate,
    /// Other Slack identities with the same account that were not in: what one could read and the
    /// other could not, the account reads now.
    pub also: Vec<String>,
}

impl Seat {
    /// Says with whom the account is shared, as the table has it.
    pub fn merged(&self) -> String {
        if self.also.is_empty() {
            return String::new();
        }
        format!("merged: also {}", self.also.join(" "))
    }
}

/// Who could read one conversation, and who will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The ledger's number of the lane.
    pub lane: i64,
    /// Slack's id of the conversation.
    pub slack: ConversationId,
    /// Which space of a split conversation.
    pub part: u32,
    /// The space's name, from Slack: hostile.
    pub name: String,
    /// Slack's kind: `public`, `private`, `group`, `direct`, `unlisted`.
    pub kind: String,
    /// Who may find it, beside its members.
    pub audience: Option<String>,
    /// The group that stands for its people, as it was looked up.
    pub group: Option<SeenGroup>,
    /// Everybody, each once.
    pub seats: Vec<Seat>,
}

impl Sight {
    /// Tells whether everyone of the workspace could read it.
    pub fn was_public(&self) -> bool {
        self.kind == "public"
    }

    /// Returns whose sight is not as it was.
    pub fn changed(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| !seat.fate.is_as_before() || !seat.also.is_empty())
    }

    /// Tells whether somebody would see it who could not in Slack, the admin as its only possible
    /// owner aside.
    pub fn gains(&self) -> bool {
        let opens = self.audience.is_some() || self.group.is_some();
        let found = opens && !self.was_public();
        found || self.seats.iter().any(|seat| matches!(seat.fate, Fate::New | Fate::Against))
    }

    /// Returns the hash of what the admin says yes to: who will see it, who won't and why.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut take = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        take(self.slack.as_str());
        take(&self.part.to_string());
        take(&self.kind);
        take(self.audience.as_deref().unwrap_or_default());
        if let Some(group) = &self.group {
            take(&group.name);
        }
        for seat in &self.seats {
            let (slack, account) = (seat.slack.as_deref(), seat.account.as_deref());
            let why = seat.fate.why();
            for text in [slack, account, Some(seat.fate.as_str()), why] {
                take(text.unwrap_or_default());
            }
            if !seat.also.is_empty() {
                take(&seat.merged());
            }
        }
        hex(&hash.finalize()[..16])
    }
}

/// Returns one hash over those of many spaces, in whatever order they come.
pub fn sum_of(hashes: impl IntoIterator<Item = String>) -> String {
    let mut all: Vec<String> = hashes.into_iter().collect();
    all.sort_unstable();
    hex(&Sha256::digest(all.concat())[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Sums;

    fn sight(seats: &[(&str, Fate)]) -> Sight {
        let seat = |(slack, fate): &(&str, Fate)| Seat {
            slack: Some((*slack).to_owned()),
            name: "Somebody".to_owned(),
            account: Some(format!("{slack}@example.com")),
            fate: fate.clone(),
            also: Vec::new(),
        };
        Sight {
            lane: 1,
            slack: ConversationId::new("C1"),
            part: 0,
            name: "general".to_owned(),
            kind: "private".to_owned(),
            audience: None,
            group: None,
            seats: seats.iter().map(seat).collect(),
        }
    }

    #[test]
    fn whoever_is_owed_a_call_gets_in_unless_their_account_is_gone() {
        let able = Person { slack: "U1".to_owned(), ..Person::default() };
        let gone = Person { unusable: Some("suspended_account"), ..able.clone() };
        let bot = Person { app: true, left_out: Some("bot".to_owned()), ..able.clone() };
        let second = Person { left_out: Some("same_account".to_owned()), ..able.clone() };
        let outside = Person { outside: true, ..able.clone() };
        let missing = |why: &str| Fate::Missing(why.to_owned());
        assert_eq!(fate(&able, Some(&Call::Completes)), Fate::Owner);
        assert_eq!(fate(&able, Some(&Call::Joins)), Fate::Member);
        assert_eq!(fate(&able, Some(&Call::Manages)), Fate::Manager);
        assert_eq!(fate(&outside, Some(&Call::Joins)), Fate::Invited);
        assert_eq!(fate(&gone, Some(&Call::Completes)), missing("suspended_account"));
        assert_eq!(fate(&able, Some(&Call::Fails("external".to_owned()))), missing("external"));
        let grouped = Person { left_out: Some(BY_GROUP.to_owned()), ..able.clone() };
        let taken = Person { refused: true, ..grouped.clone() };
        let shut = Person { unusable: Some("suspended_account"), ..grouped.clone() };
        assert_eq!(fate(&grouped, None), missing(BY_GROUP));
        assert_eq!(fate(&taken, None), Fate::Against);
        assert_eq!(fate(&shut, None), missing("suspended_account"));
        assert_eq!(fate(&bot, None), Fate::App);
        assert_eq!(fate(&second, None), Fate::Same);
        let left_out = Some("deactivated".to_owned());
        let shut = Person { left_out: left_out.clone(), ..able.clone() };
        assert_eq!(fate(&shut, None), Fate::Deactivated);
        assert_eq!(fate(&Person { app: true, left_out, ..able.clone() }, None), Fate::App);
        assert_eq!(fate(&able, None), missing("unknown_person"));
        let refused = Person { refused: true, ..able.clone() };
        assert_eq!(fate(&refused, Some(&Call::Completes)), Fate::Against);
        let hired = Person { app: true, ..able };
        assert_eq!(fate(&hired, Some(&Call::Joins)), Fate::New, "somebody reads for it");
    }

    #[test]
    fn who_reads_with_the_account_of_somebody_else_is_counted_and_part_of_the_hash() {
        let plain = sight(&[("U1", Fate::Owner), ("U2", Fate::Member)]);
        let mut merged = plain.clone();
        merged.seats[1].also = vec!["U5".to_owned()];
        assert_ne!(plain.hash(), merged.hash());
        assert_eq!((plain.changed().count(), merged.changed().count()), (0, 1));
        let mut sums = Sums::default();
        sums.add(&plain);
        sums.add(&merged);
        assert_eq!((sums.merged, sums.same, sums.will), (1, 1, 4));
        assert_eq!(merged.seats[1].merged(), "merged: also U5");
    }

    #[test]
    fn the_hash_tells_who_and_why_and_not_what_a_space_is_called() {
        let missing = |why: &str| Fate::Missing(why.to_owned());
        let before = sight(&[("U1", Fate::Owner), ("U2", missing("no_account"))]);
        let renamed = Sight { name: "general (2)".to_owned(), lane: 9, ..before.clone() };
        assert_eq!(before.hash(), renamed.hash());
        assert_ne!(sight(&[("U2", Fate::Member)]).hash(), sight(&[("U2", Fate::Manager)]).hash());
        for other in [
            sight(&[("U1", Fate::Owner), ("U2", missing("suspended_account"))]),
            sight(&[("U1", Fate::Owner), ("U2", Fate::Member)]),
            sight(&[("U1", Fate::Owner), ("U2", Fate::Manager)]),
            sight(&[("U1", Fate::Owner)]),
            Sight { kind: "public".to_owned(), ..before.clone() },
            Sight { audience: Some("audiences/default".to_owned()), ..before.clone() },
        ] {
            assert_ne!(before.hash(), other.hash(), "{other:?}");
        }
        let all = |hashes: [&str; 2]| sum_of(hashes.map(str::to_owned));
        assert_eq!(all(["a", "b"]), all(["b", "a"]));
    }

    #[test]
    fn d1_an_audience_of_what_was_not_public_is_a_gain() {
        let audience = Some("audiences/default".to_owned());
        let private = Sight { audience, ..sight(&[("U1", Fate::Owner)]) };
        assert!(private.gains());
        assert!(!Sight { kind: "public".to_owned(), ..private.clone() }.gains());
        assert!(!Sight { audience: None, ..private }.gains());
        assert!(sight(&[("U1", Fate::New)]).gains());
    }

    #[test]
    fn sums_count_people_and_not_apps() {
        let mut sums = Sums::default();
        sums.add(&sight(&[("U1", Fate::Owner), ("B1", Fate::App), ("U3", Fate::Same)]));
        let missing = Fate::Missing("bot".to_owned());
        sums.add(&sight(&[("U2", missing), ("A", Fate::Admin), ("U4", Fate::Deactivated)]));
        assert_eq!((sums.spaces, sums.same, sums.could, sums.will, sums.admin), (2, 1, 2, 2, 1));
        assert_eq!(sums.deactivated, 1);
    }
}
