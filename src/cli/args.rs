//! The command line: every command, its flags and its help.

mod cutover;
mod ledger;

pub use cutover::{ChannelsArgs, ChannelsCommand, UndoArgs};
pub use ledger::{LedgerArgs, LedgerCommand, RebuildArgs};

use super::access::AccessArgs;
use super::complete::CompleteArgs;
use super::doctor::DoctorArgs;
use super::flags::{ChaosFlags, LimitFlags, SourceFlags, SpeedFlags, TargetFlags};
use super::{people::PeopleArgs, preview::PreviewArgs};
use crate::settings::Pace;
use clap::{ArgGroup, Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

/// The work folder where none is named.
const WORK: &str = "chatferry-work";

const EXAMPLES: &str = "\
Try it first, without Google:
  chatferry inspect export.zip
  chatferry preview export.zip --channel general
  chatferry rehearse export.zip

A migration, step by step (docs/operations.md tells the rest):
  chatferry doctor --admin admin@example.com --key key.json   # is all there that it needs?
  chatferry plan export.zip --work acme --admin admin@example.com --key key.json
  chatferry run --work acme        # resumes after any stop
  chatferry verify --work acme
  chatferry access --work acme     # who will see what
  chatferry complete --work acme   # from here on, people see the spaces

Every setting may also stand in settings.toml of the work folder, or in the environment:
  CHATFERRY_LANES=4 chatferry run

The exit codes are listed in docs/operations.md.";

/// Moves a whole Slack workspace into Google Chat.
#[derive(Debug, Parser)]
#[command(name = "chatferry", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The work folder: ledger, settings, logs and reports of one migration [default:
    /// chatferry-work]
    #[arg(long, global = true, env = "CHATFERRY_WORK", value_name = "DIR")]
    pub work: Option<PathBuf>,
    /// Print JSON on standard output: one event a line, the report last
    #[arg(long, global = true)]
    pub json: bool,
    /// Show no progress, only the report
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Common {
    /// Returns the work folder's path.
    pub fn folder(&self) -> &Path {
        self.work.as_deref().unwrap_or(Path::new(WORK))
    }

    /// Returns the folder as suggested commands must name it; none for the default one.
    pub fn again(&self) -> Option<String> {
        self.work.as_ref().map(|work| work.display().to_string())
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is in an export; changes nothing
    Inspect(InspectArgs),
    /// Show how a conversation will read in Google Chat; changes nothing
    Preview(PreviewArgs),
    /// Check key, delegation, scopes, app, Directory and accounts by real calls; changes nothing
    Doctor(DoctorArgs),
    /// Read an export into the work folder and say what would happen; sends nothing
    Plan(PlanArgs),
    /// Choose conversations and their names in a table: export it, edit it, import it
    Channels(ChannelsArgs),
    /// Send what is owed, up to the edge of completion; resumes after any stop
    Run(RunArgs),
    /// Begin nothing new, whatever sends from this folder, until `resume`; from any terminal
    Pause,
    /// Take a pause back
    Resume,
    /// Say where a migration stands, also while another process works on it
    Status(StatusArgs),
    /// Read every open space back and compare it with the plan
    Verify(VerifyArgs),
    /// Show who could see what in Slack and who will in Chat, before anything is opened
    Access(AccessArgs),
    /// Open verified spaces to their members; can't be undone
    Complete(CompleteArgs),
    /// Say who is who: a table of all Slack identities to edit, and its way back
    People(PeopleArgs),
    /// Try again what is stuck, at the next run
    Retry(RetryArgs),
    /// Delete the spaces that are not completed, after a look; what is open stays
    Undo(UndoArgs),
    /// Look after the ledger itself
    Ledger(LedgerArgs),
    /// Go all the way against an emulated Google Chat; needs no Google account
    Rehearse(RehearseArgs),
    /// Serve an emulated Google Chat on this machine
    Emulate(EmulateArgs),
}

/// `inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Exports: zip files or folders
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// Take the last of several entries of one name, instead of refusing the archive
    #[arg(long)]
    pub allow_duplicate_entries: bool,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Exports: zip files or folders
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    #[command(flatten)]
    pub source: SourceFlags,
    #[command(flatten)]
    pub target: TargetFlags,
}

/// `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Exports to plan first; none to go on with what is planned
    #[arg(value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    #[command(flatten)]
    pub source: SourceFlags,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
    #[command(flatten)]
    pub limits: LimitFlags,
}

