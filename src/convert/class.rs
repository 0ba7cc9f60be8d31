//! Which kind of author somebody is who has no account, and who then speaks for them.

use crate::ids::Account;
use serde::{Deserialize, Serialize};

/// What is known of an author, as far as it decides who speaks where they have no account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Traits {
    /// An app or a bot, Slackbot among them.
    pub app: bool,
    /// No list of the export names them.
    pub unlisted: bool,
    /// Deactivated in Slack.
    pub deleted: bool,
    /// Their account is suspended or archived.
    pub shut: bool,
    /// A guest in Slack, or in the organisation.
    pub guest: bool,
    /// Of another organisation.
    pub outside: bool,
}

/// A kind of author.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A member of the workspace.
    Active,
    /// Deactivated in Slack, or with an account that is suspended or archived.
    Deactivated,
    /// A guest of the workspace or the organisation.
    Guest,
    /// Of another organisation.
    External,
    /// An app or a bot.
    Bot,
    /// Somebody whom no list of the export names.
    Unknown,
}

impl Class {
    /// Every class there is.
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Deactivated, Self::Guest, Self::External, Self::Bot, Self::Unknown];

    /// Decides the class of an author: here, and nowhere else.
    pub const fn of(traits: Traits) -> Self {
        match traits {
            Traits { app: true, .. } => Self::Bot,
            Traits { unlisted: true, .. } => Self::Unknown,
            Traits { deleted: true, .. } | Traits { shut: true, .. } => Self::Deactivated,
            Traits { guest: true, .. } => Self::Guest,
            Traits { outside: true, .. } => Self::External,
            _ => Self::Active,
        }
    }

    /// Returns the word that settings, tables and machines use.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Guest => "guest",
            Self::External => "external",
            Self::Bot => "bot",
            Self::Unknown => "unknown",
        }
    }

    /// Returns what such authors are called in a sentence.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Active => "members without an account",
            Self::Deactivated => "deactivated members",
            Self::Guest => "guests",
            Self::External => "people of other organisations",
            Self::Bot => "apps and bots",
            Self::Unknown => "authors whom the export does not list",
        }
    }
}

/// What becomes of a message whose author has no account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorPolicy {
    /// The admin posts it, with the author's name in front.
    #[default]
    Admin,
    /// The Chat app posts it, with the author's name in front; the admin where Chat refuses that.
    App,
    /// It is left out; the root of a thread stays, and the admin posts it.
    Skip,
    /// That account posts it, with the author's name in front.
    Account(Account),
}

/// What becomes of messages of authors without an account, by class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authors {
    /// Members of the workspace.
    pub active: AuthorPolicy,
    /// The deactivated.
    pub deactivated: AuthorPolicy,
    /// Guests.
    pub guest: AuthorPolicy,
    /// People of other organisations.
    pub external: AuthorPolicy,
    /// Apps and bots.
    pub bot: AuthorPolicy,
    /// Whom no list names.
    pub unknown: AuthorPolicy,
}

impl Authors {
    /// Returns what becomes of messages of a class.
    pub const fn of(&self, class: Class) -> &AuthorPolicy {
        match class {
            Class::Active => &self.active,
            Class::Deactivated => &self.deactivated,
            Class::Guest => &self.guest,
            Class::External => &self.external,
            Class::Bot => &self.bot,
            Class::Unknown => &self.unknown,
        }
    }

    /// Returns every policy, in the order of the classes.
    pub fn all(&self) -> impl Iterator<Item = &AuthorPolicy> {
        Class::ALL.into_iter().map(|class| self.of(class))
    }
}

#[cfg(test)]
mod tests {
    use super::Class::{Active, Bot, Deactivated, External, Guest, Unknown};
    use super::*;

    #[test]
    fn what_weighs_more_decides_the_class() {
        let all = Traits {
            app: true,
            unlisted: true,
            deleted: true,
            shut: true,
            guest: true,
            outside: true,
        };
        let mut traits = all;
        let mut told = vec![Class::of(traits)];
        let less: [fn(&mut Traits); 6] = [
            |traits| traits.app = false,
            |traits| traits.unlisted = false,
            |traits| traits.deleted = false,
            |traits| traits.shut = false,
            |traits| traits.guest = false,
            |traits| traits.outside = false,
        ];
        for without in less {
            without(&mut traits);
            told.push(Class::of(traits));
        }
        assert_eq!(told, [Bot, Unknown, Deactivated, Deactivated, Guest, External, Active]);
    }
}
