//! One request from head to answer: door, fault, validation, quota, method, journal.

use super::check::Check;
use super::facts::Method;
use super::faults::{Action, Phase};
use super::journal::{Entry, Lint};
use super::query::Query;
use super::refusal::{Outcome, Refusal};
use super::reply::Reply;
use super::route::{self, Found, Names};
use super::shared::{Shared, Turn};
use super::token::{self, Caller};
use super::{
    admin, directory, edits, listing, members, messages, reactions, space_life, spaces, uploads,
};
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Request};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// The largest body that is no file.
const BODY: usize = 4 << 20;
/// A body that stalls is given up.
const BODY_WAIT: Duration = Duration::from_mins(1);

/// Where a request goes.
enum Door<'a> {
    Token,
    Directory,
    Chat(&'static Method, bool, Names<'a>),
    Nowhere,
}

impl Door<'_> {
    fn label(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Directory => "directory.users.list",
            Self::Chat(method, ..) => method.id,
            Self::Nowhere => "unknown",
        }
    }
}

/// Answers one request.
pub(super) async fn respond(shared: &Shared, request: Request<Body>) -> Response {
    let instance = HeaderValue::from_str(&shared.instance).unwrap_or(HeaderValue::from_static(""));
    let (head, body) = request.into_parts();
    let Some(bytes) = read(&head, body).await else {
        return Reply::withheld().into_response(&instance);
    };
    if let Some(path) = head.uri.path().strip_prefix("/_emulator/") {
        return admin::answer(shared, &head, path, &bytes).into_response(&instance);
    }
    if !shared.latency.is_zero() {
        tokio::time::sleep(shared.latency).await;
    }
    serve(shared, &head, &bytes).into_response(&instance)
}

/// Reads the body; nothing when it broke off, stalled or is too large.
async fn read(head: &Parts, body: Body) -> Option<Bytes> {
    let limit =
        if head.uri.path().contains("upload/v1/") { uploads::MOST as usize + BODY } else { BODY };
    tokio::time::timeout(BODY_WAIT, axum::body::to_bytes(body, limit)).await.ok()?.ok()
}

fn door<'a>(verb: &str, path: &'a str) -> Door<'a> {
    match (verb, path) {
        ("POST", "/token") => Door::Token,
        ("GET", directory::PATH) => Door::Directory,
        _ => match route::find(verb, path) {
            Found::Method(method, media, names) => Door::Chat(method, media, names),
            Found::Nowhere => Door::Nowhere,
        },
    }
}

fn serve(shared: &Shared, head: &Parts, bytes: &[u8]) -> Reply {
    let door = door(head.method.as_str(), head.uri.path());
    let method = door.label();
    let mut caller = caller(shared, head);
    let strike = shared.faults.strike(method);
    let mut reply = match strike {
        Some((Phase::Before, action)) => injected(shared, action),
        _ => apply(shared, head, door, &mut caller, bytes),
    };
    if let Some((Phase::After, action)) = strike {
        reply = injected(shared, action);
    }
    journal(shared, head, method, caller, bytes, &reply);
    reply
}

fn injected(shared: &Shared, action: Action) -> Reply {
    let Action::Status { code, .. } = action else {
        return Reply::withheld();
    };
    let refusal = Refusal::injected(code, action.retry());
    let reply = Reply::of(code, refusal.rpc(&shared.dialects));
    match action.retry() {
        Some(wait) => reply.with("retry-after", wait.as_secs().to_string()),
        None => reply,
    }
}

fn apply(
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
        Door::Directory => {
            let list = caller
                .ok_or_else(Refusal::unauthenticated)
                .and_then(|caller| directory::list(shared, caller, query));
            return match list {
                Ok(body) => body.into(),
                Err(refusal) => Reply::refused(&refusal, refusal.legacy(), &shared.dialects),
            };
        }
        Door::Chat(method, media, names) => {
            chat(shared, head, method, (media, names), *caller, bytes)
        }
        Door::Nowhere => Err(Refusal::not_found("The requested URL was not found on this server.")),
    };
    outcome.unwrap_or_else(|refusal| {
        Reply::refused(&refusal, refusal.rpc(&shared.dialects), &shared.dialects)
    })
}

fn caller(shared: &Shared, head: &Parts) -> Option<Caller> {
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
    let body = match method.body {
        Some(schema) if !media => check.body(bytes, schema)?,
        _ => serde_json::Map::new(),
    };
    check.verdict()?;
    let now = shared.clock.now();
    if session.is_none() {
        shared.quota.project(method.id, now, &shared.dialects)?;
    }
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

fn fingerprint(path: &str, query: &str, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, query, bytes).hash(&mut hasher);
    hasher.finish()
}

/// What the app itself may call, with its own scope: the rest is for impersonated users.
fn app(turn: &Turn<'_>) -> Outcome<()> {
    if turn.caller.who.is_app() && !turn.may(&["chat.bot"]) {
        return Err(Refusal::forbidden(
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
        "media.upload" => {
            Err(Refusal::invalid("Use the path /upload/v1/…: this one takes no media."))
        }
        other => Err(Refusal::unmodelled(other)),
    }
}

fn journal(
    shared: &Shared,
    head: &Parts,
    method: &'static str,
    caller: Option<Caller>,
    bytes: &[u8],
    reply: &Reply,
) {
    let status = if reply.withheld { 0 } else { reply.status };
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
        // The bodies of the token endpoint are nothing but credentials.
        let secret = method == "token";
        let (request, answer) =
            if secret { (&b""[..], &b""[..]) } else { (bytes, reply.body.as_slice()) };
        shared.journal.record(&entry(number), request, answer);
    }
}