/// `status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// List every conversation
    #[arg(long)]
    pub lanes: bool,
    /// List everything that does not survive the crossing, was left out, or was lost in Slack
    #[arg(long)]
    pub losses: bool,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// Read completed spaces again too; this alone needs two more scopes (docs/operations.md)
    #[arg(long)]
    pub completed: bool,
    #[command(flatten)]
    pub target: TargetFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
    #[command(flatten)]
    pub limits: LimitFlags,
}

/// `retry`.
#[derive(Debug, Args)]
#[group(skip)]
#[command(group(ArgGroup::new("what").required(true).args(["reason", "step", "all", "start_over"])))]
pub struct RetryArgs {
    /// Everything stuck for that reason, as the report names it
    #[arg(long, value_name = "CODE")]
    pub reason: Option<String>,
    /// One call, by its number in the report
    #[arg(long, value_name = "ID")]
    pub step: Option<i64>,
    /// Everything that is stuck
    #[arg(long)]
    pub all: bool,
    #[arg(
        long,
        value_name = "CONVERSATION",
        num_args = 0..=1,
        help = "Send a conversation whose space is gone anew, to another space: by name or Slack id; without a name, all of them"
    )]
    pub start_over: Option<Option<String>>,
    /// Start over without being asked
    #[arg(long, requires = "start_over")]
    pub yes: bool,
}

/// `rehearse`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --work, a temporary folder is used and removed. Nothing leaves this machine.
Example: chatferry rehearse export.zip --invent-accounts --work rehearsal")]
pub struct RehearseArgs {
    /// Exports: zip files or folders
    #[arg(required = true, value_name = "EXPORT")]
    pub exports: Vec<PathBuf>,
    /// Give everyone an account, for exports without e-mail addresses; the report says so
    #[arg(long)]
    pub invent_accounts: bool,
    /// The account that posts for people without one [default: invented]
    #[arg(long, value_name = "EMAIL")]
    pub admin: Option<String>,
    #[command(flatten)]
    pub source: SourceFlags,
    #[command(flatten)]
    pub speed: SpeedFlags,
    #[command(flatten)]
    pub chaos: ChaosFlags,
}

/// `emulate`.
#[derive(Debug, Args)]
pub struct EmulateArgs {
    /// The port on 127.0.0.1; 0 takes a free one and prints it
    #[arg(long, default_value_t = 8081)]
    pub port: u16,
    /// Answer every call so much later
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Where to write the service account key that this emulator trusts
    #[arg(long, value_name = "FILE", default_value = "emulator-key.json")]
    pub key_out: PathBuf,
    #[arg(
        long,
        value_name = "FILE",
        help = "Where to write application default credentials that this emulator trusts, to try a login in place of a key"
    )]
    pub credentials_out: Option<PathBuf>,
    #[arg(
        long,
        value_name = "FILE",
        help = "Fill the Directory with the accounts of a people file (columns slack_id, account)"
    )]
    pub people: Option<PathBuf>,
    /// Fill the Directory with e-mail addresses, one a line, and groups: `all@x = ana@x, bo@x`
    #[arg(long, value_name = "FILE")]
    pub directory: Option<PathBuf>,
    /// Write every request to a file, one a line
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Keep Google's quotas: off, real, or a factor such as 20x
    #[arg(long, value_name = "PACE", default_value = "real")]
    pub quotas: Pace,
    /// Answer an unknown of the real service the other way; docs/emulator.md has the switches
    #[arg(long = "dialect", value_name = "SWITCH=VALUE")]
    pub dialects: Vec<String>,
    /// At the end, print which behaviours were met and how each of them is known
    #[arg(long)]
    pub coverage: bool,
    #[command(flatten)]
    pub chaos: ChaosFlags,
}
