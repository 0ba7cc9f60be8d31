//! `chatferry retry`: re-arms what is stuck, for the next run.

use super::args::{Common, RetryArgs};
use super::start_over::start_over;
use super::words::counted;
use super::{Exit, folder, ledger, print, told};
use crate::clock::SystemClock;

pub(super) fn retry(common: &Common, args: &RetryArgs) -> anyhow::Result<Exit> {
    let opened = folder::resume(common, Vec::new(), &SystemClock)?;
    if let Some(name) = &args.start_over {
        return start_over(common, &opened, name.as_deref(), args.yes);
    }
    let mut ledger = ledger::open(&opened.work)?;
    let calls = ledger.retry(args.reason.as_deref(), args.step)?;
    let (before, after) = calls;
    if before + after == 0 {
        return Err(told(
            Exit::Refused,
            "nothing stuck fits that",
            "`chatferry status` lists what is stuck, by reason and number",
        ));
    }
    let work = common.again().map_or_else(String::new, |work| format!(" --work {work}"));
    for (number, command) in [(before, "run"), (after, "complete")] {
        if number > 0 {
            let calls = counted(number, "call", "calls");
            print(&format!("{calls} will be tried again by: chatferry {command}{work}\n"))?;
        }
    }
    Ok(Exit::Done)
}
