//! Events as JSON, one a line; what comes by the thousand is summed up once a second.

use super::board::{Board, View};
use super::safe::is_unsafe;
use crate::clock::Clock;
use crate::event::{Calls, Event, Monitor};
use crate::ids::rfc3339;
use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const EVERY: Duration = Duration::from_secs(1);

/// Writes JSON lines.
pub struct Json<W> {
    board: Board,
    out: Mutex<Out<W>>,
}

struct Out<W> {
    to: W,
    next: Instant,
    stale: bool,
}

/// Paid calls and read messages, summed up.
#[derive(Debug, Serialize)]
struct Progress {
    event: &'static str,
    read: u64,
    read_back: u64,
    paid: Calls,
    owed: Calls,
    wedged: u64,
    messages_per_second: f64,
    seconds_left: Option<u64>,
}

#[derive(Serialize)]
struct Dated<'a, T> {
    at: String,
    #[serde(flatten)]
    event: &'a T,
}

impl<W> fmt::Debug for Json<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json").field("board", &self.board).finish_non_exhaustive()
    }
}

impl<W: Write + Send> Json<W> {
    /// Writes to `to`.
    pub fn new(to: W, clock: Arc<dyn Clock>) -> Self {
        let next = clock.mono() + EVERY;
        Self { board: Board::new(clock), out: Mutex::new(Out { to, next, stale: false }) }
    }

    /// Gives back what it wrote to.
    pub fn into_inner(self) -> W {
        self.out.into_inner().unwrap_or_else(PoisonError::into_inner).to
    }

    fn write(&self, out: &mut Out<W>, event: &impl Serialize) {
        let dated = Dated { at: rfc3339(self.board.wall()), event };
        // Nobody may be listening any more; the run goes on.
        out.to.write_all((json_line(&dated) + "\n").as_bytes()).ok();
    }

    fn progress(&self, out: &mut Out<W>) {
        out.stale = false;
        out.next = self.board.now() + EVERY;
        self.write(out, &progress(&self.board.view()));
    }
}

impl<W: Write + Send> Monitor for Json<W> {
    fn observe(&self, event: &Event) {
        self.board.observe(event);
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let frequent = matches!(
            event,
            Event::StepDone { .. } | Event::Planned { .. } | Event::ReadBack { .. }
        );
        out.stale |= frequent;
        // The sum comes before what ends it, so the last progress line is the whole truth.
        let ends = matches!(event, Event::RunFinished { .. });
        if out.stale && (ends || self.board.now() >= out.next) {
            self.progress(&mut out);
        }
        if !frequent {
            self.write(&mut out, event);
        }
    }
}

fn progress(view: &View) -> Progress {
    Progress {
        event: "progress",
        read: view.read,
        read_back: view.read_back.map_or(0, |(read, _)| read),
        paid: view.paid,
        owed: view.owed,
        wedged: view.wedged,
        messages_per_second: (view.posts_rate * 10.0).round() / 10.0,
        seconds_left: view.left.map(|left| left.as_secs()),
    }
}

/// Returns a value as one line of JSON that is safe on a terminal too: what could move the cursor
/// or reorder text is escaped, which changes no value.
pub fn json_line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, Escaping));
    match (written, String::from_utf8(bytes)) {
        (Ok(()), Ok(line)) => line,
        // Plain data of ours always serialises.
        _ => "{}".to_owned(),
    }
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(is_unsafe) {
            to.write_all(&rest.as_bytes()[..at])?;
            let bad = rest[at..].chars().next().unwrap_or_default();
            for unit in bad.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
            rest = &rest[at + bad.len_utf8()..];
        }
        to.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        serde_json::ser::CompactFormatter.write_char_escape(to, escape)
    }
}
