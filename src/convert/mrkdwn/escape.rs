//! Slack's three escapes.

use std::borrow::Cow;

/// Reads `&amp;`, `&lt;` or `&gt;` at the beginning of a text: what it means and its length.
pub(super) fn entity(text: &str) -> Option<(&'static str, usize)> {
    if text.starts_with("&lt;") {
        Some(("<", 4))
    } else if text.starts_with("&gt;") {
        Some((">", 4))
    } else if text.starts_with("&amp;") {
        Some(("&", 5))
    } else {
        None
    }
}

/// Undoes the escapes, each once.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (meaning, length) = entity(&rest[at..]).unwrap_or(("&", 1));
        plain.push_str(meaning);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(unescape("a &lt;b&gt; &amp;amp; &copy; &"), "a <b> &amp; &copy; &");
    }
}
