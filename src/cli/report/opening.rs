//! The report's lines about who is in beside those who were added: invited, left out as being from
//! outside; and about spaces that should be found and can't.

use super::{COLS, ReportContext};
use crate::cli::safe::display_short;
use crate::cli::words::{count, counted, shell, wrap};
use crate::ledger::{Account, OutsiderFate};
use crate::send::AUDIENCE_REFUSED;

/// How many are named in a line.
const NAMED: usize = 4;

/// Who was invited and has to accept, by name as far as they fit.
pub(super) fn invited(account: &Account) -> Vec<String> {
    let all = account.invited.iter();
    let all: Vec<_> = all.map(|one| (one.name.as_str(), one.conversation.as_str())).collect();
    if all.is_empty() {
        return Vec::new();
    }
    wrap(&format!("Invited, and in once they accept: {}.", places(&all)), COLS, "")
}

/// How many are in by a group that stands for them.
pub(super) fn by_group(account: &Account) -> Vec<String> {
    if account.by_group == 0 {
        return Vec::new();
    }
    let members = counted(account.by_group, "membership", "memberships");
    wrap(&format!("By groups, without calls of their own: {members}."), COLS, "")
}

/// Members from outside the organisation: whom the next step invites, who is left out, and whom
/// Chat refused.
pub(super) fn outside(account: &Account, extra: &ReportContext) -> Vec<String> {
    let say = |fate: OutsiderFate, lead: &str, then: &str| {
        let all = account.outside.iter().filter(|one| one.fate == fate);
        let all: Vec<_> = all.map(|one| (one.name.as_str(), one.conversation.as_str())).collect();
        if all.is_empty() {
            Vec::new()
        } else {
            wrap(&format!("{lead}: {}.{then}", places(&all)), COLS, "")
        }
    };
    let again = format!(
        " Once the organisation lets them in: chatferry retry --reason external{}, then complete.",
        work(extra)
    );
    [
        say(OutsiderFate::Owed, "To be invited from outside", ""),
        say(OutsiderFate::LeftOut, "From outside, and left out", ""),
        say(OutsiderFate::Refused, "From outside, and Chat refused to invite them", &again),
    ]
    .concat()
}

/// The public channels that no audience can find though one should, and what to do.
pub(super) fn hidden(account: &Account, extra: &ReportContext) -> Vec<String> {
    let Some(first) = account.hidden.first() else { return Vec::new() };
    let more = match account.hidden.len() - 1 {
        0 => String::new(),
        more => format!(" and {}", counted(more as u64, "other space", "other spaces")),
    };
    let text = format!(
        "No audience can find {}{more}; members can use them. Once the edition has target audiences, \
         and the Admin console this one: chatferry retry --reason {AUDIENCE_REFUSED}{}, then complete. \
         Google says: {}.",
        display_short(&first.conversation, 24),
        work(extra),
        display_short(first.said.trim_end_matches('.'), 2 * COLS)
    );
    wrap(&text, COLS, "")
}

/// Some of them, each with the conversation.
fn places(all: &[(&str, &str)]) -> String {
    let named = |(name, conversation): &(&str, &str)| {
        format!("{} ({})", display_short(name, 24), display_short(conversation, 24))
    };
    let names: Vec<_> = all.iter().take(NAMED).map(named).collect();
    let more = match all.len() - names.len() {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    names.join(", ") + &more
}

fn work(extra: &ReportContext) -> String {
    extra.work.as_ref().map(|work| format!(" --work {}", shell(work))).unwrap_or_default()
}
