//! What a retry would do, and did, on one screen or as one line of JSON.

mod list;

use self::list::{HEADINGS, indented, listed, more, who};
use super::PeopleRetryArgs;
use super::act::Came;
use super::prospect::{Prospect, Way, adds};
use crate::cli::bound::lower_bound;
use crate::cli::session::{Session, again};
use crate::cli::words::{count, counted, shell, span, wrap};
use crate::cli::{display_safe, display_short, json_line};
use crate::event::Calls;
use crate::ledger::Lane;
use crate::plan::Late;
use crate::send::Doomed;
use serde_json::{Value, json as object};

/// How many people, and how many conversations of each kind, are told one by one.
const TOLD: usize = 20;
const NAME: usize = 34;
const COLS: usize = 80;

/// What there is to tell of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a, 's> {
    pub(super) prospect: &'a Prospect,
    pub(super) session: &'a Session<'s>,
    pub(super) args: &'a PeopleRetryArgs,
}

impl Words<'_, '_> {
    /// Says what would be done.
    pub(super) fn ahead(&self) -> String {
        if self.session.json() {
            return json_line(&self.json(None)) + "\n";
        }
        if self.prospect.all.is_empty() {
            return "Nobody has an account that their conversations were not planned with.\n"
                .to_owned();
        }
        let mut lines = self.people();
        for (way, heading) in HEADINGS {
            let late: Vec<&Late> = self.prospect.going(*way).collect();
            lines.extend(listed(*way, heading, &late));
        }
        lines.extend(self.sums());
        lines.join("\n") + "\n"
    }

    /// Says what was done.
    pub(super) fn done(&self, came: &Came) -> String {
        if self.session.json() {
            return json_line(&self.json(Some(came))) + "\n";
        }
        let mut lines = Vec::new();
        let joined = came.joined.0 + came.joined.1;
        if joined > 0 {
            let joined = counted(joined, "membership is owed", "memberships are owed");
            lines.push(format!("{joined} now."));
        }
        lines.extend(deleted(came));
        if came.planned > 0 {
            let planned = counted(came.planned, "conversation is", "conversations are");
            lines.push(format!("{planned} planned anew."));
        }
        if came.stopped {
            lines.push(
                "Stopped. What is done is written down; the same command goes on.".to_owned(),
            );
        }
        let common = self.session.common();
        if came.joined.0 + came.planned > 0 {
            lines.push(format!(
                "Next: {}, then verify and complete, as always",
                again(common, "run")
            ));
        }
        if came.joined.1 > 0 {
            lines.push(format!("Next: {} adds members to open spaces", again(common, "complete")));
        }
        lines.join("\n") + "\n"
    }

    /// Returns this command as it is typed, with more flags.
    pub(super) fn command(&self, flags: &str) -> String {
        let rebuild = match &self.args.rebuild {
            None => String::new(),
            Some(patterns) => {
                let patterns = patterns.iter().map(|pattern| format!(" {}", shell(pattern)));
                format!(" --rebuild{}", patterns.collect::<String>())
            }
        };
        again(self.session.common(), &format!("people retry{rebuild} {flags}"))
    }

    fn people(&self) -> Vec<String> {
        let people = self.prospect.people();
        let mut lines = vec![
            "These have an account that their conversations were not planned with:".to_owned(),
        ];
        for one in people.values().take(TOLD) {
            let (name, account) = (who(one), display_safe(one.account.as_str()));
            let line = format!("{name}: {account} ({})", one.how.text());
            lines.extend(wrap(&line, COLS - 2, "  ").into_iter().map(indented));
        }
        lines.extend(more(people.len(), TOLD));
        lines
    }

