//! Takes out of Google's sentences what they quote of ours: people's words stay out of reports.

use super::redact::shorten;
use serde_json::Value;
use std::collections::HashSet;

/// What stands where our words stood.
const OURS: &str = "…";
/// So many equal characters in a row are a quotation.
const WINDOW: usize = 8;
/// No message is looked at further than this, in characters.
const LOOKED_AT: usize = 2_000;

/// Returns the message redacted and short, without any piece of the texts in the body `sent`.
pub(super) fn without(message: &str, sent: &str) -> String {
    let head: String = message.chars().take(LOOKED_AT).collect();
    let texts = texts(sent);
    if texts.is_empty() {
        return shorten(&head);
    }
    shorten(&unquote(&blank(&head, &texts), &texts))
}

/// Returns what a person wrote, of all that a body holds: text, names, descriptions.
fn texts(sent: &str) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<Value>(sent) else { return Vec::new() };
    ["/text", "/displayName", "/spaceDetails/description", "/filename"]
        .iter()
        .filter_map(|place| body.pointer(place)?.as_str())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Blanks every stretch of the message that is also one of the texts, longer ones than a word.
fn blank(message: &str, texts: &[String]) -> String {
    let letters: Vec<char> = message.chars().collect();
    let mut known: HashSet<Vec<char>> = HashSet::new();
    for text in texts {
        let text: Vec<char> = text.chars().collect();
        known.extend(text.windows(WINDOW).map(<[char]>::to_vec));
    }
    let mut ours = vec![false; letters.len()];
    for (at, window) in letters.windows(WINDOW).enumerate() {
        if known.contains(window) {
            ours[at..at + WINDOW].fill(true);
        }
    }
    let mut clean = String::with_capacity(message.len());
    for (at, letter) in letters.iter().enumerate() {
        if !ours[at] {
            clean.push(*letter);
        } else if at == 0 || !ours[at - 1] {
            clean.push_str(OURS);
        }
    }
    clean
}

/// Blanks what stands between double quotes and is part of one of the texts, however short.
fn unquote(message: &str, texts: &[String]) -> String {
    let mut clean = String::with_capacity(message.len());
    for (index, part) in message.split('"').enumerate() {
        if index > 0 {
            clean.push('"');
        }
        let quoted = index % 2 == 1 && !part.is_empty();
        let ours = quoted && texts.iter().any(|text| text.contains(part));
        clean.push_str(if ours { OURS } else { part });
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str =
        r#"{"text":"Lunch at \"Maria's\" tomorrow?\nBring cake","markupSyntax":"X"}"#;

    #[test]
    fn words_of_ours_are_not_repeated() {
        let said =
            "Invalid value at 'message.text' (TYPE_STRING), \"Lunch at \\\"Maria's\\\" tomorrow?\"";
        let clean = without(said, SENT);
        assert!(clean.starts_with("Invalid value at 'message.text' (TYPE_STRING)"));
        assert!(!clean.contains("Lunch") && !clean.contains("tomorrow"), "{clean}");
    }

    #[test]
    fn short_texts_are_not_repeated_either() {
        assert_eq!(without("bad text \"hi\" here", r#"{"text":"hi"}"#), "bad text \"…\" here");
    }

    #[test]
    fn googles_own_words_stay() {
        let said =
            "Invalid JSON payload received. Unknown name \"foo\" at 'message': Cannot find field.";
        assert_eq!(without(said, SENT), said);
        assert_eq!(without(said, ""), said);
    }
}
