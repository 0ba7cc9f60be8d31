//! Reading every space in import mode back, and comparing it with the plan: a certificate, given
//! before completion.
//!
//! It sees what messages.list and members.list show, and of the space itself what the app may read.
//! It can't see who reacted, the bytes of files, nor what an edited message said before.

mod certificate;
mod compare;
mod entry;
mod members;
mod reading;
mod summary;
mod verdict;

pub use entry::{DIFFERENCES, Mark, Marks};
pub use verdict::{Sealed, Verdict};

use super::ended::taken_for_ended;
use super::{Ended, Fatal, Run, each_lane, gone};
use crate::draft::Identity;
use crate::event::{Calls, Event};
use crate::ids::rfc3339;
use crate::ledger::{Lane, LaneState, Ledger};
use certificate::Head;
use reading::{Reading, Stop};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// So many of those who are in are asked, where a space's owner can't be.
const INSIDERS: usize = 10;

/// What to read, and where to keep what was found.
#[derive(Debug, Clone, Default)]
pub struct Certify {
    /// The folder of certificates; none: only the verdicts are kept.
    pub folder: Option<PathBuf>,
    /// Read completed spaces again too: it takes scopes that nothing else asks for.
    pub completed: bool,
}

/// What all lanes of one reading have in common.
#[derive(Debug)]
struct Inspection {
    folder: Option<PathBuf>,
    head: Head,
}

/// What reading back has found, lane by lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Verdicts with the lane's name: new ones, and the stored ones of completed lanes.
    pub lanes: Vec<(String, Verdict)>,
    /// Names of lanes that could not be read back, and why.
    pub unread: Vec<(String, String)>,
    /// Lanes that are complete, and whose verdict is the one from before that.
    pub stored: u64,
}

impl Verified {
    /// Tells whether everything sent is there as planned, and nothing else.
    pub fn clean(&self) -> bool {
        self.unread.is_empty() && self.lanes.iter().all(|(_, verdict)| verdict.clean())
    }

    /// Returns how many calls before completion were not made.
    pub fn stuck(&self) -> u64 {
        self.sum(|verdict| verdict.stuck)
    }

    /// Returns messages planned, found as planned, and unplanned.
    pub fn totals(&self) -> (u64, u64, u64) {
        let sum = |of| self.sum(of);
        (sum(|one| one.planned), sum(|one| one.as_planned), sum(|one| one.extra))
    }

    /// Sums a number up over all lanes.
    pub fn sum(&self, of: fn(&Verdict) -> u64) -> u64 {
        self.lanes.iter().map(|(_, verdict)| of(verdict)).sum()
    }
}

/// Reads back every lane that is sent up to the edge, and keeps no certificates.
pub async fn verify(run: Arc<Run>) -> Result<(Ended, Verified), Fatal> {
    certify(run, Certify::default()).await
}

/// Reads back every lane that is sent up to the edge; of completed lanes it tells the stored
/// verdict, since the import scope can't read them again.
pub async fn certify(run: Arc<Run>, options: Certify) -> Result<(Ended, Verified), Fatal> {
    let lanes = run.writer.run(|ledger| ledger.lanes()).await?;
    let (mut found, mut due) = (Found::new(), Vec::new());
    for lane in &lanes {
        let completed = lane.state >= LaneState::Completed;
        match (lane.state, lane.space.is_some()) {
            (_, true) if completed && options.completed => due.push(lane.clone()),
            _ if completed => drop(found.insert(lane.id, kept(lane))),
            (LaneState::Drained, true) => due.push(lane.clone()),
            _ => drop(found.insert(lane.id, Came::Unread("not yet sent in full".to_owned()))),
        }
    }
    let inspection = Arc::new(inspection(&run, options).await?);
    run.monitor.observe(&Event::ReadingStarted {
        lanes: due.len() as u64,
        messages: due.iter().map(|lane| lane.planned.posts).sum(),
    });
    let found = Arc::new(Mutex::new(found));
    let read = each_lane(&run, due, |run, lane| {
        one(run, lane, Arc::clone(&inspection), Arc::clone(&found))
    })
    .await;
    run.monitor.observe(&Event::RunFinished { stopped: run.stopping() });
    read?;
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let written = summary::write(&inspection, &lanes, &found).await;
    let mut verified = verified(&lanes, found);
    if let Err(error) = written {
        verified.unread.push(("the list of certificates".to_owned(), error));
    }
    Ok((if run.stopping() { Ended::Stopped } else { Ended::Edge }, verified))
}

async fn inspection(run: &Run, options: Certify) -> Result<Inspection, Fatal> {
    let owner = run.writer.run(|ledger| ledger.owner()).await?.unwrap_or_default();
    let head = Head {
        migration: owner.name,
        realm: owner.realm.unwrap_or_default(),
        read: rfc3339(run.clock.wall()),
    };
    if let Some(folder) = &options.folder {
        // Litter does no harm; where it can't be taken away, writing will tell.
        let _ = certificate::tidy(folder);
    }
    Ok(Inspection { folder: options.folder, head })
}

