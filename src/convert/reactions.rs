//! Reactions: one call per person who has an account, each emoji once; what nobody can make in
//! Chat stands in a line under the text.

use super::emoji;
use super::fate::{ReactionFate, ReactionOutcome, Skip};
use super::loss::{Loss, Losses};
use super::roster::{Roster, one_line};
use super::settings::{ReactionPolicy, Settings};
use super::tree::{Document, Inline, Span, Style};
use crate::draft::Emoji;
use crate::ids::SlackUserId;
use crate::slack::Reaction;
use std::borrow::Cow;
use std::collections::HashSet;

/// How many people the line names; more are counted.
const NAMED: usize = 3;

/// Decides about every reaction of a message, and writes the line for those that need it.
pub(super) fn convert<'a>(
    reactions: &'a [Reaction],
    roster: &Roster,
    settings: &Settings,
    document: &mut Document<'a>,
    losses: &mut Losses,
) -> Vec<ReactionFate> {
    let mut seen = HashSet::new();
    let mut fates = Vec::with_capacity(reactions.iter().map(|reaction| reaction.users.len()).sum());
    let mut notes: Vec<Note<'a>> = Vec::new();
    let mut told = 0;
    let listed = match settings.reactions {
        ReactionPolicy::Native => settings.reaction_rest,
        ReactionPolicy::Footnote => true,
        ReactionPolicy::Skip => false,
    };
    for reaction in reactions {
        let unicode = emoji::find(&reaction.name);
        let mut note = Note::of(reaction, unicode.clone());
        for user in &reaction.users {
            let mut outcome = match settings.reactions {
                ReactionPolicy::Skip => ReactionOutcome::Skipped(Skip::ReactionsOff),
                _ => outcome(unicode.as_ref(), user, roster, &mut seen),
            };
            if listed && belongs_in_line(&outcome, settings.reactions) {
                told += 1;
                if !note.people.contains(&user) {
                    note.people.push(user);
                }
                outcome = ReactionOutcome::AsText;
            }
            fates.push(ReactionFate {
                user: user.clone(),
                slack_name: reaction.name.clone(),
                outcome,
            });
        }
        let unnamed = reaction.count.saturating_sub(reaction.users.len() as u64);
        losses.add_many(Loss::ReactionsCut, u32::try_from(unnamed).unwrap_or(u32::MAX));
        note.unnamed = unnamed;
        if listed {
            note.join(&mut notes);
        }
    }
    losses.add_many(Loss::ReactionsAsText, told);
    line(&notes, roster, document);
    fates
}

/// Everything but doubles, or what can't be a reaction.
fn belongs_in_line(outcome: &ReactionOutcome, policy: ReactionPolicy) -> bool {
    match outcome {
        ReactionOutcome::Skipped(Skip::UnmappedReactor | Skip::CustomReaction) => true,
        ReactionOutcome::As { .. } => policy == ReactionPolicy::Footnote,
        _ => false,
    }
}

fn outcome<'r>(
    unicode: Option<&Cow<'static, str>>,
    user: &SlackUserId,
    roster: &'r Roster,
    seen: &mut HashSet<(&'r str, Cow<'static, str>)>,
) -> ReactionOutcome {
    let Some(unicode) = unicode else {
        return ReactionOutcome::Skipped(Skip::CustomReaction);
    };
    let Some(account) = roster.people.get(user).and_then(|known| known.account.as_ref()) else {
        return ReactionOutcome::Skipped(Skip::UnmappedReactor);
    };
    if !seen.insert((account.as_str(), unicode.clone())) {
        return ReactionOutcome::Skipped(Skip::DuplicateReaction);
    }
    ReactionOutcome::As {
        account: account.clone(),
        emoji: Emoji::Unicode(unicode.clone().into_owned()),
    }
}

/// One emoji of the line.
struct Note<'a> {
    name: &'a str,
    unicode: Option<Cow<'static, str>>,
    people: Vec<&'a SlackUserId>,
    unnamed: u64,
}

impl<'a> Note<'a> {
    fn of(reaction: &'a Reaction, unicode: Option<Cow<'static, str>>) -> Self {
        Self { name: &reaction.name, unicode, people: Vec::new(), unnamed: 0 }
    }

    /// Adds itself where it says anything; two names of one emoji are one.
    fn join(self, notes: &mut Vec<Self>) {
        if self.people.is_empty() && self.unnamed == 0 {
            return;
        }
        let same = |note: &&mut Self| note.unicode.is_some() && note.unicode == self.unicode;
        match notes.iter_mut().find(same) {
            Some(note) => {
                let others = self.people.into_iter().filter(|one| !note.people.contains(one));
                let others: Vec<_> = others.collect();
                note.people.extend(others);
                note.unnamed += self.unnamed;
            }
            None => notes.push(self),
        }
    }

    /// Who: a few by name, more by number.
    fn who(&self, roster: &Roster) -> String {
        let name = |id: &&SlackUserId| {
            let known = roster.people.get(*id).map(|known| one_line(&known.name));
            known.filter(|name| !name.is_empty())
        };
        let names: Option<Vec<String>> = self.people.iter().map(name).collect();
        let few = names.filter(|names| names.len() <= NAMED && self.unnamed == 0);
        few.map_or_else(
            || (self.people.len() as u64 + self.unnamed).to_string(),
            |names| names.join(", "),
        )
    }
}

/// Writes the line: `Reactions in Slack: 👍 7 · 🎉 Ana, Bo`.
fn line<'a>(notes: &[Note<'a>], roster: &Roster, document: &mut Document<'a>) {
    let mut line = Vec::new();
    for note in notes {
        let gap = if line.is_empty() { "Reactions in Slack: " } else { " · " };
        let (name, unicode) = (Cow::Borrowed(note.name), note.unicode.clone());
        line.push(Inline::text(gap, Style::ITALIC));
        line.push(Inline { span: Span::Emoji { name, unicode }, style: Style::ITALIC });
        line.push(Inline::text(format!(" {}", note.who(roster)), Style::ITALIC));
    }
    if !line.is_empty() {
        document.paragraph(line);
    }
}
