//! What each of Slack's message subtypes becomes.

use super::fate::Skip;
use super::settings::SystemLines;

/// How a message is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// An ordinary message.
    Post,
    /// `/me`: italic.
    Me,
    /// A line in our own words, since Slack's changed form over the years.
    System(System),
    /// A deleted root that still has replies.
    Tombstone,
    /// Withheld by the organisation's own key.
    Withheld,
    /// Left out; becomes a line if it has replies.
    Skip(Skip, System),
    /// A log record: left out whatever it holds.
    Never(Skip),
    /// Newer than this program: posted if it says anything.
    Unknown,
}

/// System lines by what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// Joined.
    Joined,
    /// Left.
    Left,
    /// A new topic.
    Topic,
    /// A new purpose, which Slack now calls the description.
    Purpose,
    /// A new name.
    Name,
    /// Archived.
    Archived,
    /// Unarchived.
    Unarchived,
    /// A huddle or call.
    Huddle,
    /// Slack's own words.
    Text,
}

/// Looks a subtype up. `has_room` tells apart the huddles of 2022, which have no subtype.
pub(super) fn treatment(subtype: Option<&str>, has_room: bool, lines: &SystemLines) -> Treatment {
    let Some(subtype) = subtype else {
        return if has_room { huddle(lines) } else { Treatment::Post };
    };
    if let Some(treatment) = channel_line(subtype, lines) {
        return treatment;
    }
    match subtype {
        "bot_message"
        | "thread_broadcast"
        | "file_share"
        | "file_comment"
        | "file_mention"
        | "slackbot_response"
        | "assistant_app_thread" => Treatment::Post,
        "me_message" => Treatment::Me,
        "reply_broadcast" => Treatment::Never(Skip::DeadSubtype),
        "message_changed" | "message_deleted" | "message_replied" => {
            Treatment::Never(Skip::HiddenLog)
        }
        "tombstone" => Treatment::Tombstone,
        "ekm_access_denied" => Treatment::Withheld,
        "huddle_thread" | "sh_room_created" | "sh_room_shared" | "sh_room_updated" => huddle(lines),
        "reminder_add" | "reminder_delete" => {
            optional(lines.reminders, Skip::ReminderLine, System::Text)
        }
        "tabbed_canvas_updated" => optional(lines.canvases, Skip::CanvasLine, System::Text),
        "pinned_item" | "unpinned_item" => optional(lines.pins, Skip::PinLine, System::Text),
        "bot_add"
        | "bot_remove"
        | "bot_enable"
        | "bot_disable"
        | "app_conversation_join"
        | "app_conversation_leave" => optional(lines.apps, Skip::BotHousekeeping, System::Text),
        _ => housekeeping(subtype),
    }
}

/// Lines about the channel itself.
fn channel_line(subtype: &str, lines: &SystemLines) -> Option<Treatment> {
    let (group, what) = subtype.split_once('_')?;
    if group != "channel" && group != "group" {
        return None;
    }
    Some(match what {
        "join" => optional(lines.joins, Skip::JoinLine, System::Joined),
        "leave" => optional(lines.joins, Skip::JoinLine, System::Left),
        "topic" => optional(lines.topics, Skip::TopicLine, System::Topic),
        "purpose" => optional(lines.topics, Skip::TopicLine, System::Purpose),
        "name" => optional(lines.renames, Skip::RenameLine, System::Name),
        "convert_to_private" | "convert_to_public" | "posting_permissions" => {
            optional(lines.renames, Skip::RenameLine, System::Text)
        }
        "archive" => optional(lines.archives, Skip::ArchiveLine, System::Archived),
        "unarchive" => optional(lines.archives, Skip::ArchiveLine, System::Unarchived),
        "canvas_updated" | "tab_added" | "tab_removed" | "tab_updated" => {
            optional(lines.canvases, Skip::CanvasLine, System::Text)
        }
        _ => return None,
    })
}

fn housekeeping(subtype: &str) -> Treatment {
    let skip = match subtype {
        "document_comment_root" | "document_mention" => Skip::CanvasComment,
        "welcome_party" | "joiner_notification" | "joiner_notification_for_inviter" => {
            Skip::WelcomeLine
        }
        "share_shortcut" | "emoji_changed" | "file_created" | "file_change" | "file_deleted"
        | "file_shared" | "file_unshared" | "file_public" => Skip::ServiceEvent,
        other if other.starts_with("list_") => Skip::ServiceEvent,
        _ => return Treatment::Unknown,
    };
    Treatment::Skip(skip, System::Text)
}

fn huddle(lines: &SystemLines) -> Treatment {
    optional(lines.huddles, Skip::HuddleLine, System::Huddle)
}

fn optional(wanted: bool, skip: Skip, line: System) -> Treatment {
    if wanted { Treatment::System(line) } else { Treatment::Skip(skip, line) }
}
