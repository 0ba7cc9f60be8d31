//! An answer's class. Whatever is neither a clean success nor a clean refusal is ambiguous.

use super::refusal::{refusal, trouble};
use super::{Doubt, HttpResponse, Outcome, Reply, Why};
use crate::ids::Micros;
use crate::wire::{Request, Verb};
use serde::Deserialize;
use std::borrow::Cow;

/// No resource name is longer.
const LONGEST_NAME: usize = 512;

/// What a success must hold to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// A JSON object with the name of what was made.
    Name,
    /// A JSON object with the space that left import mode: an empty one says nothing, and this
    /// call can't be made for good measure.
    Space,
    /// A JSON object with the name of a custom emoji.
    Emoji,
    /// A JSON object.
    Object,
}

impl Expect {
    /// Returns what a request's success must hold: whatever creates or changes gives a name;
    /// lists, removals and other actions need not.
    pub fn of(request: &Request) -> Self {
        let path = request.path.split('?').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        match request.verb {
            Verb::Post if last.ends_with(":completeImport") => Self::Space,
            Verb::Post if last == "customEmojis" => Self::Emoji,
            Verb::Post | Verb::Patch if !last.contains(':') => Self::Name,
            _ => Self::Object,
        }
    }
}

/// Returns the class of an answer to a request with that body, received at `wall`.
pub fn classify(response: &HttpResponse, expect: Expect, sent: &str, wall: Micros) -> Outcome {
    let http = response.status().as_u16();
    match http {
        200..=299 => success(response, expect),
        300..=399 => Outcome::Ambiguous(Why::answered(Doubt::Redirect, http)),
        // A timeout and a cancelled call are 4xx in number only.
        408 | 499 | 500.. => trouble(response, wall),
        _ => refusal(response, sent, wall),
    }
}

/// What every success of ours may hold; parsing it also proves that the body is whole.
#[derive(Deserialize)]
struct Success<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    thread: Option<Named<'a>>,
    #[serde(borrow)]
    space: Option<Named<'a>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

fn success(response: &HttpResponse, expect: Expect) -> Outcome {
    let http = response.status().as_u16();
    let body = response.body();
    // serde would read an array into a struct; an answer of ours is an object.
    let object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let Some(read) = object.then(|| serde_json::from_slice::<Success<'_>>(body).ok()).flatten()
    else {
        return Outcome::Ambiguous(Why::answered(Doubt::NotJson, http));
    };
    let thread = read.thread.and_then(|thread| thread.name);
    let space = read.space.and_then(|space| space.name);
    let names = [&read.name, &thread, &space];
    let unusable = names.iter().any(|name| name.as_ref().is_some_and(|name| !is_name(name)));
    let wanted = if expect == Expect::Space { &space } else { &read.name };
    let kind = if expect == Expect::Emoji { "customEmojis/" } else { "spaces/" };
    let missing = !wanted.as_ref().is_some_and(|name| name.starts_with(kind));
    if expect != Expect::Object && (unusable || missing) {
        return Outcome::Ambiguous(Why::answered(Doubt::Shape, http));
    }
    let owned = |name: Option<Cow<'_, str>>| name.map(Cow::into_owned);
    Outcome::Applied(Reply::new(body.clone(), owned(read.name), owned(thread)))
}

/// Names go into paths and bodies of later requests, so only harmless letters may be in them.
pub(super) fn is_name(name: &str) -> bool {
    let harmless = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'?' | b'#' | b'{' | b'}')
    };
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(harmless)
}
