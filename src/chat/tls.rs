//! Encryption, set up once: ring for everything, and the connections to the token endpoint.

use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;
use yup_oauth2::hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use yup_oauth2::{CustomHyperClientBuilder, HttpClient, HyperClientBuilder};

/// The HTTP client that the token library drives.
pub(super) type TokenHttp = HttpClient<HttpsConnector<HttpConnector>>;

/// A token's fetch that takes longer has failed.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// Makes ring the process's one provider of cryptography. Whoever was first stays.
pub(super) fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// One connection pool for every token. On this machine no certificate is needed, so none is
/// looked for.
pub(super) fn connect(local: bool) -> Option<TokenHttp> {
    install_crypto();
    let provider = rustls::crypto::ring::default_provider();
    let builder = HttpsConnectorBuilder::new();
    let connector = if local {
        let tls = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        builder.with_tls_config(tls).https_or_http().enable_http1().build()
    } else {
        let builder = builder.with_provider_and_native_roots(provider).ok()?;
        builder.https_only().enable_http1().build()
    };
    let hyper = Hyper::builder(TokioExecutor::new()).pool_max_idle_per_host(4).build(connector);
    // Built first and timed then: the other way round the library ignores the timeout.
    let client = CustomHyperClientBuilder::from(hyper).build_hyper_client().ok()?;
    Some(client.with_timeout(DEADLINE))
}
