//! The way to Google, or to an emulator: client, Directory.

use super::credentials::{self, Credential};
use super::{Exit, told};
use crate::chat::{Base, Client, HttpTransport, Outcome, TokenError};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ids::Account;
use crate::ledger::{Listed, Owner};
use crate::pace::Backoff;
use crate::settings::Settings;
use std::sync::Arc;

/// Tries for a page of the Directory.
const TRIES: u32 = 6;

/// A way to Google that was checked as far as it can be without a call.
#[derive(Debug)]
pub(super) struct Connection {
    /// The client.
    pub(super) client: Client,
    /// The account that acts where nobody else can.
    pub(super) admin: Account,
    /// Who signs for tokens.
    pub(super) credential: Credential,
    /// The emulator's address; none for Google.
    emulator: Option<String>,
}

/// Takes the credentials and makes the client.
pub(super) fn connect(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Connection> {
    let admin = admin(settings)?;
    let (tokens, credential) = credentials::tokens(settings, &admin, clock)?;
    let base = match &settings.api {
        None => Base::google(),
        Some(url) => Base::single(url).map_err(|error| {
            told(
                Exit::Refused,
                error.to_string(),
                "an emulator prints its own address when it starts",
            )
        })?,
    };
    let transport =
        HttpTransport::new(&base).map_err(|error| told(Exit::Unexpected, error.to_string(), ""))?;
    let client = Client::new(Arc::new(transport), tokens, base, Arc::clone(clock));
    Ok(Connection { client, admin, credential, emulator: settings.api.clone() })
}

/// Returns the admin's account, which every plan needs.
pub(super) fn admin(settings: &Settings) -> anyhow::Result<Account> {
    settings.admin.clone().ok_or_else(|| {
        told(
            Exit::Refused,
            "there is no admin account",
            "name the account that creates spaces: --admin EMAIL, or `admin` in settings.toml",
        )
    })
}

impl Connection {
    /// Reads the whole Directory; with it comes the customer.
    pub(super) async fn directory(
        &self,
        clock: &dyn Clock,
        say: &dyn Fn(&str),
    ) -> anyhow::Result<(Vec<Listed>, Option<String>)> {
        let (mut listed, mut customer, mut token) = (Vec::new(), None, None);
        let backoff = Backoff::google(0);
        let identity = Identity::User(self.admin.clone());
        loop {
            let mut attempt = 0;
            let page = loop {
                match self.client.directory(&identity, token.as_deref()).await {
                    Ok(page) => break page,
                    Err(Outcome::Token(error)) if is_final(&error, attempt) => {
                        return Err(refused(&error));
                    }
                    Err(Outcome::Rejected(rejection)) => {
                        return Err(told(
                            Exit::Google,
                            format!("the Directory can't be read: {rejection}"),
                            "the admin account must be an administrator who may read users; docs/operations.md",
                        ));
                    }
                    Err(outcome) if attempt >= TRIES => {
                        return Err(told(
                            Exit::Unfinished,
                            format!("the Directory can't be read: {outcome}"),
                            "try again when Google can be reached",
                        ));
                    }
                    Err(outcome) => {
                        let (nth, of) = (attempt + 1, TRIES);
                        say(&format!(
                            "The Directory can't be read: {outcome}. Trying again ({nth} of {of})."
                        ));
                        clock.sleep(backoff.next(attempt, None)).await;
                    }
                }
                attempt += 1;
            };
            for user in page.items {
                customer = Some(user.customer_id).filter(|id| !id.is_empty()).or(customer);
                listed.push(Listed {
                    email: user.email.to_lowercase(),
                    user: format!("users/{}", user.id),
                    name: user.name,
                    suspended: user.suspended,
                    archived: user.archived,
                    guest: user.guest,
                    aliases: user.aliases.into_iter().map(|alias| alias.to_lowercase()).collect(),
                    contacts: user.contacts.into_iter().map(|one| one.to_lowercase()).collect(),
                });
            }
            token = page.next;
            if token.is_none() {
                return Ok((listed, customer));
            }
        }
    }

    /// Returns the world that the last answer came from: Google, or one emulator among many,
    /// which forgets everything when it ends.
    pub(super) fn realm(&self) -> anyhow::Result<String> {
        match (&self.emulator, self.client.instance()) {
            (None, None) => Ok("google".to_owned()),
            (Some(_), Some(instance)) => Ok(format!("emulator {instance}")),
            (None, Some(instance)) => Err(told(
                Exit::Refused,
                format!("emulator {instance} answers where Google should"),
                "is a proxy or a hosts file in between?",
            )),
            (Some(url), None) => Err(told(
                Exit::Refused,
                format!("what answers at {url} is no emulator"),
                "an emulator prints its own address when it starts",
            )),
        }
    }

    /// Returns whose ledger this would be.
    pub(super) fn owner(
        &self,
        settings: &Settings,
        name: String,
        customer: Option<String>,
    ) -> anyhow::Result<Owner> {
        let wanted = Some(settings.customer.clone()).filter(|id| id != "my_customer");
        if let (Some(wanted), Some(found)) = (&wanted, &customer)
            && wanted != found
        {
            return Err(told(
                Exit::Refused,
                format!("the admin belongs to customer {found}, and the settings name {wanted}"),
                "correct `customer` or `admin`",
            ));
        }
        Ok(Owner {
            name,
            customer: customer.or(wanted),
            realm: Some(self.realm()?),
            admin: Some(self.admin.to_string()),
            ..Owner::default()
        })
    }
}

/// No answer from the token endpoint may be no network: that passes.
fn is_final(error: &TokenError, attempt: u32) -> bool {
    attempt >= TRIES || !matches!(error, TokenError::Transient(_))
}

/// Puts a refusal of credentials into words.
pub(super) fn refused(error: &TokenError) -> anyhow::Error {
    if let TokenError::Transient(_) = error {
        let hint = "is there a network, and is the emulator running? the same command goes on";
        return told(Exit::Unfinished, error.to_string(), hint);
    }
    let hint = match error {
        TokenError::Delegation { .. } => {
            "a new delegation can take up to 24 hours; the same command goes on then"
        }
        TokenError::User(_) => "is the admin's address right, and the account active?",
        TokenError::Keyless(trouble) => trouble.hint(),
        TokenError::Clock { .. } => "set the clock, then run the same command again",
        _ => "docs/operations.md tells how key and delegation are set up",
    };
    told(Exit::Google, error.to_string(), hint)
}
