//! Damage that no call of the API does, for whoever has to notice it: in Google's own storage
//! anything can happen.

use super::Emulator;
use super::ids::Id;
use super::time;

/// What happens to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tamper {
    /// Somebody else, by address, is its author.
    Author(String),
    /// It moves into the thread of another message, which is named in full.
    ThreadOf(String),
    /// It has another createTime.
    Time(String),
    /// It has another messageId.
    MessageId(String),
    /// Its first reaction is there twice.
    ReactionTwice,
}

impl Emulator {
    /// Damages a message, named in full; false where message, person or thread is unknown.
    pub fn tamper(&self, message: &str, tamper: &Tamper) -> bool {
        self.try_tamper(message, tamper).is_some()
    }

    fn try_tamper(&self, message: &str, tamper: &Tamper) -> Option<()> {
        let (space, message) = split(message)?;
        let room = self.shared.world.room(space)?;
        let mut space = room.lock();
        let at = *space.by_id.get(&message)? as usize;
        match tamper {
            Tamper::Author(email) => {
                let who = self.shared.people().find(email)?;
                space.messages[at].sender = who;
            }
            Tamper::ThreadOf(other) => {
                let other = *space.by_id.get(&split(other)?.1)? as usize;
                space.messages[at].thread = space.messages[other].thread;
            }
            Tamper::Time(time) => space.messages[at].created = time::parse(time)?,
            Tamper::MessageId(id) => space.messages[at].client_id = Some(id.as_str().into()),
            Tamper::ReactionTwice => {
                let reactions = &mut space.messages[at].extra.as_mut()?.reactions;
                reactions.push(*reactions.first()?);
            }
        }
        Some(())
    }
}

/// Reads `spaces/S/messages/T.M`: the space and the message.
fn split(name: &str) -> Option<(Id, Id)> {
    let (space, rest) = name.strip_prefix("spaces/")?.split_once("/messages/")?;
    let (_, message) = rest.split_once('.')?;
    Some((Id::parse(space)?, Id::parse(message)?))
}
