//! Flags that are settings: the strongest layer.

use super::args::RehearseArgs;
use super::folder::Flags;
use super::preview::PreviewArgs;
use crate::emulator::{Chaos, Profile};
use crate::settings::{Dm, MaxRate, Pace};
use clap::Args;

/// Flags about what is read and what it becomes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is read and what it becomes")]
pub struct SourceFlags {
    /// The migration's name, fixed once something is sent [default: the workspace's team id]
    #[arg(long, value_name = "NAME")]
    pub migration: Option<String>,
    #[arg(
        long,
        value_name = "FILE",
        help = "A CSV file (slack_id, account) for people whose e-mail address does not tell"
    )]
    pub people: Option<String>,
    #[arg(
        long,
        value_name = "PATH",
        help = "The workspace's custom emoji: a folder of pictures, or Slack's emoji.list with them beside it"
    )]
    pub emoji: Option<String>,
    #[arg(
        long,
        value_name = "CLASS=WHO,…",
        help = "Who speaks for authors without an account, as in deactivated=skip,guest=app"
    )]
    pub authors: Option<String>,
    /// What direct messages become: auto, group-chat or space [default: auto]
    #[arg(long, value_name = "KIND")]
    pub dm: Option<Dm>,
    /// Take the last of several entries of one name, instead of refusing the archive
    #[arg(long)]
    pub allow_duplicate_entries: bool,
}

/// Flags about where it goes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Where it goes")]
pub struct TargetFlags {
    #[arg(long, value_name = "FILE", help = "The service account's key file (also CHATFERRY_KEY)")]
    pub key: Option<String>,
    #[arg(
        long,
        value_name = "EMAIL",
        help = "In place of --key: the service account to sign as, by way of IAM"
    )]
    pub service_account: Option<String>,
    /// The account that acts where nobody else can
    #[arg(long, value_name = "EMAIL")]
    pub admin: Option<String>,
    /// The Workspace customer [default: the admin's own]
    #[arg(long, value_name = "ID")]
    pub customer: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        help = "An emulator instead of Google, for example http://127.0.0.1:8081"
    )]
    pub api: Option<String>,
}

/// Flags about how fast it goes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "How fast it goes")]
pub struct SpeedFlags {
    /// Conversations sent at the same time [default: 8]
    #[arg(long, value_name = "N")]
    pub lanes: Option<usize>,
    /// Posts of one conversation under way at the same time [default: 16]
    #[arg(long, value_name = "N")]
    pub window: Option<usize>,
    /// real keeps Google's quotas; off and 20x are for the emulator
    #[arg(long, value_name = "PACE")]
    pub pace: Option<Pace>,
    /// The share of each quota that is left to others, 0 to 0.9 [default: 0.05]
    #[arg(long, value_name = "SHARE")]
    pub headroom: Option<f64>,
    /// A ceiling where others use the project too: 50% of its quotas, or 1200/min message writes
    #[arg(long, value_name = "RATE")]
    pub max_rate: Option<MaxRate>,
}

/// Flags about when it rests and when it stops.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "When it rests and stops")]
pub struct LimitFlags {
    #[arg(
        long,
        value_name = "HOURS",
        help = "Begin calls in these hours only, and rest outside: 19:00-07:00 (this machine's time zone), or \"19:00-07:00 Europe/Berlin\""
    )]
    pub between: Option<String>,
    /// Stop by itself after so long, as in 6h or 2h30m: calls under way are finished first
    #[arg(long, value_name = "SPAN")]
    pub max_duration: Option<String>,
    /// Stop by itself once so many calls have failed for good
    #[arg(long, value_name = "N")]
    pub max_errors: Option<u64>,
}

/// Flags about a bad day.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "A bad day")]
pub struct ChaosFlags {
    /// Hurt requests at random: calm, rough or hostile
    #[arg(long, value_name = "PROFILE")]
    pub chaos: Option<Profile>,
    /// Another seed hurts other requests, the same seed the same
    #[arg(long, value_name = "N", default_value_t = 0, requires = "chaos")]
    pub seed: u64,
}

impl ChaosFlags {
    /// Returns what the emulator is to do.
    pub fn options(&self) -> Option<Chaos> {
        self.chaos.map(|profile| Chaos::new(profile, self.seed))
    }
}

/// Keeps what was given.
fn given<const N: usize>(pairs: [(&'static str, Option<String>); N]) -> Flags {
    pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

impl SourceFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("migration", self.migration.clone()),
            ("people", self.people.clone()),
            ("emoji", self.emoji.clone()),
            ("authors", self.authors.clone()),
            ("dm", text(self.dm.as_ref())),
            ("allow_duplicate_entries", self.allow_duplicate_entries.then(|| "true".to_owned())),
        ])
    }
}

impl TargetFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("key", self.key.clone()),
            ("service_account", self.service_account.clone()),
            ("admin", self.admin.clone()),
            ("customer", self.customer.clone()),
            ("api", self.api.clone()),
        ])
    }
}

impl SpeedFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("lanes", text(self.lanes.as_ref())),
            ("window", text(self.window.as_ref())),
            ("pace", text(self.pace.as_ref())),
            ("headroom", text(self.headroom.as_ref())),
            ("max_rate", text(self.max_rate.as_ref())),
        ])
    }
}

impl LimitFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("between", self.between.clone()),
            ("max_duration", self.max_duration.clone()),
            ("max_errors", text(self.max_errors.as_ref())),
        ])
    }
}

/// Returns what was given to a command that sends.
pub(super) fn sending(target: &TargetFlags, speed: &SpeedFlags, limits: &LimitFlags) -> Flags {
    [target.settings(), speed.settings(), limits.settings()].concat()
}

impl RehearseArgs {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        let admin = given([("admin", self.admin.clone())]);
        [self.source.settings(), self.speed.settings(), admin].concat()
    }
}

impl PreviewArgs {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        [self.source.settings(), given([("admin", self.admin.clone())])].concat()
    }
}
