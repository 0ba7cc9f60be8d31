//! The organisation's custom emoji: create, get, list and delete. Pictures are measured and hashed,
//! not kept.

use super::coverage::Point;
use super::ids::Id;
use super::listing::page_size;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::shared::{Turn, json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, ImageReader};
use ring::digest;
use serde_json::{Value, json as object};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A picture has fewer bytes.
const BYTES: usize = 256 << 10;
/// How long a side may be, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=500;
const PAGE: usize = 25;
const PAGE_MAX: usize = 200;

/// One custom emoji.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    id: Id,
    by: Who,
    /// SHA-256 of its bytes, in hexadecimal.
    sha256: String,
}

/// All custom emoji, by name: `:party:`.
#[derive(Debug, Default)]
pub(super) struct Gallery(Mutex<BTreeMap<String, Picture>>);

impl Gallery {
    fn open(&self) -> MutexGuard<'_, BTreeMap<String, Picture>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether there is an emoji with this uid.
    pub(super) fn has(&self, uid: &str) -> bool {
        self.open().values().any(|picture| picture.id.to_string() == uid)
    }

    /// Lists every emoji: name, who made it, the hash of its picture.
    pub(super) fn all(&self) -> Vec<(String, Who, String)> {
        let one = |(name, picture): (&String, &Picture)| {
            (name.clone(), picture.by, picture.sha256.clone())
        };
        self.open().iter().map(one).collect()
    }
}

/// Answers a call about custom emoji, and refuses what is not imitated.
pub(super) fn answer(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    match turn.method.id {
        "customEmojis.create" => create(turn),
        "customEmojis.get" => get(turn),
        "customEmojis.list" => list(turn),
        "customEmojis.delete" => delete(turn),
        other => Err(Refusal::unmodelled(other)),
    }
}

/// customEmojis.create.
fn create(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let by = turn.user()?;
    let name = turn.text("emojiName").filter(|name| is_name(name)).ok_or_else(|| {
        Refusal::invalid(
            Point::EmojiName,
            "custom_emoji.emoji_name must begin and end with a colon, and have lower case letters, digits, hyphens and underscores between.",
        )
    })?;
    let sha256 = picture(turn)?;
    let mut gallery = turn.shared.gallery.open();
    if gallery.contains_key(name) {
        return Err(Refusal::exists(
            Point::EmojiTaken,
            "A custom emoji with this name already exists.",
        ));
    }
    let picture = Picture { id: turn.shared.ids.of(&[b"emoji", name.as_bytes()]), by, sha256 };
    let view = view(name, &picture);
    gallery.insert(name.to_owned(), picture);
    Ok(json(&view))
}

/// customEmojis.get, by id or by name.
fn get(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    turn.user()?;
    let gallery = turn.shared.gallery.open();
    let (name, picture) = find(&gallery, turn.name(0))?;
    Ok(json(&view(name, picture)))
}

/// customEmojis.list, in the order of names.
fn list(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let mine = match turn.query.get("filter") {
        None => None,
        Some("creator(\"users/me\")") => Some(true),
        Some("NOT creator(\"users/me\")") => Some(false),
        Some(_) => {
            return Err(Refusal::invalid(
                Point::EmojiFilter,
                "The filter is creator(\"users/me\") or NOT creator(\"users/me\").",
            ));
        }
    };
    let size = page_size(turn, PAGE, PAGE_MAX)?;
    let from = turn.query.get("pageToken").map_or(Bound::Unbounded, Bound::Excluded);
    let gallery = turn.shared.gallery.open();
    let wanted =
        |(_, picture): &(&String, &Picture)| mine.is_none_or(|mine| (picture.by == who) == mine);
    let mut found: Vec<_> =
        gallery.range::<str, _>((from, Bound::Unbounded)).filter(wanted).take(size + 1).collect();
    let more = found.len() > size;
    found.truncate(size);
    let mut page = serde_json::Map::new();
    if let Some((last, _)) = found.last().filter(|_| more) {
        page.insert("nextPageToken".to_owned(), Value::from(last.as_str()));
    }
    let views: Vec<_> = found.into_iter().map(|(name, picture)| view(name, picture)).collect();
    if !views.is_empty() {
        page.insert("customEmojis".to_owned(), views.into());
    }
    Ok(json(&page))
}

/// customEmojis.delete: one's own.
fn delete(turn: &Turn<'_>) -> Outcome<Vec<u8>> {
    let who = turn.user()?;
    let mut gallery = turn.shared.gallery.open();
    let (name, picture) = find(&gallery, turn.name(0))?;
    if picture.by != who {
        return Err(Refusal::forbidden(
            Point::EmojiOfAnother,
            "The custom emoji was created by somebody else.",
        ));
    }
    let name = name.clone();
    gallery.remove(&name);
    Ok(b"{}".to_vec())
}

fn find<'g>(
    gallery: &'g BTreeMap<String, Picture>,
    wanted: &str,
) -> Outcome<(&'g String, &'g Picture)> {
    let found = gallery.get_key_value(wanted).or_else(|| {
        let id = Id::parse(wanted)?;
        gallery.iter().find(|(_, picture)| picture.id == id)
    });
    found.ok_or_else(|| Refusal::not_found(Point::NoEmoji, "Custom emoji not found."))
}

/// Lower case letters and digits, with single hyphens and underscores between them.
fn is_name(name: &str) -> bool {
    let inner = name.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    inner.is_some_and(|inner| {
        inner.split(['-', '_']).all(|word| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            !word.is_empty() && word.bytes().all(plain)
        })
    })
}

/// Checks the picture and returns its hash.
fn picture(turn: &Turn<'_>) -> Outcome<String> {
    let refused = |why: &str| Refusal::invalid(Point::EmojiPicture, why);
    let file = turn.inner("payload", "filename").unwrap_or_default();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    if !["png", "jpg", "gif"].contains(&ending) {
        return Err(refused("payload.filename must end in .png, .jpg or .gif."));
    }
    let content = turn.inner("payload", "fileContent").unwrap_or_default();
    let bytes =
        STANDARD.decode(content).map_err(|_| refused("payload.file_content is no base64."))?;
    if bytes.is_empty() || bytes.len() >= BYTES {
        return Err(refused("The picture must have fewer than 256 KB."));
    }
    let (width, height) = measured(&bytes).ok_or_else(|| refused("The file is no picture."))?;
    if width != height || !SIDES.contains(&width) {
        return Err(refused("The picture must be square, with 64 to 500 pixels a side."));
    }
    let hash = digest::digest(&digest::SHA256, &bytes);
    Ok(hash.as_ref().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

fn measured(bytes: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif];
    reader.format().filter(|format| known.contains(format))?;
    reader.into_dimensions().ok()
}

fn view(name: &str, picture: &Picture) -> Value {
    let Picture { id, .. } = picture;
    object!({ "name": format!("customEmojis/{id}"), "uid": id.to_string(), "emojiName": name })
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_have_colons_around_and_single_separators_between() {
        for good in [":a:", ":party-parrot:", ":100_percent:"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["party", "::", ":Party:", ":a--b:", ":-a:", ":a_:", ":a b:", ":é:", ":"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
