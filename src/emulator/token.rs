//! The token endpoint: a signed assertion in, an access token out.

use super::caller::{self, value};
use super::coverage::Point;
use super::dialects::{Absent, DeadKey, Dialects, Undelegated};
use super::facts::{Scopes, Spec};
use super::key::{ACCOUNT, GOOGLE_TOKEN_URI, random_hex};
use super::people::{State, Who};
use super::shared::Shared;
use super::time::{Micros, SECOND};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::sync::{PoisonError, RwLock};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How many tokens are remembered; a client that asks for more loses its oldest.
const TOKENS: usize = 20_000;
/// Assertions may be dated this much ahead, for clocks are never quite right.
const SKEW: Micros = 300 * SECOND;
/// Padding is optional: libraries differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Who a token speaks for and what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) who: Who,
    pub(super) scopes: Scopes,
}

#[derive(Debug, Default)]
struct Drawer {
    sessions: HashMap<Box<str>, (Caller, Micros)>,
    order: VecDeque<Box<str>>,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens(RwLock<Drawer>);

impl Tokens {
    /// Returns who a token speaks for, unless it expired.
    pub(super) fn caller(&self, token: &str, now: Micros) -> Option<Caller> {
        let drawer = self.0.read().unwrap_or_else(PoisonError::into_inner);
        drawer.sessions.get(token).filter(|(_, until)| now < *until).map(|(caller, _)| *caller)
    }

    /// Ends every token.
    pub(super) fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Drawer::default();
    }

    /// Ends the tokens that speak for somebody.
    pub(super) fn end(&self, who: Who) {
        let mut drawer = self.0.write().unwrap_or_else(PoisonError::into_inner);
        drawer.sessions.retain(|_, (caller, _)| caller.who != who);
    }

    fn put(&self, token: &str, caller: Caller, until: Micros) {
        let mut drawer = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if drawer.order.len() == TOKENS
            && let Some(oldest) = drawer.order.pop_front()
        {
            drawer.sessions.remove(&oldest);
        }
        drawer.order.push_back(token.into());
        drawer.sessions.insert(token.into(), (caller, until));
    }
}

/// An error in OAuth's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Denied(u16, &'static str, &'static str, Point);

const GRANT_TYPE: Denied =
    Denied(400, "unsupported_grant_type", "Invalid grant_type", Point::GrantType);
const FORM: Denied = Denied(400, "invalid_grant", "Bad Request", Point::Assertion);
const SIGNATURE: Denied = Denied(400, "invalid_grant", "Invalid JWT Signature.", Point::Signature);
const ISSUER: Denied =
    Denied(400, "invalid_grant", "Invalid grant: account not found", Point::Issuer);
const AUDIENCE: Denied = Denied(
    400,
    "invalid_grant",
    "Failed audience check. The right audience is https://oauth2.googleapis.com/token",
    Point::Audience,
);
const LIFE: Denied = Denied(
    400,
    "invalid_grant",
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
    Point::Lifetime,
);
const SUBJECT: Denied =
    Denied(400, "invalid_grant", "Invalid email or User ID", Point::UnknownUser);
const DELETED: Denied =
    Denied(400, "invalid_grant", "The account has been deleted", Point::DeletedUser);
const RESTRICTED: Denied = Denied(403, "access_denied", "Account restricted", Point::SuspendedUser);
const VERIFIER: Denied = Denied(
    400,
    "invalid_grant",
    "Invalid JWT: No valid verifier found for issuer",
    Point::Signature,
);
const DENIED: Denied =
    Denied(403, "access_denied", "Requested client not authorized", Point::Delegation);
const SCOPE: Denied = Denied(
    400,
    "invalid_scope",
    "Invalid OAuth scope or ID token audience provided.",
    Point::UnknownScope,
);
const DELEGATION: Denied = Denied(
    401,
    "unauthorized_client",
    "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.",
    Point::Delegation,
);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    #[serde(default)]
    scope: String,
    sub: Option<String>,
    iat: i64,
    exp: i64,
}

/// Answers `POST /token`: the caller when it went well, the status and the body.
pub(super) fn answer(shared: &Shared, body: &[u8]) -> (Option<Caller>, u16, Vec<u8>) {
    let text = std::str::from_utf8(body).unwrap_or_default();
    if value(text, "grant_type").as_deref() == Some("refresh_token") {
        let (status, body) = caller::login(shared, text);
        return (None, status, body);
    }
    match grant(shared, body) {
        Ok((caller, token)) => {
            let life = shared.token_life.as_secs();
            let body = json!({ "access_token": token, "expires_in": life, "token_type": "Bearer" });
            (Some(caller), 200, body.to_string().into_bytes())
        }
        Err(Denied(status, error, description, point)) => {
            shared.coverage.hit(point);
            let body = json!({ "error": error, "error_description": description });
            (None, status, body.to_string().into_bytes())
        }
    }
}

