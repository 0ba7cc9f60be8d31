//! Everything that did not cross, in full: `status --losses`. And the loss account of a ledger.

use super::safe::display_short;
use super::words::count;
use crate::convert::{Alike, Loss, LossAccount, Losses, Weights};
use crate::ledger::{Account, Named};

/// Lists every loss, everything left out and everything lost at source; then where.
pub fn losses(account: &Account) -> String {
    let sums = loss_account(account);
    let sections = [
        ("What did not survive", &account.losses),
        ("Left out", &account.skipped),
        ("Lost in Slack already", &account.lost),
    ];
    let mut lines = Vec::new();
    for (place, (title, all)) in sections.into_iter().enumerate() {
        lines.push(format!("{title}:"));
        if all.is_empty() {
            lines.push("          - nothing".to_owned());
        }
        for one in all {
            lines.push(named_line(one, 200));
            lines.extend(example(&sums, one).filter(|_| place == 0));
        }
    }
    lines.extend(by_conversation(&sums));
    lines.join("\n") + "\n"
}

/// Says in which messages a loss is found, by id.
fn example(sums: &LossAccount, one: &Named) -> Option<String> {
    let kind = sums.kinds.get(&one.code.parse::<Loss>().ok()?)?;
    let examples: Vec<String> = kind.examples().collect();
    Some(display_short(&format!("{:11} such as {}", "", examples.join(", ")), 200))
}

/// Messages by the heaviest of what they lose, conversation by conversation.
pub(super) fn by_conversation(sums: &LossAccount) -> Vec<String> {
    if sums.conversations.is_empty() {
        return Vec::new();
    }
    let row = |messages: Weights, name: &str| {
        let Weights { none, cosmetic, content, whole } = messages;
        let cells = [none, cosmetic, content, whole].map(|number| format!("{:>9}", count(number)));
        format!("{}  {}", cells.join(" "), display_short(name, 60))
    };
    let mut lines = vec![String::from("Messages by the heaviest of what they lose:")];
    lines.push(String::from("  nothing  cosmetic   content     whole  conversation"));
    let named = |(id, one): (&crate::ids::ConversationId, &crate::convert::ConversationSum)| {
        row(one.messages, &format!("{} ({id})", one.name))
    };
    lines.extend(sums.conversations.iter().map(named));
    lines.push(row(sums.messages, "all"));
    lines
}

/// Returns the sums of what a ledger holds.
pub fn loss_account(account: &Account) -> LossAccount {
    let mut sums = LossAccount::default();
    for group in &account.loss_groups {
        // A code that only a newer version knows is in the report's own list all the same.
        let known = group.losses.split(',').filter_map(|one| one.parse::<Losses>().ok());
        let mut losses = Losses::default();
        for (loss, count) in known.flat_map(|one| one.iter().collect::<Vec<_>>()) {
            losses.add_many(loss, count);
        }
        sums.add(Alike {
            conversation: &group.conversation,
            name: &group.name,
            losses: &losses,
            items: group.items,
            first: group.first,
        });
    }
    sums
}

/// One count with its plain words, its code and its weight.
pub(super) fn named_line(one: &Named, cols: usize) -> String {
    let code = display_short(&one.code, 32);
    let weight = one.code.parse::<Loss>().ok().map(|loss| format!(", {}", loss.weight().word()));
    let code = code + &weight.unwrap_or_default();
    let text = display_short(&one.text, cols.saturating_sub(code.len() + 16));
    display_short(&format!("{:>11} {text} ({code})", count(one.count)), cols)
}
