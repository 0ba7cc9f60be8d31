//! Settings: file, environment and flags, resolved once. And the work folder they live in.
//!
//! Knows nothing of what the settings are for: the rooms that obey them say so in their docs.

mod adc;
mod authors;
mod hours;
mod key;
mod layer;
mod limits;
mod parse;
mod pause;
mod policy;
mod refusal;
mod row;
mod template;
mod value;
mod work;

pub use adc::{CredentialsFile, application_credentials};
pub use authors::{Attribution, Authors, Speaker};
pub use hours::Hours;
pub use key::KEYS;
pub use layer::{ENV_PREFIX, Layers, environment};
pub use limits::MaxRate;
pub use pause::{PAUSED, Paused};
pub use policy::{Archived, Deleted, Edited, ReactionRest, Reactions, SystemLines};
pub use refusal::{Origin, SettingsError};
pub use row::Key;
pub use value::{Detail, Dm, External, Links, Pace, Pins, Unavailable};
pub use work::{CHOICES, LEDGER, Lock, SETTINGS, SPACES, WorkError, WorkFolder};

use crate::access::Audience;
use crate::ids::{Account, LinkTemplate};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The settings of one migration, each from the strongest layer that names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The migration's name; none means the workspace's team id.
    pub migration: Option<String>,
    /// The Workspace customer that the migration goes to.
    pub customer: String,
    /// The account that acts where nobody else can.
    pub admin: Option<Account>,
    /// The service account's key file.
    pub key: Option<PathBuf>,
    /// The service account's address, to sign without a key file.
    pub service_account: Option<String>,
    /// Accounts that become managers wherever they are members.
    pub managers: BTreeSet<Account>,
    /// The admin stays in spaces that only the admin could complete.
    pub admin_stays: bool,
    /// The people file: Slack id, account.
    pub people: Option<PathBuf>,
    /// The workspace's custom emoji: a folder of pictures, or Slack's list with pictures beside it.
    pub emoji: Option<PathBuf>,
    /// The base URL of an emulator; none means Google.
    pub api: Option<String>,
    /// How many conversations are sent at the same time.
    pub lanes: usize,
    /// How many posts of one conversation are under way at the same time.
    pub window: usize,
    /// How many members a minute are added to completed spaces at most.
    pub members_per_minute: u32,
    /// How much faster than Google's quotas; none where the command's own default holds.
    pub pace: Option<Pace>,
    /// The share of each quota that is left unused.
    pub headroom: f64,
    /// A ceiling below Google's quotas.
    pub max_rate: Option<MaxRate>,
    /// Hours in which calls may be begun; none is always.
    pub between: Option<Hours>,
    /// After so long a command that sends stops by itself.
    pub max_duration: Option<Duration>,
    /// After so many calls that failed for good it stops by itself; 0 is never.
    pub max_errors: u64,
    /// What direct messages and group direct messages become.
    pub dm: Dm,
    /// Which of Slack's system lines become messages.
    pub system_lines: SystemLines,
    /// What stands in front of every channel's name.
    pub name_prefix: String,
    /// A pattern in channels' names, and what replaces it.
    pub rename: Option<(String, String)>,
    /// What becomes of archived conversations.
    pub archived: Archived,
    /// What an edited message says of it.
    pub edited: Edited,
    /// What becomes of a deleted message that has no replies.
    pub deleted: Deleted,
    /// What becomes of messages of apps and bots.
    pub bots: Speaker,
    /// What becomes of messages of other authors without an account, by class.
    pub authors: Authors,
    /// What stands in front of texts that somebody else posts.
    pub attribution: Attribution,
    /// What becomes of reactions.
    pub reactions: Reactions,
    /// What becomes of reactions that nobody can make in Chat.
    pub reaction_rest: ReactionRest,
    /// Who may find the spaces of public channels.
    pub audience: Option<Audience>,
    /// What becomes of members from outside the organisation.
    pub external: External,
    /// What becomes of people whose account can't be used any more.
    pub unavailable: Unavailable,
    /// Takes the last of several archive entries that bear one name, instead of refusing.
    pub allow_duplicate_entries: bool,
    /// The Slack workspace's host, for the manifest.
    pub workspace: Option<String>,
    /// What becomes of links to messages of Slack's.
    pub links: Links,
    /// What becomes of pins.
    pub pins: Pins,
    /// What the address of a message in Chat looks like.
    pub link_template: LinkTemplate,
    /// How often a call that fails without a clear answer is tried before it is set aside.
    pub max_attempts: u32,
    /// How much the log tells.
    pub log: Detail,
    given: BTreeMap<&'static str, (String, Origin)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            migration: None,
            customer: "my_customer".to_owned(),
            admin: None,
            key: None,
            service_account: None,
            managers: BTreeSet::new(),
            admin_stays: false,
            people: None,
            emoji: None,
            api: None,
            lanes: 64,
            window: 16,
            members_per_minute: 300,
            pace: None,
            headroom: 0.02,
            max_rate: None,
            between: None,
            max_duration: None,
            max_errors: 0,
            dm: Dm::Auto,
            system_lines: SystemLines::default(),
            name_prefix: String::new(),
            rename: None,
            archived: Archived::Mark,
            edited: Edited::Time,
            deleted: Deleted::Skip,
            bots: Speaker::Admin,
            authors: Authors::default(),
            attribution: Attribution::Name,
            reactions: Reactions::Native,
            reaction_rest: ReactionRest::Footnote,
            audience: None,
            external: External::LeaveOut,
            unavailable: Unavailable::Attribute,
            allow_duplicate_entries: false,
            workspace: None,
            links: Links::Keep,
            pins: Pins::List,
            link_template: LinkTemplate::default(),
            max_attempts: 8,
            log: Detail::Info,
            given: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Resolves the layers: defaults, then file, then environment, then flags.
    pub fn resolve(layers: &Layers) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        for given in layers.given()? {
            settings.set(&given.key, &given.text, given.origin, &given.base)?;
        }
        settings.one_signer()?;
        settings.check()?;
        Ok(settings)
    }

    /// Sets one value; `base` is the folder that relative paths start from.
    fn set(
        &mut self,
        key: &str,
        text: &str,
        origin: Origin,
        base: &Path,
    ) -> Result<(), SettingsError> {
        let Some(known) = KEYS.iter().find(|known| known.name == key) else {
            return Err(SettingsError::unknown(key, &origin));
        };
        (known.apply)(self, text, base)
            .map_err(|why| SettingsError::bad(key, text, &origin, why))?;
        self.given.insert(known.name, (text.to_owned(), origin));
        Ok(())
    }

    /// Returns a hash over the settings that change what is sent. People file and custom emoji are
    /// not among them, since their content counts, not their path; nor are migration and customer, which say
    /// which migration this is.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"chatferry settings 1\0");
        for key in KEYS.iter().filter(|key| key.changes_bytes) {
            let value = (key.show)(self);
            hash.update(format!("{}={}:{value}\n", key.name, value.len()));
        }
        let nibbles =
            hash.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<_>>();
        nibbles.into_iter().filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
    }

    /// Returns the accounts that were chosen to speak for authors without one.
    pub fn stand_ins(&self) -> impl Iterator<Item = &Account> {
        self.authors.all().chain([&self.bots]).filter_map(|speaker| match speaker {
            Speaker::Account(account) => Some(account),
            _ => None,
        })
    }

    /// Returns where a setting's value came from; none for a default.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.given.get(key).map(|(_, origin)| origin)
    }

    /// A key file and a service account exclude each other: the stronger layer has its way.
    fn one_signer(&mut self) -> Result<(), SettingsError> {
        let (Some(_), Some(account)) = (&self.key, &self.service_account) else { return Ok(()) };
        let (key, keyless) = (self.origin("key"), self.origin("service_account"));
        let strength = |origin: Option<&Origin>| origin.map(Origin::strength);
        match strength(key).cmp(&strength(keyless)) {
            Ordering::Less => {
                self.key = None;
                self.given.remove("key");
            }
            Ordering::Greater => {
                self.service_account = None;
                self.given.remove("service_account");
            }
            Ordering::Equal => {
                let origin = keyless.unwrap_or(&Origin::Flag);
                let why = "`key` is set in the same place; take one of the two out";
                return Err(SettingsError::bad("service_account", account, origin, why));
            }
        }
        Ok(())
    }

    /// Refuses what no single value shows to be wrong.
    fn check(&self) -> Result<(), SettingsError> {
        let Some(pace) = self.pace else { return Ok(()) };
        if let (Pace::Off, Some(rate)) = (pace, self.max_rate) {
            let origin = self.origin("max_rate").unwrap_or(&Origin::Flag);
            let why = "without a pace there is nothing to stay below: it wants pace real, or 20x for an emulator";
            return Err(SettingsError::bad("max_rate", &rate.to_string(), origin, why));
        }
        if pace != Pace::REAL && self.api.is_none() {
            let origin = self.origin("pace").unwrap_or(&Origin::Flag);
            let why = "Google's quotas can't be outrun: only an emulator (`api`) allows a pace other than real";
            return Err(SettingsError::bad("pace", &pace.to_string(), origin, why));
        }
        Ok(())
    }
}
