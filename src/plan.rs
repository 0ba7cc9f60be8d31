//! The offline verb: archive to ledger. Knows Slack and the ledger; nothing of HTTP or waiting.
//!
//! Planning writes items: what there is, when it will stand in Chat, who says it, what will be
//! lost. It stores no bodies. Just before a lane opens, [`Stager`] reads its conversation again
//! and freezes every request.

mod added;
mod admission;
mod chosen;
mod conversation;
mod emoji;
mod late;
mod members;
mod names;
mod notes;
mod numbers;
mod offline;
mod order;
mod outside;
mod people;
mod pins;
mod print;
mod record;
mod sources;
mod stage;
mod steps;
mod threads;
mod times;

use chosen::{Chosen, leaves_out};
pub use late::{Joins, Late, LatePerson};
pub use names::Renamed;
pub use offline::{Census, Deeds, Offline, Sums};
pub use people::{Clues, How, Matched, People, Problem, kind_word as person_kind, policy_of};
pub use stage::Stager;

use crate::access::Admission;
use crate::convert::{Converter, DmPolicy, Settings, named_by};
use crate::event::{Event, Monitor};
use crate::gallery::Gallery;
use crate::ids::{Account, ConversationId};
use crate::ledger::{self, LaneState, Ledger, Owner};
use crate::slack::{Conversation, Export, Kind};
use outside::Outside;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use tokio_util::sync::CancellationToken;

/// Why planning stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger's own complaint.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Nobody said what the migration is called, and the export does not tell its team.
    #[error("this migration has no name, and the export does not say which workspace it is")]
    Nameless,
    /// The archive is not what was planned from.
    #[error("the archive changed since it was planned: {0}")]
    ArchiveChanged(String),
    /// Another archive came when something was sent already.
    #[error("{0} is another archive, and this migration was planned without it and is being sent")]
    LateArchive(String),
    /// An archive that the ledger was planned from is not at hand.
    #[error("the archive of conversation {0} is not at hand")]
    NoArchive(String),
    /// An account that is to speak for authors without one can't.
    #[error("{0}, which is to speak for authors without an account, {1}")]
    Speaker(Account, String),
    /// It was asked to stop.
    #[error("stopped in the middle of a conversation")]
    Stopped,
    /// Reading stopped in the middle.
    #[error("reading the archive stopped in the middle of a conversation")]
    Order,
}

/// What the admin chose, as far as planning goes.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The migration's name; none: the workspace's team id.
    pub name: Option<String>,
    /// Who creates spaces, and speaks for authors without an account.
    pub admin: Account,
    /// The admin's own map from Slack id to address.
    pub people: BTreeMap<String, String>,
    /// How text is converted.
    pub convert: Settings,
    /// The workspace's custom emoji.
    pub emoji: Gallery,
    /// Who may see spaces, beside their members.
    pub admission: Admission,
}

/// One export's part in a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    id: i64,
    export: &'a Export,
    conversation: &'a Conversation,
}

/// Everything that planning and staging share: who is who, what is called what.
#[derive(Debug)]
pub struct Bench {
    exports: Vec<Export>,
    /// The ledger's number of each export.
    sources: Vec<i64>,
    /// Where each conversation stands: places of exports, and in them.
    places: BTreeMap<ConversationId, Vec<(usize, usize)>>,
    converter: Converter,
    people: People,
    accounts: HashMap<Account, (i64, String)>,
    emails: HashMap<i64, Account>,
    admin: i64,
    direct: DmPolicy,
    names: BTreeMap<ConversationId, String>,
    /// What the admin chose for single conversations.
    chosen: Chosen,
    renamed: Vec<Renamed>,
    gallery: Gallery,
    admission: Admission,
    outside: Outside,
    /// Of the custom emoji that Chat may get, Slack's name by Chat's.
    assumed: HashMap<String, String>,
    /// Of everything but custom emoji.
    base: String,
    fingerprint: String,
}

