//! What stands around a lane's messages: the space, the past members, completion and the present
//! members.

use super::super::members::span;
use super::super::steps::Owed;
use super::super::{Error, Source};
use super::{Staging, plain};
use crate::convert::{ArchivedPolicy, details, space_shape};
use crate::draft::{Draft, MemberDraft, Phase, SpaceDraft, SpaceKind, StepKind};
use crate::ids::{Account, Micros, Operation};
use crate::ledger::StagedMember;
use crate::slack::Conversation;
use std::collections::{BTreeSet, HashSet};

impl Staging<'_> {
    /// Freezes the space's creation.
    pub(super) fn space(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let Some(conversation) = sources.last().map(|source| source.conversation) else {
            return Ok(());
        };
        let named = self.is_named(conversation);
        let kind = if named { SpaceKind::Named } else { SpaceKind::Group };
        let converter = &self.bench.converter;
        let marks = converter.settings().archived == ArchivedPolicy::Mark;
        let details = details(conversation, converter.roster(), marks);
        let draft = Draft::Space(SpaceDraft {
            kind,
            name: named.then(|| self.lane.name.clone()),
            description: details.description,
            guidelines: details.guidelines,
            created: self.lane.created,
            external: self.lane.external,
            request: self.request(
                Operation::Space { conversation: &self.lane.slack, part: self.lane.part },
                self.bench.admin,
            ),
        });
        self.steps.add(&plain(Phase::Space, StepKind::Space, &draft, self.bench.admin))?;
        Ok(())
    }

    /// Tells whether a conversation becomes a space with a name, and so with managers.
    fn is_named(&self, conversation: &Conversation) -> bool {
        space_shape(conversation, self.lane.threaded, self.bench.direct) == SpaceKind::Named
    }

    /// Freezes memberships as they were.
    pub(super) fn past(&mut self, members: &[StagedMember]) -> Result<(), Error> {
        let still_in = self.newest + 1_000_000;
        let mut owed_past = 0;
        let mut own = HashSet::new();
        for member in members {
            let (Some(since), Some(user)) = (member.since, self.user(member)) else { continue };
            let stay = (since, member.ended.unwrap_or(still_in));
            let span = Some(span(stay, self.lane.created, self.latest));
            let draft = Draft::Member(MemberDraft { user, span });
            let owed = plain(Phase::History, StepKind::PastMember, &draft, self.bench.admin);
            self.steps.add(&Owed { item: Some(member.item), ..owed })?;
            own.extend(self.account(member));
            owed_past += 1;
        }
        if owed_past < self.lane.past {
            self.speakers_past(&own, still_in)?;
        }
        Ok(())
    }

    /// Freezes the stays of those who speak for others and have none of their own: the admin, for
    /// the Chat app too, and accounts that were chosen.
    fn speakers_past(&mut self, own: &HashSet<Account>, until: Micros) -> Result<(), Error> {
        let mut speakers = BTreeSet::new();
        for poster in self.reader.posters(self.lane.conversation)? {
            let account = self.bench.emails.get(&poster);
            let is_app = account.is_some_and(Account::is_app);
            if is_app {
                speakers.insert(self.bench.admin);
            } else if account.is_none_or(|account| !own.contains(account)) {
                speakers.insert(poster);
            }
        }
        let admin = self.bench.emails.get(&self.bench.admin);
        if admin.is_some_and(|admin| own.contains(admin)) {
            speakers.remove(&self.bench.admin);
        }
        speakers.into_iter().try_for_each(|speaker| self.speaker_past(speaker, until))
    }

    /// Freezes one such stay. It ends with the last message, so nobody finds them in the space.
    fn speaker_past(&mut self, speaker: i64, until: Micros) -> Result<(), Error> {
        let account = self.bench.emails.get(&speaker);
        let known = account.and_then(|account| self.bench.accounts.get(account));
        let Some((_, user)) = known else { return Ok(()) };
        let since = self.lane.created + 1;
        let span = Some((since, until.min(self.latest).max(since + 1)));
        let draft = Draft::Member(MemberDraft { user: user.clone(), span });
        let admin = self.bench.admin;
        self.steps.add(&plain(Phase::History, StepKind::PastMember, &draft, admin))?;
        Ok(())
    }

    /// Freezes who may find the space, which only a public conversation has a proof for.
    pub(super) fn publish(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let planned = self.lane.audience.as_deref();
        let publication = self.bench.publication(sources).filter(|publication| {
            let own = *publication.conversation() == self.lane.slack;
            own && Some(publication.audience().as_str()) == planned
        });
        let Some(publication) = publication else { return Ok(()) };
        let draft = Draft::Publish(publication);
        let actor = self.completer();
        self.steps.add(&plain(Phase::Publish, StepKind::Publish, &draft, actor))?;
        Ok(())
    }

    /// Freezes the group that stands for people, which only a public conversation has a proof for.
    /// It comes in last: who is to have a role must be a member of their own by then.
    fn group(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let planned = self.lane.group.as_deref();
        let admittance = self.bench.admittance(sources).map(|(one, _)| one).filter(|one| {
            let own = *one.conversation() == self.lane.slack;
            own && Some(one.group().as_str()) == planned
        });
        let Some(admittance) = admittance else { return Ok(()) };
        let draft = Draft::Group(admittance);
        let actor = self.completer();
        self.steps.add(&plain(Phase::Present, StepKind::Group, &draft, actor))?;
        Ok(())
    }

    /// Returns the number of whoever completes the space, and so owns it.
    fn completer(&self) -> i64 {
        let account = self.lane.completer.as_ref();
        let known = account.and_then(|account| self.bench.accounts.get(account));
        known.map_or(self.bench.admin, |(number, _)| *number)
    }

    /// Freezes completion, the present members, and the group that stands for the others. Whoever
    /// completes is a member by that.
    pub(super) fn present(
        &mut self,
        sources: &[Source<'_>],
        members: &[StagedMember],
    ) -> Result<(), Error> {
        let present: Vec<&StagedMember> =
            members.iter().filter(|member| member.ended.is_none()).collect();
        let completer = self.lane.completer.clone();
        let is_completer = |member: &&&StagedMember| self.account(member) == completer;
        let own = present.iter().find(is_completer).map(|member| member.item);
        let actor = self.completer();
        let own = own.filter(|_| !self.lane.admin_owned);
        let complete = Draft::Complete;
        self.steps.add(&Owed {
            item: own,
            ..plain(Phase::Complete, StepKind::Complete, &complete, actor)
        })?;
        let single = |member: &&StagedMember| Some(member.item) != own && !member.by_group;
        for member in present.into_iter().filter(single) {
            let outside = || self.bench.outside.user(&member.slack.as_str().into());
            let Some(user) = self.user(member).or_else(outside) else { continue };
            let draft = Draft::Member(MemberDraft { user: user.clone(), span: None });
            let owed = plain(Phase::Present, StepKind::Member, &draft, actor);
            let join = self.steps.add(&Owed { item: Some(member.item), ..owed })?;
            if self.manages(member) {
                let draft = Draft::Manager(user);
                let owed = plain(Phase::Present, StepKind::Role, &draft, actor);
                self.steps.add(&Owed { after: Some(join), ..owed })?;
            }
        }
        self.group(sources)
    }

    /// Tells whether somebody who is added becomes a manager: of channels alone, as in the plan.
    fn manages(&self, member: &StagedMember) -> bool {
        let chosen = &self.bench.converter.settings().managers;
        let channel = !matches!(self.lane.kind.as_str(), "direct" | "group");
        channel && self.account(member).is_some_and(|account| chosen.contains(&account))
    }

    fn account(&self, member: &StagedMember) -> Option<Account> {
        let known = self.bench.people.account(&member.slack.as_str().into());
        known.map(|(account, _)| account.clone())
    }

    fn user(&self, member: &StagedMember) -> Option<String> {
        let known = self.bench.people.account(&member.slack.as_str().into());
        known.map(|(_, user)| user.clone())
    }
}
