//! The words for the ledger's codes.

use crate::access::{BY_GROUP, LEFT_GROUP};
use crate::convert::{Gone, Loss, Skip};
use crate::ledger::{Account, Named};
use crate::send::LEFT_OUT;

/// Codes that planning gives itself.
const OWN: &[(&str, &str)] = &[
    ("no_account", "member without an account"),
    ("bot", "member that is an app"),
    ("unknown_person", "member whom the export does not list"),
    ("suspended_account", "member whose account is suspended"),
    ("chosen", "member to whom the workbook gives another account, or none"),
    ("deactivated", "member who was deactivated in Slack"),
    (BY_GROUP, "member who is in by the group that stands for people"),
    (LEFT_GROUP, "member who was in the group that stands for people, and is not any more"),
    ("same_account", "second Slack identity of somebody who is a member already"),
    ("same_message_twice", "earlier edition of a message that the export holds twice"),
    ("empty_conversation", "member of a direct conversation without messages"),
    ("unreadable_record", "record that can't be read"),
    ("unreadable_day_file", "day file that can't be read to its end"),
    ("file_as_text", "file named in the text, not attached"),
];

/// Fills in the words.
pub(super) fn explain(account: &mut Account) {
    for Named { code, text, .. } in account.losses.iter_mut().chain(&mut account.lost) {
        words(code).unwrap_or(code.as_str()).clone_into(text);
    }
    for Named { code, text, .. } in &mut account.skipped {
        why(code).clone_into(text);
    }
}

/// Says why somebody is no member.
pub(super) fn why(code: &str) -> &str {
    let left_out = LEFT_OUT.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    left_out.or_else(|| words(code)).unwrap_or(code)
}

fn words(code: &str) -> Option<&'static str> {
    let loss = Loss::ALL.iter().find(|loss| loss.code() == code).map(|loss| loss.text());
    let skip = || Skip::ALL.iter().find(|skip| skip.code() == code).map(|skip| skip.text());
    let gone = || Gone::ALL.iter().find(|gone| gone.code() == code).map(|gone| gone.text());
    let own = || OWN.iter().find(|(own, _)| *own == code).map(|(_, text)| *text);
    loss.or_else(skip).or_else(gone).or_else(own)
}
