//! One lane read back, page by page, into a certificate and a verdict.

use super::Inspection;
use super::certificate::Certificate;
use super::compare::Comparison;
use super::entry::{Entry, Mark, Thing};
use super::members::Planned;
use super::verdict::Verdict;
use crate::chat::{
    ListedMember, ListedMessage, Outcome, Page, Reader, Scopes, SpaceView, TokenError,
};
use crate::draft::{Identity, Phase, StepKind};
use crate::event::Event;
use crate::ledger::{ExpectedMember, Lane, Standing};
use crate::pace::Class;
use crate::send::call::Errand;
use crate::send::{Fatal, Run, refusal};
use std::io;
use std::time::Duration;

/// Messages in a page: the most that Chat gives.
const PAGE: u32 = 1000;
/// Tries for one page.
const TRIES: u32 = 12;

/// Why a lane has no verdict.
#[derive(Debug)]
pub(super) enum Stop {
    /// It could not be read, in words.
    Unread(String),
    /// Whoever reads can't be used, or may not look, in words.
    Refused(String),
    /// Nothing can be read.
    Fatal(Fatal),
}

impl<E: Into<Fatal>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fatal(error.into())
    }
}

fn unwritten(error: &io::Error) -> Stop {
    Stop::Unread(format!("its certificate can't be written: {error}"))
}

/// A lane under inspection.
pub(super) struct Reading<'a> {
    pub(super) run: &'a Run,
    pub(super) inspection: &'a Inspection,
    pub(super) lane: &'a Lane,
    /// `spaces/…`.
    pub(super) space: &'a str,
    /// Who reads: the admin while the space is hidden, somebody who is in once it is open.
    pub(super) reader: Identity,
    /// After completion, with scopes for reading.
    pub(super) completed: bool,
    /// The admin completed it, and has left it.
    pub(super) left: bool,
}

