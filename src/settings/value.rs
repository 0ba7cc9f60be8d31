//! The settings that are words: pace, what direct messages become, what becomes of people whose
//! account is gone, how much the log tells. What shapes messages is in `policy`.

use std::fmt;
use std::str::FromStr;

/// How fast to send, measured against Google's quotas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// No limit at all.
    Off,
    /// So many times as fast as the quotas allow.
    Times(f64),
}

impl Pace {
    /// Exactly as fast as the quotas allow.
    pub const REAL: Self = Self::Times(1.0);
}

impl FromStr for Pace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "want off, real, or a factor such as 20x";
        match text {
            "off" => Ok(Self::Off),
            "real" => Ok(Self::REAL),
            _ => {
                let factor = text.strip_suffix('x').ok_or(wrong)?;
                let factor: f64 = factor.parse().map_err(|_| wrong)?;
                if (0.01..=100_000.0).contains(&factor) {
                    Ok(Self::Times(factor))
                } else {
                    Err(wrong)
                }
            }
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            real if *real == Self::REAL => f.write_str("real"),
            Self::Times(factor) => write!(f, "{factor}x"),
        }
    }
}

/// Declares a setting that is one of a few words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)? } $wrong:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$about])* $variant),+ }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($wrong),
                }
            }
        }

        impl $name {
            /// Returns the word that settings use.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(super) use words;

words! {
    /// What direct messages and group direct messages become; Chat can't import a direct message
    /// as such.
    Dm {
        /// A group chat where there are no threads, else a private space.
        Auto = "auto",
        /// Always a group chat; threads are flattened.
        GroupChat = "group-chat",
        /// Always a private space.
        Space = "space",
    }
    "want auto, group-chat or space"
}

words! {
    /// What becomes of links to messages of Slack's.
    Links {
        /// They stay, and are counted.
        Keep = "keep",
        /// They are led to where the message stands in Chat.
        Patch = "patch",
    }
    "want keep or patch"
}

words! {
    /// What becomes of pins.
    Pins {
        /// A list of them follows the last message.
        List = "list",
        /// They are left out, and counted.
        Skip = "skip",
    }
    "want list or skip"
}

words! {
    /// What becomes of a post whose author's account can't be used any more.
    Unavailable {
        /// The admin posts it, with the author's name in front.
        Attribute = "attribute",
        /// It waits until the account is back.
        Wait = "wait",
    }
    "want attribute or wait"
}

words! {
    /// What becomes of members from outside the organisation.
    External {
        /// They are left out, and their spaces never take anybody from outside.
        LeaveOut = "leave_out",
        /// They are invited to the spaces of the conversations that they were in.
        Invite = "invite",
    }
    "want leave_out or invite"
}

words! {
    /// How much the log tells.
    Detail {
        /// Only what failed.
        Error = "error",
        /// What failed or looks wrong.
        Warn = "warn",
        /// What a reader of the log needs to follow a run.
        Info = "info",
        /// Every call.
        Debug = "debug",
    }
    "want error, warn, info or debug"
}
