//! What a real run needs, found out by real calls that leave no trace in Chat. Each check has an
//! outcome, and says what to do where it is not a good one. Knows no ledger and no settings: what
//! it needs of them is told to it.

mod ask;
mod authors;
mod check;
mod credentials;
mod heard;
mod local;
mod memory;
mod services;
mod space;

pub use authors::{Account as Author, Listing};
pub use check::{CODES, Check, Mark, Sum};
pub use credentials::sentence_of;
pub use local::{OpenSpace, bytes, clock, disk, free, open_spaces, quotas, skipped};
pub use memory::{Memory, Remembered};

use crate::chat::{Chosen, Client, Scopes, console_link, to_delegate};
use crate::clock::Clock;
use crate::draft::Identity;
use crate::ids::Account;
use crate::pace::{Backoff, Pacer};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Whom and what the doctor looks at.
#[derive(Debug)]
pub struct Patient {
    /// The way to Google.
    pub client: Client,
    /// The account that acts where nobody else can.
    pub admin: Account,
    /// The numeric id that delegation is granted to; empty where it is not known.
    pub client_id: String,
    /// There is no key: IAM signs.
    pub keyless: bool,
    /// What was chosen: which scopes are needed.
    pub chosen: Chosen,
    /// A space in import mode that is ours; none where there is none yet.
    pub space: Option<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Google's quotas.
    pub pacer: Pacer,
    /// The waits between tries.
    pub backoff: Backoff,
    /// How often Google asked to slow down.
    pub throttled: AtomicU64,
}

/// What the calls showed.
#[derive(Debug, Default)]
pub struct Examined {
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
    /// The organisation, as its Directory says.
    pub customer: Option<String>,
    /// The Directory, as far as one page has it.
    pub listing: Listing,
    /// Whether people can be impersonated at all.
    pub delegated: bool,
    /// How Chat answers the admin about a space that is not there.
    nowhere: Option<heard::Heard>,
}

impl Patient {
    /// Returns the address that grants all scopes that are needed.
    pub fn link(&self) -> Option<String> {
        console_link(&self.client_id, &to_delegate(self.chosen))
    }

    /// Checks key, clock, scopes and services.
    pub async fn examine(&self) -> Examined {
        let mut examined = Examined::default();
        let skew = self.client.measured_skew().await;
        examined.checks.push(clock(skew));
        if skew.is_none() {
            let why = "no answer from Google";
            for code in ["token", "admin", "scope", "app", "chat", "directory"] {
                examined.checks.push(skipped(code, "", why));
            }
            return examined;
        }
        let Some(granted) = self.credentials(&mut examined).await else {
            for code in ["app", "chat", "directory"] {
                examined.checks.push(skipped(code, "", "the app gets no token"));
            }
            return examined;
        };
        self.services(&mut examined, &granted).await;
        examined
    }

    fn as_admin(&self) -> Identity {
        Identity::User(self.admin.clone())
    }
}

/// The scopes that the admin gets a token for.
type Granted = Vec<Scopes>;
