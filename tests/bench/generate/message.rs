//! One record of a day file: what people and bots say.

use super::Summary;
use super::attach::{bot_card, file, unfurl};
use super::content::{Block, Cast, Inline, content, reaction};
use super::people::{Person, TEAM, id, uuid};
use super::php::Php;
use super::rich::{blocks, mrkdwn};
use super::rooms::{Kind, Room};
use super::system;
use super::timeline::{Post, Thread, ts};
use fastrand::Rng;

/// 2019-07-01: from then on messages have blocks, a team and a profile.
const MODERN: i64 = 1_561_939_200_000_000;
/// 2018-07-01: from then on uploads are `files`, not one `file`.
pub(crate) const MANY_FILES: i64 = 1_530_403_200_000_000;

/// Everything that writing messages of one conversation takes.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) cast: &'a Cast<'a>,
    pub(crate) room: &'a Room,
    pub(crate) rng: Rng,
    pub(crate) summary: Summary,
}

impl<'a> Scene<'a> {
    /// Returns a person of the workspace.
    pub(crate) fn person(&self, at: usize) -> &'a Person {
        &self.cast.people[at]
    }

    /// Draws a bot: they come first among the people.
    pub(crate) fn bot(&mut self) -> usize {
        let bots = self.cast.people.iter().take_while(|one| !one.bot_id.is_empty()).count();
        self.rng.usize(..bots)
    }

    /// Draws a member.
    pub(crate) fn member(&mut self) -> usize {
        self.room.members[self.rng.usize(..self.room.members.len())]
    }
}

/// Adds a record to a day file.
pub(crate) fn record(day: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    scene.summary.messages += 1;
    match post.thread {
        Thread::None => {}
        Thread::Root(_) => scene.summary.threads += 1,
        Thread::Reply { .. } => scene.summary.replies += 1,
    }
    let draw = scene.rng.u16(..10_000);
    let crowd = matches!(scene.room.kind, Kind::Public | Kind::Private);
    day.entry(|message| match &post.thread {
        Thread::None if draw < system::SHARE && crowd => {
            system::line(message, scene, post, draw);
        }
        Thread::None if (1_000..2_000).contains(&draw) => bot_says(message, scene, post),
        Thread::Root(_) if draw < 40 => system::tombstone(message, scene, post),
        Thread::Root(_) if (1_000..1_700).contains(&draw) => bot_says(message, scene, post),
        _ => says(message, scene, post, draw),
    });
}

fn says(message: &mut Php, scene: &mut Scene<'_>, post: &Post, draw: u16) {
    let author = scene.person(post.author);
    let (modern, tongue) = (post.at >= MODERN, author.tongue);
    let tree = content(&mut scene.rng, scene.cast, tongue);
    let with_file = scene.rng.u8(..100) < 4;
    let old_upload = with_file && post.at < MANY_FILES;
    if post.at >= 1_514_764_800_000_000 {
        message.text("client_msg_id", &uuid(&mut scene.rng));
    }
    message.text("type", "message");
    match (&post.thread, draw) {
        _ if old_upload => message.text("subtype", "file_share"),
        (Thread::Reply { parent: Some(_), .. }, 0..100) => {
            message.text("subtype", "thread_broadcast");
        }
        (Thread::None, 9_998..) => message.text("subtype", "me_message"),
        _ => {}
    }
    let handle = (!modern).then_some(author.handle.as_str());
    message.text("text", &mrkdwn(&tree, handle));
    message.text("user", &author.id);
    message.text("ts", &ts(post.at));
    if modern {
        modern_fields(message, scene, post, &tree);
    }
    if with_file {
        file(message, scene, post);
    }
    unfurl_links(message, scene, &tree);
    tail(message, scene, post);
}

fn modern_fields(message: &mut Php, scene: &mut Scene<'_>, post: &Post, tree: &[Block]) {
    scene.summary.with_blocks += 1;
    let block = id(&mut scene.rng, 'b');
    blocks(message, &block[..6], tree);
    message.text("team", TEAM);
    if scene.rng.u8(..100) < 96 {
        scene.summary.with_profile += 1;
        message.text("user_team", TEAM);
        message.text("source_team", TEAM);
        message.raw("user_profile", &scene.person(post.author).profile);
    }
}

/// Slack unfolds two links in five.
fn unfurl_links(message: &mut Php, scene: &mut Scene<'_>, tree: &[Block]) {
    let runs = tree.iter().filter_map(|block| match block {
        Block::Section(runs) => Some(runs),
        _ => None,
    });
    let url = runs.flatten().find_map(|run| match run {
        Inline::Link { url, .. } => Some(url),
        _ => None,
    });
    if let Some(url) = url
        && scene.rng.u8(..5) < 2
    {
        message.list("attachments", |list| list.entry(|card| unfurl(card, scene, url)));
    }
}

