//! Where keyless tokens come from: Google's servers, or one emulator that plays them all.

use super::super::BadBase;
use super::super::base::{is_loopback, is_safe};
use super::super::endpoint::TOKEN_URI;
use http::Uri;

/// The addresses of the token endpoint, of IAM and of the metadata server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    pub(super) token: String,
    pub(super) iam: String,
    pub(super) metadata: String,
    pub(super) local: bool,
}

impl Issuer {
    /// Returns Google's own. The metadata server is found by its name alone: a variable that
    /// leads elsewhere would lead our tokens there.
    pub fn google() -> Self {
        Self {
            token: TOKEN_URI.to_owned(),
            iam: "https://iamcredentials.googleapis.com".to_owned(),
            metadata: "http://metadata.google.internal".to_owned(),
            local: false,
        }
    }

    /// Returns those of an emulator on this machine.
    pub fn emulator(root: &str) -> Result<Self, BadBase> {
        let root = root.trim_end_matches('/');
        let uri: Uri = root.parse().map_err(|_| BadBase)?;
        if !(is_loopback(&uri) && is_safe(&uri) && matches!(uri.path(), "" | "/")) {
            return Err(BadBase);
        }
        let (token, root) = (format!("{root}/token"), root.to_owned());
        Ok(Self { token, iam: root.clone(), metadata: root, local: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emulator_is_on_this_machine_or_none() {
        let here = Issuer::emulator("http://127.0.0.1:8081/").expect("this machine");
        assert_eq!(here.token, "http://127.0.0.1:8081/token");
        assert_eq!((here.iam.as_str(), here.local), ("http://127.0.0.1:8081", true));
        for root in ["https://iam.example.com", "http://10.0.0.1", "http://127.0.0.1@e.example", ""]
        {
            assert_eq!(Issuer::emulator(root), Err(BadBase), "{root}");
        }
        assert!(!Issuer::google().local);
    }
}
