//! The settings about authors without an account: who speaks for them, by class.

use super::parse::email;
use super::value::words;
use crate::ids::Account;
use std::fmt;
use std::str::FromStr;

/// What becomes of messages of an author without an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The admin posts them, with the author's name in front.
    Admin,
    /// The Chat app posts them, with the author's name in front.
    App,
    /// They are left out.
    Skip,
    /// That account posts them, with the author's name in front.
    Account(Account),
}

impl FromStr for Speaker {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "admin" => Ok(Self::Admin),
            "app" => Ok(Self::App),
            "skip" => Ok(Self::Skip),
            text => match email(&text.to_lowercase()) {
                Ok(account) => Ok(Self::Account(account)),
                Err(_) => Err("want admin, app, skip or an e-mail address"),
            },
        }
    }
}

impl fmt::Display for Speaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Admin => f.write_str("admin"),
            Self::App => f.write_str("app"),
            Self::Skip => f.write_str("skip"),
            Self::Account(account) => f.write_str(account.as_str()),
        }
    }
}

/// The classes that the setting `authors` names; apps and bots have the setting `bots`.
const CLASSES: [&str; 5] = ["active", "deactivated", "guest", "external", "unknown"];

/// Who speaks for authors without an account, by class: `deactivated=skip, guest=app`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Authors([Speaker; CLASSES.len()]);

impl Authors {
    /// Returns who speaks for a class; the admin for one that this setting does not name.
    pub fn of(&self, class: &str) -> &Speaker {
        let at = CLASSES.iter().position(|known| *known == class);
        at.map_or(&Speaker::Admin, |at| &self.0[at])
    }

    /// Returns who speaks for each class.
    pub fn all(&self) -> impl Iterator<Item = &Speaker> {
        self.0.iter()
    }
}

impl Default for Authors {
    fn default() -> Self {
        Self(CLASSES.map(|_| Speaker::Admin))
    }
}

impl FromStr for Authors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut authors = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (class, speaker) = part.split_once('=').ok_or(
                "want class=speaker pairs with commas between, as in deactivated=skip, guest=app",
            )?;
            let (class, speaker) = (class.trim(), speaker.trim());
            let at = CLASSES.iter().position(|known| *known == class).ok_or_else(|| {
                let bots =
                    if class == "bot" { "; apps and bots have the setting `bots`" } else { "" };
                format!("the classes are {}{bots}", CLASSES.join(", "))
            })?;
            authors.0[at] = speaker.parse().map_err(|why| format!("{class}: {why}"))?;
        }
        Ok(authors)
    }
}

impl fmt::Display for Authors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = CLASSES.iter().zip(&self.0);
        let all: Vec<String> = pairs.map(|(class, speaker)| format!("{class}={speaker}")).collect();
        f.write_str(&all.join(", "))
    }
}

words! {
    /// What stands in front of a text that somebody else posts.
    Attribution {
        /// The author's name.
        Name = "name",
        /// The author's name and e-mail address.
        Email = "email",
    }
    "want name or email"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back_and_what_is_left_out_is_the_admins() {
        let text = "deactivated=skip, guest=Archive@Example.com,external = app";
        let authors: Authors = text.parse().expect("a good setting");
        let shown = authors.to_string();
        assert_eq!(
            shown,
            "active=admin, deactivated=skip, guest=archive@example.com, external=app, unknown=admin"
        );
        assert_eq!(shown.parse::<Authors>().expect("our own"), authors);
        assert_eq!("".parse::<Authors>().expect("nothing"), Authors::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_right() {
        let wrong = |text: &str| text.parse::<Authors>().expect_err("wrong");
        insta::assert_snapshot!(
            ["skip", "bot=skip", "ghost=skip", "guest=nobody"].map(wrong).join("\n"),
            @r"
        want class=speaker pairs with commas between, as in deactivated=skip, guest=app
        the classes are active, deactivated, guest, external, unknown; apps and bots have the setting `bots`
        the classes are active, deactivated, guest, external, unknown
        guest: want admin, app, skip or an e-mail address
        "
        );
    }
}
