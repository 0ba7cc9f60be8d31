//! Plain lines where there is no terminal: one every ten seconds, and one when the state changes.

use super::board::{Board, View, remark};
use super::words::{count, counted, percent, span};
use crate::clock::Clock;
use crate::event::{Event, Monitor};
use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const EVERY: Duration = Duration::from_secs(10);

/// Writes plain lines; driven by the events themselves, so it needs no thread.
pub struct Plain<W> {
    board: Board,
    out: Mutex<Out<W>>,
}

struct Out<W> {
    to: W,
    next: Instant,
}

impl<W> fmt::Debug for Plain<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").field("board", &self.board).finish_non_exhaustive()
    }
}

impl<W: Write + Send> Plain<W> {
    /// Writes to `to`.
    pub fn new(to: W, clock: Arc<dyn Clock>) -> Self {
        let next = clock.mono() + EVERY;
        Self { board: Board::new(clock), out: Mutex::new(Out { to, next }) }
    }

    /// Gives back what it wrote to.
    pub fn into_inner(self) -> W {
        self.out.into_inner().unwrap_or_else(PoisonError::into_inner).to
    }
}

impl<W: Write + Send> Monitor for Plain<W> {
    fn observe(&self, event: &Event) {
        self.board.observe(event);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.board.now();
        if let Some(remark) = remark(event) {
            writeln!(out.to, "{remark}").ok();
        }
        if let Event::Limited { says } = event {
            writeln!(out.to, "{says}").ok();
        }
        if now >= out.next || changes_state(event) {
            out.next = now + EVERY;
            // Nobody may be listening any more; the run goes on.
            writeln!(out.to, "{}", line(&self.board.view())).ok();
        }
    }
}

/// Events that nobody should wait ten seconds to hear of.
fn changes_state(event: &Event) -> bool {
    matches!(
        event,
        Event::PlanStarted { .. }
            | Event::RunStarted { .. }
            | Event::ReadingStarted { .. }
            | Event::Draining { .. }
            | Event::Waiting { .. }
            | Event::Resumed { .. }
            | Event::Stalled { .. }
            | Event::DiskFull { .. }
            | Event::Resting { .. }
            | Event::Paused { .. }
            | Event::WorksAgain { .. }
            | Event::RunFinished { .. }
    )
}

fn line(view: &View) -> String {
    if let Some(read_back) = view.read_back {
        return reading_back(view, read_back);
    }
    let mut parts = Vec::new();
    if view.conversations.1 < view.conversations.0 || view.owed.total() == 0 {
        let all = counted(view.conversations.0, "conversation", "conversations");
        parts.push(format!(
            "read {} of {all}, {}",
            count(view.conversations.1),
            messages(view.read)
        ));
    }
    if view.owed.total() > 0 {
        parts.push(sending(view));
    }
    if view.wedged > 0 {
        parts.push(format!("{} stuck", count(view.wedged)));
    }
    parts.extend(view.held.clone());
    parts.extend(view.note.clone());
    parts.join("; ")
}

fn reading_back(view: &View, (read, planned): (u64, u64)) -> String {
    let (done, unlike) = view.verified;
    let all = counted(view.all_lanes, "conversation", "conversations");
    let line =
        format!("read back {} of {all}, {} of {}", count(done), count(read), messages(planned));
    let unlike = (unlike > 0).then(|| format!("{} differ", count(unlike)));
    [Some(line), unlike, view.held.clone(), view.note.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("; ")
}

fn sending(view: &View) -> String {
    let share = percent(view.paid.total(), view.owed.total());
    let (paid, owed) = (count(view.paid.posts), count(view.owed.posts));
    let left = match view.left {
        Some(left) if !view.finished => {
            let ends = view.ends.map(|ends| format!(", {}", ends.words())).unwrap_or_default();
            format!(", {} left{ends}", span(left))
        }
        _ => String::new(),
    };
    if view.opening() {
        let (done, all) = (count(view.paid.total()), count(view.owed.total()));
        return format!("{done} of {all} spaces and members done");
    }
    let calls = format!("{} of {} calls", count(view.paid.total()), count(view.owed.total()));
    format!("sent {paid} of {owed} messages ({share} %, {calls}), {:.0}/s{left}", view.posts_rate)
}

fn messages(number: u64) -> String {
    counted(number, "message", "messages")
}
