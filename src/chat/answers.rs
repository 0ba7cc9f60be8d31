//! The JSON of Google's listings, read into what we use of it.

use super::classify::is_name;
use super::shapes::{DirectoryUser, ListedMember, ListedMessage, SpaceView};
use crate::draft::APP_USER;
use crate::ids::Micros;
use serde::Deserialize;

pub(super) fn token(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn micros(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessagePage {
    #[serde(default)]
    pub(super) messages: Vec<MessageBody>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MessageBody {
    name: String,
    client_assigned_message_id: Option<String>,
    sender: Option<SenderBody>,
    create_time: String,
    #[serde(default)]
    text: String,
    thread: Option<Named>,
    #[serde(default)]
    emoji_reaction_summaries: Vec<ReactionBody>,
    #[serde(default)]
    attachment: Vec<serde::de::IgnoredAny>,
    delete_time: Option<String>,
}

#[derive(Deserialize)]
struct SenderBody {
    #[serde(default)]
    name: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl SenderBody {
    /// Only the calling app's own messages are told to it as an app's; its number is not known.
    fn user(self) -> String {
        if self.kind == "BOT" { APP_USER.to_owned() } else { self.name }
    }
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReactionBody {
    emoji: Option<EmojiBody>,
    #[serde(default)]
    reaction_count: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmojiBody {
    unicode: Option<String>,
    custom_emoji: Option<CustomBody>,
}

#[derive(Deserialize)]
struct CustomBody {
    #[serde(default)]
    uid: String,
}

impl MessageBody {
    /// None if it has no name or time that can be used.
    pub(super) fn view(self) -> Option<ListedMessage> {
        let full =
            |named: Option<Named>| named.map(|named| named.name).filter(|name| !name.is_empty());
        Some(ListedMessage {
            create_time: micros(&self.create_time)?,
            name: Some(self.name).filter(|name| is_name(name))?,
            client_id: token(self.client_assigned_message_id),
            sender: self.sender.map(SenderBody::user).filter(|user| !user.is_empty()),
            text: self.text,
            thread: full(self.thread).filter(|name| is_name(name)),
            reactions: self.emoji_reaction_summaries.into_iter().map(ReactionBody::view).collect(),
            attachments: self.attachment.len(),
            deleted: self.delete_time.is_some(),
        })
    }
}

impl ReactionBody {
    fn view(self) -> (String, u64) {
        let emoji = self.emoji.map(|emoji| {
            let custom = emoji.custom_emoji.map(|custom| format!("customEmojis/{}", custom.uid));
            emoji.unicode.or(custom).unwrap_or_default()
        });
        (emoji.unwrap_or_default(), self.reaction_count)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberPage {
    #[serde(default)]
    pub(super) memberships: Vec<MemberBody>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberBody {
    name: String,
    member: Option<Named>,
    group_member: Option<Named>,
    #[serde(default)]
    role: String,
    #[serde(default)]
    state: String,
    create_time: Option<String>,
    delete_time: Option<String>,
}

impl MemberBody {
    pub(super) fn view(self) -> ListedMember {
        let who = self.member.or(self.group_member);
        ListedMember {
            name: self.name,
            user: who.map(|who| who.name).unwrap_or_default(),
            role: self.role,
            state: self.state,
            created: self.create_time.as_deref().and_then(micros),
            deleted: self.delete_time.as_deref().and_then(micros),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpaceBody {
    name: String,
    display_name: Option<String>,
    #[serde(default)]
    space_type: String,
    #[serde(default)]
    import_mode: bool,
    import_mode_expire_time: Option<String>,
    create_time: Option<String>,
}

impl SpaceBody {
    pub(super) fn view(self) -> SpaceView {
        SpaceView {
            name: self.name,
            display_name: token(self.display_name),
            kind: self.space_type,
            importing: self.import_mode,
            expires: self.import_mode_expire_time.as_deref().and_then(micros),
            created: self.create_time.as_deref().and_then(micros),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserPage {
    #[serde(default)]
    pub(super) users: Vec<UserBody>,
    pub(super) next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserBody {
    id: String,
    primary_email: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    non_editable_aliases: Vec<String>,
    name: Option<FullName>,
    #[serde(default)]
    suspended: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    is_guest_user: bool,
    #[serde(default)]
    emails: Vec<EmailBody>,
    #[serde(default)]
    customer_id: String,
}

#[derive(Deserialize)]
struct EmailBody {
    #[serde(default)]
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FullName {
    #[serde(default)]
    full_name: String,
}

impl UserBody {
    pub(super) fn view(mut self) -> DirectoryUser {
        self.aliases.append(&mut self.non_editable_aliases);
        let own = |address: &String| {
            let same = |other: &String| other.eq_ignore_ascii_case(address);
            same(&self.primary_email) || self.aliases.iter().any(same)
        };
        let contacts = self.emails.into_iter().map(|email| email.address);
        let contacts = contacts.filter(|address| !address.is_empty() && !own(address)).collect();
        DirectoryUser {
            id: self.id,
            email: self.primary_email,
            aliases: self.aliases,
            name: self.name.map(|name| name.full_name).unwrap_or_default(),
            suspended: self.suspended,
            archived: self.archived,
            guest: self.is_guest_user,
            contacts,
            customer_id: self.customer_id,
        }
    }
}
