//! From a record to a message: the ts is required, everything else is taken as far as it goes.

use super::loose::{List, Text};
use super::message::{Author, Edited, Extra, File, FileMode, Message, Reaction, Room};
use super::record::{FileRecord, ProfileRecord, ReactionRecord, Record, RoomRecord};
use crate::ids::{ConversationId, FileId, SlackTs, SlackUserId};
use serde_json::value::RawValue;

/// Slackbot, whom no export lists.
const SLACKBOT: &str = "USLACKBOT";

/// What a record turned out to be.
#[derive(Debug)]
pub(super) enum Built {
    /// A message, and how many of its parts could not be read.
    Message(Box<Message>, u32),
    /// Something else that lies among the messages, such as a canvas's file object.
    Foreign,
    /// A message that can't be one, and why.
    Bad(&'static str),
}

/// Builds the message that a record holds. The `hash` is of its bytes.
pub(super) fn message(mut record: Record<'_>, hash: [u8; 16]) -> Built {
    let kind = record.kind.filled().unwrap_or("message");
    if kind != "message"
        || (record.ts.0.is_none() && record.kind.0.is_none() && record.user.0.is_none())
    {
        return Built::Foreign;
    }
    let ts = match record.ts.filled() {
        None => return Built::Bad("no ts"),
        Some(ts) => match ts.parse::<SlackTs>() {
            Ok(ts) if ts.secs() > 0 => ts,
            Ok(_) => return Built::Bad("ts is zero"),
            Err(_) => return Built::Bad("ts is not a Slack timestamp"),
        },
    };
    let (found, no_files) = std::mem::take(&mut record.files).objects();
    let found = if found.is_empty() { record.file.0.take().into_iter().collect() } else { found };
    let (reactions, no_reactions) = std::mem::take(&mut record.reactions).objects();
    let author = author(&record, &found);
    let unread = [record.blocks.1, record.attachments.1].into_iter().map(u32::from);
    let mut skipped = no_files + no_reactions + unread.sum::<u32>();
    let thread = record.thread_ts.filled().map(str::parse);
    skipped += u32::from(matches!(thread, Some(Err(_))));
    let (reactions, nameless) = self::reactions(reactions);
    let message = Message {
        ts,
        author,
        reactions,
        thread: thread.and_then(Result::ok),
        blocks: record.blocks.0.map(dense),
        attachments: record.attachments.0.map(dense),
        files: found.into_iter().enumerate().map(|(position, one)| file(one, position)).collect(),
        edited: edited(&record),
        hidden: record.hidden.0,
        extra: extra(&mut record),
        subtype: record.subtype.into_filled(),
        text: record.text.0.map(std::borrow::Cow::into_owned).unwrap_or_default(),
        hash,
    };
    Built::Message(Box::new(message), skipped + nameless)
}

/// Copies JSON without its line breaks and indents: Slack writes more of them than of words. No
/// string has a line break in it, since JSON escapes those.
fn dense(json: &RawValue) -> Box<str> {
    let json = json.get();
    let mut copy = String::with_capacity(json.len());
    for line in json.split('\n') {
        copy.push_str(line.trim_ascii_start());
    }
    copy.into_boxed_str()
}

fn id(text: &Text<'_>) -> Option<SlackUserId> {
    text.filled().map(SlackUserId::new)
}

fn ids(list: &List<Text<'_>>) -> Vec<SlackUserId> {
    list.0.iter().filter_map(id).collect()
}

fn author(record: &Record<'_>, files: &[FileRecord<'_>]) -> Author {
    let profile = record.bot_profile.0.as_ref();
    let bot = record.bot_id.filled().or_else(|| profile.and_then(|bot| bot.id.filled()));
    let comment = record.comment.0.as_ref().and_then(|comment| id(&comment.user));
    let named = record.username.filled();
    let opener = || record.room.0.as_ref().and_then(|room| id(&room.created_by));
    // A bot's post may carry a room or a file that a person made: that person didn't say it.
    let made_by = || opener().or_else(|| files.iter().find_map(|file| id(&file.user)));
    let user = match id(&record.user).or(comment) {
        None if bot.is_none() && named.is_none() => made_by(),
        // Slackbot tells of a huddle in place of whoever began it.
        Some(user) if user.as_str() == SLACKBOT => opener().or(Some(user)),
        user => user,
    };
    let shown = |person: &ProfileRecord<'_>| {
        [&person.display_name, &person.real_name, &person.name]
            .into_iter()
            .find_map(|name| name.filled().map(str::to_owned))
    };
    let name = named
        .map(str::to_owned)
        .or_else(|| profile.and_then(shown))
        .or_else(|| record.user_profile.0.as_ref().and_then(shown));
    let is_bot =
        record.subtype.filled() == Some("bot_message") || (bot.is_some() && user.is_none());
    Author { user, bot: bot.map(str::to_owned), name, is_bot }
}

