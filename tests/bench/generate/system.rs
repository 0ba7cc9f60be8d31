//! Lines that Slack itself writes: joins, topics, huddles, what is left of deleted roots.

use super::content::title;
use super::message::{Scene, tail};
use super::php::Php;
use super::timeline::{Post, ts};

/// So many of 10,000 messages that are in no thread are such lines.
pub(crate) const SHARE: u16 = 360;

/// Writes one, by a draw below [`SHARE`].
pub(crate) fn line(message: &mut Php, scene: &mut Scene<'_>, post: &Post, draw: u16) {
    let user = scene.person(post.author).id.clone();
    let words = title(&mut scene.rng, scene.cast.words);
    message.text("type", "message");
    match draw {
        0..300 => {
            plain(message, "channel_join", &user, &format!("<@{user}> has joined the channel"));
        }
        300..320 => {
            plain(message, "channel_leave", &user, &format!("<@{user}> has left the channel"));
        }
        320..330 => {
            plain(message, "channel_topic", &user, &format!("set the channel topic: {words}"));
            message.text("topic", &words);
        }
        330..340 => {
            let text = format!("set the channel description: {words}");
            plain(message, "channel_purpose", &user, &text);
            message.text("purpose", &words);
        }
        340..343 => {
            plain(message, "channel_name", &user, "has renamed the channel");
            message.text("old_name", "an-older-name");
            message.text("name", &scene.room.name);
        }
        343..348 => huddle(message, scene, post),
        348..351 => plain(message, "bot_add", &user, "added an integration to this channel"),
        351..353 => plain(message, "reminder_add", &user, "set up a reminder in this channel"),
        353..355 => plain(message, "pinned_item", &user, "pinned a message to this channel."),
        355..357 => plain(message, "tabbed_canvas_updated", &user, ""),
        357 => plain(message, "channel_tab_added", &user, ""),
        _ => plain(message, "slackbot_response", "USLACKBOT", &words),
    }
    message.text("ts", &ts(post.at));
}

fn plain(message: &mut Php, subtype: &str, user: &str, text: &str) {
    message.text("subtype", subtype);
    message.text("user", user);
    message.text("text", text);
}

fn huddle(message: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    plain(message, "huddle_thread", "USLACKBOT", "A huddle started");
    let (begun, others) = (post.at / 1_000_000, [scene.member(), scene.member()]);
    message.object("room", |room| {
        room.text("created_by", &scene.person(post.author).id);
        room.int("date_start", begun);
        room.int("date_end", begun + scene.rng.i64(60..5_400));
        room.texts("participant_history", others.iter().map(|at| scene.person(*at).id.as_str()));
        room.flag("has_ended", true);
    });
}

/// Writes a deleted root whose replies are still there.
pub(crate) fn tombstone(message: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    message.text("type", "message");
    plain(message, "tombstone", "USLACKBOT", "This message was deleted.");
    message.flag("hidden", true);
    message.text("ts", &ts(post.at));
    tail(message, scene, post);
}
