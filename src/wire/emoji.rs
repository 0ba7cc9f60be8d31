//! Requests about custom emoji. They are made once for the whole organisation, before any lane.

use super::{Request, Verb};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// Returns the request that makes a custom emoji of that name (without colons) from a picture's
/// bytes; `ending` tells its kind.
pub fn new_emoji(name: &str, ending: &str, picture: &[u8]) -> Request {
    let body = json!({
        "emojiName": format!(":{name}:"),
        "payload": {
            "fileContent": STANDARD.encode(picture),
            "filename": format!("{name}.{ending}"),
        },
    });
    Request { verb: Verb::Post, path: "/v1/customEmojis".to_owned(), body: body.to_string() }
}

/// Returns the request that asks for the custom emoji of that name.
pub fn emoji_by_name(name: &str) -> Request {
    let path = format!("/v1/customEmojis/:{name}:");
    Request { verb: Verb::Get, path, body: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_an_emoji_is_made_from_its_bytes_and_found_by_its_name() {
        let made = new_emoji("party-parrot", "gif", b"GIF");
        assert_eq!(made.path, "/v1/customEmojis");
        assert_eq!(
            made.body,
            r#"{"emojiName":":party-parrot:","payload":{"fileContent":"R0lG","filename":"party-parrot.gif"}}"#
        );
        assert_eq!(emoji_by_name("party-parrot").path, "/v1/customEmojis/:party-parrot:");
    }
}
