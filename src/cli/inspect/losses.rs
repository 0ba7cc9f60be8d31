//! What of an export would change or be lost, as tables.

use super::show::{COLUMNS, grid, grouped};
use crate::cli::safe::display_short;
use crate::cli::words::{speaks, wrap};
use crate::convert::{LossAccount, Weights};
use crate::plan::Sums;

/// How many conversations have a row.
const ROWS: usize = 20;

/// Returns the tables: losses by weight and kind with an example each, then by conversation, what
/// is left out, and what they assume.
pub(super) fn text(sums: &Sums, assumed: &str) -> String {
    if sums.sent.messages.total() == 0 {
        return String::new();
    }
    let mut text = format!("\n{}", kinds(&sums.sent));
    text.push('\n');
    text.push_str(&conversations(&sums.sent));
    let left_out: Vec<Vec<String>> = sums
        .left_out
        .iter()
        .map(|(code, count)| vec![(*code).to_owned(), grouped(*count)])
        .collect();
    if !left_out.is_empty() {
        text.push('\n');
        text.push_str(&grid(&["left out by rule", "messages"], left_out.into_iter()));
    }
    let unmatched: Vec<Vec<String>> = sums
        .unmatched
        .iter()
        .map(|one| {
            let class = one.class.clone();
            vec![class, display_short(speaks(&one.speaker), 40), grouped(one.messages)]
        })
        .collect();
    if !unmatched.is_empty() {
        text.push('\n');
        text.push_str(&grid(
            &["authors without an account", "posted by", "messages"],
            unmatched.into_iter(),
        ));
    }
    format!("{text}\n{}\n", wrap(assumed, usize::from(COLUMNS), "").join("\n"))
}

fn kinds(sums: &LossAccount) -> String {
    let rows = sums.heaviest().into_iter().map(|(loss, kind)| {
        let example = kind.examples().next().unwrap_or_default();
        let text = format!(
            "{} × in {}, {}, for example {}",
            grouped(kind.count),
            grouped(kind.items),
            loss.weight().word(),
            display_short(&example, 60)
        );
        vec![loss.code().to_owned(), text]
    });
    grid(&["changed or lost", "what"], rows)
}

/// The conversations that lose most, and the sum.
fn conversations(sums: &LossAccount) -> String {
    let row = |name: String, messages: Weights| {
        let Weights { none, cosmetic, content, .. } = messages;
        [vec![name], [messages.total(), none, cosmetic, content].map(grouped).to_vec()].concat()
    };
    let mut all: Vec<_> = sums.conversations.values().collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.messages.content, one.messages.cosmetic)));
    let rest = (all.len() > ROWS).then(|| {
        let mut rest = Weights::default();
        all[ROWS..].iter().for_each(|one| rest.merge(one.messages));
        row(format!("{} others", all.len() - ROWS), rest)
    });
    let rows = all.iter().take(ROWS).map(|one| row(display_short(&one.name, 40), one.messages));
    let all = std::iter::once(row(String::from("all"), sums.messages));
    grid(
        &["messages that would be sent", "all", "no loss", "cosmetic", "content"],
        rows.chain(rest).chain(all),
    )
}
