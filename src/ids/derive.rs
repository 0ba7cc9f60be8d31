//! Request and message ids, derived from what they name.

use super::{ConversationId, SlackTs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Counts how often a lane was started over; part of every request id of the lane.
pub type Generation = u32;

/// Base32 as RFC 4648 has it, in the lower case that Chat's message ids allow.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Parts from here on are of no message of Slack's: they name posts that we put beside it.
pub const ADDED: u32 = u32::MAX - 15;

/// What a request does, as far as its id is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// spaces.create of the lane's space, `part` counting the spaces of a split conversation.
    Space { conversation: &'a ConversationId, part: u32 },
    /// messages.create of one part of one message.
    Message { conversation: &'a ConversationId, ts: SlackTs, part: u32 },
}

/// Everything a request id depends on. The acting user belongs to it, since Google refuses a
/// request id that another user sends.
#[derive(Debug, Clone, Copy)]
pub struct RequestKey<'a> {
    /// The migration: its name and the target customer.
    pub migration: &'a str,
    /// The owed call.
    pub operation: Operation<'a>,
    /// How often the lane was started over.
    pub generation: Generation,
    /// How often this call's payload had to change (a createTime that someone else held).
    pub revision: u32,
    /// The account that the call impersonates; empty for the app itself.
    pub actor: &'a str,
}

/// A `requestId`: SHA-256 over its [`RequestKey`], stamped as a version 4 UUID, because AIP-155
/// lets a service insist on one.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// Derives the id of the call that `key` describes.
    pub fn derive(key: &RequestKey<'_>) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"chatferry request 1\0");
        field(&mut hash, key.migration);
        match key.operation {
            Operation::Space { conversation, part } => {
                field(&mut hash, "space");
                field(&mut hash, conversation.as_str());
                hash.update(part.to_be_bytes());
            }
            Operation::Message { conversation, ts, part } => {
                field(&mut hash, "message");
                field(&mut hash, conversation.as_str());
                hash.update(ts.micros().to_be_bytes());
                hash.update(part.to_be_bytes());
            }
        }
        hash.update(key.generation.to_be_bytes());
        hash.update(key.revision.to_be_bytes());
        field(&mut hash, key.actor);
        Self(uuid4(&hash.finalize()))
    }

    /// Derives the id of the next revision of a call from the id of this one.
    #[must_use]
    pub fn revised(last: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"chatferry revision 1\0");
        field(&mut hash, last);
        Self(uuid4(&hash.finalize()))
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A client-assigned `messageId`: `client-` and 32 base32 characters over (conversation, ts,
/// part). The acting user is no part of it, so a message can't be posted twice by two people.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(String);

impl MessageId {
    /// Derives the id; `revision` is 0 unless an earlier message of that id was deleted, which
    /// burns its id for ever.
    pub fn derive(conversation: &ConversationId, ts: SlackTs, part: u32, revision: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"chatferry message 1\0");
        field(&mut hash, conversation.as_str());
        hash.update(ts.micros().to_be_bytes());
        hash.update(part.to_be_bytes());
        hash.update(revision.to_be_bytes());
        let mut text = String::with_capacity(39);
        text.push_str("client-");
        base32_into(&mut text, &hash.finalize()[..20]);
        Self(text)
    }

    /// Returns the id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns SHA-256 of a message's text, cut to 16 bytes: what stays in the ledger of a body.
pub fn text_hash(text: &str) -> [u8; 16] {
    let mut cut = [0; 16];
    cut.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    cut
}

/// Feeds a text with its length in front, so that no two lists of fields hash alike.
fn field(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

fn uuid4(digest: &[u8]) -> String {
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 0x0f] {
            text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    text
}

fn base32_into(text: &mut String, bytes: &[u8]) {
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits) as usize & 31]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key<'a>(conversation: &'a ConversationId, actor: &'a str) -> RequestKey<'a> {
        RequestKey {
            migration: "T1/C0",
            operation: Operation::Message { conversation, ts: SlackTs::from_micros(1), part: 0 },
            generation: 0,
            revision: 0,
            actor,
        }
    }

    #[test]
    fn a_request_id_is_a_version_4_uuid_and_never_changes() {
        let c = ConversationId::new("C1");
        let id = RequestId::derive(&key(&c, "a@example.com"));
        insta::assert_snapshot!(id.as_str());
        assert_eq!(&id.as_str()[14..15], "4");
        assert!(matches!(&id.as_str()[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn another_actor_makes_another_request_but_not_another_message() {
        let c = ConversationId::new("C1");
        let first = RequestId::derive(&key(&c, "a@example.com"));
        assert_ne!(first, RequestId::derive(&key(&c, "b@example.com")));
        let id = MessageId::derive(&c, SlackTs::from_micros(1), 0, 0);
        insta::assert_snapshot!(id.as_str());
        assert!(id.as_str().len() <= 63);
        assert_ne!(id, MessageId::derive(&c, SlackTs::from_micros(1), 1, 0));
        assert_ne!(id, MessageId::derive(&c, SlackTs::from_micros(1), 0, 1));
    }
}
