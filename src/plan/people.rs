//! Who is who: Slack identities matched with Google accounts, first cut.
//!
//! A file of the admin's wins; then the Directory by primary address or alias; without a
//! Directory (planning offline) an address is taken to be an account, and said to be assumed.

use super::{Choices, Error};
use crate::convert::{BotPolicy, Known, Roster};
use crate::draft::APP_USER;
use crate::ids::{Account, SlackUserId, hex};
use crate::ledger::{Ledger, Listed, NewPerson};
use crate::slack::{Export, Person, PersonKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// One identity, matched.
#[derive(Debug, Clone)]
pub struct Matched {
    /// The name shown in Slack.
    pub name: String,
    /// Human, guest, bot.
    pub kind: PersonKind,
    /// Its account and resource name.
    pub account: Option<(Account, String)>,
    /// `file`, `email`, `alias`, `assumed`, `suspended`, `none`.
    pub how: &'static str,
}

/// Everyone whom the export knows, matched.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// By Slack id.
    pub by_id: BTreeMap<SlackUserId, Matched>,
    /// SHA-256 over all that was decided: another map makes other plans.
    pub fingerprint: String,
}

/// The organisation's accounts, ready to be asked.
#[derive(Debug)]
struct Addresses<'a>(HashMap<&'a str, (&'a Listed, bool)>);

impl<'a> Addresses<'a> {
    fn of(listed: &'a [Listed]) -> Self {
        let mut by_address = HashMap::new();
        for one in listed {
            for alias in &one.aliases {
                by_address.entry(alias.as_str()).or_insert((one, false));
            }
        }
        for one in listed {
            by_address.insert(one.email.as_str(), (one, true));
        }
        Self(by_address)
    }

    fn find(&self, address: &str, primary: &'static str, alias: &'static str) -> Match {
        match self.0.get(address) {
            None => (None, "none"),
            Some((one, _)) if one.suspended => (None, "suspended"),
            Some((one, is_primary)) => {
                let account = (Account::new(&one.email), one.user.clone());
                (Some(account), if *is_primary { primary } else { alias })
            }
        }
    }
}

type Match = (Option<(Account, String)>, &'static str);

impl People {
    /// Matches everyone of the exports. `listed` is the Directory, if it was ever read; `file`
    /// the admin's own map from Slack id to address.
    pub fn of(
        exports: &[Export],
        listed: Option<&[Listed]>,
        file: &BTreeMap<String, String>,
    ) -> Self {
        let addresses = listed.map(Addresses::of);
        let mut by_id = BTreeMap::new();
        for person in exports.iter().flat_map(Export::people) {
            let (account, how) = match_one(person, addresses.as_ref(), file);
            let name = person.shown().to_owned();
            by_id.insert(person.id.clone(), Matched { name, kind: person.kind, account, how });
        }
        for (id, address) in file {
            by_id.entry(SlackUserId::new(id)).or_insert_with(|| {
                let (account, how) = from_file(address, addresses.as_ref());
                Matched { name: id.clone(), kind: PersonKind::Human, account, how }
            });
        }
        let fingerprint = fingerprint(&by_id);
        Self { by_id, fingerprint }
    }

    /// Returns the account of a Slack identity.
    pub fn account(&self, id: &SlackUserId) -> Option<&(Account, String)> {
        self.by_id.get(id).and_then(|one| one.account.as_ref())
    }

    /// Returns the rows for the ledger.
    pub fn rows(&self) -> Vec<NewPerson<'_>> {
        self.by_id
            .iter()
            .map(|(slack, one)| NewPerson {
                slack,
                name: &one.name,
                kind: kind_word(one.kind),
                account: one.account.as_ref().map(|(email, user)| (email, user.as_str())),
                how: one.how,
            })
            .collect()
    }

    /// Returns what conversion needs to know of people, bots and channels.
    pub fn roster(&self, exports: &[Export]) -> Roster {
        let mut roster = Roster::default();
        for (id, one) in &self.by_id {
            let (account, user) = one.account.clone().unzip();
            roster.people.insert(id.clone(), Known { name: one.name.clone(), account, user });
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

/// Notes who speaks for those without an account: the admin, whose number it returns, and by
/// choice the Chat app.
pub(super) fn speakers(
    ledger: &mut Ledger,
    listed: &[Listed],
    choices: &Choices,
) -> Result<i64, Error> {
    let known = listed.iter().find(|one| one.email == choices.admin.as_str());
    let user = known.map_or_else(|| format!("users/{}", choices.admin), |one| one.user.clone());
    let admin = ledger.account_id(&choices.admin, &user)?;
    if choices.convert.bots == BotPolicy::App {
        ledger.account_id(&Account::app(), APP_USER)?;
    }
    Ok(admin)
}

fn match_one(
    person: &Person,
    addresses: Option<&Addresses<'_>>,
    file: &BTreeMap<String, String>,
) -> Match {
    if let Some(address) = file.get(person.id.as_str()) {
        return from_file(address, addresses);
    }
    match (person.kind, &person.email, addresses) {
        (PersonKind::Bot | PersonKind::Slackbot, _, _) | (_, None, _) => (None, "none"),
        (_, Some(email), Some(addresses)) => addresses.find(email, "email", "alias"),
        (_, Some(email), None) => (Some(assumed(email)), "assumed"),
    }
}

/// An empty address in the admin's file says: nobody.
fn from_file(address: &str, addresses: Option<&Addresses<'_>>) -> Match {
    let address = address.trim().to_lowercase();
    match addresses {
        _ if address.is_empty() => (None, "file"),
        Some(addresses) => addresses.find(&address, "file", "file"),
        None => (Some(assumed(&address)), "file"),
    }
}

fn assumed(email: &str) -> (Account, String) {
    (Account::new(email), format!("users/{email}"))
}

fn kind_word(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::Human => "human",
        PersonKind::Guest => "guest",
        PersonKind::Bot => "bot",
        PersonKind::Slackbot => "slackbot",
    }
}

fn fingerprint(by_id: &BTreeMap<SlackUserId, Matched>) -> String {
    let mut hash = Sha256::new();
    for (id, one) in by_id {
        let (account, user) =
            one.account.as_ref().map_or(("", ""), |(a, u)| (a.as_str(), u.as_str()));
        for text in [id.as_str(), &one.name, account, user] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
    hex(&hash.finalize()[..16])
}
