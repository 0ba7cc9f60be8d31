//! The token endpoint: a form in, an access token or OAuth's error out.

use super::base::{is_loopback, is_safe};
use super::{
    BadBase, HttpRequest, HttpResponse, HttpTransport, NoHttp, Token, Transport, TransportError,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Uri};
use serde::Deserialize;
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// Google's own token endpoint: signed assertions go nowhere else.
pub(super) const TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
/// A token's fetch that takes longer has failed.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);
/// No token lives longer.
const HOUR: Duration = Duration::from_hours(1);

/// Where assertions and refresh tokens become access tokens.
#[derive(Debug)]
pub(super) struct Endpoint {
    uri: Uri,
    http: HttpTransport,
}

/// Why the endpoint gave no token.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct OAuthError {
    pub(super) error: String,
    pub(super) error_description: String,
    pub(super) error_subtype: String,
}

/// What came of asking.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The endpoint says no.
    OAuth(OAuthError),
    /// It says nothing that can be used; waiting may help.
    Lacking(&'static str),
}

impl Endpoint {
    /// Returns the endpoint at this address: Google's, or one on this machine.
    pub(super) fn at(uri: &str) -> Result<Self, NoHttp> {
        let parsed: Uri = uri.parse().map_err(|_| BadBase)?;
        let local = is_loopback(&parsed) && is_safe(&parsed);
        if !local && uri != TOKEN_URI {
            return Err(BadBase.into());
        }
        Ok(Self { uri: parsed, http: HttpTransport::of(local)? })
    }

    /// Tells whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.uri)
    }

    /// Returns its address, which assertions have to name.
    pub(super) fn audience(&self) -> String {
        self.uri.to_string()
    }

    /// Posts a form.
    pub(super) async fn grant(&self, fields: &[(&str, &str)]) -> Result<(Token, Duration), Denied> {
        let mut request = HttpRequest::new(Bytes::from(form(fields)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        let answer = self.http.call(request, DEADLINE).await;
        read(&answer.map_err(|error| Denied::Lacking(lack(error)))?)
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    // The library writes forms only as the query of an address.
    let url = reqwest::Url::parse_with_params("https://localhost/", fields);
    url.ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// Says in a few words why there was no answer.
pub(super) const fn lack(error: TransportError) -> &'static str {
    if error.sent { error.why } else { "no connection" }
}

/// Reads the answer of whoever gives out tokens.
pub(super) fn read(response: &HttpResponse) -> Result<(Token, Duration), Denied> {
    let refused = serde_json::from_slice::<OAuthError>(response.body()).unwrap_or_default();
    if !refused.error.is_empty() {
        return Err(Denied::OAuth(refused));
    }
    if response.status().is_server_error() {
        return Err(Denied::Lacking("it has trouble of its own"));
    }
    let granted = serde_json::from_slice::<Granted>(response.body()).ok();
    let granted = granted.filter(|_| response.status().is_success());
    let token = granted.as_ref().and_then(|granted| Token::new(&granted.access_token));
    let (Some(token), Some(granted)) = (token, granted) else {
        return Err(Denied::Lacking("no token in the answer"));
    };
    Ok((token, granted.expires_in.map_or(HOUR, Duration::from_secs).min(HOUR)))
}

/// A token as it is given out; never shown.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_what_it_holds_apart() {
        let fields = [("grant_type", "urn:x"), ("refresh_token", "1//0a&b=c d")];
        assert_eq!(form(&fields), "grant_type=urn%3Ax&refresh_token=1%2F%2F0a%26b%3Dc+d");
    }

    #[test]
    fn a_token_counts_only_in_an_answer_that_went_well() {
        let said = |status: u16, body: &'static str| {
            let mut response = HttpResponse::new(Bytes::from(body));
            *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
            read(&response)
        };
        let token = r#"{"access_token":"ya29.x","expires_in":7200}"#;
        assert!(said(200, token).is_ok_and(|(_, life)| life == HOUR));
        assert!(said(200, r#"{"access_token":"ya29.x"}"#).is_ok());
        assert!(matches!(said(500, token), Err(Denied::Lacking(_))));
        assert!(matches!(said(200, "<html>"), Err(Denied::Lacking(_))));
        assert!(matches!(said(200, r#"{"access_token":"a\nb"}"#), Err(Denied::Lacking(_))));
        let denied = said(400, r#"{"error":"invalid_grant","error_description":"no"}"#);
        assert!(matches!(denied, Err(Denied::OAuth(said)) if said.error == "invalid_grant"));
    }
}
