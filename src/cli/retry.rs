//! `chatferry retry`: re-arms what is stuck, for the next run.

use super::args::{Common, RetryArgs};
use super::words::counted;
use super::{Exit, folder, print, told};
use crate::clock::SystemClock;
use crate::ledger::Ledger;

pub(super) fn retry(common: &Common, args: &RetryArgs) -> anyhow::Result<Exit> {
    let opened = folder::resume(common, Vec::new(), &SystemClock)?;
    let mut ledger = Ledger::open(&opened.work.ledger())?;
    let calls = ledger.retry(args.reason.as_deref(), args.step)?;
    if calls == 0 {
        return Err(told(
            Exit::Refused,
            "nothing stuck fits that",
            "`chatferry status` lists what is stuck, by reason and number",
        ));
    }
    let work = common.again().map_or_else(String::new, |work| format!(" --work {work}"));
    print(&format!(
        "{} will be tried again by: chatferry run{work}\n",
        counted(calls as u64, "call", "calls")
    ))?;
    Ok(Exit::Done)
}
