//! The last minute of a command: the report on the screen and in the work folder, the exit code.

use super::args::Common;
use super::report::{ReportContext, json, paint, report};
use super::{Exit, json_line, message};
use crate::crash::point;
use crate::ids::rfc3339;
use crate::ledger::Account;
use crate::settings::WorkFolder;
use std::io::{ErrorKind, Write, stderr, stdout};

/// Prints the report, keeps it under `reports/` where a folder is given, and judges the account.
pub fn close(
    common: &Common,
    work: Option<&WorkFolder>,
    account: &Account,
    extra: &ReportContext,
) -> anyhow::Result<Exit> {
    let exit = extra.exit.unwrap_or_else(|| Exit::after(&extra.command, account));
    let (text, data) = (report(account, extra), json_line(&json(account, extra)) + "\n");
    if let Some(work) = work {
        let stamp: String =
            rfc3339(extra.now).chars().filter(char::is_ascii_alphanumeric).take(15).collect();
        let name = format!("reports/{}-{stamp}", extra.command);
        keep(work, &format!("{name}.txt"), &text);
        keep(work, &format!("{name}.json"), &data);
    }
    print(&if common.json { data } else { paint(&text, exit) })?;
    point("printed");
    Ok(exit)
}

/// Keeps a text in the work folder. Where that fails it is said, and what was done still counts.
pub(super) fn keep(work: &WorkFolder, name: &str, text: &str) {
    if let Err(error) = work.write(name, text.as_bytes()) {
        let error = message(&error.into());
        stderr().write_all(format!("{name} is not kept: {error}").as_bytes()).ok();
    }
}

/// Prints what was asked for. A reader that has gone (`| head`) is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
