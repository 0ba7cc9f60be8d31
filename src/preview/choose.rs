//! Finds a conversation by what an admin calls it, and says what they may have meant.

use crate::plan::Offline;
use crate::slack::Conversation;

/// How like a name must be to be suggested, of 1.
const LIKE: f64 = 0.75;
/// How many are suggested.
const MOST: usize = 3;

/// Why no conversation was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSuch {
    /// Nothing is called that; these are called alike.
    Unknown(Vec<String>),
    /// Several are; these are their ids.
    Several(Vec<String>),
}

/// Finds a conversation by id, by name (with or without `#`), or by the name of its space.
pub fn choose<'a>(offline: &'a Offline, wanted: &str) -> Result<&'a Conversation, NoSuch> {
    let name = wanted.strip_prefix('#').unwrap_or(wanted).trim();
    let all = || offline.conversations();
    if let Some(found) = all().find(|one| one.id.as_str() == name) {
        return Ok(found);
    }
    // What fits to the letter comes before what only fits in sound.
    let same = |one: &&Conversation| one.name == name || offline.name(&one.id) == name;
    let low = name.to_lowercase();
    let alike = |one: &&Conversation| {
        one.name.to_lowercase() == low || offline.name(&one.id).to_lowercase() == low
    };
    for fits in [&same as &dyn Fn(&&Conversation) -> bool, &alike] {
        let found: Vec<&Conversation> = all().filter(fits).collect();
        match found[..] {
            [] => {}
            [one] => return Ok(one),
            _ => return Err(NoSuch::Several(found.iter().map(|one| one.id.to_string()).collect())),
        }
    }
    Err(NoSuch::Unknown(suggestions(offline, &low)))
}

fn suggestions(offline: &Offline, low: &str) -> Vec<String> {
    let score = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), low);
    let mut scored: Vec<(f64, &str)> = offline
        .conversations()
        .map(|one| {
            let (slack, space) = (one.name.as_str(), offline.name(&one.id));
            if score(space) > score(slack) { (score(space), space) } else { (score(slack), slack) }
        })
        .filter(|(score, _)| *score >= LIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
}
