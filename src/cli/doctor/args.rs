//! `doctor`'s flags.

use crate::cli::TargetFlags;
use clap::Args;

/// `doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Before a plan it checks what every migration needs; after one, also everybody in whose name
something is owed. It ends with its own code where something fails. It may be run while another
command works.")]
pub struct DoctorArgs {
    /// Only list which feature needs which scope, and what to enter in the Admin console
    #[arg(long)]
    pub scopes: bool,
    /// Also check what `verify --completed` needs
    #[arg(long)]
    pub completed: bool,
    #[command(flatten)]
    pub target: TargetFlags,
}
