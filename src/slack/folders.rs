//! Which folder holds which conversation's days: by id, by name, and as a last resort by a name
//! that only looks the same.

use super::conversation::{Conversation, Kind};
use super::finding::Findings;
use super::layout::DayFile;
use super::lists;
use crate::ids::ConversationId;
use std::collections::{BTreeMap, HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// Day files by conversation.
pub(super) type Days = HashMap<ConversationId, Vec<DayFile>>;

/// Gives each folder to its conversation; adds conversations for folders that no list knows.
pub(super) fn assign(
    folders: BTreeMap<String, Vec<DayFile>>,
    conversations: &mut Vec<Conversation>,
    odd: &mut Findings,
) -> Days {
    let finder = Finder::new(conversations, &folders);
    let mut days = Days::new();
    let mut more = Vec::new();
    for (folder, files) in folders {
        let owner = finder.owner(&folder, odd).unwrap_or_else(|| {
            let made = lists::unlisted(&folder);
            let id = made.id.clone();
            more.push(made);
            id
        });
        days.entry(owner).or_default().extend(files);
    }
    drop(finder);
    conversations.extend(more);
    for files in days.values_mut() {
        files.sort_unstable();
    }
    days
}

struct Finder {
    ids: HashSet<ConversationId>,
    names: HashMap<String, Vec<ConversationId>>,
    looks: HashMap<String, Vec<ConversationId>>,
}

impl Finder {
    fn new(conversations: &[Conversation], folders: &BTreeMap<String, Vec<DayFile>>) -> Self {
        let mut finder = Self { ids: HashSet::new(), names: HashMap::new(), looks: HashMap::new() };
        for conversation in conversations {
            let id = &conversation.id;
            finder.ids.insert(id.clone());
            // A conversation with a folder of its id doesn't claim one by its name.
            if conversation.kind != Kind::Direct && !folders.contains_key(id.as_str()) {
                finder.names.entry(conversation.name.clone()).or_default().push(id.clone());
                finder.looks.entry(look(&conversation.name)).or_default().push(id.clone());
            }
        }
        finder
    }

    fn owner(&self, folder: &str, odd: &mut Findings) -> Option<ConversationId> {
        if let Some(id) = self.ids.get(&ConversationId::new(folder)) {
            return Some(id.clone());
        }
        let claims = self.names.get(folder);
        let alike = claims.is_none();
        let claims = claims.or_else(|| self.looks.get(&look(folder)));
        match claims.map_or(&[][..], Vec::as_slice) {
            [] => {
                odd.add("unlisted_folder", folder, format!("no list names the folder {folder:?}; it is treated as a private conversation"));
                None
            }
            [id] => {
                if alike {
                    odd.add("folder_alike", folder, format!("the folder {folder:?} is taken for {id}, whose name only looks the same"));
                }
                Some(id.clone())
            }
            several => {
                odd.add("ambiguous_folder", folder, format!("{} conversations are named {folder:?}, for example {} and {}; the folder is treated as a private conversation of its own", several.len(), several[0], several[1]));
                None
            }
        }
    }
}

fn look(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation(id: &str, name: &str, kind: Kind) -> Conversation {
        Conversation { id: id.into(), name: name.to_owned(), kind, ..lists::unlisted("") }
    }

    fn assigned(
        conversations: &[Conversation],
        folders: &[&str],
    ) -> (BTreeMap<String, usize>, Vec<&'static str>) {
        let file = |folder: &&str| {
            ((*folder).to_owned(), vec![DayFile { date: *b"2024-01-01", entry: 0 }])
        };
        let mut odd = Findings::default();
        let mut conversations = conversations.to_vec();
        let days = assign(folders.iter().map(file).collect(), &mut conversations, &mut odd);
        let days = days.into_iter().map(|(id, files)| (id.to_string(), files.len())).collect();
        (days, odd.finish().iter().map(|finding| finding.code).collect())
    }

    #[test]
    fn an_id_wins_over_a_name() {
        let all =
            [conversation("C1", "C2", Kind::Public), conversation("C2", "other", Kind::Public)];
        let (days, odd) = assigned(&all, &["C2"]);
        assert_eq!(days.keys().collect::<Vec<_>>(), ["C2"]);
        assert!(odd.is_empty());
    }

    #[test]
    fn a_folder_that_two_may_claim_goes_to_neither() {
        let all =
            [conversation("C1", "plans", Kind::Public), conversation("G1", "plans", Kind::Private)];
        let (days, odd) = assigned(&all, &["plans"]);
        assert_eq!(days.keys().collect::<Vec<_>>(), ["folder:plans"]);
        assert_eq!(odd, ["ambiguous_folder"]);
        let (days, odd) = assigned(&all, &["plans", "G1"]);
        assert_eq!(days.keys().collect::<Vec<_>>(), ["C1", "G1"]);
        assert!(odd.is_empty());
    }

    #[test]
    fn half_width_and_decomposed_names_are_found_as_a_last_resort() {
        let all =
            [conversation("C1", "カフェ", Kind::Public), conversation("C2", "café", Kind::Public)];
        let (days, odd) = assigned(&all, &["ｶﾌｪ", "cafe\u{301}"]);
        assert_eq!(days.keys().collect::<Vec<_>>(), ["C1", "C2"]);
        assert_eq!(odd, ["folder_alike", "folder_alike"]);
    }
}