    fn sums(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        let rebuilt: Vec<Lane> =
            self.prospect.going(Way::Rebuild).map(|late| late.lane.clone()).collect();
        if !rebuilt.is_empty() {
            let (messages, calls, time) = costs(&rebuilt);
            let text = format!(
                "To be sent again: {} in {}: {}, which take {} at least. The export still has it all.",
                counted(messages, "message", "messages"),
                counted(rebuilt.len() as u64, "space", "spaces"),
                counted(calls, "call", "calls"),
                span(time)
            );
            lines.extend(wrap(&text, COLS, ""));
        }
        let others: Vec<&Late> =
            self.prospect.going(Way::Members).filter(|late| late.posts() > 0).collect();
        if !others.is_empty() {
            let messages = others.iter().map(|late| late.posts()).sum();
            let lanes: Vec<Lane> = others.iter().map(|late| late.lane.clone()).collect();
            let text = format!(
                "{} can still get the author's own name: --rebuild deletes {} in import mode and sends {} again, which takes {} at least.",
                counted(messages, "message", "messages"),
                counted(lanes.len() as u64, "space", "spaces"),
                count(costs(&lanes).0),
                span(costs(&lanes).2)
            );
            lines.extend(wrap(&text, COLS, ""));
        }
        if self.args.dry_run && self.prospect.wants_yes() {
            let yes = self.command(&format!("--yes {}", self.prospect.hash()));
            lines.push(format!("To say yes to exactly this, for scripts: {yes}"));
        }
        if lines.len() == 1 { Vec::new() } else { lines }
    }

    fn json(&self, came: Option<&Came>) -> Value {
        let people = self.prospect.people();
        let people = people.values().map(|one| {
            object!({
                "slack_id": one.slack.as_str(),
                "name": one.name,
                "account": one.account.as_str(),
                "matched_by": one.how.code(),
            })
        });
        let mut value = object!({
            "event": "people_retry",
            "done": came.is_some(),
            "hash": self.prospect.hash(),
            "people": people.collect::<Vec<_>>(),
            "conversations": self.prospect.all.iter().map(conversation).collect::<Vec<_>>(),
        });
        if let Some(came) = came {
            let names =
                |list: &[Doomed]| list.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
            let refused: Vec<Doomed> =
                came.undone.refused.iter().map(|(one, _)| one.clone()).collect();
            value["memberships_owed"] = object!(came.joined.0 + came.joined.1);
            value["deleted"] = object!(names(&came.undone.deleted));
            value["not_deleted"] = object!(
                [names(&refused), names(&came.undone.unclear), names(&came.undone.left)].concat()
            );
            value["open"] = object!(names(&came.undone.open));
            value["planned_anew"] = object!(came.planned);
        }
        value
    }
}

/// Returns what sending lanes again comes to: messages, calls, and the least time.
fn costs(lanes: &[Lane]) -> (u64, u64, std::time::Duration) {
    let messages = lanes.iter().map(|lane| lane.planned.posts).sum();
    let all = |Calls { posts, reactions, others }: Calls| posts + reactions + others;
    // And the call that deletes.
    let calls = lanes.iter().map(|lane| all(lane.planned) + 1).sum();
    (messages, calls, lower_bound(lanes).total)
}

fn conversation((way, late): &(Way, Late)) -> Value {
    let people = late.people.iter().map(|one| {
        object!({
            "slack_id": one.slack.as_str(),
            "name": one.name,
            "added": matches!(way, Way::Members | Way::Open) && adds(one, *way),
            "takes_charge": late.heir.as_ref() == Some(&one.slack),
            "messages": one.posts,
            "reactions": one.reactions,
        })
    });
    let lane = &late.lane;
    let (messages, calls, time) = costs(std::slice::from_ref(lane));
    object!({
        "conversation": lane.slack.as_str(),
        "name": lane.name,
        "way": way.code(),
        "space": lane.space,
        "people": people.collect::<Vec<_>>(),
        "sends_again": (*way == Way::Rebuild).then(|| object!({
            "messages": messages, "calls": calls, "seconds": time.as_secs(),
        })),
    })
}

fn deleted(came: &Came) -> Vec<String> {
    let undone = &came.undone;
    let mut lines = Vec::new();
    if !undone.deleted.is_empty() {
        let messages = undone.deleted.iter().map(|one| one.messages).sum();
        lines.push(format!(
            "Deleted: {} with {}.",
            counted(undone.deleted.len() as u64, "space", "spaces"),
            counted(messages, "message", "messages")
        ));
    }
    let refused = undone.refused.iter().map(|(one, why)| (one, display_short(why, 120)));
    let unclear = undone.unclear.iter().map(|one| (one, "no clear answer".to_owned()));
    let open = undone.open.iter().map(|one| (one, "it is open to people".to_owned()));
    for (one, why) in refused.chain(unclear).chain(open).take(TOLD) {
        let line = format!("Not deleted: {}: {why}.", display_short(&one.name, NAME));
        lines.extend(wrap(&line, COLS, "  "));
    }
    lines
}
