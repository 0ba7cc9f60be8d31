//! The settings that shape what colleagues will read: system lines, edits, deletions, reactions.

use super::value::words;
use std::fmt;
use std::str::FromStr;

/// Slack's system lines that can become messages, by their words.
const LINES: [&str; 9] =
    ["joins", "topics", "renames", "archives", "reminders", "huddles", "pins", "canvases", "apps"];

/// Which of Slack's system lines become messages: a list of words, `all` or `none`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SystemLines([bool; LINES.len()]);

impl SystemLines {
    /// Tells whether the lines of that word become messages.
    pub fn has(&self, word: &str) -> bool {
        LINES.iter().zip(self.0).any(|(line, wanted)| *line == word && wanted)
    }
}

impl Default for SystemLines {
    fn default() -> Self {
        Self(LINES.map(|line| ["topics", "renames", "huddles"].contains(&line)))
    }
}

impl FromStr for SystemLines {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        match words[..] {
            ["all"] => Ok(Self([true; LINES.len()])),
            ["none"] => Ok(Self([false; LINES.len()])),
            _ if words.iter().all(|word| LINES.contains(word)) => {
                Ok(Self(LINES.map(|line| words.contains(&line))))
            }
            _ => Err(
                "want all, none, or some of joins, topics, renames, archives, reminders, huddles, pins, canvases, apps",
            ),
        }
    }
}

impl fmt::Display for SystemLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted: Vec<&str> =
            LINES.iter().zip(self.0).filter(|(_, wanted)| *wanted).map(|(line, _)| *line).collect();
        match wanted.len() {
            0 => f.write_str("none"),
            n if n == LINES.len() => f.write_str("all"),
            _ => f.write_str(&wanted.join(", ")),
        }
    }
}

words! {
    /// What becomes of archived conversations.
    Archived {
        /// A space like any other.
        Import = "import",
        /// A space whose description says so.
        Mark = "mark",
        /// Nothing: no space is made.
        Skip = "skip",
    }
    "want import, mark or skip"
}

/// Reads `pattern => replacement`; empty is no rule.
pub(super) fn rename(text: &str) -> Result<Option<(String, String)>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (pattern, new) = text.split_once(" => ").ok_or("want PATTERN => REPLACEMENT")?;
    let (pattern, new) = (pattern.trim(), new.trim());
    if new.is_empty() || new.chars().any(char::is_control) {
        return Err("the replacement is empty or more than a line".to_owned());
    }
    // The library tells at length, and shows the whole pattern again.
    regex::Regex::new(pattern).map_err(|_| "the pattern is no regular expression".to_owned())?;
    Ok(Some((pattern.to_owned(), new.to_owned())))
}

/// Reads what stands in front of names.
pub(super) fn prefix(text: &str) -> Result<String, String> {
    let fits = text.chars().count() <= 40 && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err("want at most 40 characters on one line".to_owned())
    }
}

words! {
    /// What an edited message says of it.
    Edited {
        /// That it was edited, and when.
        Time = "time",
        /// That it was edited.
        Mark = "mark",
        /// Nothing.
        Nothing = "none",
    }
    "want time, mark or none"
}

words! {
    /// What becomes of a deleted message that has no replies.
    Deleted {
        /// It is left out.
        Skip = "skip",
        /// A notice stands in its place.
        Notice = "notice",
    }
    "want skip or notice"
}

words! {
    /// What becomes of reactions.
    Reactions {
        /// Everybody with an account reacts again.
        Native = "native",
        /// A line under the text lists them.
        Footnote = "footnote",
        /// They are left out.
        Skip = "skip",
    }
    "want native, footnote or skip"
}

words! {
    /// What becomes of reactions that nobody can make in Chat.
    ReactionRest {
        /// A line under the text lists them.
        Footnote = "footnote",
        /// They are counted and left out.
        Drop = "drop",
    }
    "want footnote or drop"
}
