//! IAM Credentials: `signJwt`, for whoever may create tokens for the service account.

use super::coverage::Point;
use super::key::ACCOUNT;
use super::refusal::{Outcome, Refusal};
use super::route::decoded;
use super::shared::Shared;
use super::signing::{Keyless, Principal};
use super::time::SECOND;
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

/// Claims may end this much later, in seconds.
const LONGEST: i64 = 12 * 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    payload: String,
    #[serde(default)]
    delegates: Vec<String>,
}

/// Finds the account in the path of a call, as it is written there.
pub(super) fn account(path: &str) -> Option<&str> {
    path.strip_prefix("/v1/projects/-/serviceAccounts/")?.strip_suffix(":signJwt")
}

/// Returns whom a payload is about, unchecked.
pub(super) fn subject_of(bytes: &[u8]) -> Option<String> {
    let order = serde_json::from_slice::<Order>(bytes).ok()?;
    let claims = serde_json::from_str::<Value>(&order.payload).ok()?;
    Some(claims["sub"].as_str().unwrap_or("app").to_owned())
}

/// Signs.
pub(super) fn sign(shared: &Shared, head: &Parts, account: &str, bytes: &[u8]) -> Outcome<Vec<u8>> {
    let token = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = token.and_then(|token| token.strip_prefix("Bearer ")).unwrap_or_default();
    let who = shared.signing.principal(token, shared.clock.now());
    let who = who.ok_or_else(Refusal::unauthenticated)?;
    if who == Principal::Machine && !shared.signing.on(Keyless::Scopes) {
        return Err(Refusal::scope());
    }
    if !shared.signing.on(Keyless::Api) {
        return Err(Refusal::api_off("IAM Service Account Credentials API"));
    }
    let order = serde_json::from_slice::<Order>(bytes);
    let order = order
        .map_err(|_| Refusal::invalid(Point::SignPayload, "Invalid JSON payload received."))?;
    let strangers =
        order.delegates.iter().any(|name| !name.starts_with("projects/-/serviceAccounts/"));
    if !shared.signing.on(Keyless::Role) || strangers {
        return Err(Refusal::lacks("iam.serviceAccounts.signJwt"));
    }
    if decoded(account) != ACCOUNT {
        let text = format!("Not found; Gaia id not found for email {account}");
        return Err(Refusal::not_found(Point::NoServiceAccount, text));
    }
    claims(&order.payload, shared.clock.shown() / SECOND)?;
    let key = shared.signing.managed().map_err(|_| Refusal::injected(500))?;
    let jwt = key.jwt(&order.payload).ok_or_else(|| Refusal::injected(500))?;
    Ok(json!({ "keyId": key.id, "signedJwt": jwt }).to_string().into_bytes())
}

fn claims(payload: &str, now: i64) -> Outcome<()> {
    let bad = |text: &str| Refusal::invalid(Point::SignPayload, text);
    let claims = serde_json::from_str::<Value>(payload).ok().filter(Value::is_object);
    let claims = claims.ok_or_else(|| bad("Invalid JWT claims: not a JSON object."))?;
    let late = claims["exp"].as_i64().is_some_and(|exp| exp > now + LONGEST);
    if late { Err(bad("The expiration time must be within 12 hours.")) } else { Ok(()) }
}
