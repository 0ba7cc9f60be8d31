//! The flags of `chatferry people`.

use crate::cli::TargetFlags;
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
