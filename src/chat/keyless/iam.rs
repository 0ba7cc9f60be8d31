//! IAM Credentials: signs our claims as the service account, for whoever may ask.

use super::super::claims::Claims;
use super::super::delegate::{Sign, transient};
use super::super::endpoint::{DEADLINE, lack};
use super::super::keep::Kept;
use super::super::redact::shorten;
use super::super::refusal::refusal;
use super::super::{
    HttpRequest, HttpResponse, HttpTransport, NoHttp, Outcome, Rejection, Scopes, Token,
    TokenError, TokenSource, Transport,
};
use super::adc::Adc;
use super::caller::Caller;
use super::{Issuer, Trouble};
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode, Uri};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use std::fmt;
use tokio_util::bytes::Bytes;

/// The service account as IAM lets us use it.
pub(super) struct Iam {
    account: String,
    /// What to look the delegation's client id up by; IAM does not tell it.
    client_id: String,
    caller: Kept<Caller>,
    http: HttpTransport,
    uri: Uri,
    delegates: Vec<String>,
    quota_project: Option<HeaderValue>,
}

/// What IAM answers; never shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    signed_jwt: String,
}

impl Iam {
    /// Prepares to sign as `account`. Where the credentials speak as that very account already,
    /// it does not stand in between.
    pub(super) fn new(
        account: &str,
        caller: Kept<Caller>,
        adc: Option<&Adc>,
        issuer: &Issuer,
    ) -> Result<Self, NoHttp> {
        let uri = format!("{}/v1/projects/-/serviceAccounts/{account}:signJwt", issuer.iam);
        let chain = adc.map(|adc| adc.chain.as_slice()).unwrap_or_default();
        let between = chain.iter().filter(|name| *name != account);
        let project = adc.and_then(|adc| adc.quota_project.as_deref());
        Ok(Self {
            account: account.to_owned(),
            client_id: format!("of {account} (IAM & Admin, Service accounts, OAuth 2 Client ID)"),
            caller,
            http: HttpTransport::of(issuer.local)?,
            uri: uri.parse().map_err(|_| super::super::BadBase)?,
            delegates: between.map(|name| format!("projects/-/serviceAccounts/{name}")).collect(),
            quota_project: project.and_then(|project| HeaderValue::from_str(project).ok()),
        })
    }

    async fn jwt(&self, claims: &Claims<'_>) -> Result<SecretString, TokenError> {
        let token = self.caller.token(&Identity::App, Scopes::CLOUD).await?;
        let response = self.call(&token, claims).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return self.read(&response);
        }
        self.caller.refused(&Identity::App, &token);
        let token = self.caller.token(&Identity::App, Scopes::CLOUD).await?;
        self.read(&self.call(&token, claims).await?)
    }

    async fn call(&self, token: &Token, claims: &Claims<'_>) -> Result<HttpResponse, TokenError> {
        let mut body = json!({ "payload": claims.json() });
        if !self.delegates.is_empty() {
            body["delegates"] = json!(self.delegates);
        }
        let mut request = HttpRequest::new(Bytes::from(body.to_string()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(AUTHORIZATION, token.header());
        if let Some(project) = &self.quota_project {
            headers.insert("x-goog-user-project", project.clone());
        }
        self.http.call(request, DEADLINE).await.map_err(|error| transient(lack(error)))
    }

    fn read(&self, response: &HttpResponse) -> Result<SecretString, TokenError> {
        if response.status().is_success() {
            let signed = serde_json::from_slice::<Signed>(response.body());
            let signed = signed.map_err(|_| transient("IAM's answer holds no signature"))?;
            return Ok(SecretString::from(signed.signed_jwt));
        }
        if !response.status().is_client_error() {
            return Err(transient("IAM has trouble of its own"));
        }
        match refusal(response, "", 0) {
            Outcome::Rejected(rejection) => Err(self.judge(&rejection).into()),
            Outcome::Throttled { .. } => Err(transient("IAM asks to slow down")),
            _ => Err(transient("what answers is not IAM")),
        }
    }

    fn judge(&self, rejection: &Rejection) -> Trouble {
        let says = |words: &str| rejection.message.contains(words);
        match (rejection.http, rejection.reason.as_deref()) {
            (403, Some("SERVICE_DISABLED" | "accessNotConfigured")) => Trouble::ApiOff,
            (403, _) if says("has not been used in project") => Trouble::ApiOff,
            (403, _) if rejection.lacks_scope() || says("insufficient authentication scopes") => {
                Trouble::Scopes
            }
            // Without a reason: other things are forbidden with one.
            (403, None | Some("IAM_PERMISSION_DENIED" | "forbidden")) => {
                Trouble::MayNotSign(self.account.clone())
            }
            (404, _) => Trouble::NoAccount(self.account.clone()),
            (401, _) => Trouble::Login("a fresh token is refused".to_owned()),
            _ => Trouble::Refused(shorten(&rejection.to_string())),
        }
    }
}

impl Sign for Iam {
    fn account(&self) -> &str {
        &self.account
    }

    fn client_id(&self) -> &str {
        &self.client_id
    }

    fn sign<'a>(
        &'a self,
        claims: &'a Claims<'a>,
    ) -> BoxFuture<'a, Result<SecretString, TokenError>> {
        Box::pin(self.jwt(claims))
    }
}

impl fmt::Debug for Iam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iam").field("account", &self.account).finish_non_exhaustive()
    }
}
