//! The names of spaces, settled before anything is sent: Chat wants them unique.

use crate::ids::ConversationId;
use crate::slack::{Conversation, Kind};
use std::collections::{BTreeMap, HashSet};

/// Chat's limit for a display name, in characters.
const LONGEST: usize = 128;

/// Two conversations that would have had one name, and what became of the second.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Renamed {
    /// The name both wanted.
    pub wanted: String,
    /// The name that the second got.
    pub given: String,
}

/// Gives every conversation a name of its own. Public and living ones keep theirs; others get a
/// word that says what they are, and at last a number. Upper and lower case count as the same.
pub(crate) fn settle(
    conversations: &[&Conversation],
    wanted: &dyn Fn(&Conversation) -> String,
) -> (BTreeMap<ConversationId, String>, Vec<Renamed>) {
    let mut order: Vec<&Conversation> = conversations.to_vec();
    order.sort_by(|a, b| (a.kind, a.archived, &a.id).cmp(&(b.kind, b.archived, &b.id)));
    let mut taken = HashSet::new();
    let (mut names, mut renamed) = (BTreeMap::new(), Vec::new());
    for conversation in order {
        let first = cut(&wanted(conversation), "");
        let given = candidates(conversation, &first)
            .find(|name| taken.insert(name.to_lowercase()))
            .unwrap_or_else(|| first.clone());
        if given != first {
            renamed.push(Renamed { wanted: first, given: given.clone() });
        }
        names.insert(conversation.id.clone(), given);
    }
    (names, renamed)
}

fn candidates<'a>(
    conversation: &Conversation,
    first: &'a str,
) -> impl Iterator<Item = String> + use<'a> {
    let word = match (conversation.archived, conversation.kind) {
        (true, _) => " (archived)",
        (_, Kind::Private) => " (private)",
        (_, Kind::Unlisted) => " (unlisted)",
        _ => " (2)",
    };
    let numbers = (2_u32..).map(move |number| cut(first, &format!(" ({number})")));
    [first.to_owned(), cut(first, word)].into_iter().chain(numbers)
}

/// Returns the next name to try when Chat says that this one is taken.
pub(crate) fn cut(name: &str, suffix: &str) -> String {
    let room = LONGEST - suffix.chars().count();
    let mut text: String = name.chars().take(room).collect();
    text.push_str(suffix);
    text
}
