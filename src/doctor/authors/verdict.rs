//! What it means that some authors can't be used: by why, and by how many they are.

use crate::doctor::Check;

/// Why an account can't be used, by what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// The delegation covers others, and not this one.
    Uncovered,
    /// Suspended, archived, deleted, or not there.
    Gone,
    /// Chat is off for it.
    ChatOff,
    /// Chat refuses it, for no reason that is known.
    Refused,
}

impl Cause {
    const fn todo(self) -> &'static str {
        match self {
            Self::Uncovered => {
                "A delegation covers the accounts of one organisation: is the domain another one's? Grant the same client ID the \
                 same scopes there, or give these people accounts of yours in the workbook (chatferry people export)."
            }
            Self::Gone => {
                "Restore or make these accounts before `chatferry run`, else the admin posts for them with the name in front, and \
                 their reactions are left out. An account that was made a short while ago may need some hours."
            }
            Self::ChatOff => {
                "Turn Chat on for them: Admin console, Apps, Google Workspace, Google Chat, by organisational unit."
            }
            Self::Refused => {
                "After a change in the Admin console, and after a new delegation, up to 24 hours may pass: run doctor again."
            }
        }
    }
}

/// Somebody who can't be used.
#[derive(Debug)]
pub(super) struct Ill {
    pub(super) cause: Cause,
    /// Who, why, and what is owed.
    pub(super) line: String,
}

/// From this share on nobody should begin: one of so many.
const SHARE: usize = 2;

/// Judges: `asked` of `all` were asked.
pub(super) fn verdict(all: usize, asked: usize, ill: Vec<Ill>, unclear: Vec<String>) -> Check {
    let how = match all - asked {
        0 => String::new(),
        known => format!("; {known} of them were found so within the last day"),
    };
    let of = if all == 1 { "account" } else { "accounts" };
    if ill.is_empty() && unclear.is_empty() {
        return Check::pass("authors", format!("{all} {of} can be impersonated{how}"));
    }
    let says = match (ill.len(), unclear.len()) {
        (some, 0) => format!("{some} of {all} {of} can't be used"),
        (0, some) => format!("{some} of {all} {of} gave no clear answer"),
        (some, odd) => format!("{some} of {all} {of} can't be used, {odd} gave no clear answer"),
    };
    let mut causes: Vec<Cause> = ill.iter().map(|one| one.cause).collect();
    causes.sort_unstable();
    causes.dedup();
    let todo: Vec<&str> = causes.iter().map(|cause| cause.todo()).collect();
    let todo = match todo.as_slice() {
        [] => "Run doctor again in some minutes; those who are well are not asked for again."
            .to_owned(),
        some => some.join(" "),
    };
    let fails = causes.contains(&Cause::Uncovered) || ill.len() * SHARE >= all && !ill.is_empty();
    let list = ill.into_iter().map(|one| one.line).chain(unclear).collect();
    let check = if fails { Check::fail } else { Check::warn };
    check("authors", says, &todo).naming(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    fn of(all: usize, causes: &[Cause]) -> Check {
        let ill = causes.iter().map(|cause| Ill { cause: *cause, line: String::new() });
        verdict(all, all, ill.collect(), Vec::new())
    }

    #[test]
    fn half_of_the_authors_or_one_whom_no_delegation_covers_are_too_many_to_begin() {
        assert_eq!(of(4, &[]).outcome, Mark::Pass);
        assert_eq!(of(4, &[Cause::Gone]).outcome, Mark::Warn);
        assert_eq!(of(4, &[Cause::Gone, Cause::ChatOff]).outcome, Mark::Fail);
        assert_eq!(of(100, &[Cause::Uncovered]).outcome, Mark::Fail);
        assert_eq!(verdict(1, 1, Vec::new(), vec![String::new()]).outcome, Mark::Warn);
    }

    #[test]
    fn what_to_do_is_said_for_each_cause_once() {
        let todo = of(9, &[Cause::ChatOff, Cause::Gone, Cause::ChatOff]).todo;
        assert_eq!(todo.matches("Turn Chat on").count(), 1, "{todo}");
        assert!(todo.starts_with("Restore or make") && !todo.contains("delegation"), "{todo}");
    }
}
