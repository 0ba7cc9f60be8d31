//! Reading the gallery: a folder of pictures, Slack's list, or both.

use super::list::{self, Entry};
use super::{Gallery, Picture, Problem, Unfit, name, picture};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Endings of pictures, the one to prefer first: a GIF may move.
const ENDINGS: [&str; 4] = ["gif", "png", "jpg", "jpeg"];
/// What Slack's list may be called inside a folder.
const LISTS: [&str; 3] = ["emoji.list.json", "emoji.list", "emoji.json"];
/// More files than any workspace has emoji.
const FILES: usize = 20_000;
/// A longer list is none.
const LIST: u64 = 64 << 20;

/// Why there is no gallery.
#[derive(Debug, thiserror::Error)]
pub enum GalleryError {
    /// Nothing is there, or it can't be read.
    #[error("the custom emoji in {path} can't be read: {why}")]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The file is no list of emoji.
    #[error("{path} is no list of custom emoji: {why}")]
    NoList {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The folder holds too much.
    #[error("{path} holds more than 20,000 files")]
    Crowded {
        /// The folder.
        path: PathBuf,
    },
}

impl GalleryError {
    /// Returns what the admin can do.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "`emoji` names a folder of pictures, or the JSON that Slack's emoji.list answers; docs/operations.md"
            }
            Self::NoList { .. } => {
                "want what Slack's emoji.list answers: {\"ok\":true,\"emoji\":{\"name\":\"alias:other\"}}"
            }
            Self::Crowded { .. } => "put the pictures of the emoji into a folder of their own",
        }
    }
}

impl Gallery {
    /// Reads what is at `path`: a folder of pictures that are named after their emoji, perhaps with
    /// Slack's list among them; or Slack's list, with pictures beside it. Every picture is looked
    /// at; none is kept in memory.
    pub fn open(path: &Path) -> Result<Self, GalleryError> {
        let is_folder = path.metadata().map_err(|error| unreadable(path, &error))?.is_dir();
        let (folder, list) = if is_folder {
            let inside = LISTS.iter().map(|name| path.join(name)).find(|path| path.is_file());
            (path, inside)
        } else {
            (path.parent().unwrap_or(Path::new("")), Some(path.to_owned()))
        };
        let list = list.map_or_else(|| Ok(BTreeMap::new()), |path| read_list(&path))?;
        let mut gallery = Self::default();
        let files =
            if is_folder { in_folder(path, &mut gallery.problems)? } else { BTreeMap::new() };
        let mut pictures = beside(folder, &list);
        pictures.extend(files);
        gallery.hang(&pictures);
        let aliases = list.into_iter().filter_map(|(name, entry)| match entry {
            Entry::Alias(other) => Some((name, other)),
            Entry::Picture(_) => None,
        });
        gallery.aliases = aliases.collect();
        Ok(gallery)
    }

