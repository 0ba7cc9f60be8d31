//! The terminal. The only room that prints; it knows every other room, and none knows it.
//!
//! One file per command holds what it does; the rest is how things look: bars, lines, reports,
//! errors, exit codes.
#![expect(clippy::disallowed_types, reason = "the one room that draws")]

mod access;
mod archives;
mod args;
mod as_planned;
mod ask;
mod board;
mod bound;
mod channels;
mod choices;
mod closing;
mod complete;
mod connection;
mod credentials;
mod deadline;
mod doctor;
mod emoji;
mod emulate;
mod ending;
mod exit;
mod flags;
mod folder;
mod forecast;
mod frame;
mod granted;
mod groups;
mod hint;
pub mod inspect;
mod jsonl;
mod known;
mod lanes;
mod ledger;
mod logs;
mod losses;
mod manifest;
mod pacing;
mod pause;
mod people;
mod plain;
mod plan;
mod policies;
mod preview;
mod progress;
mod rate;
mod reasons;
mod rebuild;
mod reconciled;
mod rehearse;
mod report;
mod retry;
mod rules;
mod run;
mod safe;
mod session;
mod sheet;
mod start_over;
mod status;
mod stop;
mod undo;
mod verify;
mod watch;
mod wave;
mod weather;
mod words;

pub use access::AccessArgs;
pub use args::{
    ChannelsArgs, ChannelsCommand, Cli, Command, Common, EmulateArgs, InspectArgs, LedgerArgs,
    LedgerCommand, PlanArgs, RebuildArgs, RehearseArgs, RetryArgs, RunArgs, StatusArgs, UndoArgs,
    VerifyArgs,
};
pub use closing::{close, print};
pub use complete::CompleteArgs;
pub use doctor::DoctorArgs;
pub use exit::Exit;
pub use flags::{LimitFlags, SourceFlags, SpeedFlags, TargetFlags};
pub use folder::{Flags, Opened, begin, look, resume};
pub use hint::{Tell, Told, judge, message, told};
pub use jsonl::{Json, json_line};
pub use lanes::lanes;
pub use logs::{LogOptions, Logs};
pub use losses::{loss_account, losses};
pub use people::{
    COLUMNS as PEOPLE_COLUMNS, PeopleArgs, PeopleCommand, PeopleExportArgs, PeopleImportArgs,
    PeopleRetryArgs, WAYS as PEOPLE_WAYS,
};
pub use plain::Plain;
pub use preview::PreviewArgs;
pub use progress::Bars;
pub use report::{ReportContext, json, paint, report};
pub use rules::Why;
pub use safe::{display_column, display_safe, display_short};
pub use sheet::{BadSheet, Row, Sheet, write as write_sheet};
pub use stop::Stop;
pub use watch::{Look, Watch};
pub use wave::WaveFlags;

use clap::Parser;
use std::io::{Write, stderr};
use std::process::ExitCode;

/// Reads the command line, does what it says, and returns the exit code.
pub fn main() -> ExitCode {
    match dispatch(&Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Standard error may be closed; the exit code still tells.
            stderr().write_all(message(&error).as_bytes()).ok();
            judge(&error).0.into()
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<Exit> {
    let common = &cli.common;
    match &cli.command {
        Command::Inspect(args) => inspect::inspect(common, args),
        Command::Preview(args) => preview::preview(common, args),
        Command::Doctor(args) => doctor::doctor(common, args),
        Command::Plan(args) => plan::plan(common, args),
        Command::Channels(args) => channels::channels(common, args),
        Command::Run(args) => run::run(common, args),
        Command::Pause => pause::pause(common),
        Command::Resume => pause::resume(common),
        Command::Status(args) => status::status(common, args),
        Command::Access(args) => access::access(common, args),
        Command::Verify(args) => verify::verify(common, args),
        Command::Complete(args) => complete::complete(common, args),
        Command::People(args) => people::people(common, args),
        Command::Retry(args) => retry::retry(common, args),
        Command::Undo(args) => undo::undo(common, args),
        Command::Ledger(args) => rebuild::ledger(common, args),
        Command::Rehearse(args) => rehearse::rehearse(common, args),
        Command::Emulate(args) => emulate::emulate(common, args),
    }
}
