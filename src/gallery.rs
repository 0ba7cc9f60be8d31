//! The workspace's custom emoji, as the admin has them: pictures in a folder, and Slack's list of
//! names. Names become such as Chat takes, pictures too. Knows nothing of Chat's API or the ledger.

mod list;
mod name;
mod picture;
mod read;

pub use picture::{Ready, Unfit};
pub use read::GalleryError;

use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many aliases may lead to each other.
const ALIASES: usize = 8;

/// Everything that is known of custom emoji.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    pictures: BTreeMap<String, Picture>,
    /// Another name of something, by Slack's name.
    aliases: BTreeMap<String, String>,
    problems: Vec<Problem>,
}

/// One picture that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picture {
    path: PathBuf,
    /// Chat's name, without colons.
    name: String,
    still: bool,
}

/// What one of Slack's names stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// A picture.
    Picture {
        /// Slack's name of the emoji that has the picture: an alias has none of its own.
        slack: String,
        /// The name that it gets in Chat, without colons.
        name: String,
        /// It moved, and will not.
        still: bool,
    },
    /// Another name, perhaps of a standard emoji.
    Alias(String),
}

/// A file that can't be used, or is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// What is wrong with it.
    pub why: Unfit,
}

impl Gallery {
    /// Returns what every name stands for.
    pub fn names(&self) -> impl Iterator<Item = (&str, Shows)> {
        let own = self.pictures.keys().map(|slack| (slack.as_str(), self.shows(slack)));
        let aliases = self.aliases.iter().filter(|(name, _)| !self.pictures.contains_key(*name));
        own.chain(aliases.map(|(name, _)| (name.as_str(), self.shows(name))))
    }

    /// Follows a name to its picture, or as far as aliases lead.
    fn shows(&self, slack: &str) -> Shows {
        let mut at = slack;
        for _ in 0..ALIASES {
            if let Some(picture) = self.pictures.get(at) {
                let (name, still) = (picture.name.clone(), picture.still);
                return Shows::Picture { slack: at.to_owned(), name, still };
            }
            match self.aliases.get(at) {
                Some(next) => at = next,
                None => break,
            }
        }
        Shows::Alias(at.to_owned())
    }

    /// Returns the picture of an emoji by Slack's name, in a form that Chat takes; none where there
    /// is none.
    pub fn ready(&self, slack: &str) -> Option<Result<Ready, Unfit>> {
        let picture = self.pictures.get(slack)?;
        Some(picture::prepare(&picture.path))
    }

    /// Returns the files that can't be used.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns how many pictures can be used.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// Tells whether there is no picture and no alias.
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty() && self.aliases.is_empty()
    }
}
