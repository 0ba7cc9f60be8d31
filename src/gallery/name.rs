//! Names of custom emoji as Chat takes them: lower case letters and digits, single hyphens and
//! underscores between.

use crate::ids::hex;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Gives every emoji a name of its own. A name that Chat takes as it is stays; one that has to
/// change, and would then be another's, gets a mark that depends on itself alone.
pub(super) fn settle<'s>(
    slack: impl Iterator<Item = &'s str> + Clone,
) -> BTreeMap<&'s str, String> {
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    let unchanged: BTreeSet<&str> = slack.clone().filter(|name| normal(name) == **name).collect();
    for name in slack.clone() {
        *wanted.entry(normal(name)).or_default() += 1;
    }
    let own = |name: &'s str| {
        let normal = normal(name);
        let free = !normal.is_empty() && wanted.get(&normal) == Some(&1);
        let given = match () {
            () if unchanged.contains(name) || free => normal,
            () if normal.is_empty() => format!("emoji-{}", mark(name)),
            () => format!("{normal}-{}", mark(name)),
        };
        (name, given)
    };
    slack.map(own).collect()
}

/// Returns what Chat could take of a name: accents go, a plus becomes a word, anything else a
/// separator.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut gap: Option<char> = None;
    for c in name.nfkd().flat_map(char::to_lowercase) {
        let piece = match c {
            'a'..='z' | '0'..='9' => Some(c),
            '\'' | '’' | '\u{300}'..='\u{36f}' => continue,
            '+' => {
                normal.extend(gap.take().filter(|_| !normal.is_empty()));
                normal.push_str("plus");
                continue;
            }
            _ => None,
        };
        let Some(c) = piece else {
            gap = gap.or(Some(if c == '-' { '-' } else { '_' }));
            continue;
        };
        normal.extend(gap.take().filter(|_| !normal.is_empty()));
        normal.push(c);
    }
    normal
}

/// Eight digits that belong to a name.
fn mark(name: &str) -> String {
    hex(&Sha256::digest(name)[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_names_become_such_as_chat_takes() {
        for (slack, chat) in [
            ("party-parrot", "party-parrot"),
            ("party__parrot", "party_parrot"),
            ("-_x_-y-", "x_y"),
            ("c++", "cplusplus"),
            ("don't", "dont"),
            ("Größe", "gro_e"),
            ("café.au lait", "cafe_au_lait"),
            ("了解", ""),
        ] {
            assert_eq!(normal(slack), chat, "{slack}");
        }
    }

    #[test]
    fn f8_names_that_become_one_stay_apart_and_do_so_again() {
        let names = ["a_b", "a__b", "a.b", "了解", "x.y"];
        let settled = settle(names.into_iter());
        assert_eq!(settled["a_b"], "a_b", "what Chat takes as it is stays");
        assert_eq!(settled["x.y"], "x_y");
        assert!(settled["a__b"].starts_with("a_b-") && settled["a.b"].starts_with("a_b-"));
        assert!(settled["了解"].starts_with("emoji-"));
        let all: BTreeSet<&String> = settled.values().collect();
        assert_eq!(all.len(), names.len());
        let others = settle(["a.b", "a_b"].into_iter());
        assert_eq!(others["a.b"], settled["a.b"], "a name does not depend on the others");
    }
}
