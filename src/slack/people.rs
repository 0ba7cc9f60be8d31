//! `users.json`: humans, guests, bots, and Slackbot, whom no list names.

use super::conversation::{Person, PersonKind};
use super::finding::Findings;
use super::lists::each_element;
use super::loose::{Flag, Maybe, Text};
use super::record::loose_struct;
use crate::ids::SlackUserId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

loose_struct!(
    /// An entry of `users.json`.
    UserRecord {
        id: Text<'a>,
        team_id: Text<'a>,
        name: Text<'a>,
        real_name: Text<'a>,
        deleted: Flag,
        is_restricted: Flag,
        is_ultra_restricted: Flag,
        is_bot: Flag,
        is_stranger: Flag,
        profile: Maybe<UserProfile<'a>>,
    }
);

loose_struct!(
    /// `profile` of a user.
    UserProfile {
        real_name: Text<'a>,
        display_name: Text<'a>,
        email: Text<'a>,
        bot_id: Text<'a>,
        team: Text<'a>,
    }
);

/// Everyone in `users.json`, findable by id.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) all: Vec<Person>,
    by_id: HashMap<SlackUserId, usize>,
    by_bot: HashMap<String, usize>,
    teams: BTreeMap<String, u64>,
    /// Teams that have somebody with an e-mail address.
    known: BTreeSet<String>,
    /// The teams of people without one, by place.
    unsure: Vec<(usize, String)>,
}

impl People {
    /// Reads `users.json`; an empty list is fine.
    pub(super) fn read(
        &mut self,
        entry: &str,
        bytes: &[u8],
        odd: &mut Findings,
    ) -> Result<(), String> {
        each_element(entry, bytes, odd, |json| {
            let record: UserRecord<'_> = serde_json::from_str(json).map_err(|_| "not an object")?;
            let team = record.team_id.filled().map(str::to_owned);
            let person = person(record).ok_or("it has no id")?;
            let has_mail = person.email.is_some();
            let is_person = matches!(person.kind, PersonKind::Human | PersonKind::Guest);
            if let Some(team) = &team {
                *self.teams.entry(team.clone()).or_default() += 1;
            }
            let place = self.all.len();
            self.add(person).then_some(()).ok_or("its id was listed before")?;
            match team {
                Some(team) if has_mail => drop(self.known.insert(team)),
                Some(team) if is_person => self.unsure.push((place, team)),
                _ => {}
            }
            Ok(())
        })
    }

    /// Ends the reading: tells who is a stranger, and adds Slackbot where the list doesn't name it.
    pub(super) fn finished(mut self) -> Self {
        self.find_strangers();
        self.add(Person {
            id: SlackUserId::new("USLACKBOT"),
            handle: "slackbot".to_owned(),
            real_name: "Slackbot".to_owned(),
            display_name: String::new(),
            email: None,
            kind: PersonKind::Slackbot,
            deleted: false,
            stranger: false,
            bot_id: Some("BSLACKBOT".to_owned()),
        });
        self
    }

    /// Slack keeps to itself how people of other organisations can be reached: a team of whose
    /// people it tells no address, while it does of others, is another organisation's. An export of
    /// several workspaces of one organisation has addresses in each.
    fn find_strangers(&mut self) {
        for (place, team) in std::mem::take(&mut self.unsure) {
            let is_other = !self.known.is_empty() && !self.known.contains(&team);
            if let Some(person) = self.all.get_mut(place).filter(|_| is_other) {
                person.stranger = true;
            }
        }
    }

    fn add(&mut self, person: Person) -> bool {
        if self.by_id.contains_key(&person.id) {
            return false;
        }
        let index = self.all.len();
        self.by_id.insert(person.id.clone(), index);
        if let Some(bot) = &person.bot_id {
            self.by_bot.entry(bot.clone()).or_insert(index);
        }
        self.all.push(person);
        true
    }

    pub(super) fn get(&self, id: &SlackUserId) -> Option<&Person> {
        self.by_id.get(id).and_then(|index| self.all.get(*index))
    }

    pub(super) fn bot(&self, bot_id: &str) -> Option<&Person> {
        self.by_bot.get(bot_id).and_then(|index| self.all.get(*index))
    }

