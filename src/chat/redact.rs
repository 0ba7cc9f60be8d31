//! Takes secrets out of text that people will read: one pass, whatever the text.

/// What stands where a secret stood.
const GONE: &str = "[redacted]";
/// No message of a server is kept longer, in characters.
const LONGEST: usize = 300;
/// Tokens that betray themselves by how they begin; then everything that may belong to them.
const PREFIXES: &[&str] = &["xoxe.", "xox", "xapp-", "ya29.", "eyJ", "1//0", "GOCSPX-"];
/// Query keys whose values are secrets. `t` only where it surely is a key.
const KEYS: &[&str] = &[
    "access_token=",
    "refresh_token=",
    "client_secret=",
    "upload_id=",
    "assertion=",
    "token=",
    "t=",
];

/// Returns the text without tokens, keys and secret query values. Linear in the text's length.
///
/// ```
/// let text = "https://files.slack.com/f?t=xoxe-1-abc failed";
/// assert_eq!(chatferry::chat::redact(text), "https://files.slack.com/f?t=[redacted] failed");
/// ```
pub fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while at < text.len() {
        let Some((from, until)) = secret_at(text, at) else {
            at += 1;
            continue;
        };
        clean.push_str(&text[kept..from]);
        clean.push_str(GONE);
        at = until;
        kept = until;
    }
    clean.push_str(&text[kept..]);
    clean
}

/// Returns the text redacted, on one line and no longer than a sentence or two.
pub(super) fn shorten(text: &str) -> String {
    // Cut first, so that a hostile length costs nothing; generously, so that no secret is halved
    // into something that is not recognised as one.
    let head: String = text.chars().take(LONGEST * 16).collect();
    let line: String = redact(&head)
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    if line.chars().count() <= LONGEST {
        return line;
    }
    let mut short: String = line.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

/// Finds the secret that begins at `at`, if one does: where it starts and where it ends.
fn secret_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    // Every way for a secret to begin starts with one of these.
    if !matches!(
        bytes[at].to_ascii_lowercase(),
        b'x' | b'y' | b'e' | b'-' | b'a' | b'u' | b't' | b'b' | b'1' | b'g' | b'r' | b'c'
    ) {
        return None;
    }
    let rest = &bytes[at..];
    pem(text, at)
        .or_else(|| bearer(rest).map(|(from, until)| (at + from, at + until)))
        .or_else(|| token(rest).map(|until| (at, at + until)))
        .or_else(|| query(bytes, at).map(|(from, until)| (at + from, at + until)))
}

/// A private key, to its end mark or else to the end of the text.
fn pem(text: &str, at: usize) -> Option<(usize, usize)> {
    if !text.as_bytes()[at..].starts_with(b"-----BEGIN ") {
        return None;
    }
    let rest = &text[at..];
    let end = rest.find("-----END ").map_or(rest.len(), |end| {
        let tail = end + "-----END ".len();
        rest[tail..].find("-----").map_or(rest.len(), |close| tail + close + 5)
    });
    Some((at, at + end))
}

fn bearer(rest: &[u8]) -> Option<(usize, usize)> {
    let word = b"bearer ".len();
    if rest.len() < word || !rest[..word].eq_ignore_ascii_case(b"bearer ") {
        return None;
    }
    let secret = run(&rest[word..], is_token);
    (secret >= 8).then_some((word, word + secret))
}

fn token(rest: &[u8]) -> Option<usize> {
    let prefix = PREFIXES.iter().find(|prefix| rest.starts_with(prefix.as_bytes()))?;
    let secret = &rest[prefix.len()..];
    // Looked at before the whole run is measured, so that the pass stays linear.
    let enough = match *prefix {
        // `xox` alone may be anything; Slack's tokens have a kind and a dash.
        "xox" => {
            secret.first().is_some_and(u8::is_ascii_alphanumeric) && secret.get(1) == Some(&b'-')
        }
        "eyJ" => secret.len() >= 8 && secret[..8].iter().all(|byte| is_token(*byte)),
        _ => secret.first().is_some_and(|byte| is_token(*byte)),
    };
    enough.then(|| prefix.len() + run(secret, is_token))
}

