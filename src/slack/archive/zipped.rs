//! The list of a zip's entries, from its central directory, which is read once.
//!
//! The iterating reader of the `zip` crate is used because the usual one drops entries of equal
//! names unseen. It is marked unstable, so the crate's version is pinned.

use super::{At, Entry, names};
use crate::slack::finding::Findings;
use crate::slack::window::Window;
use crate::slack::{Error, Options};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use zip::read::{OwnedZipFileEntry, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

/// Lists the regular files of a zip by name.
pub(super) fn list(
    path: &Path,
    window: &Window,
    options: &Options,
    odd: &mut Findings,
) -> Result<Vec<Entry>, Error> {
    let damaged = |e: &ZipError| Error::Damaged { path: path.to_owned(), reason: e.to_string() };
    sniff(path, window)?;
    let mut zip = ZipIterable::try_new(window.clone(), zip::read::Config::default())
        .map_err(|e| damaged(&e))?;
    let found = zip.len() as u64;
    if found > options.limits.entries {
        let place = path.display().to_string();
        let limit = options.limits.entries;
        return Err(Error::Limit { place, what: "the number of entries", found, limit });
    }
    let mut seen = Seen::default();
    for entry in zip.files().map_err(|e| damaged(&e))? {
        take(entry.map_err(|e| damaged(&e))?, &mut seen, odd);
    }
    seen.finish(options, odd)
}

/// Entries by name, and the names met again.
#[derive(Default)]
struct Seen {
    entries: BTreeMap<String, At>,
    again: BTreeMap<String, u64>,
}

impl Seen {
    fn finish(self, options: &Options, odd: &mut Findings) -> Result<Vec<Entry>, Error> {
        if let Some((entry, _)) = self.again.iter().next()
            && !options.allow_duplicate_entries
        {
            return Err(Error::DuplicateEntries {
                entry: entry.clone(),
                count: self.again.len() as u64,
            });
        }
        for (name, more) in &self.again {
            odd.add(
                "duplicate_entry",
                name,
                format!("{name:?} occurs {} times; the last one counts", more + 1),
            );
        }
        Ok(self.entries.into_iter().map(|(name, at)| Entry { size: size(&at), name, at }).collect())
    }
}

fn size(at: &At) -> u64 {
    match at {
        At::Zip(entry) => entry.as_ref().as_ref().size(),
        At::Disk(_) => 0,
    }
}

fn take(entry: ZipFileEntry<'static>, seen: &mut Seen, odd: &mut Findings) {
    let raw = String::from_utf8_lossy(entry.name_raw()).into_owned();
    // Valid UTF-8 is UTF-8, whatever the flag says; all else is CP437.
    let name = entry.name().map_or(raw, std::borrow::Cow::into_owned);
    let Some(cleaned) = names::clean(&name) else {
        odd.add("unsafe_name", &name, format!("{name:?} points outside the archive; not read"));
        return;
    };
    if names::is_junk(&cleaned) || name.ends_with(['/', '\\']) {
        return;
    }
    if entry.is_symlink() {
        odd.add("symlink", &cleaned, format!("{cleaned:?} is a symbolic link; not read"));
        return;
    }
    let at = At::Zip(Box::new(OwnedZipFileEntry::from(entry)));
    if seen.entries.insert(cleaned.clone(), at).is_some() {
        *seen.again.entry(cleaned).or_default() += 1;
    }
}

/// Says what a file is that can't be a zip.
fn sniff(path: &Path, window: &Window) -> Result<(), Error> {
    let mut head = Vec::new();
    window.clone().take(16).read_to_end(&mut head).map_err(|e| Error::io(path, e))?;
    if head.starts_with(b"SQLite format 3\0") {
        let foreign = crate::slack::Foreign::SlackdumpDatabase;
        return Err(Error::Foreign { path: path.to_owned(), foreign });
    }
    let what = match head.as_slice() {
        [] => "an empty file",
        [b'[' | b'{', ..] => "a single JSON file",
        [0x1f, 0x8b, ..] => "a gzip file",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7-Zip archive",
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive",
        [b'<', ..] => "an HTML or XML page, perhaps a sign-in page",
        [b'P', b'K', ..] => return Ok(()),
        _ if ZipIterable::try_new(window.clone(), zip::read::Config::default()).is_ok() => {
            return Ok(());
        }
        _ => "some other kind of file",
    };
    Err(Error::NotAnArchive { path: path.to_owned(), what })
}
