//! Application default credentials as `gcloud` writes them into a file.

use super::super::NoHttp;
use super::super::private::{self, Unfit};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Marks the credentials that an emulator writes; they never go to Google, and others never to it.
const EMULATOR: &str = "emulator";

/// Why application default credentials can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadAdc {
    /// The file can't be read.
    #[error("{path}: the application default credentials can't be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: std::io::ErrorKind,
    },
    /// Others can read it.
    #[error(
        "{path}: others on this machine can read these credentials (mode {mode:03o}); run: chmod 600 {path}"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is something else.
    #[error("{0}: these are no application default credentials of a kind that is known here")]
    Unknown(PathBuf),
    /// It is a kind that is not supported.
    #[error("{path}: credentials of the kind {kind} are not supported")]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What kind they are.
        kind: &'static str,
    },
    /// It is a key.
    #[error("{0}: this is a service account's key, and `service_account` is for going without one")]
    Key(PathBuf),
    /// Real credentials for an emulator, or an emulator's for Google.
    #[error("{path}: {}", realm(*.emulated))]
    Realm {
        /// The file.
        path: PathBuf,
        /// Whether they are an emulator's.
        emulated: bool,
    },
    /// No client can be made.
    #[error(transparent)]
    NoHttp(#[from] NoHttp),
}

const fn realm(emulated: bool) -> &'static str {
    if emulated {
        "these credentials belong to an emulator, and no emulator is named"
    } else {
        "these credentials are no emulator's, and an emulator is named"
    }
}

/// What IAM is asked with: a person's login, and the service accounts that stand in between.
pub(super) struct Adc {
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) refresh_token: SecretString,
    /// The project that pays for the calls.
    pub(super) quota_project: Option<String>,
    /// Service accounts that the login speaks as, the last one last.
    pub(super) chain: Vec<String>,
}

#[derive(Deserialize)]
struct Written {
    #[serde(rename = "type")]
    kind: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    refresh_token: Option<String>,
    quota_project_id: Option<String>,
    service_account_impersonation_url: Option<String>,
    #[serde(default)]
    delegates: Vec<String>,
    source_credentials: Option<Box<Written>>,
}

impl Adc {
    /// Reads the file, once. One that others can read is refused.
    pub(super) fn open(path: &Path, local: bool) -> Result<Self, BadAdc> {
        let text = private::read(path).map_err(|unfit| match unfit {
            Unfit::Unreadable(why) => BadAdc::Unreadable { path: path.to_owned(), why },
            Unfit::Exposed(mode) => BadAdc::Exposed { path: path.to_owned(), mode },
        })?;
        // The parse error is dropped: it might quote a secret.
        let written = serde_json::from_str::<Written>(text.expose_secret()).ok();
        let adc = written.map(|written| written.adc(path)).transpose()?.flatten();
        let adc = adc.ok_or_else(|| BadAdc::Unknown(path.to_owned()))?;
        let emulated = adc.client_id.contains(EMULATOR);
        if emulated == local {
            Ok(adc)
        } else {
            Err(BadAdc::Realm { path: path.to_owned(), emulated })
        }
    }
}

impl Written {
    /// Returns the login that it comes down to; none where something is missing.
    fn adc(self, path: &Path) -> Result<Option<Adc>, BadAdc> {
        let unsupported = |kind| Err(BadAdc::Unsupported { path: path.to_owned(), kind });
        match self.kind.as_str() {
            "authorized_user" => Ok(self.login()),
            "impersonated_service_account" => Ok(self.impersonated(path)?),
            "service_account" => Err(BadAdc::Key(path.to_owned())),
            "external_account" => unsupported("external_account (workload identity federation)"),
            "external_account_authorized_user" => {
                unsupported("external_account_authorized_user (workforce identity federation)")
            }
            "gdch_service_account" => unsupported("gdch_service_account"),
            _ => Ok(None),
        }
    }

    fn login(self) -> Option<Adc> {
        Some(Adc {
            client_id: self.client_id?,
            client_secret: SecretString::from(self.client_secret?),
            refresh_token: SecretString::from(self.refresh_token?),
            quota_project: self.quota_project_id,
            chain: Vec::new(),
        })
    }

    fn impersonated(self, path: &Path) -> Result<Option<Adc>, BadAdc> {
        let (Some(source), Some(url)) =
            (self.source_credentials, self.service_account_impersonation_url)
        else {
            return Ok(None);
        };
        let Some(adc) = source.adc(path)? else { return Ok(None) };
        let (Some(last), true) = (target(&url), adc.chain.is_empty()) else { return Ok(None) };
        let middle = self.delegates.iter().map(|name| bare(name).to_owned());
        let chain = middle.chain([last.to_owned()]).collect();
        Ok(Some(Adc { quota_project: self.quota_project_id.or(adc.quota_project), chain, ..adc }))
    }
}

/// Reads the service account out of `…/serviceAccounts/NAME:generateAccessToken`. The address
/// itself is never called.
fn target(url: &str) -> Option<&str> {
    let name = url.rsplit_once("/serviceAccounts/")?.1;
    name.split_once(':').map(|(name, _)| name).filter(|name| name.contains('@'))
}

/// Reads `projects/-/serviceAccounts/NAME` or `NAME`.
fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn login() -> Value {
        json!({"type": "authorized_user", "client_id": "emulator-1", "client_secret": "GOCSPX-SECRET",
            "refresh_token": "1//0SECRET", "quota_project_id": "p"})
    }

    fn read(text: &Value) -> Result<Adc, String> {
        let written: Written = serde_json::from_value(text.clone()).map_err(|e| e.to_string())?;
        let adc = written.adc(Path::new("adc.json")).map_err(|error| error.to_string())?;
        adc.ok_or_else(|| "unknown".to_owned())
    }

    #[test]
    fn a_login_is_read_by_itself_or_as_the_source_of_an_impersonation() {
        let adc = read(&login()).expect("a login");
        assert_eq!((adc.quota_project.as_deref(), adc.chain.len()), (Some("p"), 0));
        let url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/b@p.iam.gserviceaccount.com:generateAccessToken";
        let adc = read(
            &json!({"type": "impersonated_service_account", "source_credentials": login(),
            "service_account_impersonation_url": url, "delegates": ["projects/-/serviceAccounts/a@p"]}),
        );
        assert_eq!(adc.expect("a login").chain, ["a@p", "b@p.iam.gserviceaccount.com"]);
    }

    #[test]
    fn what_can_not_be_used_is_told_apart() {
        let kind = |kind: &str| read(&json!({ "type": kind })).err().unwrap_or_default();
        assert_eq!(
            kind("service_account"),
            "adc.json: this is a service account's key, and `service_account` is for going without one"
        );
        for name in ["external_account", "external_account_authorized_user", "gdch_service_account"]
        {
            let text = kind(name);
            assert!(
                text.starts_with(&format!("adc.json: credentials of the kind {name}")),
                "{text}"
            );
        }
        for name in ["x", "authorized_user", "impersonated_service_account"] {
            assert_eq!(kind(name), "unknown");
        }
    }
}
