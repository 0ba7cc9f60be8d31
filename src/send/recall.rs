//! What Chat already holds of spaces in import mode, read into a ledger that was made anew: it
//! saves sending all of it again. What can't be matched for certain is sent again, which is
//! harmless.

mod owed;

use super::ended::patiently;
use super::pay::Paid;
use super::{Fatal, Run, each_lane, lane};
use crate::chat::{ListedMessage, Reader, Scopes};
use crate::draft::{Phase, StepKind};
use crate::event::{Calls, Event};
use crate::ids::Micros;
use crate::ledger::{Error, Key, Lane, LaneState, Parent, Receipt, Settlement, Step};
use crate::pace::Class;
use owed::Owed;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Messages in a page: the most that Chat gives.
const PAGE: u32 = 1000;
/// Steps fetched at once.
const STRETCH: usize = 1000;

/// What was found in Chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalled {
    /// Messages that stand as planned.
    pub posts: u64,
    /// Reactions.
    pub reactions: u64,
    /// Past memberships.
    pub members: u64,
    /// Names of conversations whose space could not be read: all of it is sent again.
    pub unread: Vec<String>,
}

/// Reads what is there of every lane that has a space and was not completed.
pub async fn recall(run: Arc<Run>) -> Result<Recalled, Fatal> {
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let told = super::may_have_ended(&run)?;
    let is_due = |lane: &Lane| {
        lane.state < LaneState::Drained && lane.space.is_some() && !told(&lane.slack, lane.part)
    };
    let due: Vec<Lane> = lanes.into_iter().filter(is_due).collect();
    let owed = Calls { others: due.len() as u64, ..Calls::default() };
    let lanes = due.len() as u64;
    run.monitor.observe(&Event::RunStarted { owed, paid: Calls::default(), lanes });
    let all = Arc::new(Mutex::new(Recalled::default()));
    let read = each_lane(&run, due, |run, lane| one(run, lane, Arc::clone(&all))).await;
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    read?;
    Ok(std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner)))
}

async fn one(run: Arc<Run>, lane: Lane, all: Arc<Mutex<Recalled>>) -> Result<(), Fatal> {
    let (id, space) = (lane.id, lane.space.clone().unwrap_or_default());
    if lane.state == LaneState::Planned && lane::stage(&run, id).await? == Paid::Stopped {
        return Ok(());
    }
    if lane.state <= LaneState::Staged {
        let expires = run.clock.wall() + super::verdict::IMPORT_WINDOW;
        run.writer.run(move |ledger| ledger.open_lane(id, expires)).await?;
    }
    let mut recall = Recall::of(&run, id, &space);
    let read = match recall.members().await {
        Ok(()) => recall.messages().await,
        stopped => stopped,
    };
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    all.posts += recall.found.posts;
    all.reactions += recall.found.reactions;
    all.members += recall.found.members;
    match read {
        Ok(()) => Ok(()),
        Err(Unread::Chat) => {
            all.unread.push(lane.name);
            Ok(())
        }
        Err(Unread::Fatal(fatal)) => Err(fatal),
    }
}

/// Why a space was not read to its end.
enum Unread {
    Chat,
    Fatal(Fatal),
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self::Fatal(error.into())
    }
}

impl From<Fatal> for Unread {
    fn from(fatal: Fatal) -> Self {
        Self::Fatal(fatal)
    }
}

/// Reading one space.
struct Recall<'a> {
    run: &'a Run,
    lane: i64,
    space: &'a str,
    found: Recalled,
    /// Posts by message id, as far as they were fetched and may still be met.
    posts: HashMap<String, Owed>,
    times: HashMap<Micros, String>,
    post_cursor: Option<i64>,
    newest: Micros,
    /// Reactions by the post that they wait for.
    reactions: BTreeMap<i64, Vec<Key>>,
    reaction_cursor: Option<i64>,
}

impl<'a> Recall<'a> {
    fn of(run: &'a Run, lane: i64, space: &'a str) -> Self {
        Self {
            run,
            lane,
            space,
            found: Recalled::default(),
            posts: HashMap::new(),
            times: HashMap::new(),
            post_cursor: Some(0),
            newest: Micros::MIN,
            reactions: BTreeMap::new(),
            reaction_cursor: Some(0),
        }
    }

