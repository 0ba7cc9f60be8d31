//! Who signs for us: the service account's key file, or the service account by way of IAM.

use super::{Exit, told};
use crate::chat::{BadAdc, BadKeyFile, Issuer, KeyFile, Keyless, TokenSource};
use crate::clock::Clock;
use crate::ids::Account;
use crate::settings::{Settings, application_credentials};
use std::path::Path;
use std::sync::Arc;

/// Marks what an emulator writes; it never goes to Google.
const EMULATOR: &str = "emulator";

/// Whose tokens are asked for, and how they are signed for.
#[derive(Debug, Clone)]
pub(super) struct Credential {
    /// The service account's address.
    pub(super) email: String,
    /// The numeric id that delegation is granted to; empty where it is not known.
    pub(super) client_id: String,
    /// How it is signed, in words.
    pub(super) says: String,
}

/// Whoever gets tokens, and in whose name.
type Tokens = (Arc<dyn TokenSource>, Credential);

/// Takes the credentials that the settings name, checked as far as can be without a call.
pub(super) fn tokens(
    settings: &Settings,
    admin: &Account,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Tokens> {
    match (&settings.key, &settings.service_account) {
        (Some(path), _) => key_file(settings, path, admin, clock),
        (None, Some(account)) => keyless(settings, account, admin, clock),
        (None, None) => Err(told(
            Exit::Refused,
            "there is no service account key",
            "name its file: --key FILE, or `key` in settings.toml; where keys are forbidden, --service-account EMAIL; docs/operations.md tells how to set up either",
        )),
    }
}

fn key_file(
    settings: &Settings,
    path: &Path,
    admin: &Account,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Tokens> {
    let key = KeyFile::open(path, Arc::clone(clock)).map_err(|error| bad_key(&error))?;
    check_realm(settings, key.project_id().unwrap_or_default())?;
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    let credential = Credential {
        email: key.client_email().to_owned(),
        client_id: key.client_id().to_owned(),
        says: format!("{name} is a key, and only its owner can read it"),
    };
    Ok((Arc::new(key.with_witness(admin.clone())), credential))
}

fn keyless(
    settings: &Settings,
    account: &str,
    admin: &Account,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Tokens> {
    check_account(settings, account)?;
    let issuer = match &settings.api {
        None => Issuer::google(),
        Some(url) => Issuer::emulator(url).map_err(|error| {
            let hint = "an emulator prints its own address when it starts";
            told(Exit::Refused, error.to_string(), hint)
        })?,
    };
    // An emulator has a machine of its own; a login that was only found stays out of it.
    let file = application_credentials().filter(|file| file.named || settings.api.is_none());
    let path = file.as_ref().map(|file| file.path.as_path());
    let keyless = Keyless::open(account, path, &issuer, Arc::clone(clock));
    let keyless = keyless.map_err(|error| bad_credentials(&error))?;
    let (email, client_id) = (account.to_owned(), String::new());
    let says = "there is no key: IAM is asked to sign for the service account".to_owned();
    let credential = Credential { email, client_id, says };
    Ok((Arc::new(keyless.with_witness(admin.clone())), credential))
}

fn bad_key(error: &BadKeyFile) -> anyhow::Error {
    told(
        Exit::Refused,
        error.to_string(),
        "docs/operations.md tells how to make a key and where to put it",
    )
}

fn bad_credentials(error: &BadAdc) -> anyhow::Error {
    let hint = match error {
        BadAdc::Key(_) => "name it with --key in place of --service-account",
        BadAdc::Unsupported { .. } => {
            "log in with `gcloud auth application-default login`, or run on a machine in Google Cloud that has a service account"
        }
        BadAdc::Realm { .. } => {
            "for an emulator, unset GOOGLE_APPLICATION_CREDENTIALS or name the file that it wrote; for Google, log in with `gcloud auth application-default login`"
        }
        _ => {
            "`gcloud auth application-default login` writes them anew; GOOGLE_APPLICATION_CREDENTIALS names another file"
        }
    };
    told(Exit::Refused, error.to_string(), hint)
}

/// A rehearsal's key never goes to Google, and a real key never to an emulator.
fn check_realm(settings: &Settings, project: &str) -> anyhow::Result<()> {
    match (&settings.api, project.contains(EMULATOR)) {
        (None, false) | (Some(_), true) => Ok(()),
        (None, true) => Err(told(
            Exit::Refused,
            "this key belongs to an emulator, and no emulator is named",
            "name it with --api, or give Google's key with --key",
        )),
        (Some(url), false) => Err(told(
            Exit::Refused,
            format!("this key is no emulator's, and {url} is one"),
            "give the key that the emulator wrote: --key FILE",
        )),
    }
}

/// The same for a service account by its address alone.
fn check_account(settings: &Settings, account: &str) -> anyhow::Result<()> {
    let project = account.split_once('@').map_or("", |(_, project)| project);
    match (&settings.api, project.contains(EMULATOR)) {
        (None, false) | (Some(_), true) => Ok(()),
        (None, true) => Err(told(
            Exit::Refused,
            format!("{account} belongs to an emulator, and no emulator is named"),
            "name it with --api, or give your own service account",
        )),
        (Some(url), false) => Err(told(
            Exit::Refused,
            format!("{account} is no emulator's, and {url} is one"),
            "an emulator prints its own service account when it starts",
        )),
    }
}
