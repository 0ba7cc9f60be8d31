//! Tokens for whoever asks IAM to sign: of the metadata server, and for a login.

use super::coverage::Point;
use super::query::form;
use super::reply::Reply;
use super::shared::Shared;
use super::signing::{Keyless, Principal};
use super::time::Micros;
use http::request::Parts;
use serde_json::json;
use std::borrow::Cow;

/// Where the machine's tokens are.
pub(super) const PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";
const FLAVOR: &str = "metadata-flavor";

/// Answers for the metadata server.
pub(super) fn metadata(shared: &Shared, head: &Parts) -> Reply {
    if !shared.signing.on(Keyless::Machine) {
        shared.coverage.hit(Point::NoMachine);
        return Reply::of(404, Vec::new());
    }
    let asked = head.headers.get(FLAVOR).is_some_and(|flavor| flavor == "Google");
    let reply = if asked {
        granted(shared, Principal::Machine)
    } else {
        shared.coverage.hit(Point::MetadataHeader);
        Reply::of(403, Vec::new())
    };
    reply.with(FLAVOR, "Google")
}

/// Answers `POST /token` for a refresh token.
pub(super) fn login(shared: &Shared, body: &str) -> (u16, Vec<u8>) {
    let field = |name: &str| value(body, name).unwrap_or_default();
    let known =
        shared.signing.knows(&field("client_id"), &field("client_secret"), &field("refresh_token"));
    if known && shared.signing.on(Keyless::Login) {
        let reply = granted(shared, Principal::Person);
        return (reply.status, reply.body);
    }
    shared.coverage.hit(Point::LoginOver);
    let body = json!({
        "error": "invalid_grant", "error_subtype": "invalid_rapt",
        "error_description": "reauth related error (invalid_rapt)",
    });
    (400, body.to_string().into_bytes())
}

fn granted(shared: &Shared, principal: Principal) -> Reply {
    let until = shared.clock.now() + shared.token_life.as_micros() as Micros;
    let Ok(token) = shared.signing.issue(principal, until) else {
        return Reply::of(500, Vec::new());
    };
    let life = shared.token_life.as_secs();
    let body = json!({ "access_token": token, "expires_in": life, "token_type": "Bearer" });
    body.to_string().into_bytes().into()
}

/// Returns a field of a form.
pub(super) fn value<'a>(body: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| form(value))
}
