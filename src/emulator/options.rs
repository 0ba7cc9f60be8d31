//! How an emulator is set up.

use super::chaos::Chaos;
use super::dialects::Dialects;
use super::groups::Group;
use super::people::Person;
use std::path::PathBuf;
use std::time::Duration;

/// Whether the published quotas hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quotas {
    /// Nothing is ever throttled.
    Off,
    /// The published limits times this factor.
    Scaled(f64),
}

/// Everything that can be chosen about an emulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// The published quotas, by default as published.
    pub quotas: Quotas,
    /// How long every answer waits.
    pub latency: Duration,
    /// How the unknowns of the real service are answered.
    pub dialects: Dialects,
    /// A file that gets every request and answer, one JSON object a line.
    pub record: Option<PathBuf>,
    /// Who has an account, besides the admin.
    pub directory: Vec<Person>,
    /// The organisation's groups.
    pub groups: Vec<Group>,
    /// Addresses of people outside the organisation: in nobody's Directory here.
    pub outsiders: Vec<String>,
    /// The organisation lets people from outside into spaces.
    pub external_spaces: bool,
    /// It lets them be invited, too.
    pub external_invites: bool,
    /// The target audiences that there are; none where the edition has no such thing.
    pub audiences: Vec<String>,
    /// The address of the Directory's admin, who always has an account.
    pub admin: String,
    /// What every name that the emulator gives derives from.
    pub seed: u64,
    /// How many requests the journal in memory keeps.
    pub journal: usize,
    /// How long an access token lives.
    pub token_life: Duration,
    /// What the clock shows at the start, in microseconds since 1970; none: the machine's time.
    pub epoch: Option<i64>,
    /// A bad day from the start.
    pub chaos: Option<Chaos>,
    /// The scopes that the admin console delegates to the service account; none means all.
    pub delegated: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            quotas: Quotas::Scaled(1.0),
            latency: Duration::ZERO,
            dialects: Dialects::default(),
            record: None,
            directory: Vec::new(),
            groups: Vec::new(),
            outsiders: Vec::new(),
            external_spaces: true,
            external_invites: true,
            audiences: vec!["audiences/default".to_owned()],
            admin: "admin@example.com".to_owned(),
            seed: 0,
            journal: 1000,
            token_life: Duration::from_secs(3599),
            epoch: None,
            chaos: None,
            delegated: None,
        }
    }
}