impl Reading<'_> {
    /// Reads the lane, writes its certificate and returns the verdict.
    pub(super) async fn read(&self) -> Result<Verdict, Stop> {
        let (head, folder) = (&self.inspection.head, self.inspection.folder.as_deref());
        let mut certificate = Certificate::begin(folder, self.lane, head, self.completed)
            .map_err(|error| unwritten(&error))?;
        let space = self.space_itself().await?;
        let mut verdict = self.messages(&mut certificate).await?;
        verdict.note(std::slice::from_ref(&space.0));
        verdict.name_read = space.1;
        verdict.read.clone_from(&head.read);
        let members = self.members(&mut verdict).await?;
        let id = self.lane.id;
        let (owed, wedged) =
            self.run.writer.run(move |ledger| ledger.standing(id, Phase::Amend)).await?;
        verdict.stuck = owed + wedged;
        let whole = move || {
            certificate.write(std::slice::from_ref(&space.0))?;
            certificate.write(&members)?;
            verdict.certificate = certificate.seal(&verdict)?;
            Ok(verdict)
        };
        let sealed = tokio::task::spawn_blocking(whole).await;
        sealed.map_err(|error| Fatal::Worker(error.to_string()))?.map_err(|error| unwritten(&error))
    }

    fn reader(&self) -> Reader<'_> {
        let scopes = if self.completed { Scopes::READING } else { Scopes::IMPORT };
        Reader { identity: &self.reader, scopes }
    }

    async fn messages(&self, certificate: &mut Certificate) -> Result<Verdict, Stop> {
        let id = self.lane.id;
        let mut comparison = Comparison::new(&self.lane.slack, self.completed);
        let (mut cursor, mut planned, mut token, mut more) = (0, true, None, true);
        while planned || more {
            if planned && (comparison.wants_plan() || !more) {
                let page = move |ledger: &mut crate::ledger::Ledger| {
                    ledger.expected(id, cursor, PAGE as usize)
                };
                let rows = self.run.writer.run(page).await?;
                planned = rows.len() == PAGE as usize;
                cursor = rows.last().map_or(cursor, |row| row.step);
                comparison.expect(rows);
            } else {
                let page = self.page(token.take()).await?;
                (more, token) = (page.next.is_some(), page.next);
                let messages = page.items.len() as u64;
                comparison.find(page.items);
                self.run.monitor.observe(&Event::ReadBack { lane: id, messages });
            }
            certificate.write(&comparison.take()).map_err(|error| unwritten(&error))?;
        }
        let (last, verdict) = comparison.finish();
        certificate.write(&last).map_err(|error| unwritten(&error))?;
        Ok(verdict)
    }

    async fn page(&self, token: Option<String>) -> Result<Page<ListedMessage>, Stop> {
        self.again(Class::Read, async || {
            self.run
                .client
                .list_messages(self.reader(), self.space, "", token.as_deref(), PAGE)
                .await
        })
        .await
    }

    /// Compares who was in, or who is in once the space is open.
    async fn members(&self, verdict: &mut Verdict) -> Result<Vec<Entry>, Stop> {
        let (id, completed) = (self.lane.id, self.completed);
        let kind = if completed { StepKind::Member } else { StepKind::PastMember };
        let mut people =
            self.run.writer.run(move |ledger| ledger.expected_members(id, kind)).await?;
        if completed {
            let groups = move |ledger: &mut crate::ledger::Ledger| {
                ledger.expected_members(id, StepKind::Group)
            };
            people.extend(self.run.writer.run(groups).await?);
        }
        if completed && !self.left {
            let owner = self.run.writer.run(move |ledger| ledger.expected_owner(id)).await?;
            people.extend(owner.map(|user| ExpectedMember {
                user,
                span: None,
                standing: Standing::Done,
            }));
        }
        let listed = self.listed_members().await?;
        Ok(Planned { people, completed }.compare(listed, verdict))
    }

    async fn listed_members(&self) -> Result<Vec<ListedMember>, Stop> {
        let (mut token, mut all) = (None::<String>, Vec::new());
        loop {
            let page = self
                .again(Class::MemberRead, async || {
                    let client = &self.run.client;
                    let (reader, token) = (self.reader(), token.as_deref());
                    if self.completed {
                        return client
                            .list_members_and_groups(reader, self.space, token, PAGE)
                            .await;
                    }
                    client.list_members(reader, self.space, token, PAGE).await
                })
                .await?;
            all.extend(page.items);
            token = page.next;
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// Compares the space's own name, where the app may read it; returns whether it could.
    async fn space_itself(&self) -> Result<(Entry, bool), Stop> {
        let id = self.lane.id;
        let planned = self.run.writer.run(move |ledger| ledger.expected_name(id)).await?;
        let view = self
            .again(Class::SpaceRead, async || self.run.client.get_space(self.space).await)
            .await;
        let (codes, read) = match (view, planned) {
            (Ok(view), Some(planned)) => (self.unlike(&planned, &view), true),
            // That the app may not look says nothing about the space.
            (Ok(_), None) | (Err(_), _) => (Vec::new(), false),
        };
        let mark = if codes.is_empty() { Mark::Same } else { Mark::Different };
        let entry = Entry {
            mark,
            thing: Thing::Space,
            ts: None,
            part: 0,
            time: None,
            name: Some(self.space.to_owned()),
            note: codes.join(","),
        };
        Ok((entry, read))
    }

    fn unlike(&self, planned: &str, view: &SpaceView) -> Vec<&'static str> {
        let kind = if planned.is_empty() { "GROUP_CHAT" } else { "SPACE" };
        let name = view.display_name.as_deref().unwrap_or_default();
        // An open space is its members': they may rename it.
        let differences = [
            ("display_name", !self.completed && !planned.is_empty() && name != planned),
            ("space_type", view.kind != kind),
            ("import_mode", !self.completed && !view.importing),
        ];
        differences.iter().filter(|(_, differs)| *differs).map(|(code, _)| *code).collect()
    }

    /// Repeats a read until it has a clear answer; a refusal ends it. An outage is waited out.
    async fn again<T, F>(&self, class: Class, mut read: impl FnMut() -> F) -> Result<T, Stop>
    where
        F: Future<Output = Result<T, Outcome>>,
    {
        let errand = Errand { class, space: Some(self.space), step: self.lane.id << 32 };
        let (mut last, mut attempt) = ("stopped before it was read".to_owned(), 0);
        while attempt < TRIES {
            let Some(answer) = self.run.call(errand, &mut read).await else { break };
            let asked = match answer {
                Ok(answer) => return Ok(answer),
                // Being asked to slow down is no failed try.
                Err(Outcome::Throttled { retry_after, .. }) => retry_after,
                Err(outcome) => {
                    last = unclear(outcome)?;
                    attempt += 1;
                    None
                }
            };
            if !self.run.health.is_fine() {
                attempt = 0;
                continue;
            }
            let wait: Duration = self.run.backoff.next(attempt, asked);
            self.run.clock.sleep(wait).await;
        }
        Err(Stop::Unread(last))
    }
}

/// Tells why to read again; what ends a read is the error.
fn unclear(outcome: Outcome) -> Result<String, Stop> {
    match outcome {
        Outcome::Token(TokenError::Transient(why)) => Ok(why),
        Outcome::Token(error @ TokenError::User(_)) => Err(Stop::Refused(error.to_string())),
        Outcome::Token(error) => Err(Stop::Fatal(Fatal::Token(error))),
        Outcome::Rejected(_) => Err(Stop::Refused(refusal(&outcome))),
        outcome => Ok(refusal(&outcome)),
    }
}
