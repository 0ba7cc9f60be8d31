//! The names that the emulator gives: made from what is named, never from the order of arrival.
//!
//! Equal worlds thus have equal names, and two canonical dumps can be compared byte for byte.

use ring::hmac;
use std::fmt;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const LETTERS: u32 = 10;

/// Sixty bits, written as ten letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u64);

impl Id {
    /// Reads an id as it stands in a resource name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != LETTERS as usize {
            return None;
        }
        let digit = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte);
        text.bytes().try_fold(0, |sum, byte| Some(sum << 6 | digit(byte)? as u64)).map(Self)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |place: u32| ALPHABET[(self.0 >> (6 * place) & 63) as usize];
        let text: [u8; LETTERS as usize] =
            std::array::from_fn(|index| letter(LETTERS - 1 - index as u32));
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Derives ids under one seed.
#[derive(Debug)]
pub(super) struct Ids(hmac::Key);

impl Ids {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes()))
    }

    /// Returns the id of what these parts name; their borders count.
    pub(super) fn of(&self, parts: &[&[u8]]) -> Id {
        let tag = self.tag(parts);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&tag.as_ref()[..8]);
        Id(u64::from_be_bytes(bytes) & ((1 << 60) - 1))
    }

    /// Returns a decimal number of 21 digits, as Google's account ids are.
    pub(super) fn account(&self, email: &str) -> String {
        let tag = self.tag(&[b"account", email.as_bytes()]);
        let number =
            tag.as_ref()[..8].iter().fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
        format!("1{number:020}")
    }

    fn tag(&self, parts: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            context.update(&(part.len() as u32).to_be_bytes());
            context.update(part);
        }
        context.sign()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_depends_on_seed_and_borders() {
        let ids = Ids::seeded(7);
        let id = ids.of(&[b"message", b"ab"]);
        assert_eq!(Id::parse(&id.to_string()), Some(id));
        assert_ne!(id, ids.of(&[b"messagea", b"b"]));
        assert_ne!(id, Ids::seeded(8).of(&[b"message", b"ab"]));
        assert_eq!(ids.account("a@example.com").len(), 21);
    }
}
