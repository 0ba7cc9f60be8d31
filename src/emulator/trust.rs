//! What is granted to the app: its key, the organisation's delegation, its entry in the console.

use super::facts::Scopes;
use super::people::domain_of;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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

    /// Tells whether the Chat app is configured in the console.
    pub(super) fn app(&self) -> bool {
        self.app.load(Ordering::Relaxed)
    }

    pub(super) fn set_app(&self, configured: bool) {
        self.app.store(configured, Ordering::Relaxed);
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
