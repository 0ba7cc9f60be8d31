//! Who is who: Slack identities matched with Google accounts, and who speaks for the others.

mod codes;
mod directory;
mod matching;
mod shared;
mod speakers;

pub use codes::{How, Problem};
pub use speakers::policy_of;
pub(super) use speakers::speakers;

use crate::convert::{AuthorPolicy, Class, Known, Roster, Traits, without_address};
use crate::ids::{Account, SlackUserId};
use crate::ledger::{Choice, Listed, NewPerson};
use crate::settings::Speaker;
use crate::slack::{Export, Person, PersonKind};
use directory::Directory;
use matching::match_one;
use std::collections::{BTreeMap, HashSet};

/// What tells who is who, besides the exports.
#[derive(Debug, Clone, Copy)]
pub struct Clues<'a> {
    /// The Directory; none where it was never read.
    pub listed: Option<&'a [Listed]>,
    /// The people file: an address by Slack id, empty for nobody.
    pub file: &'a BTreeMap<String, String>,
    /// What the admin chose in the workbook; stronger than the file.
    pub chosen: &'a BTreeMap<SlackUserId, Choice>,
}

/// One identity, matched.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The name shown in Slack; empty for somebody whom no export lists.
    pub name: String,
    /// The display name as the newest export has it.
    pub display: String,
    /// The real name as the newest export has it.
    pub real: String,
    /// The e-mail address as the newest export has it.
    pub email: Option<String>,
    /// Human, guest, bot.
    pub kind: PersonKind,
    /// What decides the class.
    pub traits: Traits,
    /// Its account and resource name.
    pub account: Option<(Account, String)>,
    /// How it was matched.
    pub how: How,
    /// What would be right if the admin says so.
    pub suggested: Option<Account>,
    /// What the admin may want to look at.
    pub problems: Vec<Problem>,
    /// Who speaks for it alone, where there is no account.
    pub policy: Option<AuthorPolicy>,
}

impl Matched {
    /// Returns the class.
    pub const fn class(&self) -> Class {
        Class::of(self.traits)
    }

    /// Tells how sure the match is; a suggestion is a guess, by whatever it was found.
    pub const fn confidence(&self) -> &'static str {
        match (&self.account, &self.suggested) {
            (None, Some(_)) => "guess",
            _ => self.how.confidence(),
        }
    }

    /// Tells whether this is a full member of the workspace who was not deactivated, and so could
    /// read every public channel. Of anybody else nothing is taken for granted.
    pub const fn reads_public(&self) -> bool {
        let Traits { app, unlisted, deleted, guest, outside, .. } = self.traits;
        matches!(self.kind, PersonKind::Human) && !(app || unlisted || deleted || guest || outside)
    }

    /// Tells whether there is an account that is suspended or archived.
    pub const fn is_shut(&self) -> bool {
        self.traits.shut
    }
}

/// Everyone whom the export knows, matched.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// By Slack id.
    pub by_id: BTreeMap<SlackUserId, Matched>,
}

/// An identity as the exports have it: the newest entry, and every address, the newest first.
#[derive(Debug, Default)]
struct Identity<'a> {
    newest: Option<&'a Person>,
    emails: Vec<&'a str>,
}

impl People {
    /// Matches everyone of the exports, and everyone whom the admin named; a later export is
    /// newer.
    pub fn of(exports: &[Export], clues: &Clues<'_>) -> Self {
        let directory = clues.listed.map(Directory::of);
        let mut identities: BTreeMap<SlackUserId, Identity<'_>> = BTreeMap::new();
        for person in exports.iter().rev().flat_map(Export::people) {
            let identity = identities.entry(person.id.clone()).or_default();
            identity.newest = identity.newest.or(Some(person));
            let email = person.email.as_deref().filter(|email| !identity.emails.contains(email));
            identity.emails.extend(email);
        }
        let file = clues.file.keys().map(|id| SlackUserId::new(id));
        for id in file.chain(clues.chosen.keys().cloned()) {
            identities.entry(id).or_default();
        }
        let newest = identities.values().filter_map(|one| one.emails.first().copied()).collect();
        let mut people = Self::default();
        for (id, identity) in &identities {
            let one = matched(id, identity, &newest, clues, directory.as_ref());
            people.by_id.insert(id.clone(), one);
        }
        people.settle_shared();
        people
    }

