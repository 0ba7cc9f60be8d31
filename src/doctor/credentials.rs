//! Key, admin and scopes: a token for each by itself.

use super::{Check, Examined, Granted, Patient, skipped};
use crate::chat::{NEEDS, Scopes, TokenError};
use crate::draft::Identity;

/// What to do about a scope that no token is given for.
const GRANT: &str = "Grant it as a super admin, as said at the end. Was that done already? A new or changed \
    delegation can take up to 24 hours to reach every server: wait, and run doctor again.";

impl Patient {
    /// Asks for a token of the app, and of the admin for each scope that is needed; none where the
    /// app itself gets none.
    pub(super) async fn credentials(&self, examined: &mut Examined) -> Option<Granted> {
        let app = self.token(&Identity::App, Scopes::BOT).await;
        let known = app.is_ok();
        examined.checks.push(match &app {
            Ok(()) => Check::pass("token", "the service account gets a token in its own name"),
            Err(error) => self.refused("token", error),
        });
        if !known {
            for code in ["admin", "scope"] {
                examined.checks.push(skipped(code, "", "the app gets no token"));
            }
            return None;
        }
        let mut answers = Vec::new();
        for scope in self.scopes() {
            answers.push((scope, self.token(&self.as_admin(), scope).await));
        }
        examined.checks.push(self.admin_of(&answers));
        let granted = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(scope, _)| *scope);
        let granted: Granted = granted.collect();
        examined.delegated = granted.contains(&Scopes::IMPORT);
        let scopes = answers.iter().map(|(scope, answer)| self.scope_of(*scope, answer));
        examined.checks.extend(scopes);
        Some(granted)
    }

    /// Returns each scope that has to be delegated by now, by itself.
    fn scopes(&self) -> Vec<Scopes> {
        let mut all = Vec::new();
        for need in NEEDS.iter().filter(|need| need.is_delegated() && need.is_wanted(self.chosen)) {
            for one in need.scopes.each() {
                if !all.contains(&one) {
                    all.push(one);
                }
            }
        }
        all
    }

    /// One token is proof enough that the admin can be impersonated.
    fn admin_of(&self, answers: &[(Scopes, Result<(), TokenError>)]) -> Check {
        let errors = || answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
        if answers.iter().any(|(_, answer)| answer.is_ok()) {
            return Check::pass("admin", format!("{} can be impersonated", self.admin));
        }
        match errors().find(|error| !matches!(error, TokenError::Delegation { .. })) {
            Some(TokenError::User(why)) => Check::fail(
                "admin",
                format!("{} can't be impersonated: {why}", self.admin),
                "Is the address right (`admin` in settings.toml), and the account active?",
            ),
            Some(error) => self.refused("admin", error),
            None => Check::skip("admin", "can't be told while no scope is granted"),
        }
    }

    fn scope_of(&self, scope: Scopes, answer: &Result<(), TokenError>) -> Check {
        let check = match answer {
            Ok(()) => Check::pass("scope", "granted"),
            Err(TokenError::Delegation { .. }) => {
                Check::fail("scope", "not granted: Google gives the admin no token for it", GRANT)
            }
            Err(TokenError::User(_)) => Check::skip("scope", "the admin's account can't be used"),
            Err(error) => self.refused("scope", error),
        };
        check.about(scope.short())
    }

    /// Puts an answer of the token endpoint into words that concerns everybody.
    fn refused(&self, code: &'static str, error: &TokenError) -> Check {
        match error {
            // What IAM signed is refused as a key's signature is.
            TokenError::Key if self.keyless => Check::fail(
                code,
                "Google refuses what IAM signed for the service account",
                "Was the service account deleted or disabled, or is its address another one? Look at it in the Cloud console \
                 (IAM & Admin, Service accounts); `service_account` in settings.toml names it.",
            ),
            error => refused(code, error),
        }
    }
}

/// Puts an answer of the token endpoint into words that concerns everybody.
fn refused(code: &'static str, error: &TokenError) -> Check {
    let todo = match error {
        TokenError::Key => {
            "Was the key deleted, or the service account? Make a new key in the Cloud console (IAM & Admin, Service \
             accounts, Keys), and name it with --key."
        }
        TokenError::Clock { .. } => "Set the clock of this machine, then run doctor again.",
        TokenError::Keyless(trouble) => {
            return Check::fail(code, error.to_string(), &sentence_of(trouble.hint()));
        }
        TokenError::Config(_) => {
            "Look at the service account in the Cloud console: is it enabled, and in the right project? Else ask a super \
             admin whether API access is restricted (Admin console, Security, API controls)."
        }
        TokenError::Delegation { .. } | TokenError::User(_) => GRANT,
        TokenError::Transient(_) => "Is there a network? Run doctor again in some minutes.",
    };
    Check::fail(code, sentence(error), todo)
}

/// A hint as a sentence.
pub fn sentence_of(hint: &str) -> String {
    // A path begins as it is written.
    if hint.starts_with("docs/") {
        return format!("{hint}.");
    }
    let mut letters = hint.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if hint.is_empty() || hint.ends_with('.') { "" } else { "." };
    first + letters.as_str() + end
}

/// The error without the directions that it gives where nothing else does.
fn sentence(error: &TokenError) -> String {
    match error {
        TokenError::Delegation { .. } => "the delegation is missing".to_owned(),
        TokenError::Key => "Google refuses the key".to_owned(),
        other => other.to_string(),
    }
}