fn query(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let rest = &bytes[at..];
    let key = KEYS.iter().find(|key| {
        let head = rest.get(..key.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(key.as_bytes()))
    })?;
    let begins = match *key {
        "t=" => matches!(before, Some(b'?' | b'&')),
        _ => !before.is_some_and(|byte| byte.is_ascii_alphanumeric()),
    };
    if !begins || rest[key.len()..].starts_with(GONE.as_bytes()) {
        return None;
    }
    let secret = run(&rest[key.len()..], is_value);
    (secret > 0).then_some((key.len(), key.len() + secret))
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'+' | b'/' | b'~')
}

fn is_value(byte: u8) -> bool {
    byte.is_ascii()
        && !byte.is_ascii_whitespace()
        && !matches!(byte, b'&' | b'"' | b'\'' | b'<' | b'>' | b')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_of_every_kind_go() {
        for (text, clean) in [
            ("xoxb-12-ab_c.", "[redacted]"),
            ("xoxe.xoxp-1-Mi0y next", "[redacted] next"),
            ("got ya29.a0Af_x-y, then", "got [redacted], then"),
            ("\"eyJhbGciOi.eyJpc3Mi.c2ln==\"", "\"[redacted]\""),
            ("Authorization: Bearer abcdefgh12", "Authorization: Bearer [redacted]"),
            ("login 1//0gAbc-x and GOCSPX-s_1", "login [redacted] and [redacted]"),
            (
                "refresh_token=x&client_secret=y",
                "refresh_token=[redacted]&client_secret=[redacted]",
            ),
            ("/f?t=secret&x=1", "/f?t=[redacted]&x=1"),
            ("?a=1&upload_id=UP0", "?a=1&upload_id=[redacted]"),
            ("assertion=abc&grant", "assertion=[redacted]&grant"),
            ("?access_token=a#b", "?access_token=[redacted]"),
            (
                "a -----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nb",
                "a [redacted]\nb",
            ),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "[redacted]"),
        ] {
            assert_eq!(redact(text), clean, "{text}");
        }
    }

    #[test]
    fn plain_words_stay() {
        for text in
            ["at t=5 s", "a boxed xoxo", "eyJ", "the token is bad", "bearer of news", "ünïcode x"]
        {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn a_long_message_is_cut_after_it_is_cleaned() {
        let text = format!("{} ya29.{}", "é".repeat(250), "a".repeat(4_000));
        let short = shorten(&text);
        assert!(short.chars().count() <= LONGEST && !short.contains("aaaa"));
    }

    #[test]
    fn a_million_bytes_of_beginnings_take_no_time() {
        for start in ["eyJ", "-----BEGIN ", "xox", "t=", "bearer "] {
            let text = start.repeat(1_000_000 / start.len());
            assert!(redact(&text).len() <= text.len() * 6);
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_twice_is_once(
            text in "(eyJ|xox|xoxb-|ya29\\.|t=|\\?t=|&token=|bearer |-----BEGIN |-----END |-----|é|[a-z=. ]{0,9}|.){0,30}"
        ) {
            let once = redact(&text);
            prop_assert_eq!(redact(&once), once);
        }

        #[test]
        fn a_token_is_gone_wherever_it_stands(before in "[^A-Za-z0-9=.+/~_-]{0,20}", after in "[ \n\"']{1,5}.*") {
            for secret in ["xoxb-CANARY-1", "ya29.CANARY", "eyJCANARYCANARY.e30.c2ln", "xapp-1-CANARY"] {
                let text = format!("{before}{secret}{after}");
                prop_assert!(!redact(&text).contains("CANARY"), "{}", text);
            }
        }
    }
}
