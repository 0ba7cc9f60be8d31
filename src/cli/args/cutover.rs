//! The flags of taking back.

use crate::cli::flags::{SpeedFlags, TargetFlags};
use crate::cli::wave::WaveFlags;
use clap::Args;

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
        value_name = "MIGRATION",
        conflicts_with = "dry_run",
        help = "Delete without being asked: the migration's name, so that it can't be another's"
    )]
    pub yes: Option<String>,
    #[command(flatten)]
    pub which: WaveFlags,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
}
