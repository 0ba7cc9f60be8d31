//! `chatferry plan`: archive to ledger, offline.

use super::args::{Common, PlanArgs};
use super::session::{Session, runtime};
use super::words::counted;
use super::{
    Exit, archives, as_planned, connection, display_safe, emoji, folder, forecast, ledger, print,
};
use crate::clock::SystemClock;
use crate::plan::{Bench, How, People};

/// How many conversations that lose their names are named.
const NAMES: usize = 5;

pub(super) fn plan(common: &Common, args: &PlanArgs) -> anyhow::Result<Exit> {
    let flags = [args.source.settings(), args.target.settings()].concat();
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let mut session = Session::begin("plan", common, folder::begin(common, flags, &SystemClock)?)?;
    let admin = connection::admin(session.settings())?;
    let choices = archives::choices(session.settings(), &admin)?;
    as_planned::compare(&session)?;
    emoji::tell_problems(&session, &choices.emoji);
    let mut ledger = ledger::begin(&session.opened.work)?;
    let archives = archives::with_known(&ledger, &args.exports, session.settings())?;
    let bench = Bench::set_up(archives.unwrap_or_default(), &mut ledger, &choices)?;
    bench.plan(&mut ledger, session.watch.monitor(), &session.stop.draining())?;
    session.opened.keep()?;
    let remark = remark(bench.people(), bench.renamed().len());
    session.remark = Some(remark + &emoji::ahead(&ledger)? + &groups_ahead(&bench));
    for renamed in bench.renamed().iter().take(NAMES) {
        let (wanted, given) = (display_safe(&renamed.wanted), display_safe(&renamed.given));
        session.watch.say(&format!("{wanted} becomes {given}: another space has its name"));
    }
    let exit = session.stop.asked().then_some(Exit::Stopped);
    let lines = match exit {
        None => forecast::plan(&session, &ledger)?,
        Some(_) => Vec::new(),
    };
    let exit = session.report(&ledger, "Planned; nothing is sent.", exit)?;
    for line in lines {
        print(&(line + "\n"))?;
    }
    Ok(exit)
}

/// Says that a group was never looked up, as after `ledger rebuild`.
fn groups_ahead(bench: &Bench) -> String {
    let unseen = bench.unseen_groups();
    let Some(first) = unseen.first() else { return String::new() };
    let more = match unseen.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "other group", "other groups")),
    };
    format!(
        " Not looked up yet: the group {}{more}. The next run does, and plans with it; until then its people count one by one.",
        display_safe(first)
    )
}

/// Says who was matched, and which names could not be kept.
fn remark(people: &People, renamed: usize) -> String {
    let of = |how: How| people.by_id.values().filter(|one| one.how == how).count();
    let matched = people.by_id.values().filter(|one| one.account.is_some()).count();
    let (assumed, all) = (of(How::Assumed), people.by_id.len());
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
    text.push('.');
    text
}