/// What came of a lane.
#[derive(Debug)]
enum Came {
    /// It was read now.
    Read(Verdict),
    /// It is complete: what was found before that.
    Kept(Verdict),
    /// It could not be read, and why.
    Unread(String),
}

type Found = BTreeMap<i64, Came>;

/// Puts together what is told of all lanes. Until one is read, it is not: a stop in between leaves
/// no gap.
fn verified(lanes: &[Lane], mut found: Found) -> Verified {
    let mut verified = Verified::default();
    for lane in lanes {
        let missed = || Came::Unread("stopped before it was read".to_owned());
        match found.remove(&lane.id).unwrap_or_else(missed) {
            Came::Read(verdict) => verified.lanes.push((lane.name.clone(), verdict)),
            Came::Kept(verdict) => {
                verified.stored += 1;
                verified.lanes.push((lane.name.clone(), verdict));
            }
            Came::Unread(why) => verified.unread.push((lane.name.clone(), why)),
        }
    }
    verified.lanes.sort_by(|a, b| a.0.cmp(&b.0));
    verified
}

/// Returns the stored verdicts of lanes that are complete.
pub fn stored(lanes: &[Lane]) -> Verified {
    verified(lanes, lanes.iter().map(|lane| (lane.id, kept(lane))).collect())
}

fn kept(lane: &Lane) -> Came {
    let verdict = lane.verdict.as_deref().and_then(|text| serde_json::from_str(text).ok());
    verdict.map_or_else(|| Came::Unread("completed without a verdict".to_owned()), Came::Kept)
}

async fn one(
    run: Arc<Run>,
    lane: Lane,
    inspection: Arc<Inspection>,
    found: Arc<Mutex<Found>>,
) -> Result<(), Fatal> {
    let (id, name) = (lane.id, lane.name.clone());
    let owed = Calls { posts: lane.planned.posts, ..Calls::default() };
    run.monitor.observe(&Event::LaneOpened { lane: id, name: name.clone(), owed });
    let (came, clean) = match read_back(&run, &inspection, &lane).await {
        Ok(verdict) => {
            let clean = verdict.clean();
            (Came::Read(verdict), clean)
        }
        Err(Stop::Fatal(fatal)) => return Err(fatal),
        Err(Stop::Unread(why)) if lane.state >= LaneState::Completed => (Came::Unread(why), false),
        // A space that somebody else completed is not read any more, and is done.
        Err(_) if taken_for_ended(&run, &lane).await? => {
            (Came::Unread("completed by another work folder".to_owned()), false)
        }
        Err(Stop::Unread(why) | Stop::Refused(why)) => {
            (Came::Unread(gone::instead(&run, &lane, why).await?), false)
        }
    };
    found.lock().unwrap_or_else(PoisonError::into_inner).insert(id, came);
    run.monitor.observe(&Event::LaneVerified { lane: id, name, clean });
    Ok(())
}

/// Reads one lane back and stores the verdict, unless it is complete: what stands in the ledger
/// then is the certificate that it was completed with.
async fn read_back(run: &Run, inspection: &Inspection, lane: &Lane) -> Result<Verdict, Stop> {
    let (id, space) = (lane.id, lane.space.as_deref().unwrap_or_default());
    if lane.state >= LaneState::Completed {
        return read_open(run, inspection, lane, space).await;
    }
    let reader = run.admin();
    let reading = Reading { run, inspection, lane, space, reader, completed: false, left: false };
    let verdict = reading.read().await?;
    let (text, clean) = (serde_json::to_string(&verdict).unwrap_or_default(), verdict.clean());
    run.writer.run(move |ledger| ledger.set_verdict(id, &text, clean)).await?;
    if lane.blocked.is_some() {
        run.writer.run(move |ledger| ledger.block_lane(id, None)).await?;
    }
    Ok(verdict)
}

/// Reads an open space as its owner, or else as one of those who are in.
async fn read_open(
    run: &Run,
    inspection: &Inspection,
    lane: &Lane,
    space: &str,
) -> Result<Verdict, Stop> {
    let whole = lane.clone();
    let known = move |ledger: &mut Ledger| {
        Ok((ledger.admin_left(&whole)?, ledger.insiders(&whole, INSIDERS)?))
    };
    let (left, insiders) = run.writer.run(known).await?;
    let owner = match (left, lane.admin_owned) {
        (true, _) => lane.heir.clone(),
        (false, true) => None,
        (false, false) => lane.completer.clone(),
    };
    let owner = owner.unwrap_or_else(|| run.admin.clone());
    let others: Vec<_> = insiders.into_iter().filter(|one| *one != owner).collect();
    let mut refused = None;
    for account in std::iter::once(owner).chain(others) {
        let reader = Identity::User(account);
        let reading = Reading { run, inspection, lane, space, reader, completed: true, left };
        match reading.read().await {
            Err(Stop::Refused(why)) => drop(refused.get_or_insert(why)),
            read => return read,
        }
    }
    let why = refused.unwrap_or_default();
    Err(Stop::Unread(format!("nobody who is in can be asked: {why}")))
}
