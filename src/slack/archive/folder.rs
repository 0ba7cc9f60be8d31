//! The list of a folder's files. Links are not followed.

use super::{At, Entry, names};
use crate::slack::finding::Findings;
use crate::slack::{Error, Options};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Deep enough for an export in a folder in a folder; never endless.
const DEPTH: usize = 6;

/// Lists the regular files under a folder by name.
pub(super) fn list(
    root: &Path,
    options: &Options,
    odd: &mut Findings,
) -> Result<Vec<Entry>, Error> {
    let mut walk =
        Walk { root, found: BTreeMap::new(), again: Vec::new(), limit: options.limits.entries };
    walk.descend(root, "", DEPTH, odd)?;
    if let Some(entry) = walk.again.first()
        && !options.allow_duplicate_entries
    {
        return Err(Error::DuplicateEntries {
            entry: entry.clone(),
            count: walk.again.len() as u64,
        });
    }
    let entry = |(name, (size, path))| Entry { name, size, at: At::Disk(path) };
    Ok(walk.found.into_iter().map(entry).collect())
}

struct Walk<'a> {
    root: &'a Path,
    found: BTreeMap<String, (u64, PathBuf)>,
    again: Vec<String>,
    limit: u64,
}

impl Walk<'_> {
    fn descend(
        &mut self,
        dir: &Path,
        prefix: &str,
        depth: usize,
        odd: &mut Findings,
    ) -> Result<(), Error> {
        let listing = std::fs::read_dir(dir).map_err(|e| Error::io(dir, e))?;
        for item in listing {
            let item = item.map_err(|e| Error::io(dir, e))?;
            self.visit(&item, prefix, depth, odd)?;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        item: &std::fs::DirEntry,
        prefix: &str,
        depth: usize,
        odd: &mut Findings,
    ) -> Result<(), Error> {
        let path = item.path();
        let name = format!("{prefix}{}", item.file_name().to_string_lossy());
        let Some(cleaned) = names::clean(&name).filter(|cleaned| !names::is_junk(cleaned)) else {
            return Ok(());
        };
        let kind = item.file_type().map_err(|e| Error::io(&path, e))?;
        if kind.is_symlink() {
            odd.add("symlink", &cleaned, format!("{cleaned:?} is a symbolic link; not read"));
        } else if kind.is_dir() {
            if depth > 0 {
                self.descend(&path, &format!("{name}/"), depth - 1, odd)?;
            } else {
                odd.add("too_deep", &cleaned, format!("{cleaned:?} lies too deep; not read"));
            }
        } else if kind.is_file() {
            let size = item.metadata().map_err(|e| Error::io(&path, e))?.len();
            self.take(cleaned, size, path)?;
        }
        Ok(())
    }

    fn take(&mut self, name: String, size: u64, path: PathBuf) -> Result<(), Error> {
        // Only a name with backslashes beside the same one with slashes can clash here.
        if self.found.insert(name.clone(), (size, path)).is_some() {
            self.again.push(name);
        }
        let found = self.found.len() as u64;
        if found > self.limit {
            let place = self.root.display().to_string();
            return Err(Error::Limit {
                place,
                what: "the number of files",
                found,
                limit: self.limit,
            });
        }
        Ok(())
    }
}
