//! Refuses archives that were made to explode: sizes, ratio, and entries that share bytes.

use super::{Archive, At, Entry};
use crate::slack::window::Window;
use crate::slack::{Error, Options};

/// A local file header without its name and extra fields.
const LOCAL_HEADER: u64 = 30;

/// Checks the entries that will be read against the limits, and all entries against each other.
pub(super) fn check(archive: &Archive, wanted: &[u32], options: &Options) -> Result<(), Error> {
    let limits = &options.limits;
    let (mut total, mut packed) = (0_u64, 0_u64);
    for entry in wanted.iter().filter_map(|index| archive.entries.get(*index as usize)) {
        if entry.size > limits.entry_bytes {
            return Err(too_big(&entry.name, "its unpacked size", entry.size, limits.entry_bytes));
        }
        total = total.saturating_add(entry.size);
        packed = packed.saturating_add(entry.packed());
    }
    if total > limits.total_bytes {
        return Err(too_big("the archive", "its unpacked size", total, limits.total_bytes));
    }
    let ratio = total / packed.max(1);
    if archive.zip.is_some() && total > limits.ratio_above && ratio > limits.ratio {
        return Err(too_big(
            "the archive",
            "its unpacked size over its packed size",
            ratio,
            limits.ratio,
        ));
    }
    archive.zip.as_ref().map_or(Ok(()), |window| overlaps(&archive.entries, window))
}

fn too_big(place: &str, what: &'static str, found: u64, limit: u64) -> Error {
    Error::Limit { place: place.to_owned(), what, found, limit }
}

/// Refuses the archive if any two entries share a byte, headers counted.
fn overlaps(entries: &[Entry], window: &Window) -> Result<(), Error> {
    let mut spans: Vec<(u64, u64, &str)> = entries
        .iter()
        .filter_map(|entry| {
            let (start, packed) = entry.header_and_packed()?;
            // An entry whose header can't be read fails when it is read; here its least counts.
            let names = names_length(window, start).unwrap_or(0);
            let end = start.saturating_add(LOCAL_HEADER + names).saturating_add(packed);
            Some((start, end, entry.name.as_str()))
        })
        .collect();
    spans.sort_unstable();
    match spans.windows(2).find(|pair| pair[0].1 > pair[1].0) {
        Some(pair) => {
            Err(Error::Overlap { first: pair[0].2.to_owned(), second: pair[1].2.to_owned() })
        }
        None => Ok(()),
    }
}

/// Returns how long name and extra fields are in the local header at `start`.
fn names_length(window: &Window, start: u64) -> std::io::Result<u64> {
    let mut lengths = [0_u8; 4];
    window.peek(start.saturating_add(26), &mut lengths)?;
    let [a, b, c, d] = lengths;
    Ok(u64::from(u16::from_le_bytes([a, b])) + u64::from(u16::from_le_bytes([c, d])))
}

impl Entry {
    fn header_and_packed(&self) -> Option<(u64, u64)> {
        match &self.at {
            At::Zip(entry) => {
                let entry = entry.as_ref().as_ref();
                Some((entry.header_start(), entry.compressed_size()))
            }
            At::Disk(_) => None,
        }
    }

    fn packed(&self) -> u64 {
        self.header_and_packed().map_or(self.size, |(_, packed)| packed)
    }

    /// Returns the checksum that the zip's directory holds; none for a folder's file.
    pub(in crate::slack) fn crc32(&self) -> Option<u32> {
        match &self.at {
            At::Zip(entry) => Some(entry.as_ref().as_ref().crc32()),
            At::Disk(_) => None,
        }
    }
}
