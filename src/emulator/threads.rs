//! Which thread a message goes to.

use super::coverage::Point;
use super::dialects::Odd;
use super::ids::Id;
use super::refusal::{Outcome, Refusal};
use super::shared::Turn;
use super::world::{Kind, Space};

const THREAD_KEY_CHARS: usize = 4000;
/// What the product's known limitations say of a thread's length.
const REPLIES: u32 = 500;

/// Tells whether the thread, if it is new, is known by a key from now on.
pub(super) fn keyed(turn: &Turn<'_>) -> bool {
    turn.inner("thread", "threadKey").is_some() || turn.query.get("threadKey").is_some()
}

/// Decides the thread: its name, and whether the message replies in it.
pub(super) fn choose(turn: &mut Turn<'_>, space: &Space, message: Id) -> Outcome<(Id, bool)> {
    let option = turn.query.get("messageReplyOption").unwrap_or("MESSAGE_REPLY_OPTION_UNSPECIFIED");
    let name = turn.inner("thread", "name");
    let key = turn.inner("thread", "threadKey").or_else(|| turn.query.get("threadKey"));
    if option == "MESSAGE_REPLY_OPTION_UNSPECIFIED" {
        if name.is_some() || key.is_some() {
            turn.hit(Point::ThreadIgnored);
            turn.check.lint("thread-ignored", "thread");
        }
        return Ok((message, false));
    }
    if space.kind == Kind::GroupChat {
        return match turn.dialects().group_chat_threads {
            Odd::Ignored => Ok((message, false)),
            _ => Err(Refusal::invalid(
                Point::ThreadInGroup,
                "message_reply_option is only supported in named spaces.",
            )),
        };
    }
    let fail = option == "REPLY_MESSAGE_OR_FAIL";
    let (thread, reply) = match (name, key) {
        (Some(name), _) => match space.thread_named(name) {
            Some(thread) => (thread, true),
            None if fail => {
                let text = "The thread to reply to was not found.";
                return Err(Refusal::not_found(Point::ThreadMissing, text));
            }
            None => {
                turn.hit(Point::ThreadFallback);
                (message, false)
            }
        },
        (None, Some(key)) if key.chars().count() > THREAD_KEY_CHARS => {
            let text = "thread.thread_key must have at most 4000 characters.";
            return Err(Refusal::invalid(Point::ThreadKey, text));
        }
        (None, Some(key)) => {
            let thread =
                turn.shared.ids.of(&[b"thread", space.id.to_string().as_bytes(), key.as_bytes()]);
            (thread, space.threads.contains_key(&thread))
        }
        (None, None) => (message, false),
    };
    if reply { joined(turn, space, message, thread, fail) } else { Ok((thread, false)) }
}

/// A reply joins its thread, unless the thread is at its end.
fn joined(
    turn: &Turn<'_>,
    space: &Space,
    message: Id,
    thread: Id,
    fail: bool,
) -> Outcome<(Id, bool)> {
    let full = space.threads.get(&thread).is_some_and(|thread| thread.replies >= REPLIES);
    if !(full && turn.dialects().threads_end) {
        turn.hit(Point::ThreadJoined);
        return Ok((thread, true));
    }
    if fail {
        let text = "The thread has reached its maximum number of replies.";
        return Err(Refusal::precondition(Point::ThreadFull, text));
    }
    Ok((message, false))
}

impl Space {
    /// Finds a thread by its full resource name.
    pub(super) fn thread_named(&self, name: &str) -> Option<Id> {
        let (space, thread) = name.strip_prefix("spaces/")?.split_once("/threads/")?;
        let id = Id::parse(thread).filter(|_| Id::parse(space) == Some(self.id))?;
        let own = || self.by_id.get(&id).filter(|at| self.messages[**at as usize].thread == id);
        (self.threads.contains_key(&id) || own().is_some()).then_some(id)
    }
}
