//! Mends text that is almost right: half surrogate pairs, and bytes that are no UTF-8.

use std::borrow::Cow;

/// Replaces every `\ud83d` without its other half by `\ufffd`; says how many there were.
///
/// JSON parsers refuse such text whole, and programs that cut a text in the middle of an emoji
/// write it.
pub(super) fn lone_surrogates(json: &str) -> (Cow<'_, str>, u32) {
    // Most days hold no surrogate at all, and this look is many times faster than the walk.
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return (Cow::Borrowed(json), 0);
    }
    let bytes = json.as_bytes();
    let mut mended: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let (step, lone) = match half(bytes, at) {
            Some(0xd800..=0xdbff) if matches!(half(bytes, at + 6), Some(0xdc00..=0xdfff)) => {
                (12, false)
            }
            Some(0xd800..=0xdfff) => (6, true),
            Some(_) => (6, false),
            None => (2, false),
        };
        if lone {
            mended.push((at, at + 6));
        }
        at += step;
        // A backslash before a character of many bytes is no JSON; step to the next boundary.
        while at < bytes.len() && !json.is_char_boundary(at) {
            at += 1;
        }
    }
    if mended.is_empty() {
        return (Cow::Borrowed(json), 0);
    }
    let mut text = String::with_capacity(json.len());
    let mut from = 0;
    for (start, end) in &mended {
        text.push_str(&json[from..*start]);
        text.push_str("\\ufffd");
        from = *end;
    }
    text.push_str(&json[from..]);
    (Cow::Owned(text), mended.len() as u32)
}

/// Returns the unit that `\u` and the four digits at this place stand for.
fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let [b'\\', b'u', digits @ ..] = bytes.get(at..at + 6)? else { return None };
    digits.iter().try_fold(0_u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some((unit << 4) | value as u16)
    })
}

/// Returns the text of an entry without a byte order mark, and whether bytes had to be replaced.
pub(super) fn utf8(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(bytes), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_pair_is_mended_and_a_whole_one_is_not() {
        let mended = |json| {
            let (text, count) = lone_surrogates(json);
            (text.into_owned(), count)
        };
        assert_eq!(mended(r#""a \ud83d b""#), (r#""a \ufffd b""#.to_owned(), 1));
        assert_eq!(mended(r#""\ud83d\ude00""#), (r#""\ud83d\ude00""#.to_owned(), 0));
        assert_eq!(mended(r#""\ude00\ud83d""#), (r#""\ufffd\ufffd""#.to_owned(), 2));
        assert_eq!(mended(r#""\\ud83d \/ \u00e9""#).1, 0);
        assert_eq!(mended("\"\\é\\u12\"").1, 0);
    }

    proptest! {
        #[test]
        fn what_is_mended_needs_no_more_mending(text in r#"([\\ué"]|\\u(d83d|de00|D800|00e9|d8)|[a-f0-9])*"#) {
            let (mended, _) = lone_surrogates(&text);
            prop_assert_eq!(lone_surrogates(&mended).1, 0);
        }
    }
}
