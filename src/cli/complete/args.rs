//! The flags of `complete`.

use crate::cli::flags::{LimitFlags, SpeedFlags, TargetFlags};
use crate::cli::wave::WaveFlags;
use clap::Args;

/// `complete`.
#[derive(Debug, Args)]
pub struct CompleteArgs {
    /// Complete spaces too in which something is stuck: it will be missing for ever
    #[arg(long)]
    pub accept_wedged: bool,
    /// Only show what would be completed, and what is held back and why
    #[arg(long)]
    pub dry_run: bool,
    #[arg(
        long,
        value_name = "HASH",
        conflicts_with = "dry_run",
        help = "For scripts: say yes to who will see what, as `chatferry access` showed it under this hash"
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
