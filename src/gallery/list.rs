//! Slack's own list of custom emoji, as the method `emoji.list` answers: names, and what they
//! show. Its addresses are never fetched.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// The answer as Slack writes it.
#[derive(Debug, Deserialize)]
struct Answer {
    emoji: BTreeMap<String, serde_json::Value>,
}

/// What one name of the list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// The same as another name.
    Alias(String),
    /// A picture; with the file that the list names, if that is one beside it.
    Picture(Option<String>),
}

/// Reads the list; or says what is wrong with it.
pub(super) fn parse(json: &[u8]) -> Result<BTreeMap<String, Entry>, String> {
    let value: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| format!("it is no JSON: {error}"))?;
    let refused = value.get("ok") == Some(&false.into());
    let wanted = "it has no object `emoji` of names and addresses";
    if refused {
        let why = value.get("error").and_then(serde_json::Value::as_str).unwrap_or("no reason");
        return Err(format!("Slack refused to list the emoji: {why}"));
    }
    let answer: Answer = serde_json::from_value(value).map_err(|_| wanted.to_owned())?;
    let text = |(name, value): (String, serde_json::Value)| {
        let value = value.as_str()?.to_owned();
        Some((name.to_lowercase(), entry(&value)))
    };
    Ok(answer.emoji.into_iter().filter_map(text).collect())
}

fn entry(value: &str) -> Entry {
    if let Some(alias) = value.strip_prefix("alias:") {
        return Entry::Alias(alias.to_lowercase());
    }
    let inside = Path::new(value).components().all(|part| matches!(part, Component::Normal(_)));
    let file = (!value.contains("://") && !value.is_empty() && inside).then(|| value.to_owned());
    Entry::Picture(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_slacks_list_has_pictures_and_aliases() {
        let json = br#"{"ok":true,"emoji":{"bowtie":"https://emoji.example/bowtie/1.png",
            "parrot":"pictures/parrot.gif","Yes":"alias:thumbsup","out":"../secret.png",
            "root":"/etc/passwd","odd":7},"cache_ts":"1"}"#;
        let list = parse(json).expect("a list");
        assert_eq!(list["bowtie"], Entry::Picture(None));
        assert_eq!(list["parrot"], Entry::Picture(Some("pictures/parrot.gif".to_owned())));
        assert_eq!(list["yes"], Entry::Alias("thumbsup".to_owned()));
        for outside in ["out", "root"] {
            assert_eq!(list[outside], Entry::Picture(None), "{outside}");
        }
        assert!(!list.contains_key("odd"));
    }

    #[test]
    fn f8_what_is_no_list_says_so() {
        let refused = parse(br#"{"ok":false,"error":"missing_scope"}"#);
        assert_eq!(refused, Err("Slack refused to list the emoji: missing_scope".to_owned()));
        for bad in [&b"[]"[..], b"{", b"{\"emoji\":[]}", b""] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
