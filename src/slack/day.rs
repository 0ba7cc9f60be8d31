//! A day file, record by record: messages, what could not be read, and what is no message.

use super::build::{self, Built};
use super::finding::Finding;
use super::message::Message;
use super::record::Record;
use super::repair;
use serde::Deserialize;
use serde_json::Deserializer;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// One day of one conversation.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// The entry's name, as the archive spells it.
    pub entry: String,
    /// Messages in the order of their ts.
    pub messages: Vec<Message>,
    /// Records that could not be read.
    pub bad: Vec<Bad>,
    /// Records that are no messages and don't pretend to be (a canvas's file object, `""`).
    pub foreign: u32,
    /// What was mended or left out inside the messages.
    pub findings: Vec<Finding>,
}

/// A record or a whole day (or its rest) that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// The entry's name.
    pub entry: String,
    /// The record's place in the array, from 0; `None` for the whole file or its unreadable rest.
    pub index: Option<u32>,
    /// Why; never holds any of the record's text.
    pub reason: String,
    /// SHA-256 of the bytes, cut to 16.
    pub hash: [u8; 16],
}

/// Returns what tells two versions of a record apart.
pub(super) fn hash(bytes: &[u8]) -> [u8; 16] {
    let mut cut = [0; 16];
    cut.copy_from_slice(&Sha256::digest(bytes)[..16]);
    cut
}

impl Day {
    /// Makes a day of which nothing could be read.
    pub(super) fn unreadable(entry: &str, reason: String, bytes: &[u8]) -> Self {
        let bad = Bad { entry: entry.to_owned(), index: None, reason, hash: hash(bytes) };
        Self { entry: entry.to_owned(), bad: vec![bad], ..Self::default() }
    }

    /// Reads the bytes of a day file. Any bytes will do.
    pub fn parse(entry: &str, bytes: &[u8]) -> Self {
        let mut day = Self { entry: entry.to_owned(), ..Self::default() };
        let (text, replaced) = repair::utf8(bytes);
        if replaced {
            day.note("not_utf8", "bytes that are not UTF-8 were replaced by U+FFFD");
        }
        let (text, lone) = repair::lone_surrogates(&text);
        if lone > 0 {
            day.note(
                "lone_surrogate",
                &format!("{lone} halves of surrogate pairs were replaced by U+FFFD"),
            );
        }
        day.records(&text);
        day.messages.sort_by_key(|message| message.ts);
        day
    }

    fn note(&mut self, code: &'static str, text: &str) {
        self.findings.push(Finding::new(code, &self.entry, text));
    }

    fn spoil(&mut self, index: Option<u32>, reason: impl Into<String>, bytes: &[u8]) {
        let bad =
            Bad { entry: self.entry.clone(), index, reason: reason.into(), hash: hash(bytes) };
        self.bad.push(bad);
    }

    /// Walks the array by hand, so that each record's bytes are known and one bad one costs
    /// only itself; `serde_json` reads the records.
    fn records(&mut self, text: &str) {
        let Some(mut rest) = text.trim_ascii_start().strip_prefix('[') else {
            return self.spoil(None, "not a JSON array", text.as_bytes());
        };
        for index in 0.. {
            rest = rest.trim_ascii_start();
            if rest.starts_with(']') {
                break;
            }
            let Some(length) = self.record(rest, index) else {
                return;
            };
            rest = rest[length..].trim_ascii_start();
            match rest.as_bytes().first() {
                Some(b',') => rest = &rest[1..],
                Some(b']') => break,
                Some(_) => return self.spoil_rest(rest, index, "no comma between records"),
                None => return self.spoil_rest(rest, index, "the file ends early"),
            }
        }
        if !rest[1..].trim_ascii().is_empty() {
            self.spoil(None, "text after the end of the array", rest.as_bytes());
        }
    }

    fn spoil_rest(&mut self, rest: &str, index: u32, what: &str) {
        self.spoil(None, format!("{what} (whole records before: {index})"), rest.as_bytes());
    }

    /// Reads one record and returns its length, or spoils the rest of the day.
    fn record(&mut self, rest: &str, index: u32) -> Option<usize> {
        if rest.starts_with('{') {
            let mut stream = Deserializer::from_str(rest).into_iter::<Record<'_>>();
            if let Some(Ok(record)) = stream.next() {
                let length = stream.byte_offset();
                self.take(record, index, &rest.as_bytes()[..length]);
                return Some(length);
            }
        }
        match skip(rest) {
            Ok(r#""""#) => self.foreign += 1,
            Ok(raw) => self.spoil(Some(index), reason(raw), raw.as_bytes()),
            Err(error) => {
                let what = if error.is_eof() { "the file ends early" } else { "not JSON" };
                self.spoil_rest(rest, index, what);
                return None;
            }
        }
        skip(rest).ok().map(str::len)
    }

    fn take(&mut self, record: Record<'_>, index: u32, bytes: &[u8]) {
        match build::message(record, hash(bytes)) {
            Built::Message(message, skipped) => {
                if skipped > 0 {
                    let ts = message.ts;
                    self.note("odd_part", &format!("{skipped} parts (files, reactions, cards, thread) of the message {ts} could not be read"));
                }
                self.messages.push(*message);
            }
            Built::Foreign => self.foreign += 1,
            Built::Bad(reason) => self.spoil(Some(index), reason, bytes),
        }
    }
}

/// Returns the JSON value at the start of a text, whatever follows it.
fn skip(rest: &str) -> Result<&str, serde_json::Error> {
    let mut from = Deserializer::from_str(rest);
    <&RawValue>::deserialize(&mut from).map(RawValue::get)
}

/// Says why a record that is JSON is no message.
fn reason(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object that can't be read",
        _ => "not an object",
    }
}
