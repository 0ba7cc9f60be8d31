//! Custom emoji in plans. Which ones are used shows only when messages are converted, and what
//! they are called in Chat only when Chat has them. Until then a plan assumes them, under names
//! that Chat can't give; nothing that is assumed is ever frozen.

use super::{Bench, Error};
use crate::convert::{Converted, CustomEmoji, Fate, ReactionOutcome, find_emoji};
use crate::draft::Emoji;
use crate::gallery::{Gallery, Shows};
use crate::ids::hex;
use crate::ledger::{EmojiState, Ledger, UsedEmoji};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How the text of an assumed emoji begins; its name follows, then `:>`.
const ASSUMED: &str = "<customEmojis/:";

impl Bench {
    /// Tells whether a message shows an emoji that is only assumed.
    pub(super) fn assumes(&self, converted: &Converted) -> bool {
        !self.assumed.is_empty() && assumed(converted).next().is_some()
    }

    /// Takes over what became of custom emoji since. Conversations that are not begun are due again
    /// where that changes anything.
    pub fn learn_emoji(&mut self, ledger: &Ledger) -> Result<(), Error> {
        let (known, assumed) = known(&self.gallery, &ledger.used_emoji()?);
        self.fingerprint.clone_from(&self.base);
        self.converter = self.converter.clone().with_emoji(known);
        if !self.converter.roster().emoji.is_empty() {
            let print = self.converter.roster().fingerprint();
            self.fingerprint = hex(&Sha256::digest(format!("{}{print}", self.base))[..16]);
        }
        self.assumed = assumed;
        Ok(())
    }
}

/// Returns what each of Slack's names shows in Chat, and of the assumed ones Slack's name by
/// Chat's.
pub(super) fn known(
    gallery: &Gallery,
    used: &[UsedEmoji],
) -> (HashMap<String, CustomEmoji>, HashMap<String, String>) {
    let settled: HashMap<&str, &UsedEmoji> =
        used.iter().map(|one| (one.slack.as_str(), one)).collect();
    let (mut known, mut assumed) = (HashMap::new(), HashMap::new());
    for (name, shows) in gallery.names() {
        let shown = match shows {
            Shows::Alias(other) => {
                find_emoji(&other).map(|text| CustomEmoji::Standard(text.into_owned()))
            }
            Shows::Picture { slack, name, still } => {
                match settled.get(slack.as_str()).map(|one| &one.state) {
                    Some(EmojiState::There { resource, uid }) => {
                        let (resource, uid) = (resource.clone(), uid.clone());
                        Some(CustomEmoji::Picture { resource, uid, still })
                    }
                    Some(EmojiState::GivenUp { .. }) => None,
                    Some(EmojiState::Owed) | None => {
                        let one = assume(&name, still);
                        assumed.insert(name, slack);
                        Some(one)
                    }
                }
            }
        };
        known.extend(shown.map(|shown| (name.to_owned(), shown)));
    }
    (known, assumed)
}

fn assume(name: &str, still: bool) -> CustomEmoji {
    let uid = format!(":{name}:");
    CustomEmoji::Picture { resource: format!("customEmojis/{uid}"), uid, still }
}

/// Returns Chat's names of the assumed emoji that a message uses. What somebody typed so has a
/// joiner behind its `<`.
pub(super) fn assumed(converted: &Converted) -> impl Iterator<Item = &str> {
    let parts = match &converted.fate {
        Fate::Post(parts) => parts.as_slice(),
        Fate::Skip(_) => &[],
    };
    let named = parts.iter().flat_map(|part| {
        part.match_indices(ASSUMED).map(move |(at, _)| &part[at + ASSUMED.len()..])
    });
    let in_text = named.filter_map(|rest| rest.split_once(":>").map(|(name, _)| name));
    let reactions = converted.reactions.iter().filter_map(|one| match &one.outcome {
        ReactionOutcome::As { emoji: Emoji::Custom(uid), .. } => {
            uid.strip_prefix(':')?.strip_suffix(':')
        }
        _ => None,
    });
    in_text.chain(reactions)
}
