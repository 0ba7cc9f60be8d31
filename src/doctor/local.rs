//! What needs no call: clock, quotas, the days that spaces have left, the disk. Pure, but for one
//! look at the disk.

use super::Check;
use crate::ids::Micros;
use crate::pace::{ProjectBucket, Quotas, SpaceBucket};
use std::path::Path;

/// From here on a clock is worth a word.
const ODD: i64 = 30;
/// From here on tokens are refused.
const WRONG: i64 = 300;
const DAY: Micros = 86_400_000_000;
/// From so many days before its end on, a space is worth a word.
const SOON: Micros = 14 * DAY;
/// What a command may write beside what is owed: logs, reports, the ledger's own log.
const BASE: u64 = 256 << 20;
/// What one call that is owed takes in the ledger at most, as a rule: its frozen body and its row.
const CALL: u64 = 2 << 10;
/// How many spaces are named.
const NAMED: usize = 10;

/// Returns a check that was not made.
pub fn skipped(code: &'static str, about: &str, why: &str) -> Check {
    Check::skip(code, format!("not asked: {why}")).about(about)
}

/// Judges by how many seconds Google's clock is ahead.
pub fn clock(skew: Option<i64>) -> Check {
    let set = "Set the clock of this machine, best by NTP.";
    match skew {
        None => Check::fail(
            "clock",
            "Google can't be reached, so nothing else was asked",
            "Is there a network, and may this machine reach chat.googleapis.com, oauth2.googleapis.com and \
             admin.googleapis.com by HTTPS?",
        ),
        Some(off) if off.abs() > WRONG => {
            Check::fail("clock", format!("the clock of this machine is {}", distance(off)), set)
        }
        Some(off) if off.abs() > ODD => Check::warn(
            "clock",
            format!(
                "the clock of this machine is {}; from 5 minutes on Google refuses tokens",
                distance(off)
            ),
            set,
        ),
        Some(_) => Check::pass("clock", "as Google's"),
    }
}

fn distance(ahead: i64) -> String {
    let side = if ahead > 0 { "behind" } else { "ahead of" };
    match ahead.abs() {
        seconds @ 0..120 => format!("{seconds} s {side} Google's"),
        seconds => format!("{} min {side} Google's", seconds / 60),
    }
}

/// Says what limits a run keeps, and whether Google asked to slow down.
pub fn quotas(quotas: Option<Quotas>, throttled: u64) -> Check {
    let says = match quotas {
        None => "none is kept (`pace` is off)".to_owned(),
        Some(quotas) => {
            let share = 1.0 - quotas.headroom;
            let posts = (quotas.project(ProjectBucket::MessageWrites).calls * share).round();
            let reactions = (quotas.project(ProjectBucket::Reactions).calls * share).round();
            let space = quotas.space(SpaceBucket::ImportPosts).calls * share;
            format!(
                "a run keeps to {posts} messages and {reactions} reactions a minute, {space:.1} messages a second in each space"
            )
        }
    };
    if throttled == 0 {
        return Check::pass("quotas", says);
    }
    let times = if throttled == 1 { "once".to_owned() } else { format!("{throttled} times") };
    Check::warn(
        "quotas",
        format!("Google asked {times} to slow down during these few questions; {says}"),
        "Does another program use this Cloud project? Its quotas are shared: Cloud console, APIs & Services, Google Chat \
         API, Quotas.",
    )
}

/// A space in import mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSpace {
    /// What people will see; safe to print.
    pub name: String,
    /// When Google deletes it; none where that is not known.
    pub expires: Option<Micros>,
    /// It is gone already, as a run found.
    pub gone: bool,
}

/// Judges how long the spaces in import mode have.
pub fn open_spaces(spaces: &[OpenSpace], now: Micros) -> Check {
    let left = |space: &OpenSpace| space.expires.map(|end| end - now);
    let over: Vec<_> = spaces
        .iter()
        .filter(|space| space.gone || left(space).is_some_and(|left| left <= 0))
        .collect();
    if !over.is_empty() {
        let list = named(&over, |space| format!("{}: gone", space.name));
        let says =
            format!("{} of {} in import mode can't be used any more", over.len(), spaces.len());
        let todo = "Begin their conversations again: `chatferry retry --start-over`, then `chatferry run`.";
        return Check::fail("spaces", says, todo).naming(list);
    }
    let mut soon: Vec<_> =
        spaces.iter().filter(|space| left(space).is_some_and(|left| left <= SOON)).collect();
    soon.sort_by_key(|space| space.expires);
    let nearest = spaces.iter().filter_map(left).min().map(|left| left / DAY);
    match (spaces.len(), soon.len(), nearest) {
        (0, ..) => Check::skip("spaces", "no space is in import mode"),
        (all, 0, Some(days)) => {
            Check::pass("spaces", format!("{all} in import mode; the first has {days} days left"))
        }
        (all, 0, None) => Check::pass("spaces", format!("{all} in import mode")),
        (_, some, _) => {
            let list = named(&soon, |space| {
                format!("{}: {} days", space.name, left(space).unwrap_or(0) / DAY)
            });
            let says = format!("{some} must be completed within 14 days, or Google deletes them");
            let todo =
                "`chatferry status --lanes` shows the days left. Verify and complete these first.";
            Check::warn("spaces", says, todo).naming(list)
        }
    }
}

