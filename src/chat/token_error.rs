//! Why there is no token, told apart by what somebody has to do about it.

use super::keyless::Trouble;
use super::redact::shorten;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// This one person can't be impersonated: not found, suspended, deleted. Others can.
    #[error("this account can't be impersonated: {0}")]
    User(String),
    /// Domain-wide delegation is missing or lacks a scope.
    #[error(
        "domain-wide delegation is missing: in the Admin console, Security, Access and data control, \
         API controls, Domain-wide delegation, add client ID {client_id} with the scopes {scopes}"
    )]
    Delegation {
        /// The service account's numeric client id.
        client_id: String,
        /// The scopes, comma-separated as the console wants them.
        scopes: String,
    },
    /// The clock of this machine is wrong.
    #[error("the clock of this machine is {} off; set it right", seconds(*.skew))]
    Clock {
        /// By how many seconds Google's clock is ahead of ours, where known.
        skew: Option<i64>,
    },
    /// The key is not valid, or not any more.
    #[error("the service account's key is refused: make a new key and put it in place")]
    Key,
    /// Nothing is signed without a key.
    #[error(transparent)]
    Keyless(#[from] Trouble),
    /// Something in the project or the organisation forbids it.
    #[error("tokens are refused: {0}")]
    Config(String),
    /// The token endpoint can't be reached or has trouble; waiting may help.
    #[error("the token endpoint gives no answer that can be used: {0}")]
    Transient(String),
}

fn seconds(skew: Option<i64>) -> String {
    skew.map_or_else(|| String::from("some minutes"), |skew| format!("{} s", skew.abs()))
}

/// What is said of an account that a delegation does not cover, though it covers others.
const UNCOVERED: &str = "the delegation does not cover this account";

/// What a refusal has to be read against.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The service account's numeric client id.
    pub client_id: &'a str,
    /// The scopes that were asked for, comma-separated.
    pub scopes: &'a str,
    /// Whether a person was to be impersonated.
    pub as_user: bool,
}

impl TokenError {
    /// Reads what the token endpoint says: `error` and `error_description`. The sentences are those
    /// that administrators' tools have met over the years; Google documents few of them. A word
    /// about a person has to be proved by the token of another before it is believed.
    pub fn read(code: &str, description: &str, asked: Asked<'_>) -> Self {
        let said = description.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match code {
            "internal_failure"
            | "server_error"
            | "temporarily_unavailable"
            | "rate_limit_exceeded" => Self::Transient(shorten(code)),
            "invalid_request" if says(&["impersonation"]) => Self::User(shorten(description)),
            "access_denied" if says(&["account restricted"]) => Self::User(shorten(description)),
            "unauthorized_client" | "access_denied" if asked.as_user => Self::Delegation {
                client_id: asked.client_id.to_owned(),
                scopes: asked.scopes.to_owned(),
            },
            "invalid_grant" if says(&["short-lived token", "reasonable timeframe"]) => {
                Self::Clock { skew: None }
            }
            "invalid_grant" if says(&["signature", "verifier", "account not found"]) => Self::Key,
            // The wording for suspended people is not known: any other sentence may be it.
            "invalid_grant" if asked.as_user => Self::User(shorten(description)),
            "invalid_grant" => Self::Key,
            _ => Self::Config(shorten(&format!("{code}: {description}"))),
        }
    }

    /// What a refusal means if others are not refused: a delegation that covers others does not
    /// cover this account, such as one of another organisation.
    pub(super) fn of_one(self) -> Self {
        match self {
            Self::Delegation { .. } => Self::User(UNCOVERED.to_owned()),
            other => other,
        }
    }

    /// Tells whether the delegation covers others and not this account, as that of another
    /// organisation.
    pub fn is_uncovered(&self) -> bool {
        matches!(self, Self::User(why) if why == UNCOVERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(code: &str, description: &str) -> TokenError {
        let asked = Asked { client_id: "123", scopes: "s", as_user: true };
        TokenError::read(code, description, asked)
    }

    #[test]
    fn a_person_who_can_not_be_impersonated_is_told_from_a_missing_delegation() {
        for text in
            ["Invalid email or User ID", "Not a valid email.", "The account has been deleted"]
        {
            assert!(matches!(says("invalid_grant", text), TokenError::User(_)), "{text}");
        }
        let prn = "Invalid impersonation prn email address.";
        assert!(matches!(says("invalid_request", prn), TokenError::User(_)));
        let text = "Client is unauthorized to retrieve access tokens using this method, or client \
                    not authorized for any of the scopes requested.";
        let delegation =
            TokenError::Delegation { client_id: "123".to_owned(), scopes: "s".to_owned() };
        assert_eq!(says("unauthorized_client", text), delegation);
        assert_eq!(says("access_denied", "Requested client not authorized."), delegation);
    }

    #[test]
    fn a_wrong_clock_and_a_wrong_key_are_told_apart() {
        let clock = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a \
                     reasonable timeframe. Check your iat and exp values in the JWT claim.";
        assert_eq!(says("invalid_grant", clock), TokenError::Clock { skew: None });
        assert_eq!(says("invalid_grant", "Invalid JWT Signature."), TokenError::Key);
        let issuer = "Invalid JWT: No valid verifier found for issuer.";
        assert_eq!(says("invalid_grant", issuer), TokenError::Key);
    }

    #[test]
    fn an_unknown_sentence_may_concern_the_person_and_without_one_the_key() {
        assert!(matches!(says("invalid_grant", "Bad Request"), TokenError::User(_)));
        let asked = Asked { client_id: "1", scopes: "s", as_user: false };
        assert_eq!(TokenError::read("invalid_grant", "Bad Request", asked), TokenError::Key);
    }

    #[test]
    fn trouble_on_googles_side_is_nobodys_fault() {
        for code in ["internal_failure", "server_error", "temporarily_unavailable"] {
            assert!(matches!(says(code, "Backend Error"), TokenError::Transient(_)), "{code}");
        }
        assert!(matches!(says("disabled_client", ""), TokenError::Config(_)));
    }
}