fn bot_says(message: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    scene.summary.bot_messages += 1;
    let bot = scene.bot();
    let legacy = scene.rng.u8(..100) < 60;
    message.text("type", "message");
    if legacy {
        message.text("subtype", "bot_message");
    } else {
        message.text("user", &scene.person(bot).id);
    }
    let count = scene.rng.usize(3..12);
    let tongue = scene.person(bot).tongue;
    let words = scene.cast.words.say(&mut scene.rng, tongue, count);
    message.text("text", if scene.rng.bool() { "" } else { &words });
    message.text("ts", &ts(post.at));
    message.text("bot_id", &scene.person(bot).bot_id);
    if !legacy {
        bot_profile(message, scene.person(bot));
    } else if scene.rng.u8(..5) > 0 {
        message.text("username", &scene.person(bot).handle);
        message.object("icons", |icons| icons.text("emoji", ":robot_face:"));
    }
    message.list("attachments", |list| list.entry(|card| bot_card(card, scene)));
    tail(message, scene, post);
}

fn bot_profile(message: &mut Php, bot: &Person) {
    message.text("app_id", &format!("A{}", &bot.bot_id[1..]));
    message.text("team", TEAM);
    message.object("bot_profile", |profile| {
        profile.text("id", &bot.bot_id);
        profile.flag("deleted", false);
        profile.text("name", &bot.handle);
        profile.int("updated", 1_600_000_000);
        profile.text("app_id", &format!("A{}", &bot.bot_id[1..]));
        profile.text("team_id", TEAM);
    });
}

/// Adds what any message may have: its thread, an edit, reactions.
pub(crate) fn tail(message: &mut Php, scene: &mut Scene<'_>, post: &Post) {
    thread(message, scene, post);
    if scene.rng.u8(..100) < 8 {
        scene.summary.edited += 1;
        let later = post.at / 1_000_000 + scene.rng.i64(5..4_000);
        message.object("edited", |edited| {
            edited.text("user", &scene.person(post.author).id);
            edited.text("ts", &format!("{later}.000000"));
        });
    }
    if scene.rng.u8(..6) == 0 {
        reactions(message, scene);
    }
}

fn thread(message: &mut Php, scene: &Scene<'_>, post: &Post) {
    match &post.thread {
        Thread::None => {}
        Thread::Reply { root, parent } => {
            message.text("thread_ts", &ts(*root));
            if let Some(parent) = parent {
                message.text("parent_user_id", &scene.person(*parent).id);
            }
        }
        Thread::Root(replies) => root(message, scene, post, replies),
    }
}

fn root(message: &mut Php, scene: &Scene<'_>, post: &Post, replies: &[(i64, usize)]) {
    let mut users: Vec<_> = replies.iter().map(|(_, who)| *who).collect();
    users.sort_unstable();
    users.dedup();
    message.text("thread_ts", &ts(post.at));
    message.int("reply_count", replies.len() as i64);
    message.int("reply_users_count", users.len() as i64);
    message.text("latest_reply", &ts(replies.iter().map(|(at, _)| *at).max().unwrap_or(post.at)));
    message.texts("reply_users", users.iter().map(|who| scene.person(*who).id.as_str()));
    message.list("replies", |list| {
        for (at, who) in replies {
            list.entry(|reply| {
                reply.text("user", &scene.person(*who).id);
                reply.text("ts", &ts(*at));
            });
        }
    });
    message.flag("is_locked", false);
    message.flag("subscribed", false);
}

/// Draws a small number: mostly 1, seldom more. Real exports have 0.23 reactions a message, most
/// of them by one or two people, at most by 26.
fn few(scene: &mut Scene<'_>, most: usize) -> usize {
    let mut number = 1;
    while number < most && scene.rng.f64() < 0.4 {
        number += 1;
    }
    number
}

fn reactions(message: &mut Php, scene: &mut Scene<'_>) {
    let mut names: Vec<_> = (0..few(scene, 3)).map(|_| reaction(&mut scene.rng)).collect();
    names.sort_unstable();
    names.dedup();
    message.list("reactions", |list| {
        for name in names {
            let mut users: Vec<_> = (0..few(scene, 12)).map(|_| scene.member()).collect();
            users.sort_unstable();
            users.dedup();
            scene.summary.reactions += 1;
            scene.summary.reaction_users += users.len() as u64;
            list.entry(|reaction| {
                reaction.text("name", &name);
                reaction.texts("users", users.iter().map(|at| scene.person(*at).id.as_str()));
                reaction.int("count", users.len() as i64);
            });
        }
    });
}