    /// Returns the account of a Slack identity.
    pub fn account(&self, id: &SlackUserId) -> Option<&(Account, String)> {
        self.by_id.get(id).and_then(|one| one.account.as_ref())
    }

    /// Returns the account that a Slack identity is a member with; an app is none.
    pub fn member(&self, id: &SlackUserId) -> Option<&(Account, String)> {
        self.account(id).filter(|_| self.by_id.get(id).is_some_and(|one| !one.traits.app))
    }

    /// Returns the rows for the ledger.
    pub fn rows(&self) -> Vec<NewPerson<'_>> {
        self.by_id
            .iter()
            .map(|(slack, one)| NewPerson {
                slack,
                name: if one.name.is_empty() { slack.as_str() } else { &one.name },
                kind: kind_word(one.kind),
                account: one.account.as_ref().map(|(email, user)| (email, user.as_str())),
                how: one.how.code(),
                reads: one.reads_public(),
            })
            .collect()
    }

    /// Returns what conversion needs to know of people, bots and channels. E-mail addresses are
    /// only handed on where texts are to show them.
    pub fn roster(&self, exports: &[Export], with_emails: bool) -> Roster {
        let mut roster = Roster::default();
        for (id, one) in &self.by_id {
            let (account, user) = one.account.clone().unzip();
            let known = Known {
                name: one.name.clone(),
                account,
                user,
                traits: one.traits,
                policy: one.policy.clone(),
                email: one.email.clone().filter(|_| with_emails),
            };
            roster.people.insert(id.clone(), known);
        }
        for export in exports {
            for person in export.people() {
                if matches!(person.kind, PersonKind::Bot | PersonKind::Slackbot) {
                    roster.apps.insert(person.id.clone());
                }
                if let Some(bot) = &person.bot_id {
                    roster.bot_users.insert(bot.clone(), person.id.clone());
                    roster.bots.insert(bot.clone(), person.shown().to_owned());
                }
            }
            for conversation in export.conversations() {
                roster.channels.insert(conversation.id.clone(), conversation.name.clone());
            }
        }
        roster
    }
}

fn matched(
    id: &SlackUserId,
    identity: &Identity<'_>,
    newest: &HashSet<&str>,
    clues: &Clues<'_>,
    directory: Option<&Directory<'_>>,
) -> Matched {
    let person = identity.newest;
    let found = match_one(id, (person, &identity.emails), newest, clues, directory);
    let unlisted_app = person.is_none() && id.as_str().starts_with('B');
    let kind = person.map_or(PersonKind::Human, |person| person.kind);
    let traits = Traits {
        app: unlisted_app || matches!(kind, PersonKind::Bot | PersonKind::Slackbot),
        unlisted: person.is_none(),
        deleted: person.is_some_and(|person| person.deleted),
        shut: found.is_shut(),
        guest: kind == PersonKind::Guest || found.problems.contains(&Problem::GuestAccount),
        outside: person.is_some_and(|person| person.stranger)
            || found.problems.contains(&Problem::OtherDomain),
    };
    let policy = clues.chosen.get(id).and_then(|choice| choice.policy.as_deref());
    // What an older program wrote down and this one can't read is as good as nothing.
    let policy = policy.and_then(|policy| policy.parse::<Speaker>().ok());
    let text = |of: fn(&Person) -> &str| person.map(of).unwrap_or_default().to_owned();
    Matched {
        name: person.map(shown).unwrap_or_default(),
        display: text(|person| &person.display_name),
        real: text(|person| &person.real_name),
        email: identity.emails.first().map(|email| (*email).to_owned()),
        kind: if unlisted_app { PersonKind::Bot } else { kind },
        traits,
        account: found.account,
        how: found.how,
        suggested: found.suggested,
        problems: found.problems,
        policy: policy.as_ref().map(policy_of),
    }
}

/// Returns the name that others may read: one that holds an e-mail address gives way to another one.
fn shown(person: &Person) -> String {
    let names = [&person.display_name, &person.real_name, &person.handle];
    let names = names.into_iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let plain = names.into_iter().find(|name| without_address(name) == *name);
    plain.map_or_else(|| without_address(person.shown()).into_owned(), str::to_owned)
}

/// Returns what a kind of person is called in tables.
pub const fn kind_word(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::Human => "human",
        PersonKind::Guest => "guest",
        PersonKind::Bot => "bot",
        PersonKind::Slackbot => "slackbot",
    }
}