    /// Returns the team that most users name; of equals the first by name.
    pub(super) fn team(&self) -> Option<&str> {
        let most =
            self.teams.iter().max_by_key(|(team, count)| (**count, std::cmp::Reverse(*team)));
        most.map(|(team, _)| team.as_str())
    }
}

/// Deactivated users lack most fields at the top; the profile has the names.
fn person(record: UserRecord<'_>) -> Option<Person> {
    let id = SlackUserId::new(record.id.filled()?);
    let profile = record.profile.0.unwrap_or_default();
    let kind = if id.as_str() == "USLACKBOT" {
        PersonKind::Slackbot
    } else if record.is_bot.0 {
        PersonKind::Bot
    } else if record.is_restricted.0 || record.is_ultra_restricted.0 {
        PersonKind::Guest
    } else {
        PersonKind::Human
    };
    let email = profile.email.into_filled().map(|email| email.trim().to_lowercase());
    let real_name = profile.real_name.into_filled().or_else(|| record.real_name.into_filled());
    Some(Person {
        id,
        kind,
        handle: record.name.into_filled().unwrap_or_default(),
        real_name: real_name.unwrap_or_default(),
        display_name: profile.display_name.into_filled().unwrap_or_default(),
        email: email.filter(|email| email.contains('@')),
        deleted: record.deleted.0,
        stranger: record.is_stranger.0,
        bot_id: profile.bot_id.into_filled(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> People {
        let mut people = People::default();
        people.read("users.json", json.as_bytes(), &mut Findings::default()).expect("an array");
        people.finished()
    }

    #[test]
    fn a_deactivated_user_is_named_by_the_profile() {
        let people = read(
            r#"[{"id":"U1","team_id":"T1","name":"mo","deleted":true,"profile":{"real_name":"Mo Ek","email":" Mo@Example.com "}}]"#,
        );
        let mo = people.get(&SlackUserId::new("U1")).expect("listed");
        assert_eq!(
            (mo.shown(), mo.email.as_deref(), mo.deleted, mo.kind),
            ("Mo Ek", Some("mo@example.com"), true, PersonKind::Human)
        );
        assert_eq!(people.team(), Some("T1"));
    }

    #[test]
    fn d5_people_of_a_team_that_tells_no_address_are_of_another_organisation() {
        let user = |id: &str, team: &str, mail: &str| {
            format!(r#"{{"id":"{id}","team_id":"{team}","profile":{{"email":"{mail}"}}}}"#)
        };
        let strangers = |users: &[String]| {
            let people = read(&format!("[{}]", users.join(",")));
            let all = people.all.iter().filter(|person| person.stranger);
            all.map(|person| person.id.to_string()).collect::<Vec<_>>()
        };
        let bot = r#"{"id":"U9","team_id":"T9","is_bot":true}"#.to_owned();
        let own = [user("U1", "T1", "a@x.example"), user("U2", "T1", ""), bot];
        assert!(strangers(&own).is_empty(), "an address may be missing, and an app has none");
        let met = [user("U3", "T3", ""), user("U4", "T4", ""), user("U5", "T5", "b@x.example")];
        assert_eq!(strangers(&[&own[..], &met[..]].concat()), ["U3", "U4"]);
        assert!(strangers(&met[..2]).is_empty(), "an export without any address tells nothing");
    }

    #[test]
    fn guests_bots_and_slackbot_are_told_apart() {
        let people = read(
            r#"[{"id":"U1","is_restricted":true,"is_ultra_restricted":true},{"id":"U2","is_bot":true,"profile":{"bot_id":"B2"}},{"id":"U2"}]"#,
        );
        let kind = |id| people.get(&SlackUserId::new(id)).map(|person| person.kind);
        assert_eq!(kind("U1"), Some(PersonKind::Guest));
        assert_eq!(kind("U2"), Some(PersonKind::Bot));
        assert_eq!(kind("USLACKBOT"), Some(PersonKind::Slackbot));
        assert_eq!(people.bot("B2").map(|bot| bot.id.as_str()), Some("U2"));
        assert_eq!(people.all.len(), 3);
    }
}
