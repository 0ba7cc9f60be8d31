//! What we claim when we ask for a token: who signs, for whom, for what, since when.

use super::Scopes;
use crate::draft::Identity;
use crate::ids::Micros;
use serde::Serialize;

/// Assertions are dated back by so many seconds: a clock that is a little ahead spoils none.
const BACK: i64 = 10;
/// No assertion may live longer, in seconds.
const LIFE: i64 = 3_600;

/// The claims of one assertion; nothing in them is secret.
#[derive(Debug, Serialize)]
pub(super) struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    scope: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl<'a> Claims<'a> {
    /// Claims, at the time `wall`, that `issuer` asks the endpoint `audience` for these scopes. The
    /// app speaks for itself, so it names nobody.
    pub(super) fn new(
        issuer: &'a str,
        identity: &'a Identity,
        scopes: Scopes,
        audience: &'a str,
        wall: Micros,
    ) -> Self {
        let sub = match identity {
            Identity::User(account) => Some(account.as_str()),
            Identity::App => None,
        };
        let iat = wall.div_euclid(1_000_000) - BACK;
        Self {
            iss: issuer,
            sub,
            scope: scopes.urls().join(" "),
            aud: audience,
            iat,
            exp: iat + LIFE,
        }
    }

    /// Returns the claims as JSON.
    pub(super) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Account;

    #[test]
    fn claims_are_dated_ten_seconds_back_and_live_an_hour() {
        let ann = Identity::User(Account::new("ann@example.com"));
        let claims =
            Claims::new("ferry", &ann, Scopes::IMPORT, "https://a/token", 1_700_000_000_999_999);
        assert_eq!(
            claims.json(),
            r#"{"iss":"ferry","sub":"ann@example.com","scope":"https://www.googleapis.com/auth/chat.import","aud":"https://a/token","iat":1699999990,"exp":1700003590}"#
        );
        let app = Claims::new("ferry", &Identity::App, Scopes::BOT, "x", 0);
        assert!(!app.json().contains("sub"), "the app speaks for nobody");
    }
}
