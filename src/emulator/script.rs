//! What no HTTP library would send: answers that drip, break off, or are none; and the same for
//! the service without a socket, as near as a body can come.

use super::chance::Chance;
use super::faults::FaultId;
use super::reply::{Course, Cut, Withheld};
use super::socket::Socket;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use std::io;
use std::time::Duration;

/// How many bytes of nonsense are sent in place of HTTP.
const GARBAGE: u64 = 64;

/// Bytes for the socket itself, and the end of the connection.
#[derive(Debug, Clone)]
pub(super) struct Script {
    bytes: Bytes,
    /// How many at a time, with `every` between them.
    step: usize,
    every: Duration,
    /// How long to wait after the last one.
    wait: Duration,
    reset: bool,
    /// Whose doing it is.
    pub(super) fault: Option<FaultId>,
}

impl Script {
    /// Writes down how an answer leaves that takes this course.
    pub(super) fn new(
        head: &Response,
        body: &[u8],
        course: Course,
        fault: Option<FaultId>,
    ) -> Self {
        let whole = |bytes: Vec<u8>| Self {
            bytes: bytes.into(),
            step: usize::MAX,
            every: Duration::ZERO,
            wait: Duration::ZERO,
            reset: false,
            fault,
        };
        match course {
            Course::Whole => whole(written(head, body)),
            Course::Withheld(Withheld::Garbage) => whole(garbage()),
            Course::Withheld(how) => Self { reset: how == Withheld::Reset, ..whole(Vec::new()) },
            Course::Cut(Cut { at, wait, reset, .. }) => {
                let body = body.get(..at).unwrap_or(body);
                Self { wait, reset, ..whole(written(head, body)) }
            }
            Course::Drip(step, every) => Self { step, every, ..whole(written(head, body)) },
        }
    }

    /// Sends it, and says how the connection must end.
    pub(super) async fn play(&self, socket: &Socket) -> io::Result<()> {
        let mut pieces = self.bytes.chunks(self.step.max(1)).peekable();
        while let Some(piece) = pieces.next() {
            socket.send(piece).await?;
            if pieces.peek().is_some() {
                tokio::time::sleep(self.every).await;
            }
        }
        tokio::time::sleep(self.wait).await;
        if self.reset { socket.reset() } else { Ok(()) }
    }
}

/// Writes an answer as HTTP/1.1, with the headers that it has.
fn written(head: &Response, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {}\r\n", head.status()).into_bytes();
    for (name, value) in head.headers() {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// Returns bytes that are neither HTTP nor text.
pub(super) fn garbage() -> Vec<u8> {
    (0..GARBAGE).map(|n| 0x80 | Chance::of(&[n]).below(0x80) as u8).collect()
}

/// Returns the body of an answer that takes this course, for a service without a socket.
pub(super) fn body(body: Bytes, course: Course) -> Body {
    match course {
        Course::Whole => Body::from(body),
        Course::Withheld(_) => Body::empty(),
        Course::Drip(step, every) => {
            Body::from_stream(stream::unfold(body, move |mut rest| async move {
                if rest.is_empty() {
                    return None;
                }
                tokio::time::sleep(every).await;
                let piece = rest.split_to(step.clamp(1, rest.len()));
                Some((Ok::<_, io::Error>(piece), rest))
            }))
        }
        Course::Cut(cut) => broken(&body, cut),
    }
}

/// Returns a body that ends early: with an error where a client could see it.
fn broken(body: &Bytes, cut: Cut) -> Body {
    let visible = cut.reset || cut.framing == super::faults::Framing::Length;
    let end = if cut.reset { io::ErrorKind::ConnectionReset } else { io::ErrorKind::UnexpectedEof };
    let first = body.slice(..cut.at.min(body.len()));
    let steps = stream::unfold((Some(first), visible), move |(first, visible)| async move {
        if let Some(first) = first {
            return Some((Ok(first), (None, visible)));
        }
        tokio::time::sleep(cut.wait).await;
        visible.then(|| (Err(io::Error::from(end)), (None, false)))
    });
    Body::from_stream(steps)
}
