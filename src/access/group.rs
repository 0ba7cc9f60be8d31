//! Groups of the organisation in place of single people: how one is named, and what becomes of
//! everybody in one.

use super::{Fate, Seat};
use std::collections::HashMap;

/// Why somebody's membership needs no call: they are in by the group.
pub const BY_GROUP: &str = "by_group";
/// Why somebody is missing who was in the group when their space was planned.
pub const LEFT_GROUP: &str = "left_group";
/// Why somebody can't read with their account.
const SUSPENDED: &str = "suspended_account";
/// What the resource name of a group begins with.
const PREFIX: &str = "groups/";

/// A group as the admin names it: its address, or its resource name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(String);

impl GroupKey {
    /// Takes an e-mail address, or `groups/ID`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(group) = Group::parse(text) {
            return Some(Self(group.0));
        }
        let (name, domain) = text.split_once('@')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
        let fits = |part: &str| !part.is_empty() && part.chars().all(plain);
        let is_one = text.len() <= 254 && fits(name) && fits(domain);
        is_one.then(|| Self(text.to_lowercase()))
    }

    /// Returns it as it was named.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what the Directory knows it by: the address, or the id alone.
    pub fn key(&self) -> &str {
        self.0.strip_prefix(PREFIX).unwrap_or(&self.0)
    }
}

/// A group by the name that Chat knows it by: `groups/ID`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group(String);

impl Group {
    /// Takes a resource name; none for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        let id = name.strip_prefix(PREFIX)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let fits = !id.is_empty() && id.len() <= 100 && id.chars().all(plain);
        fits.then(|| Self(name.to_owned()))
    }

    /// Returns the resource name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A group as it was looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenGroup {
    /// `groups/ID`.
    pub name: String,
    /// Its address; empty where it was never looked up.
    pub email: String,
    /// When, in µs since 1970.
    pub seen: i64,
}

/// Somebody of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InGroup {
    /// The account's address.
    pub account: String,
    /// Slack's id of whoever has it; none where nobody of Slack's has.
    pub slack: Option<String>,
    /// The name shown in Slack, else the address: hostile.
    pub name: String,
    /// A full member of the workspace, not deactivated: could read every public channel.
    pub could: bool,
}

/// Puts everybody of a group among those who will see a space. Whoever was a member is in by it;
/// whoever could read it as everybody could comes in by it; anybody else is new.
pub fn seat_group(seats: &mut Vec<Seat>, members: Vec<InGroup>) {
    let mut by_account: HashMap<String, Vec<usize>> = HashMap::new();
    let mut gone: HashMap<String, usize> = HashMap::new();
    for (at, seat) in seats.iter().enumerate() {
        match (&seat.account, &seat.slack) {
            (Some(account), _) => by_account.entry(account.clone()).or_default().push(at),
            (None, Some(slack)) => drop(gone.insert(slack.clone(), at)),
            (None, None) => {}
        }
    }
    for member in members {
        let known = by_account.get(&member.account);
        for at in known.into_iter().flatten() {
            seats[*at].fate = seats[*at].fate.with_group(member.could);
        }
        if known.is_some() {
            continue;
        }
        let fate = if member.could { Fate::JoinsByGroup } else { Fate::New };
        let seat = Seat {
            fate,
            name: member.name,
            account: Some(member.account),
            also: Vec::new(),
            slack: member.slack,
        };
        // Somebody whose account was not to be a member's: a deactivated one, an app's.
        match seat.slack.as_ref().and_then(|slack| gone.get(slack)) {
            Some(at) => seats[*at] = seat,
            None => seats.push(seat),
        }
    }
    for seat in seats.iter_mut().filter(|seat| seat.fate.why() == Some(BY_GROUP)) {
        seat.fate = Fate::Missing(LEFT_GROUP.to_owned());
    }
}

impl Fate {
    /// Returns what becomes of somebody who is in the group too.
    fn with_group(&self, could: bool) -> Self {
        match self {
            // The group opens nothing to an account that can't sign in.
            Self::Missing(why) if why == SUSPENDED => self.clone(),
            Self::Missing(why) if why == super::EXTERNAL => Self::New,
            Self::Missing(_) => Self::ByGroup,
            // Behind an app's account is somebody who was not in.
            Self::App | Self::Deactivated => Self::New,
            // An admin who leaves later would stay in by the group.
            Self::Admin if !could => Self::New,
            _ => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_an_address_or_a_resource_name_and_nothing_else() {
        let key = |text: &str| GroupKey::parse(text).map(|key| key.key().to_owned());
        assert_eq!(key("All@Example.com").as_deref(), Some("all@example.com"));
        assert_eq!(key("groups/03abc-D_1").as_deref(), Some("03abc-D_1"));
        for bad in
            ["", "all", "@x", "a@", "a b@x.com", "groups/", "groups/a/b", "a@b@c", "a\"@x.com"]
        {
            assert_eq!(key(bad), None, "{bad}");
        }
        assert_eq!(Group::parse("all@example.com"), None, "Chat knows no address");
    }

    fn seat(slack: Option<&str>, account: Option<&str>, fate: Fate) -> Seat {
        let own = |text: &str| text.to_owned();
        let (slack, account) = (slack.map(own), account.map(own));
        Seat { slack, name: String::new(), account, fate, also: Vec::new() }
    }

    fn member(account: &str, slack: Option<&str>, could: bool) -> InGroup {
        let (account, slack) = (account.to_owned(), slack.map(str::to_owned));
        InGroup { account, slack, name: String::new(), could }
    }

    #[test]
    fn d1_whoever_is_in_the_group_and_could_not_read_it_is_new() {
        let missing = |why: &str| Fate::Missing(why.to_owned());
        let mut seats = vec![
            seat(Some("U1"), Some("ana"), Fate::Owner),
            seat(Some("U2"), Some("bo"), missing(BY_GROUP)),
            seat(Some("U3"), Some("cy"), missing(BY_GROUP)),
            seat(Some("U4"), Some("di"), missing(SUSPENDED)),
            seat(Some("U5"), Some("ext"), missing(super::super::EXTERNAL)),
            seat(Some("U6"), None, Fate::Deactivated),
            seat(Some("U7"), Some("hal"), Fate::Member),
            seat(None, Some("admin"), Fate::Admin),
        ];
        let group = vec![
            member("ana", Some("U1"), true),
            member("bo", Some("U2"), true),
            member("di", Some("U4"), true),
            member("ext", Some("U5"), false),
            member("fay", Some("U6"), false),
            member("gus", Some("U8"), true),
            member("guest", Some("U9"), false),
            member("stranger", None, false),
            member("admin", None, false),
        ];
        seat_group(&mut seats, group);
        let words: Vec<_> = seats
            .iter()
            .map(|seat| (seat.account.as_deref().unwrap_or_default(), seat.fate.clone()))
            .collect();
        let expected = [
            ("ana", Fate::Owner),
            ("bo", Fate::ByGroup),
            ("cy", missing(LEFT_GROUP)),
            ("di", missing(SUSPENDED)),
            ("ext", Fate::New),
            ("fay", Fate::New),
            ("hal", Fate::Member),
            ("admin", Fate::New),
            ("gus", Fate::JoinsByGroup),
            ("guest", Fate::New),
            ("stranger", Fate::New),
        ];
        assert_eq!(words, expected);
    }
}
