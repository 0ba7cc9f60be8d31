//! `chatferry access`, and the yes that `complete` wants: who could see what in Slack, and who
//! will in Chat.

mod file;
mod late;
mod wishes;
mod words;

use super::args::Common;
use super::session::again;
use super::wave::WaveFlags;
use super::{Exit, folder, json_line, ledger, print};
use crate::access::{Seat, Sight, Sums, sum_of};
use crate::ids::Micros;
use crate::ledger::{Lane, LaneState, Ledger};
use crate::settings::{Settings, WorkFolder};
use clap::Args;
use late::Late;
use serde_json::json as object;
use std::collections::{BTreeMap, HashSet};
pub(super) use wishes::Wishes;

/// `access`.
#[derive(Debug, Args)]
pub struct AccessArgs {
    #[command(flatten)]
    pub which: WaveFlags,
}

/// How many spaces are shown that differ.
const SPACES: usize = 20;
/// How many people of each.
const PEOPLE: usize = 5;

/// What is shown of a space that differs.
#[derive(Debug)]
struct Shown {
    name: String,
    kind: String,
    /// The first of those whose sight changes.
    seats: Vec<Seat>,
    /// How many they are.
    all: usize,
}

/// What the admin is asked to say yes to.
#[derive(Debug, Default)]
pub(super) struct Question {
    sums: Sums,
    shown: Vec<Shown>,
    /// Of each lane its number and its hash.
    hashes: Vec<(i64, String)>,
    /// Lanes to which nobody said yes as they are.
    open: u64,
    /// What was wished too late.
    late: Late,
    /// Guests of Slack's with accounts, where an audience may find anything.
    guests: u64,
    /// Groups that stand for people, by address, and when each was looked up.
    groups: BTreeMap<String, Micros>,
}

impl Question {
    /// Looks at lanes, one after the other.
    pub(super) fn of(ledger: &Ledger, lanes: &[Lane], wishes: &Wishes) -> anyhow::Result<Self> {
        let mut question = Self::default();
        for lane in lanes {
            let sight = wishes.sight(ledger, lane)?;
            question.late.note(lane, &sight, &wishes.of_lane(lane));
            let group = sight.group.iter().map(|group| (group.email.clone(), group.seen));
            question.groups.extend(group);
            question.add(&sight, lane.accepted.as_deref());
        }
        if question.sums.discoverable > 0 {
            question.guests = ledger.guests()?;
        }
        Ok(question)
    }

    fn add(&mut self, sight: &Sight, accepted: Option<&str>) {
        let hash = sight.hash();
        self.open += u64::from(accepted != Some(hash.as_str()));
        self.hashes.push((sight.lane, hash));
        self.sums.add(sight);
        let all = sight.changed().count();
        if all > 0 && self.shown.len() < SPACES {
            self.shown.push(Shown {
                name: sight.name.clone(),
                kind: sight.kind.clone(),
                seats: sight.changed().take(PEOPLE).cloned().collect(),
                all,
            });
        }
    }

    /// Returns what stands for all of it.
    pub(super) fn hash(&self) -> String {
        sum_of(self.hashes.iter().map(|(_, hash)| hash.clone()))
    }

    /// Tells whether a yes to this hash is one to all of it. What was open already, and was only
    /// just found to be, was asked about `before`. Whoever goes on may say the yes again that was
    /// taken; and what is all open wants none.
    pub(super) fn is_meant_by(
        &self,
        hash: &str,
        before: &Self,
        ledger: &Ledger,
    ) -> anyhow::Result<bool> {
        let known: HashSet<_> = before.hashes.iter().collect();
        Ok(self.hash() == hash
            || (before.hash() == hash && self.hashes.iter().all(|one| known.contains(one)))
            || ledger.was_accepted(hash, &self.hashes)?)
    }

    /// Tells whether the yes was said to all of it as it is.
    pub(super) const fn is_accepted(&self) -> bool {
        self.open == 0
    }

    /// Returns what the ledger keeps of a yes to it: of each lane its number and its hash.
    pub(super) fn into_hashes(self) -> Vec<(i64, String)> {
        self.hashes
    }

    /// Returns the sums as data.
    pub(super) fn json(&self) -> serde_json::Value {
        let sums = &self.sums;
        object!({
            "event": "access",
            "hash": self.hash(),
            "accepted": self.is_accepted(),
            "spaces": sums.spaces,
            "same": sums.same,
            "members_in_slack": sums.could,
            "members_in_chat": sums.will,
            "missing": sums.missing,
            "deactivated": sums.deactivated,
            "managers": sums.managers,
            "public": sums.public,
            "invited": sums.invited,
            "discoverable": sums.discoverable,
            "guests_with_accounts": self.guests,
            "audience_too_late": self.late.audiences,
            "invite_too_late": self.late.invites,
            "groups": sums.groups,
            "by_group": sums.by_group,
            "join_by_group": sums.join_by_group,
            "merged": sums.merged,
            "owned_by_the_admin": sums.admin,
            "new": sums.new,
        })
    }
}

/// Returns the lanes that are still to be opened.
pub(super) fn closed(lanes: Vec<Lane>) -> Vec<Lane> {
    lanes.into_iter().filter(|lane| lane.state < LaneState::Completed).collect()
}

/// Shows who will see what, from the ledger alone, also while another process works on it.
pub(super) fn access(common: &Common, args: &AccessArgs) -> anyhow::Result<Exit> {
    let opened = folder::look(common, Vec::new())?;
    let ledger = ledger::look(&opened.work)?;
    let all = ledger.lanes()?;
    let wave = args.which.choose(&all)?;
    let mut lanes = closed(all);
    lanes.retain(|lane| wave.lanes.as_ref().is_none_or(|wave| wave.contains(&lane.id)));
    let wishes = Wishes::of(&ledger, &opened.settings)?;
    let question = Question::of(&ledger, &lanes, &wishes)?;
    keep(&opened.work, (&ledger, &lanes), &wishes)?;
    if common.json {
        for lane in &lanes {
            print(&format!("{}\n", json_line(&file::json(&wishes.sight(&ledger, lane)?))))?;
        }
        print(&format!("{}\n", json_line(&question.json())))?;
        return Ok(Exit::Done);
    }
    if lanes.is_empty() {
        print("There is no space left to be opened.\n")?;
        return Ok(Exit::Done);
    }
    print(&question.text(&opened.work))?;
    let which = args.which.words();
    let yes = again(common, &format!("complete{which} --yes {}", question.hash()));
    print(&format!("To say yes to exactly this, for scripts: {yes}\n"))?;
    Ok(Exit::Done)
}

/// Writes everybody's sight, line by line, into the work folder.
pub(super) fn keep(
    work: &WorkFolder,
    (ledger, lanes): (&Ledger, &[Lane]),
    wishes: &Wishes,
) -> anyhow::Result<()> {
    work.folder("reports")?;
    let sights = lanes.iter().map(|lane| wishes.sight(ledger, lane));
    Ok(work.fill(file::NAME, |to| file::rows(to, sights))?)
}

/// Returns the sums of who will see what is still to be opened.
pub(super) fn seen(ledger: &Ledger, settings: &Settings) -> anyhow::Result<String> {
    let wishes = Wishes::of(ledger, settings)?;
    Ok(Question::of(ledger, &closed(ledger.lanes()?), &wishes)?.head())
}
