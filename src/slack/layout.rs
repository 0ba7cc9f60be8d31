//! Where things are in an archive: the root, the lists, and each folder's day files.

mod foreign;

use super::archive::Archive;
use super::finding::Findings;
use super::{Error, Foreign};
use std::collections::BTreeMap;
use std::path::Path;

/// The lists that make an export: one of them must be there.
pub(super) const LISTS: [&str; 4] = ["channels.json", "groups.json", "dms.json", "mpims.json"];

/// Lists of things that chatferry doesn't move; worth a word if there is something in them.
const UNMOVED: [&str; 5] = [
    "canvases.json",
    "lists.json",
    "huddle_transcripts.json",
    "file_conversations.json",
    "content_flags.json",
];

/// An empty list, `[]` or `[""]`, with the line breaks that somebody may have added.
const EMPTY_LIST: u64 = 16;

/// One day file of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DayFile {
    /// `YYYY-MM-DD`, the day's date in Los Angeles.
    pub(super) date: [u8; 10],
    /// The entry's index.
    pub(super) entry: u32,
}

/// What is where.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Root files by name: `users.json`, `channels.json`…
    pub(super) root: BTreeMap<String, u32>,
    /// Day files by folder, in the order of their dates.
    pub(super) folders: BTreeMap<String, Vec<DayFile>>,
    /// Uploads as slackdump lays them beside the messages.
    pub(super) uploads: bool,
}

impl Layout {
    /// Finds the export in an archive, or says what it is instead.
    pub(super) fn find(archive: &Archive, path: &Path, odd: &mut Findings) -> Result<Self, Error> {
        let refuse = |foreign: Foreign| Error::Foreign { path: path.to_owned(), foreign };
        let roots = roots(archive);
        if let Some(foreign) = foreign::of_roots(archive, &roots) {
            return Err(refuse(foreign));
        }
        let root = match roots.as_slice() {
            [] => {
                return Err(foreign::of_others(archive)
                    .map_or(Error::NotAnExport { path: path.to_owned() }, refuse));
            }
            [root] => *root,
            [first, second, ..] => {
                return Err(Error::SeveralExports {
                    first: (*first).to_owned(),
                    second: (*second).to_owned(),
                });
            }
        };
        let mut layout = Self::default();
        let mut others = Others::default();
        for (index, entry) in archive.entries.iter().enumerate() {
            if let Some(name) = entry.name.strip_prefix(root) {
                layout.place(name, index as u32, entry.size, &mut others);
            } else {
                others.add("outside_root", root, &entry.name);
            }
        }
        others.report(odd);
        for days in layout.folders.values_mut() {
            days.sort_unstable();
        }
        if layout.has_lists()
            || (layout.root.contains_key("users.json") && !layout.folders.is_empty())
        {
            return Ok(layout);
        }
        Err(Error::NotAnExport { path: path.to_owned() })
    }

    fn has_lists(&self) -> bool {
        LISTS.iter().any(|list| self.root.contains_key(*list))
    }

    fn place(&mut self, name: &str, index: u32, size: u64, others: &mut Others) {
        let Some((folder, file)) = name.split_once('/') else {
            if UNMOVED.contains(&name) && size > EMPTY_LIST {
                others.add("not_moved", name, name);
            }
            self.root.insert(name.to_owned(), index);
            return;
        };
        let attached = file.starts_with("attachments/");
        if attached || matches!(folder, "__uploads" | "__avatars" | "attachments") {
            self.uploads = true;
        } else if folder.starts_with("FC:") {
            others.add("file_conversation", folder, name);
        } else if let Some(date) = day_date(file) {
            let day = DayFile { date, entry: index };
            self.folders.entry(folder.to_owned()).or_default().push(day);
        } else if file == "canvas_in_the_conversation.json" {
            others.add("not_moved", file, name);
        } else {
            others.add("other_file", folder, name);
        }
    }

    /// Returns the indices of all entries that will be read.
    pub(super) fn wanted(&self) -> Vec<u32> {
        let lists = LISTS.iter().chain(&["users.json"]).filter_map(|list| self.root.get(*list));
        lists.copied().chain(self.folders.values().flatten().map(|day| day.entry)).collect()
    }
}

/// Entries that are no part of what is read, counted by code and group with the first as example.
#[derive(Default)]
struct Others(BTreeMap<(&'static str, String), (String, u64)>);

impl Others {
    fn add(&mut self, code: &'static str, group: &str, name: &str) {
        let first = || (name.to_owned(), 0);
        self.0.entry((code, group.to_owned())).or_insert_with(first).1 += 1;
    }

    fn report(self, odd: &mut Findings) {
        for ((code, group), (first, count)) in self.0 {
            let text = match code {
                "not_moved" => {
                    format!("{count} × {group:?}: canvases, lists and the like are not moved")
                }
                "file_conversation" => format!(
                    "folder {group:?}: comments on a canvas or file, {count} files, not moved"
                ),
                "outside_root" => {
                    format!("{count} files lie beside the export's own folder {group:?}; not read")
                }
                _ => {
                    format!("folder {group:?} holds {count} files that are no day files; not read")
                }
            };
            odd.add(code, &first, text);
        }
    }
}

/// Returns the date if the name is `YYYY-MM-DD.json` to the letter.
fn day_date(file: &str) -> Option<[u8; 10]> {
    let date: [u8; 10] = file.strip_suffix(".json")?.as_bytes().try_into().ok()?;
    let fits = |(index, byte): (usize, &u8)| match index {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    date.iter().enumerate().all(fits).then_some(date)
}

/// Returns the shallowest folders that hold root files, with a `/` at their end; `""` for the top.
fn roots(archive: &Archive) -> Vec<&str> {
    let is_root_file =
        |file: &str| LISTS.contains(&file) || matches!(file, "users.json" | "org_users.json");
    let mut roots: Vec<&str> = archive
        .entries
        .iter()
        .filter_map(|entry| {
            let cut = entry.name.rfind('/').map_or(0, |slash| slash + 1);
            is_root_file(&entry.name[cut..]).then_some(&entry.name[..cut])
        })
        .collect();
    roots.sort_unstable_by_key(|root| (root.matches('/').count(), *root));
    roots.dedup();
    let depth = |root: &str| root.matches('/').count();
    let least = roots.first().map_or(0, |root| depth(root));
    roots.retain(|root| depth(root) == least);
    roots
}

#[cfg(test)]
mod tests {
    use super::day_date;

    #[test]
    fn only_a_date_to_the_letter_names_a_day_file() {
        assert_eq!(day_date("2024-02-29.json").as_ref(), Some(b"2024-02-29"));
        for other in [
            "canvas_in_the_conversation.json",
            "2024-02-29.JSON",
            "2024-2-29.json",
            "2024-02-29.json.gz",
            "x/2024-02-29.json",
            "２０24-02-29.json",
        ] {
            assert_eq!(day_date(other), None, "{other}");
        }
    }
}