fn grant(shared: &Shared, body: &[u8]) -> Result<(Caller, String), Denied> {
    let body = std::str::from_utf8(body).map_err(|_| FORM)?;
    if value(body, "grant_type").as_deref() != Some(GRANT) {
        return Err(GRANT_TYPE);
    }
    let assertion = value(body, "assertion").ok_or(FORM)?;
    let claims = claims(shared, &assertion)?;
    timely(&claims, shared.clock.shown())?;
    let who = subject(shared, claims.sub.as_deref())?;
    let caller = Caller { who, scopes: scopes(shared, &claims, who)? };
    let token = random_hex(24).map(|hex| format!("ya29.emulated-{hex}")).map_err(|_| FORM)?;
    let until = shared.clock.now() + shared.token_life.as_micros() as Micros;
    shared.tokens.put(&token, caller, until);
    Ok((caller, token))
}

/// Returns whom an assertion is about, unchecked: what the fault plan goes by.
pub(super) fn subject_of(body: &[u8]) -> Option<String> {
    let assertion = value(std::str::from_utf8(body).ok()?, "assertion")?;
    let claims: Claims = decode(assertion.split('.').nth(1)?).ok()?;
    Some(claims.sub.unwrap_or_else(|| "app".to_owned()))
}

fn claims(shared: &Shared, assertion: &str) -> Result<Claims, Denied> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or(FORM)?;
    let (header, payload) = signed.split_once('.').ok_or(FORM)?;
    let header: serde_json::Value = decode(header)?;
    if header["alg"] != "RS256" {
        return Err(SIGNATURE);
    }
    let claims: Claims = decode(payload)?;
    if claims.iss != ACCOUNT {
        return Err(ISSUER);
    }
    let signature = BASE64.decode(signature).map_err(|_| SIGNATURE)?;
    let key_id = header["kid"].as_str().unwrap_or_default();
    match shared.signing.signed(key_id, signed.as_bytes(), &signature) {
        Some(true) => {}
        Some(false) => return Err(SIGNATURE),
        None => by_key_file(shared, signed.as_bytes(), &signature)?,
    }
    let own = claims.aud.strip_prefix(shared.url.as_str()).is_some_and(|path| path == "/token");
    if own || claims.aud == GOOGLE_TOKEN_URI { Ok(claims) } else { Err(AUDIENCE) }
}

fn by_key_file(shared: &Shared, signed: &[u8], signature: &[u8]) -> Result<(), Denied> {
    if !shared.trust.key() {
        return Err(match shared.dialects.dead_key {
            DeadKey::Signature => SIGNATURE,
            DeadKey::Verifier => VERIFIER,
        });
    }
    if shared.key.verifies(signed, signature) { Ok(()) } else { Err(SIGNATURE) }
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Denied> {
    let bytes = BASE64.decode(part).map_err(|_| FORM)?;
    serde_json::from_slice(&bytes).map_err(|_| FORM)
}

fn timely(claims: &Claims, now: Micros) -> Result<(), Denied> {
    let (issued, expires) = (claims.iat.saturating_mul(SECOND), claims.exp.saturating_mul(SECOND));
    let short = issued < expires && expires <= issued.saturating_add(3600 * SECOND);
    let current = issued <= now + SKEW && now < expires.saturating_add(SKEW);
    if short && current { Ok(()) } else { Err(LIFE) }
}

fn subject(shared: &Shared, subject: Option<&str>) -> Result<Who, Denied> {
    let Some(subject) = subject else {
        return Ok(Who::APP);
    };
    let people = shared.people();
    let who = people.ever(subject).filter(|who| !people.is_outside(*who)).ok_or(SUBJECT)?;
    let account = people.get(who).ok_or(SUBJECT)?;
    if account.guest {
        // Assumed: delegation reaches the organisation's own people, and guests are not.
        return Err(SUBJECT);
    }
    match account.state {
        State::Active => Ok(who),
        State::Suspended | State::Archived => {
            let Denied(status, error, text, _) = absent(shared.dialects.suspended_account);
            Err(Denied(status, error, text, Point::SuspendedUser))
        }
        State::Deleted => {
            let Denied(status, error, text, _) = absent(shared.dialects.deleted_account);
            Err(Denied(status, error, text, Point::DeletedUser))
        }
    }
}

fn absent(how: Absent) -> Denied {
    match how {
        Absent::Deleted => DELETED,
        Absent::Unknown => SUBJECT,
        Absent::Restricted => RESTRICTED,
    }
}

fn undelegated(dialects: &Dialects) -> Denied {
    let Denied(_, error, text, point) = match dialects.undelegated_error {
        Undelegated::UnauthorizedClient => DELEGATION,
        Undelegated::AccessDenied => DENIED,
    };
    Denied(dialects.undelegated_status, error, text, point)
}

fn scopes(shared: &Shared, claims: &Claims, who: Who) -> Result<Scopes, Denied> {
    let spec = Spec::get();
    let mut scopes = 0;
    for name in claims.scope.split_ascii_whitespace() {
        scopes |= spec.scope(name).ok_or(SCOPE)?;
    }
    if scopes == 0 {
        return Err(SCOPE);
    }
    // Delegation speaks of people; the app asks for itself.
    let trusted = who.is_app() || shared.trust.delegates(shared.people().email(who), scopes);
    if trusted { Ok(scopes) } else { Err(undelegated(&shared.dialects)) }
}
