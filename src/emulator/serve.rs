//! One request from head to answer: door, fault, validation, quota, method, journal.

use super::check::Check;
use super::coverage::Point;
use super::dialects::Odd;
use super::door::Door;
use super::exchange::Exchange;
use super::facts::Method;
use super::journal::{Entry, Lint};
use super::query::Query;
use super::refusal::{Outcome, Refusal};
use super::reply::{Reply, Withheld};
use super::route::Names;
use super::shared::{Shared, Turn};
use super::token::{self, Caller};
use super::{
    admin, caller, custom_emoji, directory, edits, groups, iam, listing, members, messages,
    reactions, space_life, spaces, time, trouble, uploads,
};
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::StreamExt;
use http::request::Parts;
use http::{HeaderValue, Request};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// The largest body that is no file.
const BODY: usize = 4 << 20;
/// A body that stalls is given up.
const BODY_WAIT: Duration = Duration::from_mins(1);

/// Answers one request.
pub(super) async fn respond(shared: &Arc<Shared>, request: Request<Body>) -> Response {
    let instance = HeaderValue::from_str(&shared.instance).unwrap_or(HeaderValue::from_static(""));
    let (head, body) = request.into_parts();
    let reply = exchange(shared, head, body).await;
    reply.with("date", time::http_date(shared.clock.shown())).into_response(&instance)
}

async fn exchange(shared: &Arc<Shared>, head: Parts, body: Body) -> Reply {
    let gone = || Reply::withheld(Withheld::Closed);
    let limit =
        if head.uri.path().contains("upload/v1/") { uploads::MOST as usize + BODY } else { BODY };
    if let Some(path) = head.uri.path().strip_prefix("/_emulator/") {
        let Some(bytes) = read(body, limit).await else { return gone() };
        return admin::answer(shared, &head, path, &bytes);
    }
    let mut exchange = Exchange { shared: shared.clone(), head, bytes: Bytes::new() };
    let body = match exchange.strike(false) {
        None => body,
        Some(strike) => {
            let Some(body) = half(&exchange.head, body).await else { return gone() };
            if let Some(reply) = trouble::midway(&exchange, &strike).await {
                return reply;
            }
            body
        }
    };
    let Some(bytes) = read(body, limit).await else { return gone() };
    exchange.bytes = bytes;
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    trouble::answer(Arc::new(exchange)).await
}

/// Reads the body; nothing when it broke off, stalled or is too large.
async fn read(body: Body, limit: usize) -> Option<Bytes> {
    tokio::time::timeout(BODY_WAIT, axum::body::to_bytes(body, limit)).await.ok()?.ok()
}

/// Waits until half of the body is there, and returns the whole again.
async fn half(head: &Parts, body: Body) -> Option<Body> {
    let length = head.headers.get("content-length").and_then(|value| value.to_str().ok());
    let half = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(1).div_ceil(2);
    let (mut stream, mut first, mut got) = (body.into_data_stream(), Vec::new(), 0);
    while got < half {
        let piece = tokio::time::timeout(BODY_WAIT, stream.next()).await.ok()?;
        let Some(piece) = piece else { break };
        let piece = piece.ok()?;
        got += piece.len();
        first.push(Ok(piece));
    }
    Some(Body::from_stream(futures_util::stream::iter(first).chain(stream)))
}

/// Lets a request take effect.
pub(super) fn apply(
    shared: &Shared,
    head: &Parts,
    door: Door<'_>,
    caller: &mut Option<Caller>,
    bytes: &[u8],
) -> Reply {
    let query = head.uri.query().unwrap_or_default();
    let outcome = match door {
        Door::Token => {
            let (whose, status, body) = token::answer(shared, bytes);
            *caller = whose;
            return Reply::of(status, body);
        }
        Door::Metadata => return caller::metadata(shared, head),
        Door::SignJwt(account) => iam::sign(shared, head, account, bytes).map(Reply::from),
        Door::Directory => {
            let list = caller
                .ok_or_else(Refusal::unauthenticated)
                .and_then(|caller| directory::list(shared, caller, query));
            return legacy(shared, list);
        }
        Door::Group(ask) => {
            let group = caller
                .ok_or_else(Refusal::unauthenticated)
                .and_then(|caller| groups::answer(shared, caller, ask, query));
            return legacy(shared, group);
        }
        Door::Chat(method, media, names) => {
            chat(shared, head, method, (media, names), *caller, bytes)
        }
        Door::Nowhere => Err(Refusal::not_found(
            Point::NoSuchPath,
            "The requested URL was not found on this server.",
        )),
    };
    outcome.unwrap_or_else(|refusal| {
        let body = refusal.rpc(&shared.dialects);
        refused(shared, &refusal, body)
    })
}

/// Answers as the Directory does.
fn legacy(shared: &Shared, answer: Outcome<Vec<u8>>) -> Reply {
    match answer {
        Ok(body) => body.into(),
        Err(refusal) => refused(shared, &refusal, refusal.legacy()),
    }
}

fn refused(shared: &Shared, refusal: &Refusal, body: Vec<u8>) -> Reply {
    if let Some(point) = refusal.point {
        shared.coverage.hit(point);
    }
    Reply::refused(refusal, body, &shared.dialects)
}

