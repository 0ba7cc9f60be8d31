//! One draft as the exact request that Google will get. Pure; knows Google's field names.
//!
//! A [`Frozen`] request is made once, when a lane is staged, and stored. From then on only its
//! holes are filled: the space's name, the parent message's name, the thread's name. Filling is
//! a substitution of text at fixed places, so a repeat is the same bytes.

mod freeze;

pub use freeze::freeze;

use serde::Serialize;

/// Marks where the name of the lane's space goes, at the start of a path.
const SPACE_HOLE: &str = "{space}";
/// Marks where the name of the parent's message goes, at the start of a path.
const MESSAGE_HOLE: &str = "{message}";
/// Ends the body of a reply. Text can't forge it: inside a JSON string its quotes are escaped.
const THREAD_HOLE: &str = r#","thread":{"name":"{thread}"}}"#;

/// The methods of HTTP that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// Read.
    Get,
    /// Create or act.
    Post,
    /// Change.
    Patch,
    /// Remove.
    Delete,
}

/// A request ready to send: everything but host, credentials and transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub verb: Verb,
    /// Path and query, percent-encoded: `/v1/spaces/A/messages?messageId=…`.
    pub path: String,
    /// The JSON body; empty for reads.
    pub body: String,
}

/// Names that become known only while a lane is paid off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holes<'a> {
    /// `spaces/A`.
    pub space: Option<&'a str>,
    /// `spaces/A/messages/M`, of the parent step.
    pub message: Option<&'a str>,
    /// `spaces/A/threads/T`.
    pub thread: Option<&'a str>,
}

/// A name that the request needs and nobody has yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request needs the name of its {0}, which is not known yet")]
pub struct Unbound(&'static str);

/// A request with holes, in the form that the ledger stores: first line the path, then the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen(String);

impl Frozen {
    /// Takes a stored request back as it was.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Fills the holes. The same names give the same bytes.
    pub fn bind(&self, holes: &Holes<'_>) -> Result<Request, Unbound> {
        let (path, body) = self.0.split_once('\n').unwrap_or((&self.0, ""));
        Ok(Request { verb: Verb::Post, path: bind_path(path, holes)?, body: bind_body(body, holes)? })
    }
}

fn bind_path(path: &str, holes: &Holes<'_>) -> Result<String, Unbound> {
    let fill = |rest: &str, name: Option<&str>, what| {
        name.map(|name| format!("/v1/{name}{rest}")).ok_or(Unbound(what))
    };
    if let Some(rest) = path.strip_prefix(SPACE_HOLE) {
        fill(rest, holes.space, "space")
    } else if let Some(rest) = path.strip_prefix(MESSAGE_HOLE) {
        fill(rest, holes.message, "message")
    } else {
        Ok(format!("/v1/{path}"))
    }
}

fn bind_body(body: &str, holes: &Holes<'_>) -> Result<String, Unbound> {
    let Some(head) = body.strip_suffix(THREAD_HOLE) else {
        return Ok(body.to_owned());
    };
    let name = holes.thread.ok_or(Unbound("thread"))?;
    Ok(format!(r#"{head},"thread":{{"name":"{name}"}}}}"#))
}
