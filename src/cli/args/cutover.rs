//! The flags of choosing and of taking back.

use crate::cli::flags::{LimitFlags, SpeedFlags, TargetFlags};
use crate::cli::wave::WaveFlags;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `channels`.
#[derive(Debug, Args)]
pub struct ChannelsArgs {
    #[command(subcommand)]
    pub command: ChannelsCommand,
}

/// What can be done with the table of conversations.
#[derive(Debug, Subcommand)]
pub enum ChannelsCommand {
    /// Write the table: every conversation that is planned, with its name in Chat
    Export {
        /// The table [default: channels.csv in the work folder]
        file: Option<PathBuf>,
        /// Write over a table that is there already
        #[arg(long)]
        force: bool,
    },
    /// Read the edited table, and say what changed
    Import {
        /// The table [default: channels.csv in the work folder]
        file: Option<PathBuf>,
    },
}

/// `undo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Only spaces that this migration made and that are still in import mode are deleted, by the names
in its own files, and each is looked at before. The export keeps everything: `chatferry run` makes
new spaces.")]
pub struct UndoArgs {
    /// Only show what would be deleted
    #[arg(long)]
    pub dry_run: bool,
    #[arg(
        long,
        value_name = "MARK",
        conflicts_with = "dry_run",
        help = "Delete without being asked: the migration's name with the mark of its spaces, as the question shows it, so that it can't be another's"
    )]
    pub yes: Option<String>,
    #[command(flatten)]
    pub which: WaveFlags,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
    #[command(flatten)]
    pub limits: LimitFlags,
}