/// Returns who a request's token speaks for.
pub(super) fn caller(shared: &Shared, head: &Parts) -> Option<Caller> {
    let token = head.headers.get("authorization")?.to_str().ok()?;
    shared.tokens.caller(token.strip_prefix("Bearer ")?, shared.clock.now())
}

fn chat<'a>(
    shared: &'a Shared,
    head: &'a Parts,
    method: &'static Method,
    (media, names): (bool, Names<'a>),
    caller: Option<Caller>,
    bytes: &[u8],
) -> Outcome<Reply> {
    let text = head.uri.query().unwrap_or_default();
    let mut check = Check::default();
    let query = Query::read(text, method, &mut check);
    let session = query.get("upload_id");
    let owner = || session.and_then(|session| shared.uploads.owner(session));
    let caller = caller.or_else(owner).ok_or_else(Refusal::unauthenticated)?;
    if caller.scopes & method.scopes == 0 {
        return Err(Refusal::scope());
    }
    shared.trust.serves(caller.who)?;
    let body = match method.body {
        Some(schema) if !media => check.body(bytes, schema)?,
        _ => serde_json::Map::new(),
    };
    check.verdict()?;
    if shared.dialects.fine_times == Odd::Refused {
        coarse(&body)?;
    }
    let now = shared.clock.now();
    if session.is_none() {
        shared.quota.caller(method.id, caller.who, now, &shared.dialects)?;
    }
    shared.coverage.fields(method.id, &query, &body);
    let fingerprint = fingerprint(head.uri.path(), text, bytes);
    let mut turn = Turn { shared, method, caller, names, query, body, fingerprint, now, check };
    let outcome = if media {
        uploads::upload(&mut turn, &head.headers, bytes)
    } else {
        dispatch(&mut turn).map(Reply::from)
    };
    for (rule, place) in turn.check.lints {
        shared.journal.lint(Lint { method: method.id, rule, place });
    }
    outcome
}

/// Refuses times with digits below the microsecond.
fn coarse(body: &serde_json::Map<String, serde_json::Value>) -> Outcome<()> {
    let fine = |field: &&str| body.get(*field).and_then(|at| at.as_str()).is_some_and(time::fine);
    match ["createTime", "deleteTime"].iter().find(|field| fine(field)) {
        Some(field) => {
            Err(Refusal::invalid(Point::FineTime, format!("{field} is finer than a microsecond.")))
        }
        None => Ok(()),
    }
}

fn fingerprint(path: &str, query: &str, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, query, bytes).hash(&mut hasher);
    hasher.finish()
}

/// What the app itself may call, with its own scope: the rest is for impersonated users.
fn app(turn: &Turn<'_>) -> Outcome<()> {
    if turn.caller.who.is_app() && !turn.may(&["chat.bot"]) {
        return Err(Refusal::forbidden(
            Point::AppScope,
            "The app needs the scope chat.bot, or an impersonated user.",
        ));
    }
    Ok(())
}

fn dispatch(turn: &mut Turn<'_>) -> Outcome<Vec<u8>> {
    match turn.method.id {
        "spaces.create" => spaces::create(turn),
        "spaces.get" => app(turn).and_then(|()| space_life::get(turn)),
        "spaces.patch" => space_life::patch(turn),
        "spaces.delete" => space_life::delete(turn),
        "spaces.completeImport" => space_life::complete(turn),
        "spaces.messages.create" => app(turn).and_then(|()| messages::create(turn)),
        "spaces.messages.list" => listing::list(turn),
        "spaces.messages.patch" | "spaces.messages.update" => {
            app(turn).and_then(|()| edits::patch(turn))
        }
        "spaces.messages.delete" => app(turn).and_then(|()| edits::delete(turn)),
        "spaces.messages.reactions.create" => reactions::create(turn),
        "spaces.messages.reactions.delete" => reactions::delete(turn),
        "spaces.members.create" => members::create(turn),
        "spaces.members.list" => members::list(turn),
        "spaces.members.patch" => members::patch(turn),
        "spaces.members.delete" => members::delete(turn),
        "media.upload" => Err(Refusal::invalid(
            Point::UploadForm,
            "Use the path /upload/v1/…: this one takes no media.",
        )),
        _ => custom_emoji::answer(turn),
    }
}

/// Writes down what was asked and answered.
pub(super) fn journal(
    shared: &Shared,
    head: &Parts,
    method: &'static str,
    caller: Option<Caller>,
    bytes: &[u8],
    reply: &Reply,
) {
    let status = reply.journalled();
    let entry = |number| Entry {
        number,
        method,
        verb: head.method.as_str().to_owned(),
        target: head.uri.path_and_query().map_or_else(String::new, ToString::to_string),
        subject: caller
            .map(|caller| shared.people().email(caller.who).to_owned())
            .unwrap_or_default(),
        status,
    };
    let number = shared.journal.note(method, status, entry);
    if shared.journal.records() {
        // These bodies are nothing but credentials.
        let secret = matches!(method, "token" | "metadata" | "iam.signJwt");
        let (request, answer) =
            if secret { (&b""[..], &b""[..]) } else { (bytes, reply.body.as_slice()) };
        shared.journal.record(&entry(number), request, answer);
    }
}
