//! Custom emoji in the emulated Chat: what is taken, what is refused, and reactions with them.

use crate::emulator_client::{ADMIN, ALICE, Api, BOB, IMPORT, message, options};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use std::io::Cursor;

const EMOJI: &str = "chat.customemojis";
const PATH: &str = "/v1/customEmojis";

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn emoji(name: &str, file: &str, bytes: &[u8]) -> Value {
    json!({ "emojiName": name, "payload": { "filename": file, "fileContent": STANDARD.encode(bytes) } })
}

fn party() -> Value {
    emoji(":party-parrot:", "party.png", &picture(64, 64, ImageFormat::Png))
}

#[tokio::test]
async fn an_emoji_is_made_once_and_found_by_name_and_by_id() {
    let api = Api::start(options()).await;
    let (alice, bob) =
        (api.token(Some(ALICE), &[EMOJI]).await, api.token(Some(BOB), &[EMOJI]).await);
    let made = api.post(PATH, &alice, party()).await;
    let name = made.name();
    assert_eq!(made.body["emojiName"], ":party-parrot:");
    assert_eq!(name, format!("customEmojis/{}", made.body["uid"].as_str().unwrap()));
    assert_eq!(api.post(PATH, &bob, party()).await.error(), (409, "ALREADY_EXISTS"));
    for alias in [name.as_str(), "customEmojis/:party-parrot:"] {
        assert_eq!(api.get(&format!("/v1/{alias}"), &bob).await.body, made.body);
    }
    assert_eq!(api.get("/v1/customEmojis/:other:", &bob).await.error().0, 404);
    let delete = format!("/v1/{name}");
    assert_eq!(api.call("DELETE", &delete, &bob, Value::Null).await.error().0, 403);
    assert_eq!(api.call("DELETE", &delete, &alice, Value::Null).await.status, 200);
    assert_eq!(api.get(&delete, &bob).await.error().0, 404);
    assert!(api.emulator.lints().is_empty(), "{:?}", api.emulator.lints());
}

#[tokio::test]
async fn emoji_are_listed_in_pages_and_by_who_made_them() {
    let api = Api::start(options()).await;
    for (who, name) in [(ALICE, ":a:"), (BOB, ":b:"), (ALICE, ":c:")] {
        let token = api.token(Some(who), &[EMOJI]).await;
        let square = picture(64, 64, ImageFormat::Gif);
        assert_eq!(api.post(PATH, &token, emoji(name, "x.gif", &square)).await.status, 200);
    }
    let alice = api.token(Some(ALICE), &["chat.customemojis.readonly"]).await;
    let names = |page: &Value| -> Vec<String> {
        let all = page["customEmojis"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["emojiName"].as_str().unwrap().to_owned()).collect()
    };
    let first = api.get(&format!("{PATH}?pageSize=2"), &alice).await.body;
    assert_eq!(names(&first), [":a:", ":b:"]);
    let next = first["nextPageToken"].as_str().unwrap();
    let last = api.get(&format!("{PATH}?pageSize=2&pageToken={next}"), &alice).await.body;
    assert_eq!(names(&last), [":c:"]);
    assert_eq!(last["nextPageToken"], Value::Null);
    let mine = format!("{PATH}?filter=creator(%22users/me%22)");
    assert_eq!(names(&api.get(&mine, &alice).await.body), [":a:", ":c:"]);
    assert_eq!(api.get(&format!("{PATH}?filter=x"), &alice).await.error().0, 400);
    assert_eq!(api.post(PATH, &alice, party()).await.error().0, 403, "it may only read");
}

#[tokio::test]
async fn names_and_pictures_have_limits() {
    let api = Api::start(options()).await;
    let alice = api.token(Some(ALICE), &[EMOJI]).await;
    let png = |side| picture(side, side, ImageFormat::Png);
    let mut heavy = png(64);
    heavy.resize(256 << 10, 0);
    let bad = [
        emoji("party", "a.png", &png(64)),
        emoji(":Party:", "a.png", &png(64)),
        emoji(":a--b:", "a.png", &png(64)),
        emoji(":a:", "a.webp", &png(64)),
        emoji(":a:", "a.png", b"no picture"),
        emoji(":a:", "a.png", b""),
        emoji(":a:", "a.png", &png(63)),
        emoji(":a:", "a.png", &png(501)),
        emoji(":a:", "a.png", &picture(64, 65, ImageFormat::Png)),
        emoji(":a:", "a.png", &heavy),
    ];
    for (at, bad) in bad.into_iter().enumerate() {
        let error = api.post(PATH, &alice, bad).await;
        assert_eq!(error.error(), (400, "INVALID_ARGUMENT"), "{at}: {:?}", error.body);
    }
    for (name, file, bytes) in [
        (":small:", "a.png", png(64)),
        (":large:", "a.gif", picture(500, 500, ImageFormat::Gif)),
        (":jpg:", "a.jpg", picture(128, 128, ImageFormat::Jpeg)),
    ] {
        assert_eq!(api.post(PATH, &alice, emoji(name, file, &bytes)).await.status, 200, "{name}");
    }
    let app = api.token(None, &["chat.bot"]).await;
    assert_eq!(api.post(PATH, &app, party()).await.error().0, 403);
}

#[tokio::test]
async fn a_reaction_takes_an_emoji_that_is_there_and_no_other() {
    let api = Api::start(options()).await;
    let admin = api.token(Some(ADMIN), &[EMOJI]).await;
    let uid = api.post(PATH, &admin, party()).await.body["uid"].as_str().unwrap().to_owned();
    let (space, alice) = (api.space("general").await, api.token(Some(ALICE), &[IMPORT]).await);
    let path = format!("/v1/{space}/messages?messageId=client-a");
    let post = api.post(&path, &alice, message(1, "x")).await.name();
    let reaction = |uid: &str| json!({ "emoji": { "customEmoji": { "uid": uid } } });
    let reactions = format!("/v1/{post}/reactions");
    assert_eq!(api.post(&reactions, &alice, reaction(&uid)).await.status, 200);
    assert_eq!(api.post(&reactions, &alice, reaction("other")).await.error().0, 400);
    assert!(api.emulator.canonical().contains(r#""emoji":":party-parrot:""#));
}
