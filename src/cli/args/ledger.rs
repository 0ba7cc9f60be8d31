//! The flags of looking after the ledger.

use crate::cli::flags::{SourceFlags, SpeedFlags, TargetFlags};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `ledger`.
#[derive(Debug, Args)]
pub struct LedgerArgs {
    #[command(subcommand)]
    pub command: LedgerCommand,
}

/// What can be done to a ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Make a lost or damaged ledger anew, from the archives, spaces.jsonl and Chat itself
    Rebuild(RebuildArgs),
}

/// `ledger rebuild`.
#[derive(Debug, Args)]
#[command(after_help = "\
The damaged ledger is kept beside the new one. Nothing is sent twice: every call has the ids that
it had before. Spaces that were completed are only completed with their members.")]
pub struct RebuildArgs {
    /// All exports that the migration was planned from: zip files or folders
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// Make it anew though the old one seems to be in order
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub source: SourceFlags,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
}
