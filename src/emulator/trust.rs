//! What is granted to the app: its key, the organisation's delegation, its entry in the console.

use super::facts::Scopes;
use super::people::{Who, domain_of};
use super::refusal::{Outcome, Refusal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// An API that a Cloud project enables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// The Google Chat API.
    Chat,
    /// The Admin SDK API, which the Directory is part of.
    Directory,
}

/// The delegation as it stands.
#[derive(Debug)]
struct Delegation {
    granted: bool,
    scopes: Scopes,
    /// The domains that withdrew it.
    without: BTreeSet<String>,
}

/// Everything that an admin can grant and take back.
#[derive(Debug)]
pub(super) struct Trust {
    key: AtomicBool,
    app: AtomicBool,
    chat: AtomicBool,
    directory: AtomicBool,
    /// For whom the organisation turned Chat off.
    without_chat: Mutex<BTreeSet<Who>>,
    /// What restoring brings back.
    scopes: Scopes,
    delegation: Mutex<Delegation>,
}

impl Trust {
    /// Grants everything, and these scopes to impersonated users.
    pub(super) fn full(scopes: Scopes) -> Self {
        let delegation = Delegation { granted: true, scopes, without: BTreeSet::new() };
        Self {
            key: AtomicBool::new(true),
            app: AtomicBool::new(true),
            chat: AtomicBool::new(true),
            directory: AtomicBool::new(true),
            without_chat: Mutex::default(),
            scopes,
            delegation: Mutex::new(delegation),
        }
    }

    /// Tells whether the key is still one of the account's.
    pub(super) fn key(&self) -> bool {
        self.key.load(Ordering::Relaxed)
    }

    pub(super) fn set_key(&self, valid: bool) {
        self.key.store(valid, Ordering::Relaxed);
    }

    pub(super) fn set_app(&self, configured: bool) {
        self.app.store(configured, Ordering::Relaxed);
    }

    const fn switch(&self, api: Api) -> &AtomicBool {
        match api {
            Api::Chat => &self.chat,
            Api::Directory => &self.directory,
        }
    }

    /// Tells whether an API is enabled in the Cloud project.
    pub(super) fn enabled(&self, api: Api) -> bool {
        self.switch(api).load(Ordering::Relaxed)
    }

    pub(super) fn enable(&self, api: Api, on: bool) {
        self.switch(api).store(on, Ordering::Relaxed);
    }

    pub(super) fn turn_chat(&self, who: Who, on: bool) {
        let mut without = self.without_chat.lock().unwrap_or_else(PoisonError::into_inner);
        if on {
            without.remove(&who);
        } else {
            without.insert(who);
        }
    }

    /// Refuses what Chat serves to nobody, or not to this one: its API is off, the app is not
    /// configured, the organisation turned it off for them.
    pub(super) fn serves(&self, who: Who) -> Outcome<()> {
        if !self.enabled(Api::Chat) {
            return Err(Refusal::api_off("Google Chat API"));
        }
        if !self.app.load(Ordering::Relaxed) {
            return Err(Refusal::app_off());
        }
        if self.without_chat.lock().unwrap_or_else(PoisonError::into_inner).contains(&who) {
            return Err(Refusal::chat_off());
        }
        Ok(())
    }

    /// Tells whether somebody with this address may be impersonated with all these scopes.
    pub(super) fn delegates(&self, email: &str, scopes: Scopes) -> bool {
        let now = self.delegation.lock().unwrap_or_else(PoisonError::into_inner);
        now.granted && scopes & !now.scopes == 0 && !now.without.contains(domain_of(email))
    }

    /// Grants or withdraws the delegation as a whole; granting brings everything back.
    pub(super) fn delegate(&self, granted: bool) {
        let mut now = self.delegation.lock().unwrap_or_else(PoisonError::into_inner);
        now.granted = granted;
        if granted {
            now.scopes = self.scopes;
            now.without.clear();
        }
    }

    pub(super) fn delegate_domain(&self, domain: &str, granted: bool) {
        let mut now = self.delegation.lock().unwrap_or_else(PoisonError::into_inner);
        if granted {
            now.without.remove(domain);
        } else {
            now.without.insert(domain.to_owned());
        }
    }

    pub(super) fn delegate_scope(&self, scope: Scopes, granted: bool) {
        let mut now = self.delegation.lock().unwrap_or_else(PoisonError::into_inner);
        if granted {
            now.scopes |= scope;
        } else {
            now.scopes &= !scope;
        }
    }
}
