//! What tells one archive from another: a hash over names, sizes and contents.

use super::archive::{Archive, Entry};
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

/// Hashes the sorted list of entries. A zip's own checksums stand for its contents; a folder's
/// lists and day files are read, and of its uploads only names and sizes count.
pub(super) fn of(archive: &Archive) -> String {
    let mut hash = Sha256::new();
    hash.update(b"chatferry archive 1\0");
    let mut scratch = Vec::new();
    for entry in &archive.entries {
        hash.update((entry.name.len() as u64).to_be_bytes());
        hash.update(entry.name.as_bytes());
        hash.update(entry.size.to_be_bytes());
        hash.update(content(archive, entry, &mut scratch));
    }
    let digest = hash.finalize();
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
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