fn edited(record: &Record<'_>) -> Option<Edited> {
    let edited = record.edited.0.as_ref()?;
    let ts = edited.ts.filled()?.parse().ok()?;
    Some(Edited { ts, user: id(&edited.user) })
}

/// Returns the reactions, and how many had no name.
fn reactions(records: Vec<ReactionRecord<'_>>) -> (Vec<Reaction>, u32) {
    let all = records.len();
    let read: Vec<Reaction> = records
        .into_iter()
        .filter_map(|record| {
            let users = ids(&record.users);
            let count = record.count.0.and_then(|count| u64::try_from(count).ok());
            let count = count.unwrap_or_default().max(users.len() as u64);
            Some(Reaction { name: record.name.into_filled()?, users, count })
        })
        .collect();
    let nameless = (all - read.len()) as u32;
    (read, nameless)
}

fn file(record: FileRecord<'_>, position: usize) -> File {
    let mode = mode(&record);
    let title = record.title.into_filled();
    let name = record.name.into_filled().or_else(|| title.clone());
    File {
        id: record
            .id
            .filled()
            .map_or_else(|| FileId::new(&format!("noid-{position}")), FileId::new),
        title: title.filter(|title| Some(title) != name.as_ref()),
        name,
        mode,
        mimetype: record.mimetype.into_filled(),
        size: record.size.0.and_then(|size| u64::try_from(size).ok()),
        url: record.url_private_download.into_filled().or_else(|| record.url_private.into_filled()),
        permalink: record.permalink.into_filled(),
    }
}

fn mode(record: &FileRecord<'_>) -> FileMode {
    if matches!(
        record.file_access.filled(),
        Some("access_denied" | "file_not_found" | "check_file_info")
    ) {
        return FileMode::Denied;
    }
    match record.mode.filled() {
        Some("tombstone") => FileMode::Tombstone,
        Some("hidden_by_limit") => FileMode::HiddenByLimit,
        Some("external") => FileMode::External,
        _ if record.is_external.0 => FileMode::External,
        Some("hosted") => FileMode::Hosted,
        Some("snippet") => FileMode::Snippet,
        Some("quip" | "space" | "post" | "docs" | "email" | "list" | "canvas") => {
            FileMode::Document
        }
        None if record.url_private.filled().is_some() => FileMode::Hosted,
        _ => FileMode::Other,
    }
}

fn extra(record: &mut Record<'_>) -> Extra {
    let renamed = record.old_name.filled().zip(record.name.filled());
    Extra {
        renamed: renamed.map(|(old, new)| (old.to_owned(), new.to_owned())),
        topic: std::mem::take(&mut record.topic).0.map(std::borrow::Cow::into_owned),
        purpose: std::mem::take(&mut record.purpose).0.map(std::borrow::Cow::into_owned),
        icon: icon(record),
        inviter: id(&record.inviter),
        comment: record.comment.0.take().and_then(|comment| comment.comment.into_filled()),
        room: record.room.0.take().map(|room| self::room(&room)),
        members: ids(&record.members),
        channel: record.channel.filled().map(ConversationId::new),
    }
}

/// Returns the emoji that a bot has for a face.
fn icon(record: &Record<'_>) -> Option<String> {
    let profile = record.bot_profile.0.as_ref();
    let icons = [record.icons.0.as_ref(), profile.and_then(|bot| bot.icons.0.as_ref())];
    icons.into_iter().flatten().find_map(|icons| icons.emoji.filled().map(str::to_owned))
}

fn room(record: &RoomRecord<'_>) -> Room {
    let history = ids(&record.participant_history);
    Room {
        created_by: id(&record.created_by),
        started: record.date_start.0.filter(|at| *at > 0),
        ended: record.date_end.0.filter(|at| *at > 0),
        participants: if history.is_empty() { ids(&record.participants) } else { history },
    }
}
