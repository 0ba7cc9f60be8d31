//! Whether Chat serves the admin: read from a space of ours, or asked for one that is not there.

use super::heard::Heard;
use super::services::{denied, unclear};
use super::{Check, Patient};
use crate::draft::Identity;
use crate::pace::Class;

/// A space that is not there: asking for it shows whether the question is allowed.
pub(super) const NOWHERE: &str = "spaces/chatferry-doctor";

impl Patient {
    /// Reads as the admin; also returns how Chat answers about a space that is not there.
    pub(super) async fn chat(&self, app: &Heard) -> (Check, Heard) {
        let admin = self.as_admin();
        let nowhere = self.read(&admin, NOWHERE).await;
        let ours = match &self.space {
            Some(space) => Some(self.read(&admin, space).await),
            None => None,
        };
        (judge(&nowhere, ours.as_ref(), app), nowhere)
    }

    /// Asks for one message of a space.
    pub(super) async fn read(&self, who: &Identity, space: &str) -> Heard {
        let list = async || self.client.list_messages(who, space, "", None, 1).await;
        self.ask(Class::Read, list).await.0
    }
}

/// Judges how Chat answers the admin: about a space of ours, about one that is not there, and how
/// it answers the app about the latter.
fn judge(nowhere: &Heard, ours: Option<&Heard>, app: &Heard) -> Check {
    match (nowhere, ours) {
        (_, Some(Heard::Served)) => {
            Check::pass("chat", "the admin can read a space of this migration")
        }
        (Heard::Served | Heard::Absent, None) => {
            Check::pass("chat", "Chat takes a call as the admin")
        }
        (Heard::Absent, Some(_)) => Check::warn(
            "chat",
            "Chat takes calls as the admin, but does not show a space of this migration",
            "It may be gone: `chatferry run` looks, and says how to start its conversation over.",
        ),
        // The same to the app: this is how Chat speaks of spaces that are not there.
        (Heard::Denied(_), None) if app.like(nowhere) => Check::warn(
            "chat",
            "can't be told yet: Chat refuses to say anything about spaces that are not there",
            "The first space shows it. Begin with a small export, or watch the first minutes of `chatferry run`.",
        ),
        (Heard::Denied(why), _) => denied("chat", why),
        (other, _) => unclear("chat", other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    #[test]
    fn h5_a_refusal_counts_unless_chat_speaks_so_of_every_space_that_is_not_there() {
        let no = || Heard::Denied("403".to_owned());
        let mark =
            |nowhere: &Heard, ours: Option<&Heard>, app: &Heard| judge(nowhere, ours, app).outcome;
        assert_eq!(mark(&no(), None, &Heard::Absent), Mark::Fail);
        assert_eq!(mark(&no(), None, &no()), Mark::Warn);
        assert_eq!(mark(&no(), Some(&no()), &no()), Mark::Fail);
        assert_eq!(mark(&no(), Some(&Heard::Served), &no()), Mark::Pass);
        assert_eq!(mark(&Heard::Absent, Some(&no()), &Heard::Absent), Mark::Warn);
        assert_eq!(mark(&Heard::NoScope, None, &Heard::Absent), Mark::Fail);
    }
}
