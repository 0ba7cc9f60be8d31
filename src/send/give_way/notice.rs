//! The words that stand where a message can't. Pure.

use crate::draft::{NAMED_IN_TEXT, SYSTEM_LINES, literal, named_in_front};
use crate::ids::rfc3339;
use crate::ledger::Said;

/// Tells whether the message is speech; else it is an act, which takes no colon.
pub(super) fn speaks(said: &Said) -> bool {
    !SYSTEM_LINES.iter().any(|code| said.has_lost(code))
}

/// Says that Google did not take a message.
pub(super) fn refused(said: &Said, part: u32) -> String {
    notice(said, part, "Google refused it")
}

/// Says that a message does not fit behind its author's name.
pub(super) fn too_long(said: &Said, part: u32) -> String {
    notice(said, part, "it is too long to be posted under another account")
}

fn notice(said: &Said, part: u32, why: &str) -> String {
    let what = match said.parts {
        0 | 1 => "A message".to_owned(),
        _ => format!("Part {} of a message", part + 1),
    };
    // Whom the admin speaks for is named in the text alone.
    let led = NAMED_IN_TEXT.iter().any(|code| said.has_lost(code));
    let name = if led { named_in_front(&said.text) } else { Some(said.name.clone()) };
    let of = name.map(|name| format!(" of {}", literal(&name))).unwrap_or_default();
    let time = rfc3339(said.ts).get(..16).unwrap_or_default().replace('T', " ");
    format!("[{what}{of} from {time} UTC stands only in Slack: {why}.]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, losses: &str, text: &str) -> Said {
        let (ts, losses, text) = (1_614_852_900_000_000, losses.to_owned(), text.to_owned());
        Said { name: name.to_owned(), ts, parts: 1, losses, text }
    }

    #[test]
    fn a_notice_says_whose_message_of_when_stands_elsewhere_and_why() {
        let own = said("Ana", "", "poison");
        let text =
            "[A message of Ana from 2021-03-04 10:15 UTC stands only in Slack: Google refused it.]";
        assert_eq!(refused(&own, 0), text);
        let part = Said { parts: 3, ..own };
        assert!(too_long(&part, 1).starts_with("[Part 2 of a message of Ana from"));
    }

    #[test]
    fn whom_the_admin_speaks_for_is_named_and_not_the_admin() {
        let led = said("Admin", "bot_as_text:1", "*Build Bot:* poison");
        assert!(refused(&led, 0).starts_with("[A message of Build Bot from"));
        let nameless = said("Admin", "author_as_text:1,tombstone:1", "_deleted_");
        assert!(refused(&nameless, 0).starts_with("[A message from 2021"));
        let hostile = said("<users/all>", "", "x");
        assert!(!refused(&hostile, 0).contains("<users/all>"));
    }
}
