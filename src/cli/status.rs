//! `chatferry status`: where it stands, from the ledger alone, also while a run is under way.

use super::args::{Common, StatusArgs};
use super::bound::lower_bound;
use super::reasons::explain;
use super::report::{ReportContext, json, paint, report};
use super::session::{again, next};
use super::words::wrap;
use super::{Exit, deadline, folder, forecast, lanes, ledger, losses, pause, print, words};
use crate::clock::{Clock, SystemClock};
use crate::ids::{Micros, rfc3339};
use crate::ledger::Learnt;

pub(super) fn status(common: &Common, args: &StatusArgs) -> anyhow::Result<Exit> {
    let opened = folder::look(common, Vec::new())?;
    let ledger = ledger::look(&opened.work)?;
    let mut account = ledger.account()?;
    explain(&mut account);
    let all = ledger.lanes()?;
    let bound = lower_bound(&all);
    let now = SystemClock.wall();
    let held = pause::held(&opened, now);
    let paused = opened.work.paused().is_some();
    let commands = paused.then(|| "resume".to_owned()).into_iter().chain(next(&account));
    // A ledger that an older program wrote knows nothing of it.
    let learnt = ledger.learnt().unwrap_or_default();
    let context = ReportContext {
        command: "status".to_owned(),
        first_line: "Complete: every space is open to its members.".to_owned(),
        google_lower_bound: Some(bound.total),
        bottleneck: Some(bound.bottleneck),
        remark: held.clone().map(|held| format!("{held}.")),
        learnt: learnt
            .iter()
            .map(|(one, at)| format!("{}, at {}", words::learnt(one), deadline::minute(*at)))
            .collect(),
        now,
        work: common.again(),
        next: commands.map(|words| again(common, &words)).collect(),
        ..ReportContext::default()
    };
    let standing = forecast::standing(&opened.work, &opened.settings, &all, context.now);
    if common.json {
        let mut value = json(&account, &context);
        value["standings"] = serde_json::to_value(ledger.standings()?)?;
        value["limits"] = learnt.iter().map(limit).collect();
        value["paused"] = paused.into();
        value["held"] = held.into();
        let next = account.deadlines.first();
        value["countdown"] = next.map(|next| deadline::json(next, context.now)).into();
        value["forecast"] = standing.map(|standing| standing.json()).into();
        print(&format!("{value}\n"))?;
    } else {
        print(&paint(&report(&account, &context), Exit::after("status", &account)))?;
        if let Some(standing) = standing {
            print(&(wrap(&standing.text(), 80, "").join("\n") + "\n"))?;
        }
        if args.losses {
            print(&losses(&account))?;
        }
        if args.lanes {
            print(&lanes(
                &ledger.standings()?,
                SystemClock.wall(),
                usize::from(console::Term::stdout().size().1),
            ))?;
        }
    }
    Ok(Exit::Done)
}

/// Returns what was learnt of a limit, and when, for machines.
fn limit((one, at): &(Learnt, Micros)) -> serde_json::Value {
    let mut value = serde_json::json!(one);
    value["at"] = rfc3339(*at).into();
    value
}