fn named(spaces: &[&OpenSpace], line: impl Fn(&OpenSpace) -> String) -> Vec<String> {
    let mut list: Vec<_> = spaces.iter().take(NAMED).map(|space| line(space)).collect();
    if spaces.len() > NAMED {
        list.push(format!("and {} more", spaces.len() - NAMED));
    }
    list
}

/// Returns how many bytes are free where this folder is, or will be; none where that is not known.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Returns how many bytes are free where this folder is, or will be; none where that is not known.
#[cfg(not(unix))]
pub fn free(_folder: &Path) -> Option<u64> {
    None
}

/// Judges whether so many free bytes do for so many calls that are owed, or else for a beginning,
/// and why that is not known.
pub fn disk(free: Option<u64>, owed: Result<u64, &str>) -> Check {
    let Some(free) = free else {
        return Check::skip("disk", "how much is free can't be found out on this system");
    };
    let need = BASE + owed.unwrap_or(0).saturating_mul(CALL);
    let what = match owed {
        Ok(_) => "for what is planned".to_owned(),
        Err(why) => format!("to begin with; {why}"),
    };
    let says = format!("{} are free; {} are enough {what}", bytes(free), bytes(need));
    if free >= need {
        return Check::pass("disk", says);
    }
    Check::fail(
        "disk",
        says,
        "Make room on the disk of the work folder, or move the folder to a larger one.",
    )
}

/// Returns a number of bytes in its largest unit.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn half_a_minute_is_odd_and_five_are_wrong() {
        let mark = |off| clock(Some(off)).outcome;
        assert_eq!([0, 30, -30].map(mark), [Mark::Pass; 3]);
        assert_eq!([31, -31, 300].map(mark), [Mark::Warn; 3]);
        assert_eq!([301, -301].map(mark), [Mark::Fail; 2]);
        assert_eq!(clock(None).outcome, Mark::Fail);
        assert!(clock(Some(1200)).says.ends_with("20 min behind Google's"));
        assert!(clock(Some(-90)).says.contains("90 s ahead of Google's"));
    }

    #[test]
    fn days_left_are_worth_a_word_from_the_fourteenth_on() {
        let space = |days: i64| OpenSpace {
            name: format!("s{days}"),
            expires: Some(days * DAY + 1),
            gone: false,
        };
        let mark = |days: &[i64]| {
            let spaces: Vec<_> = days.iter().map(|days| space(*days)).collect();
            open_spaces(&spaces, 0)
        };
        assert_eq!(mark(&[]).outcome, Mark::Skipped);
        assert_eq!(mark(&[80, 14]).outcome, Mark::Pass);
        assert_eq!(mark(&[80, 13, 5]).list, ["s5: 5 days", "s13: 13 days"]);
        assert_eq!(mark(&[80, 13]).outcome, Mark::Warn);
        assert_eq!(mark(&[80, -1]).outcome, Mark::Fail);
        assert_eq!(mark(&[0; 12]).list.len(), NAMED + 1);
        let gone = OpenSpace { gone: true, ..space(80) };
        assert_eq!(open_spaces(&[gone], 0).outcome, Mark::Fail);
    }

    #[test]
    fn a_disk_must_have_room_for_what_is_owed() {
        assert_eq!(disk(Some(BASE), Err("")).outcome, Mark::Pass);
        assert_eq!(disk(Some(BASE), Ok(1)).outcome, Mark::Fail);
        assert_eq!(disk(Some(BASE + 1000 * CALL), Ok(1000)).outcome, Mark::Pass);
        assert_eq!(disk(None, Ok(1)).outcome, Mark::Skipped);
        assert_eq!([bytes(300 << 20), bytes(3 << 30)], ["300 MiB", "3.0 GiB"]);
    }

    #[test]
    fn one_request_to_slow_down_is_worth_a_word() {
        assert_eq!(quotas(Some(Quotas::google()), 0).outcome, Mark::Pass);
        assert_eq!(quotas(None, 1).outcome, Mark::Warn);
    }
}
