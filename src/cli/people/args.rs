//! The flags of `chatferry people`.

use crate::cli::flags::{LimitFlags, SpeedFlags, TargetFlags};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `people`.
#[derive(Debug, Args)]
pub struct PeopleArgs {
    #[command(subcommand)]
    pub command: PeopleCommand,
}

/// What can be done about people.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Write people.csv: one row a Slack identity, with the account that fits and what is wrong
    Export(PeopleExportArgs),
    /// Take over the columns account and policy of an edited people.csv
    Import(PeopleImportArgs),
    /// Add those who got an account since; rebuild, by choice, what stands under another name
    Retry(PeopleRetryArgs),
}

/// `people export`.
#[derive(Debug, Args)]
pub struct PeopleExportArgs {
    /// Where to write it [default: people.csv in the work folder]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Match with the Directory as it was read last; speak with nobody
    #[arg(long)]
    pub offline: bool,
    /// Write over a file that was edited and not imported
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub target: TargetFlags,
}

/// `people import`.
#[derive(Debug, Args)]
pub struct PeopleImportArgs {
    /// The edited file [default: people.csv in the work folder]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Check with the Directory as it was read last; speak with nobody
    #[arg(long)]
    pub offline: bool,
    /// Take over the rows that are right, though others are wrong
    #[arg(long)]
    pub partial: bool,
    #[command(flatten)]
    pub target: TargetFlags,
}

/// `people retry`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --rebuild only members are added: what they wrote stays under the name that it has. In a
space in import mode that can be changed by sending all of it again: --rebuild deletes such spaces
and plans their conversations anew. A space that is open to people is never deleted.")]
pub struct PeopleRetryArgs {
    #[arg(
        long,
        value_name = "PATTERN",
        num_args = 0..,
        help = "Delete the spaces in import mode that hold messages of theirs under another name, and send all anew: those whose name fits, or all"
    )]
    pub rebuild: Option<Vec<String>>,
    /// Only show who is found now and what could be done
    #[arg(long)]
    pub dry_run: bool,
    #[arg(
        long,
        value_name = "HASH",
        conflicts_with = "dry_run",
        help = "For scripts: say yes to exactly what was shown under this hash"
    )]
    pub yes: Option<String>,
    /// Match with the Directory as it was read last; speak with nobody
    #[arg(long, conflicts_with = "rebuild")]
    pub offline: bool,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
    #[command(flatten)]
    pub limits: LimitFlags,
}