impl Bench {
    /// Sets up: claims the ledger for this workspace, notes the archives, matches people.
    pub fn set_up(
        archives: Vec<(PathBuf, Export)>,
        ledger: &mut Ledger,
        choices: &Choices,
    ) -> Result<Self, Error> {
        let (paths, exports): (Vec<PathBuf>, Vec<Export>) = archives.into_iter().unzip();
        let team = exports.iter().find_map(Export::team).map(str::to_owned);
        let have = ledger.owner()?.map(|owner| owner.name);
        let name = choices.name.clone().or(have).or(team).ok_or(Error::Nameless)?;
        let owner = Owner { name, ..Owner::default() };
        ledger.claim(&owner)?;
        ledger.recognise(&choices.admin)?;
        for team in exports.iter().filter_map(Export::team) {
            // Each of them: one archive of another workspace among many is one too many.
            ledger.claim(&Owner { team: Some(team.to_owned()), ..owner.clone() })?;
        }
        sources::refuse_late(ledger, &exports)?;
        let sources = sources::note(ledger, &paths, &exports)?;
        let listed = ledger.directory()?;
        let clues = Clues {
            listed: (!listed.is_empty()).then_some(&listed),
            file: &choices.people,
            chosen: &ledger.choices()?,
        };
        let people = People::of(&exports, &clues);
        let admin = people::speakers(ledger, &listed, choices, &people)?;
        ledger.set_people(&people.rows())?;
        let outside = Outside::of(&exports, &people, &clues).noted(ledger, choices)?;
        let roster = people.roster(&exports, choices.convert.author_emails);
        let places = union(&exports);
        let chosen = Chosen::of(ledger)?;
        let newest: Vec<&Conversation> = places
            .values()
            .filter_map(|at| at.last())
            .map(|(e, c)| &exports[*e].conversations()[*c])
            .filter(|one| chosen.left_out(&choices.convert, one).is_none())
            .collect();
        let rules = &choices.convert.names;
        let (names, renamed) = names::settle(&newest, &|one| {
            chosen.name(one).unwrap_or_else(|| named_by(rules, one, &roster))
        });
        let base = print::fingerprint(&exports, &roster.fingerprint(), choices, (&names, &chosen));
        let accounts = ledger.accounts()?;
        let mut bench = Self {
            exports,
            sources,
            emails: accounts.iter().map(|(email, (number, _))| (*number, email.clone())).collect(),
            accounts,
            places,
            admin,
            direct: choices.convert.direct,
            converter: Converter::new(roster, choices.convert.clone()),
            people,
            names,
            chosen,
            renamed,
            gallery: choices.emoji.clone(),
            admission: choices.admission.clone(),
            outside,
            assumed: HashMap::new(),
            fingerprint: base.clone(),
            base,
        };
        bench.learn_emoji(ledger)?;
        Ok(bench)
    }

    /// Plans every conversation that is not planned, or was planned under other settings and not
    /// begun. Returns how many were planned now.
    pub fn plan(
        &self,
        ledger: &mut Ledger,
        monitor: &dyn Monitor,
        stop: &CancellationToken,
    ) -> Result<u64, Error> {
        let mut due = Vec::new();
        for id in self.places.keys() {
            match ledger.lane_of(id)? {
                Some(lane)
                    if lane.state > LaneState::Staged || lane.fingerprint == self.fingerprint => {}
                _ => due.push(id),
            }
        }
        if due.len() == self.places.len() {
            // Which emoji are used shows anew; those that an earlier plan wanted are nobody's now.
            ledger.forget_owed_emoji()?;
        }
        monitor.observe(&Event::PlanStarted { conversations: due.len() as u64 });
        conversation::plan_all(self, ledger, &due, monitor, stop)?;
        Ok(due.len() as u64)
    }

    /// Returns who was matched with whom.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// Returns the groups that were chosen and never looked up: their people are planned one by one.
    pub fn unseen_groups(&self) -> BTreeSet<&str> {
        let chosen = self.chosen.groups().map(|(_, group)| group);
        chosen.filter(|group| self.chosen.known(group).is_none()).collect()
    }

    /// Returns the conversations that could not keep their names.
    pub fn renamed(&self) -> &[Renamed] {
        &self.renamed
    }

    fn name_of(&self, id: &ConversationId) -> String {
        self.names.get(id).cloned().unwrap_or_default()
    }

    fn sources_of(&self, id: &ConversationId) -> Vec<Source<'_>> {
        let at = |(e, c): &(usize, usize)| {
            let export = &self.exports[*e];
            Source { id: self.sources[*e], export, conversation: &export.conversations()[*c] }
        };
        self.places.get(id).map_or_else(Vec::new, |places| places.iter().map(at).collect())
    }

    fn threads(&self, conversation: Option<&Conversation>) -> bool {
        conversation.is_none_or(|one| has_threads(one, self.direct))
    }

    fn name<'a>(&'a self, conversation: &'a Conversation) -> &'a str {
        self.names.get(&conversation.id).map_or(conversation.name.as_str(), String::as_str)
    }
}

/// Tells whether a conversation's space may have threads.
fn has_threads(conversation: &Conversation, policy: DmPolicy) -> bool {
    let direct = matches!(conversation.kind, Kind::Direct | Kind::Group);
    !(direct && policy == DmPolicy::GroupChat)
}

/// Returns where every conversation stands, in each export that has it.
fn union(exports: &[Export]) -> BTreeMap<ConversationId, Vec<(usize, usize)>> {
    let mut all: BTreeMap<ConversationId, Vec<(usize, usize)>> = BTreeMap::new();
    for (e, export) in exports.iter().enumerate() {
        for (c, conversation) in export.conversations().iter().enumerate() {
            all.entry(conversation.id.clone()).or_default().push((e, c));
        }
    }
    all
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "public",
        Kind::Private => "private",
        Kind::Group => "group",
        Kind::Direct => "direct",
        Kind::Unlisted => "unlisted",
    }
}
