//! Signing without a key, as the organisation allows it: an API that is on, a role, a machine of
//! the cloud or a login; and the key that never leaves IAM.

use super::key::{Managed, random_hex};
use super::time::Micros;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// So many tokens of callers are remembered; then all are forgotten.
const MOST: usize = 1000;

/// What keyless signing depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyless {
    /// The IAM Service Account Credentials API is enabled.
    Api,
    /// The callers may create tokens for the service account.
    Role,
    /// The machine has a metadata server.
    Machine,
    /// The machine's tokens reach IAM.
    Scopes,
    /// The login is good.
    Login,
}

/// Who asks IAM to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Principal {
    Machine,
    Person,
}

/// Everything about it.
#[derive(Debug)]
pub(super) struct Signing {
    on: [AtomicBool; 5],
    tokens: Mutex<HashMap<String, (Principal, Micros)>>,
    refresh_token: String,
    managed: OnceLock<Managed>,
}

impl Signing {
    /// Allows everything.
    pub(super) fn full() -> io::Result<Self> {
        Ok(Self {
            on: std::array::from_fn(|_| AtomicBool::new(true)),
            tokens: Mutex::default(),
            refresh_token: format!("1//0emulated-{}", random_hex(16)?),
            managed: OnceLock::new(),
        })
    }

    pub(super) fn on(&self, what: Keyless) -> bool {
        self.on[what as usize].load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, what: Keyless, on: bool) {
        self.on[what as usize].store(on, Ordering::Relaxed);
    }

    /// Returns the key that IAM signs with, drawn when it is first needed.
    pub(super) fn managed(&self) -> io::Result<&Managed> {
        if let Some(key) = self.managed.get() {
            return Ok(key);
        }
        let key = Managed::generate()?;
        Ok(self.managed.get_or_init(|| key))
    }

    /// Tells whether IAM signed that, going by the key's id.
    pub(super) fn signed(&self, key_id: &str, text: &[u8], signature: &[u8]) -> Option<bool> {
        let managed = self.managed.get().filter(|managed| managed.id == key_id)?;
        Some(managed.verifies(text, signature))
    }

    /// Gives out a token.
    pub(super) fn issue(&self, principal: Principal, until: Micros) -> io::Result<String> {
        let token = format!("ya29.emulated-caller-{}", random_hex(16)?);
        let mut tokens = self.tokens();
        if tokens.len() == MOST {
            tokens.clear();
        }
        tokens.insert(token.clone(), (principal, until));
        Ok(token)
    }

    /// Returns whose token it is, unless it expired.
    pub(super) fn principal(&self, token: &str, now: Micros) -> Option<Principal> {
        self.tokens().get(token).filter(|(_, until)| now < *until).map(|(who, _)| *who)
    }

    /// Ends every token.
    pub(super) fn clear(&self) {
        self.tokens().clear();
    }

    /// Tells whether a form holds the login of [`Signing::adc`].
    pub(super) fn knows(&self, client_id: &str, secret: &str, refresh_token: &str) -> bool {
        (client_id, secret, refresh_token) == (CLIENT, SECRET, self.refresh_token.as_str())
    }

    /// Writes application default credentials that this emulator trusts.
    pub(super) fn adc(&self) -> String {
        let adc = json!({
            "type": "authorized_user", "client_id": CLIENT, "client_secret": SECRET,
            "refresh_token": self.refresh_token, "quota_project_id": "chatferry-emulator",
            "universe_domain": "googleapis.com",
        });
        format!("{adc:#}\n")
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, (Principal, Micros)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CLIENT: &str = "chatferry-emulator.apps.googleusercontent.com";
const SECRET: &str = "GOCSPX-emulated";
