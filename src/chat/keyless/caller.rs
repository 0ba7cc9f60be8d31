//! Whoever runs us, as IAM knows them: a person who logged in, or the machine itself.

use super::super::delegate::transient;
use super::super::endpoint::{self, DEADLINE, Denied, Endpoint, lack};
use super::super::keep::Mint;
use super::super::redact::shorten;
use super::super::{
    HttpRequest, HttpResponse, HttpTransport, NoHttp, Scopes, Token, TokenError, Transport,
};
use super::adc::Adc;
use super::{Issuer, Trouble};
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use http::{HeaderValue, StatusCode, Uri};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// Where the metadata server gives out the machine's tokens.
const PATH: &str = "/computeMetadata/v1/instance/service-accounts/default/token";
/// Asked with it, and answered with it: so no page of a hotel's network is taken for one.
const FLAVOR: &str = "metadata-flavor";

/// Whose access token signs for us.
pub(super) enum Caller {
    Person(Login),
    Machine(Machine),
}

/// A person's login.
pub(super) struct Login {
    client_id: String,
    client_secret: SecretString,
    refresh_token: SecretString,
    endpoint: Endpoint,
}

/// A machine in the cloud.
pub(super) struct Machine {
    http: HttpTransport,
    uri: Uri,
    /// Whether the metadata server was ever met: then its silence passes.
    met: AtomicBool,
}

impl Caller {
    /// Takes a login.
    pub(super) fn person(adc: &Adc, issuer: &Issuer) -> Result<Self, NoHttp> {
        Ok(Self::Person(Login {
            client_id: adc.client_id.clone(),
            client_secret: adc.client_secret.clone(),
            refresh_token: adc.refresh_token.clone(),
            endpoint: Endpoint::at(&issuer.token)?,
        }))
    }

    /// Takes this machine, if it turns out to be in the cloud.
    pub(super) fn machine(issuer: &Issuer) -> Result<Self, NoHttp> {
        let scope = Scopes::CLOUD.urls().join(",");
        let uri = format!("{}{PATH}?scopes={scope}", issuer.metadata).parse();
        let uri = uri.map_err(|_| super::super::BadBase)?;
        Ok(Self::Machine(Machine {
            http: HttpTransport::beside()?,
            uri,
            met: AtomicBool::new(false),
        }))
    }
}

impl Login {
    async fn token(&self) -> Result<(Token, Duration), TokenError> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose_secret()),
            ("refresh_token", self.refresh_token.expose_secret()),
        ];
        self.endpoint.grant(&fields).await.map_err(|denied| match denied {
            Denied::Lacking(why) => transient(why),
            Denied::OAuth(said) => match said.error.as_str() {
                "internal_failure"
                | "server_error"
                | "temporarily_unavailable"
                | "rate_limit_exceeded" => transient(&shorten(&said.error)),
                code => {
                    let words = [code, &said.error_subtype, &said.error_description];
                    let words = words.iter().filter(|word| !word.is_empty()).copied();
                    Trouble::Login(shorten(&words.collect::<Vec<_>>().join(": "))).into()
                }
            },
        })
    }
}

impl Machine {
    async fn token(&self) -> Result<(Token, Duration), TokenError> {
        let mut request = HttpRequest::new(Bytes::new());
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(FLAVOR, HeaderValue::from_static("Google"));
        let nobody = |why| {
            if self.met.load(Ordering::Relaxed) {
                transient(why)
            } else {
                Trouble::NoCredentials.into()
            }
        };
        let answer = self.http.call(request, DEADLINE).await;
        let response = answer.map_err(|error| nobody(lack(error)))?;
        if response.headers().get(FLAVOR).is_none_or(|flavor| flavor != "Google") {
            return Err(nobody("what answers is no metadata server"));
        }
        self.met.store(true, Ordering::Relaxed);
        read(&response)
    }
}

fn read(response: &HttpResponse) -> Result<(Token, Duration), TokenError> {
    match response.status() {
        StatusCode::NOT_FOUND => Err(Trouble::NoMachineAccount.into()),
        status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
            let why = format!("the metadata server answers {}", status.as_u16());
            Err(TokenError::Config(why))
        }
        _ => endpoint::read(response).map_err(|denied| match denied {
            Denied::Lacking(why) => transient(why),
            Denied::OAuth(said) => TokenError::Config(shorten(&said.error)),
        }),
    }
}

impl Mint for Caller {
    /// Fetches the caller's own token, whoever is asked for: IAM knows nobody else.
    fn mint<'a>(
        &'a self,
        _identity: &'a Identity,
        _scopes: Scopes,
    ) -> BoxFuture<'a, Result<(Token, Duration), TokenError>> {
        match self {
            Self::Person(login) => Box::pin(login.token()),
            Self::Machine(machine) => Box::pin(machine.token()),
        }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caller(…)")
    }
}
