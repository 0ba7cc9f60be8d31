//! Reactions: one call per person who has an account, each emoji once; what nobody can make in
//! Chat stands in a line under the text.

use super::emoji;
use super::fate::{ReactionFate, ReactionOutcome, Skip};
use super::loss::{Loss, Losses};
use super::roster::{CustomEmoji, Roster, one_line};
use super::settings::{ReactionPolicy, Settings};
use super::tree::{Document, Inline, Span, Style};
use crate::draft::Emoji;
use crate::ids::SlackUserId;
use crate::slack::Reaction;
use foldhash::fast::RandomState;
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
    let mut seen = HashSet::with_hasher(RandomState::default());
    let mut fates = Vec::with_capacity(reactions.iter().map(|reaction| reaction.users.len()).sum());
    let mut notes: Vec<Note<'a>> = Vec::new();
    let mut told = 0;
    let listed = match settings.reactions {
        ReactionPolicy::Native => settings.reaction_rest,
        ReactionPolicy::Footnote => true,
        ReactionPolicy::Skip => false,
    };
    for reaction in reactions {
        let (emoji, still) = shown(&reaction.name, roster);
        let mut note = Note::of(reaction, emoji.as_ref());
        for user in &reaction.users {
            let mut outcome = match settings.reactions {
                ReactionPolicy::Skip => ReactionOutcome::Skipped(Skip::ReactionsOff),
                _ => outcome(emoji.as_ref(), user, roster, &mut seen),
            };
            if listed && belongs_in_line(&outcome, settings.reactions) {
                told += 1;
                if !note.people.contains(&user) {
                    note.people.push(user);
                }
                outcome = ReactionOutcome::AsText;
            }
            let is_still = still && matches!(outcome, ReactionOutcome::As { .. });
            losses.add_many(Loss::EmojiStill, u32::from(is_still));
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

/// What shows a reaction in Chat; cheap to copy where that is a standard emoji.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Shown {
    Standard(Cow<'static, str>),
    Custom(String),
}

impl Shown {
    fn emoji(&self) -> Emoji {
        match self {
            Self::Standard(unicode) => Emoji::Unicode(unicode.clone().into_owned()),
            Self::Custom(uid) => Emoji::Custom(uid.clone()),
        }
    }
}

/// Returns what shows a reaction in Chat, and whether that stands still though it moved.
fn shown(name: &str, roster: &Roster) -> (Option<Shown>, bool) {
    if let Some(unicode) = emoji::find(name) {
        return (Some(Shown::Standard(unicode)), false);
    }
    match roster.emoji(name) {
        Some(CustomEmoji::Standard(unicode)) => {
            (Some(Shown::Standard(Cow::Owned(unicode.clone()))), false)
        }
        Some(CustomEmoji::Picture { uid, still, .. }) => (Some(Shown::Custom(uid.clone())), *still),
        None => (None, false),
    }
}

fn outcome<'r>(
    emoji: Option<&Shown>,
    user: &SlackUserId,
    roster: &'r Roster,
    seen: &mut HashSet<(&'r str, Shown), RandomState>,
) -> ReactionOutcome {
    let Some(emoji) = emoji else {
        return ReactionOutcome::Skipped(Skip::CustomReaction);
    };
    let Some(account) = roster.people.get(user).and_then(|known| known.account.as_ref()) else {
        return ReactionOutcome::Skipped(Skip::UnmappedReactor);
    };
    if !seen.insert((account.as_str(), emoji.clone())) {
        return ReactionOutcome::Skipped(Skip::DuplicateReaction);
    }
    ReactionOutcome::As { account: account.clone(), emoji: emoji.emoji() }
}

/// One emoji of the line.
struct Note<'a> {
    name: &'a str,
    emoji: Option<Shown>,
    people: Vec<&'a SlackUserId>,
    unnamed: u64,
}

impl<'a> Note<'a> {
    fn of(reaction: &'a Reaction, emoji: Option<&Shown>) -> Self {
        let emoji = emoji.cloned();
        Self { name: &reaction.name, emoji, people: Vec::new(), unnamed: 0 }
    }

    /// Adds itself where it says anything; two names of one emoji are one.
    fn join(self, notes: &mut Vec<Self>) {
        if self.people.is_empty() && self.unnamed == 0 {
            return;
        }
        let same = |note: &&mut Self| note.emoji.is_some() && note.emoji == self.emoji;
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
        let unicode = match &note.emoji {
            Some(Shown::Standard(unicode)) => Some(unicode.clone()),
            Some(Shown::Custom(_)) | None => None,
        };
        let name = Cow::Borrowed(note.name);
        line.push(Inline::text(gap, Style::ITALIC));
        line.push(Inline { span: Span::Emoji { name, unicode }, style: Style::ITALIC });
        line.push(Inline::text(format!(" {}", note.who(roster)), Style::ITALIC));
    }
    if !line.is_empty() {
        document.paragraph(line);
    }
}
