//! Exit codes: a documented promise, the same table as in `docs/operations.md`.

use crate::ledger::{Account, ItemKind, Tally};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// All that was asked for is done.
    Done,
    /// Something that should not happen.
    Unexpected,
    /// The command line is wrong.
    Usage,
    /// Finished, but some calls are stuck.
    Wedged,
    /// The input or the settings are refused.
    Refused,
    /// Stopped by the user; resumable.
    Stopped,
    /// Google refuses the credentials or the delegation.
    Google,
    /// Reading back found differences.
    Differences,
    /// Another process holds the work folder.
    Held,
    /// Something is still owed.
    Unfinished,
    /// A space has too little left of its time in import mode to be completed.
    Late,
    /// A check of `doctor` failed.
    Unfit,
    /// Too many calls failed for good, by the admin's own rule; resumable.
    TooMany,
}

impl Exit {
    /// Every code, in order, with what it means.
    pub const TABLE: [(Self, &str); 13] = [
        (Self::Done, "done: nothing is missing, nothing is stuck"),
        (Self::Unexpected, "unexpected: a bug or a broken machine; the log says more"),
        (Self::Usage, "the command line is wrong"),
        (
            Self::Wedged,
            "finished, but some calls are stuck, or notices stand for messages: see the report and `chatferry retry`",
        ),
        (Self::Refused, "the export, the work folder or the settings are refused"),
        (Self::Stopped, "stopped by the user, or after `--max-duration`; the same command goes on"),
        (Self::Google, "Google refuses the key, the delegation or the app"),
        (Self::Differences, "`verify` found spaces that differ from the plan"),
        (Self::Held, "another process holds the work folder"),
        (Self::Unfinished, "something is still owed; the same command goes on"),
        (
            Self::Late,
            "too late for a space: less than 30 minutes of its 90 days are left, so it was not completed",
        ),
        (Self::Unfit, "`doctor` found something that a run would fail at"),
        (
            Self::TooMany,
            "stopped by `--max-errors`: too many calls failed for good; see the report",
        ),
    ];

    /// Returns the process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unexpected => 1,
            Self::Usage => 2,
            Self::Wedged => 3,
            Self::Refused => 4,
            Self::Stopped => 5,
            Self::Google => 6,
            Self::Differences => 7,
            Self::Held => 8,
            Self::Unfinished => 9,
            Self::Late => 10,
            Self::Unfit => 11,
            Self::TooMany => 12,
        }
    }

    /// Judges an account after a command: a run with a hole can't end like a success, and neither
    /// can one without a single message.
    pub fn after(command: &str, account: &Account) -> Self {
        let messages = account.items.get(&ItemKind::Message).map_or(0, Tally::total);
        let any = |hole: fn(&Tally) -> u64| account.items.values().any(|tally| hole(tally) > 0);
        let owes =
            |(kind, tally): (&ItemKind, &Tally)| tally.owed > 0 && owed_is_a_hole(command, *kind);
        if messages == 0 {
            Self::Refused
        } else if account.verified.0 < account.verified.1 {
            Self::Differences
        } else if any(|tally| tally.wedged)
            || !account.wedged.is_empty()
            || !account.gone.is_empty()
            || account.notices > 0
        {
            Self::Wedged
        } else if account.items.iter().any(owes) || unfinished_lanes(command, account) > 0 {
            Self::Unfinished
        } else {
            Self::Done
        }
    }
}

/// Counts conversations that are not as far as a command should have brought them.
pub(super) fn unfinished_lanes(command: &str, account: &Account) -> u64 {
    let far_enough = |state: &str| match command {
        "plan" | "ledger" | "undo" => true,
        "run" | "verify" => !matches!(state, "planned" | "staged" | "open" | "gone"),
        _ => state == "present",
    };
    account.lanes.iter().filter(|(state, _)| !far_enough(state)).map(|(_, lanes)| lanes).sum()
}

/// Tells whether a command should have paid what is owed of a kind: a plan pays nothing, and
/// members come with completion.
pub(super) fn owed_is_a_hole(command: &str, kind: ItemKind) -> bool {
    match command {
        "plan" | "ledger" | "undo" => false,
        "run" | "verify" => kind != ItemKind::Membership,
        _ => true,
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::ItemState;

    fn account(state: ItemState) -> Account {
        let mut tally = Tally::default();
        tally.add(ItemState::Sent, 5);
        tally.add(state, 1);
        Account {
            items: [(ItemKind::Message, tally)].into(),
            verified: (1, 1),
            ..Account::default()
        }
    }

    #[test]
    fn the_table_is_in_order_and_whole() {
        for (number, (exit, _)) in Exit::TABLE.iter().enumerate() {
            assert_eq!(usize::from(exit.code()), number);
        }
    }

    #[test]
    fn a9_no_message_at_all_is_a_failure() {
        assert_eq!(Exit::after("run", &Account::default()), Exit::Refused);
    }

    #[test]
    fn b12_holes_never_end_as_done() {
        let after = |account: &Account| Exit::after("run", account);
        assert_eq!(after(&account(ItemState::Lost)), Exit::Done);
        assert_eq!(after(&account(ItemState::Owed)), Exit::Unfinished);
        assert_eq!(after(&account(ItemState::Wedged)), Exit::Wedged);
        let unlike = Account { verified: (0, 1), ..account(ItemState::Sent) };
        assert_eq!(after(&unlike), Exit::Differences);
    }

    #[test]
    fn members_are_owed_until_completion_and_no_hole_before() {
        let mut account = account(ItemState::Sent);
        account.items.insert(ItemKind::Membership, Tally { owed: 3, ..Tally::default() });
        assert_eq!(Exit::after("plan", &account), Exit::Done);
        assert_eq!(Exit::after("run", &account), Exit::Done);
        assert_eq!(Exit::after("complete", &account), Exit::Unfinished);
        assert_eq!(Exit::after("rehearse", &account), Exit::Unfinished);
    }
}
