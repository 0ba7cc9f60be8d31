//! Everything that did not cross, in full: `status --losses`.

use super::safe::display_short;
use super::words::count;
use crate::ledger::{Account, Named};

/// Lists every loss, everything left out and everything lost at source.
pub fn losses(account: &Account) -> String {
    let sections = [
        ("What did not survive", &account.losses),
        ("Left out", &account.skipped),
        ("Lost in Slack already", &account.lost),
    ];
    let mut lines = Vec::new();
    for (title, all) in sections {
        lines.push(format!("{title}:"));
        if all.is_empty() {
            lines.push("          - nothing".to_owned());
        }
        lines.extend(all.iter().map(|one| named_line(one, 200)));
    }
    lines.join("\n") + "\n"
}

/// One count with its plain words and its code.
pub(super) fn named_line(one: &Named, cols: usize) -> String {
    let code = display_short(&one.code, 32);
    let text = display_short(&one.text, cols.saturating_sub(code.len() + 16));
    display_short(&format!("{:>11} {text} ({code})", count(one.count)), cols)
}
