//! Reactions: one call per person who has an account, each emoji once.

use super::emoji;
use super::fate::{ReactionFate, ReactionOutcome, Skip};
use super::loss::{Loss, Losses};
use super::roster::Roster;
use crate::draft::Emoji;
use crate::ids::SlackUserId;
use crate::slack::Reaction;
use std::collections::HashSet;

/// Decides about every reaction of a message.
pub(super) fn convert(
    reactions: &[Reaction],
    roster: &Roster,
    losses: &mut Losses,
) -> Vec<ReactionFate> {
    let mut seen = HashSet::new();
    let mut fates = Vec::with_capacity(reactions.iter().map(|reaction| reaction.users.len()).sum());
    for reaction in reactions {
        let unicode = emoji::find(&reaction.name);
        for user in &reaction.users {
            let outcome = outcome(unicode.as_deref(), user, roster, &mut seen);
            fates.push(ReactionFate {
                user: user.clone(),
                slack_name: reaction.name.clone(),
                outcome,
            });
        }
        let unnamed = reaction.count.saturating_sub(reaction.users.len() as u64);
        losses.add_many(Loss::ReactionsCut, u32::try_from(unnamed).unwrap_or(u32::MAX));
    }
    fates
}

fn outcome<'r>(
    unicode: Option<&str>,
    user: &SlackUserId,
    roster: &'r Roster,
    seen: &mut HashSet<(&'r str, String)>,
) -> ReactionOutcome {
    let Some(unicode) = unicode else {
        return ReactionOutcome::Skipped(Skip::CustomReaction);
    };
    let Some(account) = roster.people.get(user).and_then(|known| known.account.as_ref()) else {
        return ReactionOutcome::Skipped(Skip::UnmappedReactor);
    };
    if !seen.insert((account.as_str(), String::from(unicode))) {
        return ReactionOutcome::Skipped(Skip::DuplicateReaction);
    }
    ReactionOutcome::As { account: account.clone(), emoji: Emoji::Unicode(String::from(unicode)) }
}