    /// Looks at every picture, and names those that can be used.
    fn hang(&mut self, files: &BTreeMap<String, PathBuf>) {
        let mut good = Vec::new();
        for (slack, path) in files {
            match picture::prepare(path) {
                Ok(ready) => good.push((slack, path, ready.still)),
                Err(why) => self.problems.push(Problem { file: file_name(path), why }),
            }
        }
        let names = name::settle(good.iter().map(|(slack, ..)| slack.as_str()));
        for (slack, path, still) in &good {
            let name = names.get(slack.as_str()).cloned().unwrap_or_default();
            let picture = Picture { path: (*path).clone(), name, still: *still };
            self.pictures.insert((*slack).clone(), picture);
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> GalleryError {
    GalleryError::Unreadable { path: path.to_owned(), why: error.kind().to_string() }
}

fn read_list(path: &Path) -> Result<BTreeMap<String, Entry>, GalleryError> {
    let fail = |error| unreadable(path, &error);
    let mut json = Vec::new();
    File::open(path).map_err(fail)?.take(LIST + 1).read_to_end(&mut json).map_err(fail)?;
    let no_list = |why: String| GalleryError::NoList { path: path.to_owned(), why };
    if json.len() as u64 > LIST {
        return Err(no_list("it has more than 64 MB".to_owned()));
    }
    list::parse(&json).map_err(no_list)
}

/// Finds the pictures of a folder by the emoji's names.
fn in_folder(
    folder: &Path,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<String, PathBuf>, GalleryError> {
    let fail = |error| unreadable(folder, &error);
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for (nth, entry) in std::fs::read_dir(folder).map_err(fail)?.enumerate() {
        if nth >= FILES {
            return Err(GalleryError::Crowded { path: folder.to_owned() });
        }
        let path = entry.map_err(fail)?.path();
        found.extend(rank(&path).map(|rank| (rank, path)));
    }
    found.sort_unstable();
    let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (_, path) in found {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let slack: String = stem.nfc().flat_map(char::to_lowercase).collect();
        match files.get(&slack) {
            None => {
                files.insert(slack, path);
            }
            Some(first) => problems
                .push(Problem { file: file_name(&path), why: Unfit::Double(file_name(first)) }),
        }
    }
    Ok(files)
}

fn rank(path: &Path) -> Option<usize> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    ENDINGS.iter().position(|known| *known == ending)
}

/// Finds the pictures that lie beside a list: where it says, or named after the emoji.
fn beside(folder: &Path, list: &BTreeMap<String, Entry>) -> BTreeMap<String, PathBuf> {
    let find = |(name, entry): (&String, &Entry)| {
        let Entry::Picture(file) = entry else { return None };
        let named = file.as_ref().map(|file| folder.join(file));
        let plain = !name.contains(['/', '\\']) && name != "..";
        let own = ENDINGS.iter().map(|ending| folder.join(format!("{name}.{ending}")));
        let own = own.filter(|_| plain);
        let path = named.into_iter().chain(own).find(|path| path.is_file())?;
        Some((name.clone(), path))
    };
    list.iter().filter_map(find).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::Shows;
    use super::*;
    use image::{ImageFormat, RgbaImage};
    use tempfile::TempDir;

    fn folder(files: &[&str]) -> TempDir {
        let folder = TempDir::new().expect("a folder");
        for name in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            let format = ImageFormat::from_path(&path).unwrap_or(ImageFormat::Png);
            let picture = RgbaImage::new(64, 64);
            let picture = image::DynamicImage::from(picture).to_rgb8();
            picture.save_with_format(&path, format).expect("a picture");
        }
        folder
    }

    fn names(gallery: &Gallery) -> Vec<String> {
        let shown = |(slack, shows): (&str, Shows)| match shows {
            Shows::Picture { slack: of, name, .. } => format!("{slack} {of} {name}"),
            Shows::Alias(other) => format!("{slack} -> {other}"),
        };
        gallery.names().map(shown).collect()
    }

    #[test]
    fn f8_a_folder_of_pictures_is_named_after_its_files() {
        let folder = folder(&["party-parrot.gif", "Big.PNG", "big.jpg", "c++.jpg", "deep/x.png"]);
        std::fs::write(folder.path().join("notes.txt"), "x").expect("a file");
        std::fs::write(folder.path().join("bad.png"), "x").expect("a file");
        let gallery = Gallery::open(folder.path()).expect("a gallery");
        assert_eq!(
            names(&gallery),
            ["big big big", "c++ c++ cplusplus", "party-parrot party-parrot party-parrot"]
        );
        let problems: Vec<_> = gallery.problems().iter().map(|one| one.file.as_str()).collect();
        assert_eq!(problems, ["big.jpg", "bad.png"]);
        assert!(gallery.ready("big").is_some_and(|ready| ready.is_ok()));
        assert!(gallery.ready("bad").is_none());
    }

    #[test]
    fn f8_slacks_list_brings_aliases_and_finds_pictures_beside_it() {
        let list = r#"{"ok":true,"emoji":{"parrot":"https://x.example/1.gif","polly":"alias:parrot",
            "bird":"alias:polly","yes":"alias:thumbsup","gone":"https://x.example/2.png",
            "a":"alias:b","b":"alias:a","file":"deep/x.png"}}"#;
        let folder = folder(&["parrot.gif", "other.png", "deep/x.png"]);
        let path = folder.path().join("emoji.json");
        std::fs::write(&path, list).expect("a file");
        let listed = [
            "file file file",
            "parrot parrot parrot",
            "a -> a",
            "b -> b",
            "bird parrot parrot",
            "polly parrot parrot",
            "yes -> thumbsup",
        ];
        assert_eq!(names(&Gallery::open(&path).expect("a gallery")), listed);
        let whole = names(&Gallery::open(folder.path()).expect("a gallery"));
        assert!(whole.contains(&"other other other".to_owned()) && whole.len() == 8);
    }

    #[test]
    fn f8_what_is_no_gallery_is_refused_by_name() {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("emoji.json");
        assert!(matches!(Gallery::open(&path), Err(GalleryError::Unreadable { .. })));
        std::fs::write(&path, "[]").expect("a file");
        for wrong in [path.as_path(), folder.path()] {
            let error = Gallery::open(wrong).expect_err("no list");
            assert!(error.to_string().contains("emoji.json is no list"), "{error}");
        }
        std::fs::remove_file(&path).expect("a file");
        assert!(Gallery::open(folder.path()).expect("an empty folder").is_empty());
    }
}