    /// Past memberships are known by their person.
    async fn members(&mut self) -> Result<(), Unread> {
        let (mut there, mut token) = (HashMap::new(), None::<String>);
        loop {
            let (run, space) = (self.run, self.space);
            let page = patiently(run, || async {
                let admin = run.admin();
                let reader = Reader { identity: &admin, scopes: Scopes::IMPORT };
                let list = || run.client.list_members(reader, space, token.as_deref(), PAGE);
                run.read(Class::MemberRead, space, list).await
            });
            let page = page.await?.ok_or(Unread::Chat)?;
            let past = page.items.into_iter().filter(|member| member.deleted.is_some());
            there.extend(past.map(|member| (member.user, member.name)));
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        let mut cursor = 0;
        loop {
            let steps = self.fetch(Phase::History, StepKind::PastMember, cursor).await?;
            let Some(last) = steps.last() else { return Ok(()) };
            cursor = last.id;
            let name = |step: &Step| step.request.member().and_then(|user| there.get(&user));
            let done: Vec<_> = steps
                .iter()
                .filter_map(|step| Some((Key::from(step), paid(Some(name(step)?), None))))
                .collect();
            self.found.members += done.len() as u64;
            self.settle(done).await?;
        }
    }

    async fn messages(&mut self) -> Result<(), Unread> {
        let mut token = None::<String>;
        loop {
            let (run, space) = (self.run, self.space);
            let page = patiently(run, || async {
                let admin = run.admin();
                let reader = Reader { identity: &admin, scopes: Scopes::IMPORT };
                let list = || run.client.list_messages(reader, space, "", token.as_deref(), PAGE);
                run.read(Class::Read, space, list).await
            });
            let page = page.await?.ok_or(Unread::Chat)?;
            self.page(page.items).await?;
            token = page.next;
            if token.is_none() {
                return Ok(());
            }
        }
    }

    async fn page(&mut self, messages: Vec<ListedMessage>) -> Result<(), Unread> {
        let mut met = Vec::new();
        let last = messages.iter().map(|message| message.create_time).max();
        let Some(last) = last else { return Ok(()) };
        self.fetch_posts(last).await?;
        for message in messages.into_iter().filter(|message| !message.deleted) {
            if let Some(owed) = self.take(&message) {
                met.push((owed, message));
            }
        }
        let done_until = met.iter().map(|(owed, _)| owed.step).max();
        if let Some(step) = done_until {
            self.fetch_reactions(step).await?;
        }
        let mut done = Vec::new();
        for (owed, message) in met {
            self.found.posts += 1;
            let there: u64 = message.reactions.iter().map(|(_, count)| count).sum();
            done.push((owed.key, paid(Some(&message.name), message.thread)));
            // Who reacted is not shown. Where so many reacted as are planned, it was they:
            // nobody else sees this space.
            let planned = self.reactions.remove(&owed.step).unwrap_or_default();
            if there > 0 && there == planned.len() as u64 {
                self.found.reactions += there;
                done.extend(planned.into_iter().map(|key| (key, paid(None, None))));
            }
        }
        // What was passed over is not there, and is sent.
        if let Some(post) = done_until {
            self.reactions = self.reactions.split_off(&post);
        }
        self.posts.retain(|_, owed| owed.created > last);
        self.times.retain(|created, _| *created > last);
        self.settle(done).await
    }

    /// Finds the post that a message is: by our id, or by time and text where Chat does not tell
    /// ids. One that stands otherwise than planned is left to be sent, and judged by the answer.
    fn take(&mut self, message: &ListedMessage) -> Option<Owed> {
        let id = match &message.client_id {
            Some(id) => id.clone(),
            None => self.times.get(&message.create_time)?.clone(),
        };
        let owed = self.posts.get(&id)?;
        let says = owed.says(&message.text, &self.run.links);
        if owed.created != message.create_time || !says {
            return None;
        }
        self.posts.remove(&id)
    }

    async fn fetch_posts(&mut self, until: Micros) -> Result<(), Unread> {
        while let Some(cursor) = self.post_cursor.filter(|_| self.newest <= until) {
            let steps = self.fetch(Phase::Content, StepKind::Post, cursor).await?;
            self.post_cursor = steps.last().map(|step| step.id);
            for step in steps {
                let (Some(id), Some(created)) = (step.request.message_id(), step.created) else {
                    continue;
                };
                self.newest = self.newest.max(created);
                self.times.insert(created, id.to_owned());
                let owed = Owed::of(&step, created);
                self.posts.insert(id.to_owned(), owed);
            }
        }
        Ok(())
    }

    /// Fetches the reactions to all posts up to one: they stand behind it, in the order of posts.
    async fn fetch_reactions(&mut self, until: i64) -> Result<(), Unread> {
        while let Some(cursor) = self.reaction_cursor {
            if self.reactions.last_key_value().is_some_and(|(post, _)| *post > until) {
                break;
            }
            let steps = self.fetch(Phase::Content, StepKind::React, cursor).await?;
            self.reaction_cursor = steps.last().map(|step| step.id);
            for step in steps {
                if let Parent::Pending(post) = step.parent {
                    self.reactions.entry(post).or_default().push(Key::from(&step));
                }
            }
        }
        Ok(())
    }

    async fn fetch(&self, phase: Phase, kind: StepKind, cursor: i64) -> Result<Vec<Step>, Unread> {
        let lane = self.lane;
        let fetched =
            self.run.writer.run(move |ledger| ledger.owed(lane, phase, kind, cursor, STRETCH));
        Ok(fetched.await?)
    }

    async fn settle(&self, done: Vec<(Key, Settlement)>) -> Result<(), Unread> {
        if done.is_empty() {
            return Ok(());
        }
        Ok(self.run.writer.run(move |ledger| ledger.settle(&done)).await?)
    }
}

fn paid(name: Option<&String>, thread: Option<String>) -> Settlement {
    Settlement::Done(Receipt { name: name.cloned(), thread, ..Receipt::default() })
}
