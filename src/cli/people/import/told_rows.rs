//! What an import says: wrong rows, changes, and what stays as it began.

use super::stay::{Named, Stay};
use crate::cli::people::NOBODY;
use crate::cli::words::{counted, wrap};
use crate::cli::{display_safe, display_short};
use crate::ids::SlackUserId;
use crate::ledger::Choice;

/// How many changes and wrong rows are told one by one.
const TOLD: usize = 20;
const COLS: usize = 80;

/// One row that says something new.
pub(super) struct Change {
    pub(super) line: u64,
    pub(super) id: SlackUserId,
    pub(super) name: String,
    pub(super) before: Choice,
    pub(super) after: Choice,
}

/// What the rows say.
#[derive(Default)]
pub(super) struct ToldRows {
    pub(super) rows: u64,
    pub(super) changes: Vec<Change>,
    /// Line, and what is wrong with it and what to do.
    pub(super) wrong: Vec<(u64, String)>,
    /// Line, and what is odd about it, though it is taken over.
    pub(super) odd: Vec<(u64, String)>,
}

impl ToldRows {
    pub(super) fn text(&self, taken: bool, stay: &Stay, again: &dyn Fn(&str) -> String) -> String {
        let mut lines = Vec::new();
        for (line, why) in self.wrong.iter().take(TOLD) {
            lines.extend(wrap(&format!("line {line}: {}", display_safe(why)), COLS, "    "));
        }
        lines.extend(more(self.wrong.len(), "wrong row", "wrong rows"));
        if !taken {
            return lines.join("\n") + "\n";
        }
        let rows = counted(self.rows, "row", "rows");
        lines.push(match self.changes.len() {
            0 => format!("{rows}, nothing new."),
            some => format!("{rows}, {}:", counted(some as u64, "change", "changes")),
        });
        for change in self.changes.iter().take(TOLD) {
            lines.extend(wrap(&format!("  {}", change.text()), COLS, "    "));
        }
        lines.extend(more(self.changes.len(), "change", "changes"));
        for (line, why) in self.odd.iter().take(TOLD) {
            let warning = format!("warning: line {line}: {}", display_safe(why));
            lines.extend(wrap(&warning, COLS, "    "));
        }
        lines.extend(more(self.odd.len(), "warning", "warnings"));
        if !self.changes.is_empty() {
            lines.extend(stay.lines(again));
            lines.push(stay.next(again));
        }
        lines.join("\n") + "\n"
    }

    pub(super) fn json(&self, taken: bool, stay: &Stay) -> serde_json::Value {
        let changes: Vec<_> = self.changes.iter().map(Change::json).collect();
        let told = |(line, why): &(u64, String)| serde_json::json!({"line": line, "why": why});
        let wrong: Vec<_> = self.wrong.iter().map(told).collect();
        let odd: Vec<_> = self.odd.iter().map(told).collect();
        serde_json::json!({
            "event": "people_imported",
            "rows": self.rows,
            "taken_over": taken,
            "changes": changes,
            "wrong": wrong,
            "warnings": odd,
            "begun": stay.json(),
        })
    }
}

/// Lists spaces with the people that are meant, as many as a screen bears.
pub(super) fn spaces(named: &Named) -> Vec<String> {
    let mut lines = Vec::new();
    for (space, people) in named.iter().take(TOLD) {
        let people: Vec<String> =
            people.iter().take(TOLD).map(|name| display_short(name, 30)).collect();
        let line = format!("  {} ({})", display_short(space, 40), people.join(", "));
        lines.extend(wrap(&line, COLS, "    "));
    }
    lines.extend(more(named.len(), "conversation", "conversations"));
    lines
}

fn more(all: usize, one: &str, many: &str) -> Option<String> {
    let more = all.saturating_sub(TOLD) as u64;
    (more > 0).then(|| {
        format!(
            "  and {}; --json tells all",
            counted(more, &format!("more {one}"), &format!("more {many}"))
        )
    })
}

impl Change {
    fn text(&self) -> String {
        let Self { line, id, name, before, after } = self;
        let account = |choice: &Choice| match choice.account.as_deref() {
            None => "as matched".to_owned(),
            Some("") => NOBODY.to_owned(),
            Some(account) => display_safe(account),
        };
        let policy = |choice: &Choice| {
            choice.policy.as_deref().map_or_else(|| "as its class".to_owned(), display_safe)
        };
        let mut what = Vec::new();
        if before.account != after.account {
            what.push(format!("account {}, was {}", account(after), account(before)));
        }
        if before.policy != after.policy {
            what.push(format!("policy {}, was {}", policy(after), policy(before)));
        }
        let id = id.as_str();
        let who = match name.as_str() {
            name if name == id => id.to_owned(),
            name => format!("{} ({id})", display_short(name, 40)),
        };
        format!("line {line}: {who}: {}", what.join("; "))
    }

    fn json(&self) -> serde_json::Value {
        let side = |choice: &Choice| serde_json::json!({"account": choice.account, "policy": choice.policy});
        serde_json::json!({
            "line": self.line,
            "slack_id": self.id.as_str(),
            "name": self.name,
            "before": side(&self.before),
            "after": side(&self.after),
        })
    }
}
