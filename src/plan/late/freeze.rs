//! Latecomers as calls: what staging would have frozen for them, had they had their account then.

use super::{Joins, Late, LatePerson};
use crate::draft::{Draft, MemberDraft, Phase, StepKind};
use crate::ids::{Account, Micros};
use crate::ledger::{LaneState, LateCall, Latecomer, Ledger};
use crate::plan::members::span;
use crate::plan::{Error, Offline};
use crate::slack::PersonKind;
use crate::wire;
use std::cmp::Reverse;

/// What the calls of one lane have in common.
struct Frame {
    admin: i64,
    /// Who adds present members.
    completer: i64,
    created: Micros,
    newest: Micros,
    latest: Micros,
    is_open: bool,
    is_channel: bool,
}

impl Offline {
    /// Freezes what a conversation's latecomers need to become members, as far as its space still
    /// takes it. No past membership ends later than `latest`.
    pub fn freeze_late(
        &self,
        ledger: &mut Ledger,
        late: &Late,
        (admin, latest): (&Account, Micros),
    ) -> Result<Vec<Latecomer>, Error> {
        let lane = &late.lane;
        let is_open = lane.state >= LaneState::Completed;
        let adds = |one: &&LatePerson| one.joins.as_ref().is_some_and(|joins| joins.adds(is_open));
        let known = ledger.accounts()?;
        let number = |account: &Account| known.get(account).map(|(number, _)| *number);
        let admin = number(admin).unwrap_or_default();
        let completer = lane.completer.as_ref().and_then(number).unwrap_or(admin);
        let chosen = if is_open { None } else { self.completer(late) };
        let mut frame = Frame {
            admin,
            completer,
            created: lane.created,
            newest: ledger.owner()?.unwrap_or_default().newest,
            latest,
            is_open,
            is_channel: !matches!(lane.kind.as_str(), "direct" | "group"),
        };
        if let Some(chosen) = chosen {
            frame.completer = ledger.account_id(&chosen.account, &chosen.user)?;
        }
        let mut latecomers = Vec::new();
        for one in &late.people {
            let Some(joins) = &one.joins else { continue };
            let is_same = !joins.past && !joins.present;
            if !adds(&one) && !is_same {
                continue;
            }
            let account = ledger.account_id(&one.account, &one.user)?;
            let completes = chosen.is_some_and(|chosen| chosen.slack == one.slack);
            let calls = self.calls(&frame, one, (joins, completes));
            latecomers.push(Latecomer { item: joins.membership.item, account, calls, completes });
        }
        Ok(latecomers)
    }

    /// Chooses who completes in the admin's place, where nobody of the conversation could before:
    /// its creator, else who wrote most.
    fn completer<'a>(&self, late: &'a Late) -> Option<&'a LatePerson> {
        if !late.lane.admin_owned {
            return None;
        }
        let is_human = |one: &LatePerson| {
            self.people().by_id.get(&one.slack).is_some_and(|known| known.kind == PersonKind::Human)
        };
        let able = |one: &&LatePerson| {
            is_human(one) && one.joins.as_ref().is_some_and(|joins| joins.present)
        };
        let home = self.conversations().find(|home| home.id == late.lane.slack);
        let creator = home.and_then(|home| home.creator.as_ref());
        let created = late.people.iter().filter(able).find(|one| Some(&one.slack) == creator);
        let wrote = || {
            let rank = |one: &&LatePerson| (one.posts, Reverse(one.slack.clone()));
            late.people.iter().filter(able).max_by_key(rank)
        };
        created.or_else(wrote)
    }

    fn calls(
        &self,
        frame: &Frame,
        one: &LatePerson,
        (joins, completes): (&Joins, bool),
    ) -> Vec<LateCall> {
        let call = |phase, kind, actor, draft: &Draft| LateCall {
            phase,
            kind,
            actor,
            request: wire::freeze(draft).as_str().to_owned(),
        };
        let member = |span| Draft::Member(MemberDraft { user: one.user.clone(), span });
        let mut calls = Vec::new();
        let since = joins.membership.since.filter(|_| joins.past && !frame.is_open);
        if let Some(since) = since {
            let still_in = frame.newest + 1_000_000;
            let stay = (since, joins.membership.ended.unwrap_or(still_in));
            let past = member(Some(span(stay, frame.created, frame.latest)));
            calls.push(call(Phase::History, StepKind::PastMember, frame.admin, &past));
        }
        if joins.present && !completes {
            let (phase, by) = (Phase::Present, frame.completer);
            calls.push(call(phase, StepKind::Member, by, &member(None)));
            let chosen = &self.converter().settings().managers;
            if frame.is_channel && chosen.contains(&one.account) {
                calls.push(call(phase, StepKind::Role, by, &Draft::Manager(one.user.clone())));
            }
        }
        calls
    }
}
