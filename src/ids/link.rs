//! Messages named by their addresses: Slack's permalinks, and the template of Chat's.

use super::{ConversationId, Micros, SlackTs};
use std::fmt;
use std::str::FromStr;

/// How many digits a permalink's timestamp has: ten of seconds, six of microseconds.
const DIGITS: usize = 16;

/// A message of Slack's, as its permalink names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permalink {
    /// Where it was said.
    pub conversation: ConversationId,
    /// When it was said.
    pub ts: SlackTs,
}

impl Permalink {
    /// Reads what follows `/archives/` in an address: `C024BE91L/p1614852900000200`, whatever
    /// comes behind it; returns the length too.
    pub fn read(text: &str) -> Option<(Self, usize)> {
        let id = text.split(|c: char| !c.is_ascii_alphanumeric()).next()?;
        let known = id.starts_with(['C', 'G', 'D']) && id.len() > 1;
        let digits = text[id.len()..].strip_prefix("/p").filter(|_| known)?.get(..DIGITS)?;
        let micros = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<Micros>());
        let ts = SlackTs::from_micros(micros?.ok()?);
        let len = id.len() + 2 + DIGITS;
        let goes_on = |c: char| c.is_alphanumeric() || c == '/';
        if text[len..].starts_with(goes_on) {
            return None;
        }
        Some((Self { conversation: ConversationId::new(id), ts }, len))
    }
}

impl fmt::Display for Permalink {
    /// Writes what is the same at every workspace: `/archives/C024BE91L/p1614852900000200`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/archives/{}/p{:016}", self.conversation, self.ts.micros())
    }
}

/// What the address of a message in Chat looks like. Google documents none: it is assumed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LinkTemplate(String);

/// The names that a template may hold.
const NAMES: [&str; 3] = ["{space}", "{thread}", "{message}"];

impl Default for LinkTemplate {
    fn default() -> Self {
        Self("https://chat.google.com/room/{space}/{thread}/{message}".to_owned())
    }
}

impl FromStr for LinkTemplate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = NAMES.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&()+,;=%".contains(c);
        let has_host = bare.strip_prefix("https://").is_some_and(|rest| !rest.starts_with('/'));
        if has_host && bare.chars().all(plain) && text.contains("{message}") && text.len() <= 300 {
            return Ok(Self(text.to_owned()));
        }
        Err("want an https address that holds {message}, and may hold {space} and {thread}")
    }
}

impl fmt::Display for LinkTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LinkTemplate {
    /// Returns the address of a message, from the names that Google gave it and its thread; none
    /// where they are not of the form that is known.
    pub fn address(&self, message: &str, thread: Option<&str>) -> Option<String> {
        let (space, message) = message.strip_prefix("spaces/")?.split_once("/messages/")?;
        let named = thread.and_then(|name| name.rsplit_once("/threads/")).map(|(_, id)| id);
        // `THREAD.MESSAGE`: the whole is the message's id, its last part what addresses show.
        let (before, last) = message.rsplit_once('.').unwrap_or(("", message));
        let thread = named.or(Some(before).filter(|before| !before.is_empty()));
        let mut address = self.0.clone();
        for (hole, name) in NAMES.into_iter().zip([Some(space), thread, Some(last)]) {
            if address.contains(hole) {
                address = address.replace(hole, name.filter(|name| is_plain(name))?);
            }
        }
        Some(address)
    }

    /// Tells whether a text is an address of this template, whatever the names in it.
    pub fn is_address(&self, text: &str) -> bool {
        let (mut text, mut rest) = (text, self.0.as_str());
        while let Some((literal, behind)) = rest.split_once('{') {
            let Some(named) = text.strip_prefix(literal) else { return false };
            let name = named.find(|c| !is_name(c)).unwrap_or(named.len());
            if name == 0 {
                return false;
            }
            text = &named[name..];
            rest = behind.split_once('}').map_or("", |(_, rest)| rest);
        }
        text == rest
    }
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permalink_is_read_up_to_its_end_and_nothing_else_is_one() {
        let (link, len) = Permalink::read("C1/p1614852900000200?x").expect("a permalink");
        assert_eq!((link.ts.to_string().as_str(), len), ("1614852900.000200", 20));
        assert_eq!(link.to_string(), "/archives/C1/p1614852900000200");
        for wrong in ["C1", "C1/", "C1/p16", "U1/p1614852900000200", "C/p1614852900000200"] {
            assert_eq!(Permalink::read(wrong), None, "{wrong}");
        }
        for wrong in ["C1/p16148529000002001", "C1/p1614852900000200/x", "C1/p161485290000020é"] {
            assert_eq!(Permalink::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_is_made_of_googles_names_and_known_again() {
        let template = LinkTemplate::default();
        let address = template.address("spaces/A/messages/T.M", Some("spaces/A/threads/T"));
        assert_eq!(address.as_deref(), Some("https://chat.google.com/room/A/T/M"));
        assert_eq!(template.address("spaces/A/messages/T.M", None), address);
        assert_eq!(template.address("spaces/A/messages/M", None), None, "its thread is not known");
        assert_eq!(template.address("spaces/A|b/messages/T.M", None), None);
        assert!(template.is_address("https://chat.google.com/room/A/T/M-"));
        for wrong in ["https://chat.google.com/room/A/T", "https://chat.google.com/room/A/T/M>"] {
            assert!(!template.is_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_template_is_an_address_with_a_hole_for_the_message() {
        assert!("https://chat.example/{message}?in={space}".parse::<LinkTemplate>().is_ok());
        for wrong in ["", "http://a/{message}", "https://a/", "https:///{message}"] {
            assert!(wrong.parse::<LinkTemplate>().is_err(), "{wrong}");
        }
        for wrong in ["https://a/{message}/{user}", "https://a/{message}|b", "https://a/ {message}"]
        {
            assert!(wrong.parse::<LinkTemplate>().is_err(), "{wrong}");
        }
    }
}
