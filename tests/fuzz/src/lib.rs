//! What each fuzz target does with any bytes. The ordinary tests replay every find with the same
//! functions.

use chatferry::chat::{redact as clean, retry_after as asked};
use chatferry::cli::display_safe as shown;
use chatferry::convert::{BUDGET, Context, Converter, Fate, Roster, Settings};
use chatferry::slack::{Day, Export, Limits, Options};
use http::{HeaderMap, HeaderValue};
use std::io::Write;
use std::time::Duration;

fn converter() -> Converter {
    Converter::new(Roster::default(), Settings::default())
}

/// With nobody mapped, no text can mention anybody.
fn mentions_nobody(text: &str) {
    assert!(!text.contains("<users/"), "a mention out of nowhere");
}

/// A day file: any bytes are messages, bad records or foreign ones; what is posted fits.
pub fn record(bytes: &[u8]) {
    let day = Day::parse("general/2021-01-01.json", bytes);
    assert!(day.messages.is_sorted_by_key(|message| message.ts));
    let converter = converter();
    for message in &day.messages {
        for threads in [false, true] {
            let converted = converter.convert(&Context { threads }, message);
            let Fate::Post(parts) = converted.fate else { continue };
            assert!(!parts.is_empty());
            for part in parts {
                assert!(!part.is_empty() && part.len() <= BUDGET, "{} bytes", part.len());
                mentions_nobody(&part);
            }
        }
    }
}

/// Slack's markup, as text.
pub fn mrkdwn(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (rendered, _) = converter().convert_text(&text);
    mentions_nobody(&rendered);
}

/// An archive, opened and read to its end within small limits.
pub fn archive(bytes: &[u8]) {
    let mut file = tempfile::Builder::new().suffix(".zip").tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    let limits = Limits {
        entry_bytes: 1 << 20,
        total_bytes: 4 << 20,
        ratio: 100,
        ratio_above: 1 << 20,
        entries: 1_000,
    };
    let options = Options { allow_duplicate_entries: bytes.len().is_multiple_of(2), limits };
    let Ok(export) = Export::open(file.path(), &options) else { return };
    let mut scratch = Vec::new();
    for conversation in export.conversations() {
        for day in export.days(conversation) {
            let _ = export.read_day(&day, &mut scratch);
            assert!(scratch.len() <= 1 << 20, "an entry grew beyond its limit");
        }
    }
    assert!(!export.fingerprint().is_empty());
}

/// What a server asks to wait.
pub fn retry_after(bytes: &[u8]) {
    let (wall, rest) = bytes.split_at(bytes.len().min(8));
    let wall = wall.iter().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    let mut values = rest.split(|byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for name in [http::header::RETRY_AFTER, http::header::DATE] {
        if let Some(value) = values.next().and_then(|text| HeaderValue::from_bytes(text).ok()) {
            headers.insert(name, value);
        }
    }
    assert!(asked(&headers, wall).unwrap_or_default() <= Duration::from_mins(5));
}

/// Secrets go, wherever they stand, and cleaning again changes nothing.
pub fn redact(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let once = clean(&text);
    assert_eq!(clean(&once), once);
    for secret in ["xoxb-1-CANARY", "ya29.CANARY", "eyJCANARYCANARY.e30.c2ln"] {
        let around = format!("{text} {secret} {text}");
        assert!(text.contains("CANARY") || !clean(&around).contains("CANARY"), "a secret survives");
    }
}

/// Nothing that a terminal would obey, reorder or hide.
pub fn display_safe(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let safe = shown(&text);
    assert_eq!(safe.chars().count(), text.chars().count());
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    assert!(!safe.chars().any(hostile), "a hostile character survives");
    assert_eq!(shown(&safe), safe);
}
