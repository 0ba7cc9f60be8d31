//! `chatferry plan`: archive to ledger, offline.

use super::args::{Common, PlanArgs};
use super::session::{Session, runtime};
use super::{Exit, archives, connection, folder};
use crate::clock::SystemClock;
use crate::ledger::Ledger;
use crate::plan::{Bench, People};

pub(super) fn plan(common: &Common, args: &PlanArgs) -> anyhow::Result<Exit> {
    let flags = [args.source.settings(), args.target.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let mut session = Session::begin("plan", common, folder::begin(common, flags, &SystemClock)?)?;
    let admin = connection::admin(session.settings())?;
    let archives = archives::open_all(&args.exports, session.settings())?;
    let choices = archives::choices(session.settings(), &admin)?;
    let mut ledger = Ledger::create(&session.opened.work.prepare_ledger()?)?;
    let bench = Bench::set_up(archives, &mut ledger, &choices)?;
    bench.plan(&mut ledger, session.watch.monitor(), &session.stop.draining())?;
    session.remark = Some(remark(bench.people(), bench.renamed().len()));
    session.next.push(session.command("run"));
    let exit = if session.stop.asked() { Exit::Stopped } else { Exit::Done };
    let account = ledger.account()?;
    let messages: u64 =
        account.items.get(&crate::ledger::ItemKind::Message).map_or(0, crate::ledger::Tally::total);
    let exit = if messages == 0 { Exit::Refused } else { exit };
    session.report(&ledger, "Planned. Nothing is sent.", Some(exit))
}

/// Says who was matched, and which names could not be kept.
fn remark(people: &People, renamed: usize) -> String {
    let of = |how: &str| people.by_id.values().filter(|one| one.how == how).count();
    let matched = people.by_id.values().filter(|one| one.account.is_some()).count();
    let (assumed, all) = (of("assumed"), people.by_id.len());
    let mut text = format!("{matched} of {all} Slack identities have an account");
    if assumed > 0 {
        text.push_str(
            &format_args!(", {assumed} of them assumed from their e-mail address").to_string(),
        );
    }
    if renamed > 0 {
        text.push_str(
            &format_args!("; {renamed} conversations take another name, since theirs is taken")
                .to_string(),
        );
    }
    text
}
