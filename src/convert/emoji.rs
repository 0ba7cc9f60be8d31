//! Slack's emoji names as Unicode.

use super::roster::Map;
use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

static TABLE: LazyLock<Map<&'static str, Entry>> =
    LazyLock::new(|| include_str!("emoji.tsv").lines().filter_map(entry).collect());

#[derive(Debug, Clone, Copy)]
struct Entry {
    unicode: &'static str,
    tones: bool,
}

fn entry(line: &'static str) -> Option<(&'static str, Entry)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let unicode = fields.next()?;
    Some((name, Entry { unicode, tones: fields.next() == Some("t") }))
}

/// Finds the emoji that Slack calls so; `wave::skin-tone-3` has a tone.
pub fn find(name: &str) -> Option<Cow<'static, str>> {
    let (base, tone) = split_tone(name);
    let entry = TABLE.get(base)?;
    match tone.filter(|_| entry.tones) {
        Some(tone) => Some(Cow::Owned(toned(entry.unicode, tone))),
        None => Some(Cow::Borrowed(entry.unicode)),
    }
}

/// Tells whether a name is in the table, whatever its tone.
pub(super) fn is_known(base: &str) -> bool {
    TABLE.contains_key(base)
}

/// Returns every name of the table.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.keys().copied()
}

/// Reads the `unicode` field of a rich text emoji: hex code points joined by dashes.
pub(super) fn from_hex(hex: &str) -> Option<String> {
    if hex.is_empty() || hex.len() > 120 {
        return None;
    }
    let point = |part| u32::from_str_radix(part, 16).ok().and_then(char::from_u32);
    let text: Option<String> = hex.split('-').map(point).collect();
    text.filter(|text| is_picture(text))
}

/// Where Unicode keeps arrows, symbols and pictures.
const PICTURES: [RangeInclusive<char>; 5] = [
    '\u{2190}'..='\u{21FF}',
    '\u{2300}'..='\u{27BF}',
    '\u{2900}'..='\u{297F}',
    '\u{2B00}'..='\u{2BFF}',
    '\u{1F000}'..='\u{1FAFF}',
];

/// Tells whether a text is made of what emoji are made of: nothing else could be markup, turn the
/// text around or hide in it.
fn is_picture(text: &str) -> bool {
    let keycap = text.ends_with('\u{20E3}');
    let joins = |c| matches!(c, '\u{200D}' | '\u{FE0F}' | '\u{20E3}' | '\u{E0020}'..='\u{E007F}');
    let shows = |c: char| match c {
        '0'..='9' | '#' | '*' => keycap,
        _ => {
            "©®\u{203C}\u{2049}\u{2122}\u{2139}\u{3030}\u{303D}\u{3297}\u{3299}".contains(c)
                || PICTURES.iter().any(|range| range.contains(&c))
        }
    };
    text.chars().all(|c| joins(c) || shows(c)) && text.chars().any(shows)
}

/// Splits `name::skin-tone-3` into its name and the tone's code point.
fn split_tone(name: &str) -> (&str, Option<char>) {
    let Some((base, tone)) = name.split_once("::skin-tone-") else {
        return (name, None);
    };
    let tone = match tone.as_bytes().first() {
        Some(digit @ b'2'..=b'6') => char::from_u32(0x1F3FB + u32::from(digit - b'2')),
        _ => None,
    };
    (base, tone)
}

/// Puts the tone after the first code point, where it stands in place of a variation selector.
fn toned(unicode: &str, tone: char) -> String {
    let mut chars = unicode.chars();
    let mut text: String = chars.next().into_iter().chain([tone]).collect();
    let rest = chars.as_str();
    text.push_str(rest.strip_prefix('\u{FE0F}').unwrap_or(rest));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_aliases_and_tones_resolve() {
        for (name, want) in [
            ("+1", "👍"),
            ("thumbsup", "👍"),
            ("wave::skin-tone-3", "👋🏼"),
            ("female-detective::skin-tone-6", "🕵🏿\u{200d}♀\u{fe0f}"),
            ("heart::skin-tone-2", "❤\u{fe0f}"),
            ("satellite", "🛰\u{fe0f}"),
            ("flag-is", "🇮🇸"),
            ("simple_smile", "🙂"),
            ("skin-tone-4", "🏽"),
        ] {
            assert_eq!(find(name).as_deref(), Some(want), "{name}");
        }
        assert_eq!(find("partyparrot"), None);
    }

    #[test]
    fn the_table_is_whole_and_each_name_resolves() {
        assert_eq!(names().count(), 1973);
        for name in names() {
            assert!(find(name).is_some_and(|text| is_picture(&text)), "{name}");
        }
    }

    #[test]
    fn hex_is_read_and_nonsense_refused() {
        assert_eq!(from_hex("1f44d-1f3fd").as_deref(), Some("👍🏽"));
        assert_eq!(from_hex("2a-fe0f-20e3").as_deref(), Some("*\u{fe0f}\u{20e3}"));
        for bad in ["", "-", "zz", "110000", "d800", "41", "a", "3c", "2a", "202e", "200d", "2060"]
        {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
