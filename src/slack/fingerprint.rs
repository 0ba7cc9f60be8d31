//! What tells one archive from another: a hash over names, sizes and contents.

use super::archive::{Archive, Entry};
use crate::ids::hex;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::path::Path;

/// How many bytes of an entry's own hash are kept.
pub(super) const SHORT: usize = 8;

/// What an archive is known by.
#[derive(Debug)]
pub(super) struct Print {
    /// Over everything, in hex.
    pub(super) whole: String,
    /// Of each entry a short one, in the order of entries.
    pub(super) entries: Vec<u8>,
}

/// Hashes the sorted list of entries. A zip's own checksums stand for its contents; a folder's
/// lists and day files are read, and of its uploads only names and sizes count.
pub(super) fn of(archive: &Archive) -> Print {
    let mut hash = Sha256::new();
    hash.update(b"chatferry archive 1\0");
    let (mut scratch, mut entries) = (Vec::new(), Vec::new());
    for entry in &archive.entries {
        let mut one = Vec::from((entry.name.len() as u64).to_be_bytes());
        one.extend_from_slice(entry.name.as_bytes());
        one.extend_from_slice(&entry.size.to_be_bytes());
        one.extend(content(archive, entry, &mut scratch));
        hash.update(&one);
        entries.extend_from_slice(&Sha256::digest(&one)[..SHORT]);
    }
    Print { whole: hex(&hash.finalize()), entries }
}

fn content(archive: &Archive, entry: &Entry, scratch: &mut Vec<u8>) -> Vec<u8> {
    if let Some(crc32) = entry.crc32() {
        return crc32.to_be_bytes().to_vec();
    }
    if Path::new(&entry.name).extension() != Some(OsStr::new("json")) {
        return Vec::new();
    }
    match archive.read(entry, scratch) {
        Ok(()) => Sha256::digest(&scratch).to_vec(),
        Err(_) => b"unreadable".to_vec(),
    }
}
