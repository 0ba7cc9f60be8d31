//! What can be done for those who got an account: conversation by conversation, by how far each is.

use crate::cli::session::Session;
use crate::cli::wave::fitting;
use crate::cli::{Exit, told};
use crate::ids::{SlackUserId, hex};
use crate::ledger::{Lane, LaneState, Ledger, Told, read_spaces};
use crate::plan::{Late, LatePerson, Offline};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What can be done in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// Its space is deleted, and all of it planned and sent anew.
    Rebuild,
    /// Members are added to a space in import mode.
    Members,
    /// Members are added to a space that is open to people.
    Open,
    /// Nothing was sent: it is planned anew.
    Plan,
    /// Its completion was begun, and nobody knows whether it happened.
    Ending,
    /// Its space is gone.
    Gone,
}

/// The words of what can be done in a conversation, as machines read them.
pub const WAYS: [&str; 6] = [
    Way::Plan.code(),
    Way::Members.code(),
    Way::Rebuild.code(),
    Way::Open.code(),
    Way::Ending.code(),
    Way::Gone.code(),
];

impl Way {
    /// Returns the stable word.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Rebuild => "rebuild",
            Self::Members => "members",
            Self::Open => "open",
            Self::Plan => "planned_anew",
            Self::Ending => "completing",
            Self::Gone => "space_gone",
        }
    }
}

/// Everybody and everything that a retry is about.
#[derive(Debug)]
pub(super) struct Prospect {
    pub(super) all: Vec<(Way, Late)>,
    /// Lanes to be rebuilt to which the yes was said before.
    pub(super) agreed: BTreeSet<i64>,
}

impl Prospect {
    /// Looks; `rebuild` has the patterns of what is to be rebuilt, where anything is.
    pub(super) fn of(
        session: &Session<'_>,
        ledger: &Ledger,
        offline: &Offline,
        rebuild: Option<&[String]>,
    ) -> anyhow::Result<Self> {
        let told = Told::of(&read_spaces(&session.opened.work.spaces())?);
        let lanes = ledger.lanes()?;
        let named = match rebuild {
            Some(patterns) if !patterns.is_empty() => Some(fitting(patterns, &lanes)?),
            _ => None,
        };
        let agreed = ledger.to_rebuild()?;
        let mut all = Vec::new();
        for late in offline.late(ledger)? {
            let way = match way(&late.lane, &told) {
                Way::Members if rebuild.is_some() && is_meant(&late, named.as_ref()) => {
                    Way::Rebuild
                }
                way => way,
            };
            all.push((way, late));
        }
        let prospect = Self { all, agreed };
        if let Some(named) = named {
            prospect.refuse_idle(&lanes, &named)?;
        }
        Ok(prospect)
    }

    /// Of what is named, something must be there to rebuild, now or from an earlier yes.
    fn refuse_idle(&self, lanes: &[Lane], named: &BTreeSet<i64>) -> anyhow::Result<()> {
        let is_named = |lane: &Lane| named.contains(&lane.id);
        let begun = lanes.iter().any(|lane| is_named(lane) && lane.state > LaneState::Staged);
        if !begun || self.rebuilds() {
            return Ok(());
        }
        Err(told(
            Exit::Refused,
            "of these, no space in import mode holds anything of somebody who got an account since",
            "nothing was changed; `chatferry people retry --dry-run` shows what can be done",
        ))
    }

    /// Returns the conversations that go one way.
    pub(super) fn going(&self, way: Way) -> impl Iterator<Item = &Late> {
        self.all.iter().filter(move |(goes, _)| *goes == way).map(|(_, late)| late)
    }

    /// Returns those whose spaces somebody is added to.
    pub(super) fn joined(&self) -> impl Iterator<Item = &Late> {
        let is_joined = |(way, late): &&(Way, Late)| {
            let adds = |one: &LatePerson| adds(one, *way);
            matches!(way, Way::Members | Way::Open) && late.people.iter().any(adds)
        };
        self.all.iter().filter(is_joined).map(|(_, late)| late)
    }

    /// Tells whether spaces are to be deleted.
    pub(super) fn rebuilds(&self) -> bool {
        self.going(Way::Rebuild).next().is_some()
    }

    /// Tells whether there is anything to do.
    pub(super) fn acts(&self) -> bool {
        self.joined().next().is_some() || self.rebuilds() || self.going(Way::Plan).next().is_some()
    }

    /// Tells whether a yes is needed: not to what was agreed to before, nor to a plan.
    pub(super) fn wants_yes(&self) -> bool {
        let is_new = |late: &Late| !self.agreed.contains(&late.lane.id);
        self.joined().next().is_some() || self.going(Way::Rebuild).any(is_new)
    }

    /// Returns everybody who has an account now, each once.
    pub(super) fn people(&self) -> BTreeMap<&SlackUserId, &LatePerson> {
        let all = self.all.iter().flat_map(|(_, late)| &late.people);
        all.map(|one| (&one.slack, one)).collect()
    }

    /// Returns the hash of what a yes is said to: who is added where, and what is deleted.
    pub(super) fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let mut take = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        let mut all: Vec<&(Way, Late)> = self.all.iter().collect();
        all.retain(|(way, _)| matches!(way, Way::Rebuild | Way::Members | Way::Open));
        all.sort_by_key(|(_, late)| (late.lane.slack.clone(), late.lane.part));
        for (way, late) in all {
            let people = late.people.iter().filter(|one| adds(one, *way));
            let numbers = [late.lane.part.to_string(), late.lane.generation.to_string()];
            for text in [late.lane.slack.as_str(), &numbers[0], &numbers[1], way.code()] {
                take(text);
            }
            for one in people {
                take(one.slack.as_str());
                take(one.account.as_str());
            }
            take(late.heir.as_ref().map_or("", |heir| heir.as_str()));
        }
        hex(&hash.finalize()[..8])
    }
}

/// Tells whether somebody is added to a space.
pub(super) fn adds(one: &LatePerson, way: Way) -> bool {
    one.joins.as_ref().is_some_and(|joins| joins.adds(way == Way::Open))
}

/// Without a name, whatever holds messages under another name is meant.
fn is_meant(late: &Late, named: Option<&BTreeSet<i64>>) -> bool {
    let is_named = named.map_or_else(|| late.posts() > 0, |named| named.contains(&late.lane.id));
    is_named && late.lane.space.is_some()
}

fn way(lane: &Lane, told: &Told) -> Way {
    match lane.state {
        LaneState::Planned | LaneState::Staged => Way::Plan,
        LaneState::Completed | LaneState::Present => Way::Open,
        LaneState::Open | LaneState::Drained => match () {
            () if told.may_have_ended(&lane.slack, lane.part) => Way::Ending,
            () if lane.blocked.is_some() => Way::Gone,
            () => Way::Members,
        },
    }
}
