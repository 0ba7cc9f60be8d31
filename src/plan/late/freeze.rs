//! Latecomers as calls: what staging would have frozen for them, had they had their account then.

use super::{Joins, Late, LatePerson};
use crate::draft::{Draft, MemberDraft, Phase, StepKind};
use crate::ids::{Account, Micros, SlackUserId};
use crate::ledger::{CHOSEN, LaneState, LateCall, Latecomer, Ledger, Membership};
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
    is_named: bool,
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
        let admin_number = number(admin).unwrap_or_default();
        // Whoever is in charge adds: where the admin has left, that is the heir.
        let in_charge = if ledger.admin_left(lane)? { &lane.heir } else { &lane.completer };
        let leaver = late.heir.as_ref().and_then(|_| known.get(admin)).map(|(_, user)| user);
        let completer = in_charge.as_ref().and_then(number).unwrap_or(admin_number);
        let chosen = if is_open { None } else { self.completer(late) };
        let mut frame = Frame {
            admin: admin_number,
            completer,
            created: lane.created,
            newest: ledger.owner()?.unwrap_or_default().newest,
            latest,
            is_open,
            is_channel: !matches!(lane.kind.as_str(), "direct" | "group"),
            is_named: ledger.expected_name(lane.id)?.is_none_or(|name| !name.is_empty()),
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
            let succeeds = late.heir.as_ref() == Some(&one.slack);
            let mut calls = self.calls(&frame, one, (joins, completes, succeeds));
            if let Some(user) = leaver.filter(|_| succeeds) {
                let leave = Draft::Leave(user.clone());
                calls.push(call(Phase::Leave, StepKind::Leave, frame.admin, &leave));
            }
            let item = joins.membership.item;
            latecomers.push(Latecomer { item, account, calls, completes, succeeds });
        }
        Ok(latecomers)
    }

    /// Chooses who takes charge of an open space that only the admin could complete, who leaves it
    /// then. None: the admin stays, by choice or as one of the conversation's own people.
    pub(super) fn heir(&self, ledger: &Ledger, late: &Late) -> Result<Option<SlackUserId>, Error> {
        let lane = &late.lane;
        let is_open = lane.state >= LaneState::Completed;
        let leaves = self.converter().settings().admin_leaves;
        if !is_open || !leaves || !lane.admin_owned || ledger.admin_left(lane)? {
            return Ok(None);
        }
        let Some(chosen) = self.completer(late) else { return Ok(None) };
        let known = ledger.accounts()?;
        let admin = lane.completer.as_ref().and_then(|admin| known.get(admin));
        let admin = admin.map(|(number, _)| *number);
        let members = ledger.memberships(lane.conversation)?;
        let present = |one: &Membership| one.ended.is_none() && one.actor == admin;
        let joins = |one: &LatePerson| one.joins.as_ref().is_some_and(|joins| joins.present);
        let comes = |one: &LatePerson| joins(one) && Some(&one.account) == lane.completer.as_ref();
        if members.iter().any(present) || late.people.iter().any(comes) {
            return Ok(None);
        }
        // Where all are equal nobody can add anybody later: the admin goes when all are in.
        let is_in = |one: &Membership| {
            let lacks = one.reason.as_deref().is_some_and(may_come);
            let late = late.people.iter().find(|late| late.slack.as_str() == one.slack);
            one.ended.is_some() || !lacks || late.is_some_and(joins)
        };
        let is_named = ledger.expected_name(lane.id)?.is_none_or(|name| !name.is_empty());
        Ok((is_named || members.iter().all(is_in)).then(|| chosen.slack.clone()))
    }

    /// Chooses who completes in the admin's place, where nobody of the conversation could before:
    /// its creator, else who wrote most; a guest only where there is nobody else.
    fn completer<'a>(&self, late: &'a Late) -> Option<&'a LatePerson> {
        if !late.lane.admin_owned {
            return None;
        }
        let home = self.conversations().find(|home| home.id == late.lane.slack);
        let creator = home.and_then(|home| home.creator.as_ref());
        let of = |kind: PersonKind| {
            let able = |one: &&LatePerson| {
                let known = self.people().by_id.get(&one.slack);
                known.is_some_and(|known| known.kind == kind)
                    && one.joins.as_ref().is_some_and(|joins| joins.present)
            };
            let created = late.people.iter().filter(able).find(|one| Some(&one.slack) == creator);
            let rank = |one: &&LatePerson| (one.posts, Reverse(one.slack.clone()));
            created.or_else(|| late.people.iter().filter(able).max_by_key(rank))
        };
        of(PersonKind::Human).or_else(|| of(PersonKind::Guest))
    }

    fn calls(
        &self,
        frame: &Frame,
        one: &LatePerson,
        (joins, completes, succeeds): (&Joins, bool, bool),
    ) -> Vec<LateCall> {
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
            let is_chosen = frame.is_channel && chosen.contains(&one.account);
            if is_chosen || succeeds && frame.is_named {
                calls.push(call(phase, StepKind::Role, by, &Draft::Manager(one.user.clone())));
            }
        }
        calls
    }
}

/// Tells whether somebody who is no member for that reason may become one yet.
fn may_come(reason: &str) -> bool {
    let codes = ["no_account", "suspended_account", "external", "unknown_person", CHOSEN];
    codes.contains(&reason)
}

fn call(phase: Phase, kind: StepKind, actor: i64, draft: &Draft) -> LateCall {
    LateCall { phase, kind, actor, request: wire::freeze(draft).as_str().to_owned() }
}
