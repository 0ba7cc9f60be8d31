//! What hangs on messages: files in every mode, unfurled links, the cards of bots.

use super::content::title;
use super::message::{MANY_FILES, Scene};
use super::people::{TEAM, hex, id};
use super::php::Php;
use super::timeline::Post;

const KINDS: &[(&str, &str, &str)] = &[
    ("png", "image/png", "PNG"),
    ("jpg", "image/jpeg", "JPEG"),
    ("pdf", "application/pdf", "PDF"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word"),
    ("mp4", "video/mp4", "MPEG 4 Video"),
    ("zip", "application/zip", "Zip"),
];

/// Adds `files`, or the one `file` of old.
pub(crate) fn file(message: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    scene.summary.files += 1;
    if post.at < MANY_FILES {
        message.object("file", |file| one_file(file, scene, post));
        message.flag("upload", true);
    } else {
        message.list("files", |list| list.entry(|file| one_file(file, scene, post)));
        message.flag("upload", false);
    }
}

/// The modes come as often as in real exports: 3,220 files, of which 2,936 are uploads.
fn one_file(file: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    let key = id(&mut scene.rng, 'F');
    file.text("id", &key);
    match scene.rng.u16(..3_220) {
        0..32 => file.text("mode", "tombstone"),
        32..157 => file.text("mode", "hidden_by_limit"),
        157..167 => external(file, scene, post),
        167..174 => uploaded(file, scene, post, &key, "quip"),
        174..177 => uploaded(file, scene, post, &key, "space"),
        177..284 => uploaded(file, scene, post, &key, "snippet"),
        _ => uploaded(file, scene, post, &key, "hosted"),
    }
}

fn uploaded(file: &mut Php, scene: &mut Scene<'_>, post: &Post, key: &str, mode: &str) {
    let (suffix, mime, pretty) = match mode {
        "quip" => ("quip", "application/vnd.slack-docs", "Canvas"),
        "space" => ("space", "text/plain", "Post"),
        "snippet" => ("txt", "text/plain", "Plain Text"),
        _ => KINDS[scene.rng.usize(..KINDS.len())],
    };
    let name = format!("{}.{suffix}", scene.cast.words.name(&mut scene.rng));
    let retitled = scene.rng.u8(..100) < 7;
    let token = format!("xoxe-1-2-3-{}", hex(&mut scene.rng, 32));
    let url = format!("https://files.slack.com/files-pri/{TEAM}-{key}");
    about(file, scene, post, &name, if retitled { "A title of its own" } else { &name });
    file.text("mimetype", mime);
    file.text("filetype", suffix);
    file.text("pretty_type", pretty);
    file.int("size", scene.rng.i64(200..9_000_000));
    file.text("mode", mode);
    file.flag("is_external", false);
    file.text("external_type", "");
    file.text("url_private", &format!("{url}/{name}?t={token}"));
    file.text("url_private_download", &format!("{url}/download/{name}?t={token}"));
    if mime.starts_with("image/") {
        for size in ["64", "80", "360", "480", "160", "720"] {
            let thumb = format!("https://files.slack.com/files-tmb/{TEAM}-{key}/t_{size}.png");
            file.text(&format!("thumb_{size}"), &format!("{thumb}?t={token}"));
        }
        file.int("original_w", scene.rng.i64(200..4_000));
        file.int("original_h", scene.rng.i64(200..4_000));
    }
    file.text("permalink", &format!("https://example.slack.com/files/{TEAM}/{key}/{name}"));
    file.flag("has_rich_preview", false);
    file.text("file_access", "visible");
}

fn external(file: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    let document = hex(&mut scene.rng, 33);
    about(file, scene, post, "Plan", "Plan");
    file.text("mimetype", "application/vnd.google-apps.document");
    file.text("filetype", "gdoc");
    file.text("mode", "external");
    file.int("size", 0);
    file.flag("is_external", true);
    file.text("external_type", "gdrive");
    file.text("url_private", &format!("https://docs.google.com/document/d/{document}/edit"));
}

fn about(file: &mut Php, scene: &Scene<'_>, post: &Post, name: &str, title: &str) {
    file.int("created", post.at / 1_000_000);
    file.int("timestamp", post.at / 1_000_000);
    file.text("name", name);
    file.text("title", title);
    file.text("user", &scene.person(post.author).id);
    file.flag("editable", false);
    file.flag("is_public", true);
    file.flag("public_url_shared", false);
    file.flag("display_as_bot", false);
    file.text("username", "");
}

/// Writes a link that Slack unfolded.
pub(crate) fn unfurl(card: &mut Php, scene: &mut Scene<'_>, url: &str) {
    let heading = title(&mut scene.rng, scene.cast.words);
    let text = title(&mut scene.rng, scene.cast.words);
    card.text("from_url", url);
    card.text("original_url", url);
    card.int("id", 1);
    card.text("fallback", &heading);
    card.text("text", &text);
    card.text("title", &heading);
    card.text("title_link", url);
    card.text("service_name", "example");
    card.text("service_icon", "https://www.example.com/favicon.ico");
}

/// Writes the card of a bot: what it has to say, often instead of a text.
pub(crate) fn bot_card(card: &mut Php, scene: &mut Scene<'_>) {
    let heading = title(&mut scene.rng, scene.cast.words);
    let body = title(&mut scene.rng, scene.cast.words);
    card.int("id", 1);
    card.text("fallback", &heading);
    card.text("color", "36a64f");
    card.text("title", &heading);
    card.text("title_link", "https://ci.example.com/builds/1");
    card.text("text", &format!("*{body}*"));
    card.texts("mrkdwn_in", ["text"]);
    card.list("fields", |list| {
        for key in ["Branch", "Duration"] {
            let value = scene.cast.words.name(&mut scene.rng);
            list.entry(|field| {
                field.text("title", key);
                field.text("value", value);
                field.flag("short", true);
            });
        }
    });
    card.text("footer", "ci");
}
