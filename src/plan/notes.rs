//! What is summed up while one conversation is written: times, members, calls, and at the end the
//! lane.

mod added;
mod by_group;
mod managers;
mod merged;
mod owner;

use super::conversation::Done;
use super::members::Members;
use super::pins::Pins;
use super::record::{Books, owes};
use super::threads::Threads;
use super::times::{Allocator, space_time};
use super::{Bench, Error, Source, emoji};
use crate::access::{Admittance, BY_GROUP, Publication};
use crate::convert::{Class, Converted, Fate, Sender, speaker_word};
use crate::event::{Calls, Event, Monitor};
use crate::ids::{Micros, SlackUserId};
use crate::ledger::{ItemKind, ItemState, KnownGroup, Ledger, NewItem, NewLane, Planning};
use crate::slack::{Conversation, Kind, Message};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why somebody who was listed is no member, whatever account they have.
const DEACTIVATED: &str = "deactivated";

/// What is summed up while a conversation is written.
pub(super) struct Notes<'a, 'l> {
    bench: &'a Bench,
    planning: Planning<'l>,
    conversation: &'a Conversation,
    monitor: &'a dyn Monitor,
    times: Allocator<'a>,
    members: Members,
    calls: Calls,
    /// Texts that are corrected before completion.
    amends: u64,
    threads: Threads,
    pins: Pins,
    superseded: usize,
    /// How often each bad record was met.
    bad: HashMap<(String, Option<u32>), usize>,
    threaded: bool,
    /// The accounts that speak here for authors without one.
    speakers: BTreeSet<i64>,
    /// Messages of authors without an account, by class and by who speaks for them.
    unmatched: BTreeMap<(Class, String), u64>,
    /// Somebody from outside is to be invited.
    external: bool,
    publication: Option<Publication>,
    /// The group that stands for people, and who is in it.
    admittance: Option<(Admittance, &'a KnownGroup)>,
    first: Option<Micros>,
    newest: Micros,
    source: i64,
}

/// Returns the identity under which something is said: an app may have its account under another
/// id than the message's author.
fn speaker(bench: &Bench, message: &Message, sender: &Sender) -> Option<SlackUserId> {
    let author = &message.author;
    let Sender::Person(account) = sender else { return author.user.clone() };
    let has = |id: &SlackUserId| bench.people.account(id).is_some_and(|(own, _)| own == account);
    if author.user.as_ref().is_some_and(has) {
        return author.user.clone();
    }
    let bot = author.bot.as_deref();
    let user = bot.and_then(|bot| bench.converter.roster().bot_users.get(bot)).cloned();
    bot.map(SlackUserId::new).into_iter().chain(user).find(has).or_else(|| author.user.clone())
}

/// No time was sent yet: a conversation is planned as a whole or not at all.
static NONE_TAKEN: BTreeSet<Micros> = BTreeSet::new();

impl<'a, 'l> Notes<'a, 'l> {
    pub(super) fn begin(
        bench: &'a Bench,
        ledger: &'l mut Ledger,
        sources: &[Source<'a>],
        monitor: &'a dyn Monitor,
    ) -> Result<Self, Error> {
        let newest = sources.last().ok_or(Error::Order)?;
        let (conversation, source) = (newest.conversation, newest.id);
        let kind = super::kind_word(conversation.kind);
        let planning = ledger.plan_conversation(&conversation.id, &conversation.name, kind)?;
        Ok(Self {
            bench,
            planning,
            conversation,
            monitor,
            times: Allocator::new(&NONE_TAKEN),
            members: Members::listed(conversation.members.iter()),
            calls: Calls::default(),
            amends: 0,
            threads: Threads::default(),
            pins: Pins::of(Some(conversation), bench.converter.settings()),
            superseded: 0,
            bad: HashMap::new(),
            threaded: false,
            speakers: BTreeSet::new(),
            unmatched: BTreeMap::new(),
            external: false,
            publication: bench.publication(sources),
            admittance: bench.admittance(sources),
            first: None,
            newest: 0,
            source,
        })
    }

    pub(super) fn write(&mut self, mut done: Done, sources: &[Source<'_>]) -> Result<(), Error> {
        let source = sources.get(done.batch.export).map_or(0, |source| source.id);
        let books = Books { accounts: &self.bench.accounts, admin: self.bench.admin, source };
        for bad in &done.batch.bad {
            let seen = self.bad.entry((bad.entry.clone(), bad.index)).or_default();
            books.bad(&mut self.planning, bad, *seen)?;
            *seen += 1;
        }
        for message in &done.batch.superseded {
            self.superseded += 1;
            books.superseded(&mut self.planning, message, self.superseded)?;
        }
        for (message, converted) in done.batch.messages.iter().zip(&mut done.converted) {
            let speaker = speaker(self.bench, message, &converted.sender);
            if let Some(speaker) = &speaker {
                self.members.note(speaker, message);
            }
            self.newest = self.newest.max(message.ts.micros());
            let owes = owes(converted);
            if owes.parts > 0 {
                self.speakers.extend(self.stands_in(&converted.sender, speaker.as_ref()));
            }
            if let Some(unmatched) = speaker_word(converted) {
                *self.unmatched.entry(unmatched).or_default() += 1;
            }
            self.beside(message, converted)?;
            let created = matches!(converted.fate, Fate::Post(_))
                .then(|| self.times.place(message.ts, owes.parts));
            self.first = [self.first, created].into_iter().flatten().min();
            self.threaded |= converted.thread.is_some() || owes.parts > 1;
            self.calls.posts += u64::from(owes.parts);
            self.calls.reactions += owes.reactions;
            self.amends += if self.bench.patches_links() { owes.linking } else { 0 };
            books.message(&mut self.planning, message, converted, created)?;
            self.emoji(converted)?;
        }
        let messages = (done.batch.messages.len() + done.batch.superseded.len()) as u64;
        self.monitor
            .observe(&Event::Planned { conversation: self.conversation.name.clone(), messages });
        Ok(())
    }

    /// Returns who speaks where that is not the author, or the author is an app and no member.
    fn stands_in(&self, sender: &Sender, speaker: Option<&SlackUserId>) -> Option<i64> {
        match sender {
            // The admin speaks for the Chat app too, should Chat refuse its posts.
            Sender::Admin | Sender::App => Some(self.bench.admin),
            Sender::StandIn(account) => self.bench.accounts.get(account).map(|(id, _)| *id),
            Sender::Person(account) => {
                let known = self.bench.accounts.get(account).map(|(id, _)| *id);
                known.filter(|_| speaker.is_some_and(|id| self.bench.is_app(id)))
            }
        }
    }

    /// Notes the custom emoji that Chat does not have yet.
    fn emoji(&mut self, converted: &Converted) -> Result<(), Error> {
        if self.bench.assumed.is_empty() {
            return Ok(());
        }
        for name in emoji::assumed(converted) {
            if let Some(slack) = self.bench.assumed.get(name) {
                self.planning.want_emoji(slack, name)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(mut self, disordered: bool) -> Result<u64, Error> {
        let direct = matches!(self.conversation.kind, Kind::Direct | Kind::Group);
        let settings = self.bench.converter.settings();
        if self.conversation.archived && self.conversation.members.is_empty() && !direct {
            self.members.rebuild();
        }
        self.members.shut(|id| self.bench.is_deactivated(id));
        let why = match self.bench.chosen.left_out(settings, self.conversation) {
            Some(why) => Some(why.code()),
            None if direct && self.newest == 0 => Some("empty_conversation"),
            None => None,
        };
        if why.is_some() {
            self.note_members(None, why)?;
            return Ok(self.planning.finish_without_lane(self.newest)?);
        }
        self.list_pins()?;
        for ((class, speaker), messages) in std::mem::take(&mut self.unmatched) {
            self.planning.unmatched(class.code(), &speaker, messages)?;
        }
        let completer = self.completer();
        let (past, present) = self.note_members(completer.as_ref(), None)?;
        let opens = u64::from(self.publication.is_some()) + u64::from(self.admittance.is_some());
        let roles = self.managers(completer.as_ref());
        self.calls.others = past + present + 2 + self.amends + roles + opens;
        let earliest = [self.first, self.members.iter().filter_map(|(_, stay)| stay.since()).min()];
        let number = |id: &SlackUserId| self.bench.number(id);
        let items = self.planning.finish(&NewLane {
            fingerprint: &self.bench.fingerprint,
            disordered,
            threaded: self.threaded,
            name: self.bench.name(self.conversation),
            created: space_time(self.conversation.created, earliest.into_iter().flatten().min()),
            completer: completer.as_ref().and_then(number).unwrap_or(self.bench.admin),
            admin_owned: completer.is_none(),
            planned: self.calls,
            past,
            present,
            amends: self.amends,
            audience: self.publication.as_ref().map(|one| one.audience().as_str()),
            group: self.admittance.as_ref().map(|(one, _)| one.group().as_str()),
            external: self.external,
            newest: self.newest,
        })?;
        Ok(items)
    }

    fn note_members(
        &mut self,
        completer: Option<&SlackUserId>,
        skip: Option<&str>,
    ) -> Result<(u64, u64), Error> {
        let (mut past, mut present) = (0, 0);
        let members = std::mem::take(&mut self.members);
        let stays = self.by_account(&members, completer);
        for (id, stay) in members.iter() {
            let own = self.bench.member(id);
            let guest = self.bench.outside.number(id).filter(|_| own.is_none());
            let account = own.or(guest).filter(|_| skip.is_none());
            let merged = account.and_then(|number| stays.get(&number));
            let (stay, why) = match merged {
                // Several Slack identities of one person are one member of the space.
                Some((first, _)) if *first != id => (*stay, Some("same_account")),
                // Whoever is outside has no past in Chat.
                Some((_, merged)) if guest.is_some() && !merged.present => {
                    (*stay, Some("external"))
                }
                Some((_, merged)) => (*merged, None),
                None => (*stay, Some(skip.unwrap_or_else(|| self.bench.why_nobody(id)))),
            };
            let is_shut = stay.shut && skip.is_none() && why != Some("same_account");
            let owed = why.is_none() && (stay.present || stay.has_past());
            let before = u32::from(owed && stay.has_past() && guest.is_none());
            let by_group =
                owed && stay.present && guest.is_none() && self.is_by_group(id, completer);
            let now = u32::from(owed && stay.present && !by_group);
            self.external |= now > 0 && guest.is_some();
            past += u64::from(before);
            if let Some(account) = account.filter(|_| before > 0) {
                self.speakers.remove(&account);
            }
            // Whoever completes is a member by that, and needs no call of their own.
            present += u64::from(now) - u64::from(now > 0 && Some(id) == completer);
            self.planning.item(&NewItem {
                kind: ItemKind::Membership,
                ts: 0,
                sub: id.as_str(),
                hash: None,
                state: if before + now > 0 { ItemState::Owed } else { ItemState::Skipped },
                reason: match why {
                    _ if is_shut => Some(DEACTIVATED),
                    _ if by_group => Some(BY_GROUP),
                    why => why,
                },
                losses: None,
                source: self.source,
                root: None,
                created: stay.since(),
                ended: stay.ended(),
                actor: account,
                calls: before + now,
            })?;
        }
        self.members = members;
        // Chat may want every author among the members: whoever speaks for others was one.
        past += self.speakers.len() as u64;
        Ok((past, present))
    }
}
