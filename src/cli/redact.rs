//! Takes secrets out of a line before it is printed or logged, should one ever get that far.

/// What a secret begins with, where it begins by itself.
const TOKENS: [&str; 7] = ["xoxb-", "xoxp-", "xoxe-", "xoxa-", "xoxs-", "xoxc-", "ya29."];
/// What a secret in a URL's query, a form or a header begins after.
const AFTER: [&str; 9] = [
    "?t=",
    "&t=",
    "token=",
    "access_token=",
    "upload_id=",
    "assertion=",
    "Bearer ",
    "bearer ",
    "\"private_key\":\"",
];
const PEM: &str = "-----BEGIN ";
const HIDDEN: &str = "[hidden]";

/// Returns the text without tokens, keys and secret query values.
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((shown, hidden)) = secret(rest, clean.chars().next_back()) {
            clean.push_str(&rest[..shown]);
            clean.push_str(HIDDEN);
            rest = &rest[shown + hidden..];
        } else {
            clean.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    clean
}

/// Measures a secret at the start of the text: how many bytes before it may be shown, and how
/// many are hidden.
fn secret(text: &str, before: Option<char>) -> Option<(usize, usize)> {
    if text.starts_with(PEM) {
        return Some((0, key_block(text)));
    }
    let inside = before.is_some_and(|c| c.is_ascii_alphanumeric());
    if !inside && TOKENS.iter().any(|token| text.starts_with(token)) {
        return Some((0, run(text)));
    }
    if !inside && text.starts_with("eyJ") && text[..run(text)].matches('.').count() == 2 {
        return Some((0, run(text)));
    }
    let lead = AFTER.iter().find(|lead| text.starts_with(**lead))?;
    match run(&text[lead.len()..]) {
        0 => None,
        hidden => Some((lead.len(), hidden)),
    }
}

/// Returns how far the letters of a token go.
fn run(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.%~+/=".contains(c)))
        .unwrap_or(text.len())
}

/// A key block goes up to its end line, or as far as the text goes.
fn key_block(text: &str) -> usize {
    let Some(end) = text.find("-----END ") else { return text.len() };
    let tail = &text[end + 9..];
    tail.find("-----").map_or(text.len(), |dashes| end + 9 + dashes + 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_go_and_their_surroundings_stay() {
        let cases = [
            ("got xoxe-1-abc_DEF from Slack", "got [hidden] from Slack"),
            ("https://files/f?t=xoxe-1 was 404", "https://files/f?t=[hidden] was 404"),
            ("authorization: Bearer ya29.a0-b_c", "authorization: Bearer [hidden]"),
            ("jwt eyJh.eyJz.sig!", "jwt [hidden]!"),
            (
                "k -----BEGIN RSA PRIVATE KEY-----\nAB\n-----END RSA PRIVATE KEY----- z",
                "k [hidden] z",
            ),
            ("?access_token=abc&alt=json", "?access_token=[hidden]&alt=json"),
        ];
        for (text, clean) in cases {
            assert_eq!(redact(text), clean);
        }
    }

    #[test]
    fn plain_words_stay() {
        for text in ["the next token=", "eyJust a word", "no secret here", "?team=T1", ""] {
            assert_eq!(redact(text), text);
        }
    }

    proptest! {
        #[test]
        fn a_planted_token_never_survives(before in "[^a-zA-Z0-9]{0,9}", after in any::<String>()) {
            let clean = redact(&format!("{before}xoxp-12345-secret {after}"));
            prop_assert!(!clean.contains("12345-secret"));
        }
    }
}
