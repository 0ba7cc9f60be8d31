//! What undoing would do, did, and left, in words and for machines.

use crate::cli::safe::display_column;
use crate::cli::words::{count, counted, wrap};
use crate::cli::{display_safe, display_short, json_line};
use crate::ids::ConversationId;
use crate::send::{Ahead, Doomed, Undone};
use serde_json::{Value, json as object};

/// How many spaces are listed.
const ROWS: usize = 20;
/// How many names stand in a sentence.
const NAMES: usize = 5;
/// The room for a name.
const NAME: usize = 34;
const COLS: usize = 80;

/// What there is to tell of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    /// The migration's name.
    pub(super) name: &'a str,
    pub(super) ahead: &'a Ahead,
    /// Custom emoji that stay.
    pub(super) emoji: u64,
}

impl Words<'_> {
    /// Says what would be deleted, and what would not.
    pub(super) fn ahead(&self) -> String {
        let doomed = &self.ahead.doomed;
        let name = display_safe(self.name);
        let mut lines = Vec::new();
        if doomed.is_empty() {
            lines.push(format!("There is nothing to undo: {name} has no space in import mode."));
        } else {
            lines.push(format!("To be deleted of {name}, with all that is in them:"));
            lines.push(String::new());
            let head = display_column("conversation", NAME);
            lines.push(format!("  {head}  {:>9}  space", "messages"));
            lines.extend(doomed.iter().take(ROWS).map(row));
            lines.extend(more(doomed.len(), ROWS).map(|more| format!("  {more}")));
            lines.push(String::new());
            let messages = doomed.iter().map(|one| one.messages).sum();
            lines.extend(wrap(&format!(
                "{} with {}, in import mode: nobody but this migration has seen them. The export still has it all.",
                counted(doomed.len() as u64, "space", "spaces"),
                counted(messages, "message", "messages"),
            ), COLS, ""));
        }
        lines.extend(self.remains(&Undone::default()));
        lines.join("\n") + "\n"
    }

    /// Says what was deleted, and what remains.
    pub(super) fn done(&self, undone: &Undone) -> String {
        let mut lines = vec![deleted(undone)];
        lines.extend(self.remains(undone));
        lines.join("\n") + "\n\n"
    }

    /// Returns the first line of the report.
    pub(super) fn first_line(&self, undone: &Undone) -> String {
        let open = self.ahead.open.len() + undone.open.len();
        let open = match open as u64 {
            0 => String::new(),
            open => format!(
                " {} open to people.",
                counted(open, "conversation stays", "conversations stay")
            ),
        };
        format!("{}{open}", deleted(undone))
    }

    /// Says what is there still, and what can be done about it.
    fn remains(&self, undone: &Undone) -> Vec<String> {
        let mut said = Vec::new();
        let open = self.ahead.open.iter().map(String::as_str);
        let open: Vec<&str> = open.chain(undone.open.iter().map(|one| one.name.as_str())).collect();
        said.extend(sentence(
            &open,
            "Open to people, and not touched",
            "only their owners can delete them, in Chat",
        ));
        for (one, why) in undone.refused.iter().take(NAMES) {
            let name = display_short(&one.name, NAME);
            said.push(format!(
                "Not deleted: {name} ({}): {}. Google deletes it by itself within 90 days of its making.",
                display_safe(&one.space),
                display_short(why, 120)
            ));
        }
        said.extend(more(undone.refused.len(), NAMES).map(|more| format!("Not deleted: {more}.")));
        let unclear: Vec<&str> = undone.unclear.iter().map(|one| one.name.as_str()).collect();
        said.extend(sentence(
            &unclear,
            "No clear answer",
            "the same command tries again; where completion was begun, `chatferry complete` looks",
        ));
        let left: Vec<&str> = undone.left.iter().map(|one| one.name.as_str()).collect();
        said.extend(sentence(&left, "Not yet deleted", "the same command goes on"));
        let nameless: Vec<&str> = self.ahead.nameless.iter().map(String::as_str).collect();
        said.extend(sentence(
            &nameless,
            "Asked for, and never named",
            "`chatferry run` finds the space by the id that made it, then undo again",
        ));
        let unknown: Vec<&str> = self.ahead.unknown.iter().map(ConversationId::as_str).collect();
        said.extend(sentence(
            &unknown,
            "Perhaps left behind, under a name that nobody knows",
            "hidden, never completed, and deleted by Google within 90 days",
        ));
        if self.ahead.foreign > 0 {
            let foreign = counted(self.ahead.foreign, "space", "spaces");
            said.push(format!("spaces.jsonl names {foreign} of conversations that this ledger does not know: not touched. `chatferry ledger rebuild` with every export makes them known."));
        }
        if self.emoji > 0 {
            let emoji = counted(self.emoji, "custom emoji stays", "custom emoji stay");
            said.push(format!(
                "{emoji} in Chat; whoever may manage custom emoji can delete them there."
            ));
        }
        said.iter().flat_map(|said| wrap(said, COLS, "  ")).collect()
    }

    /// Returns all of it as one line; before anything is done, without `undone`.
    pub(super) fn json(&self, undone: Option<&Undone>) -> String {
        let all = |list: &[Doomed]| list.iter().map(space).collect::<Vec<_>>();
        let mut value = object!({
            "event": "undo",
            "migration": self.name,
            "done": undone.is_some(),
            "to_delete": all(&self.ahead.doomed),
            "open": self.ahead.open,
            "nameless": self.ahead.nameless,
            "unknown": self.ahead.unknown.iter().map(ConversationId::as_str).collect::<Vec<_>>(),
            "foreign": self.ahead.foreign,
            "custom_emoji": self.emoji,
        });
        if let Some(undone) = undone {
            value["deleted"] = all(&undone.deleted).into();
            value["open_after_all"] = all(&undone.open).into();
            let refused = |(one, why): &(Doomed, String)| {
                let mut value = space(one);
                value["why"] = why.as_str().into();
                value
            };
            value["refused"] = undone.refused.iter().map(refused).collect::<Vec<_>>().into();
            value["unclear"] = all(&undone.unclear).into();
            value["not_tried"] = all(&undone.left).into();
        }
        json_line(&value)
    }
}

fn deleted(undone: &Undone) -> String {
    let messages = undone.deleted.iter().map(|one| one.messages).sum();
    format!(
        "Deleted: {} with {}.",
        counted(undone.deleted.len() as u64, "space", "spaces"),
        counted(messages, "message", "messages")
    )
}

fn row(one: &Doomed) -> String {
    let (name, space) = (display_column(&one.name, NAME), display_safe(&one.space));
    let messages = if one.lane.is_some() { count(one.messages) } else { "-".to_owned() };
    let left = if one.lane.is_some() { "" } else { ", left behind before" };
    let begun = if one.begun { ", may be open: looked at before" } else { "" };
    format!("  {name}  {messages:>9}  {space}{left}{begun}")
}

fn space(one: &Doomed) -> Value {
    object!({
        "conversation": one.conversation.as_str(),
        "name": one.name,
        "space": one.space,
        "messages": one.messages,
        "left_behind": one.lane.is_none(),
    })
}

/// `What: a, b and 3 more; what to do.`
fn sentence(names: &[&str], what: &str, so: &str) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let shown: Vec<String> =
        names.iter().take(NAMES).map(|name| display_short(name, NAME)).collect();
    let more = more(names.len(), NAMES).map(|more| format!(" {more}")).unwrap_or_default();
    Some(format!("{what}: {}{more}; {so}.", shown.join(", ")))
}

fn more(all: usize, shown: usize) -> Option<String> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(format!("and {} more", count(more as u64)))
}
