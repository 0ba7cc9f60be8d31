//! One entry of `attachments`, tolerantly.

use crate::convert::blocks::Node;
use crate::convert::loose::Loose;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A legacy card, a link's preview or a shared message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment<'a> {
    #[serde(borrow)]
    pub pretext: Loose<'a>,
    #[serde(borrow)]
    pub title: Loose<'a>,
    #[serde(borrow)]
    pub title_link: Loose<'a>,
    #[serde(borrow)]
    pub text: Loose<'a>,
    #[serde(borrow)]
    pub fallback: Loose<'a>,
    #[serde(borrow)]
    pub footer: Loose<'a>,
    #[serde(borrow)]
    pub from_url: Loose<'a>,
    #[serde(borrow)]
    pub author_name: Loose<'a>,
    #[serde(borrow)]
    pub author_subname: Loose<'a>,
    #[serde(borrow)]
    pub author_id: Loose<'a>,
    #[serde(borrow)]
    pub channel_id: Loose<'a>,
    #[serde(borrow)]
    pub channel_name: Loose<'a>,
    #[serde(borrow)]
    pub ts: Loose<'a>,
    #[serde(borrow)]
    pub is_share: Loose<'a>,
    #[serde(borrow)]
    pub is_msg_unfurl: Loose<'a>,
    #[serde(borrow)]
    pub is_reply_unfurl: Loose<'a>,
    #[serde(borrow)]
    pub is_thread_root_unfurl: Loose<'a>,
    #[serde(borrow)]
    pub image_url: Loose<'a>,
    #[serde(borrow)]
    pub fields: Option<&'a RawValue>,
    #[serde(borrow)]
    pub actions: Option<Node<'a>>,
    #[serde(borrow)]
    pub blocks: Option<Node<'a>>,
    #[serde(borrow)]
    pub message_blocks: Option<&'a RawValue>,
    #[serde(borrow)]
    pub files: Option<&'a RawValue>,
}

/// A field of a legacy card.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Field<'a> {
    #[serde(borrow)]
    pub title: Loose<'a>,
    #[serde(borrow)]
    pub value: Loose<'a>,
}

/// A file inside a shared message: its name is all that is shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SharedFile<'a> {
    #[serde(borrow)]
    pub name: Loose<'a>,
    #[serde(borrow)]
    pub permalink: Loose<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MessageBlocks<'a> {
    #[serde(borrow)]
    message: Option<InnerMessage<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InnerMessage<'a> {
    #[serde(borrow)]
    blocks: Option<Node<'a>>,
}

impl<'a> Attachment<'a> {
    /// Tells whether it shows another message.
    pub(super) fn is_shared(&self) -> bool {
        [&self.is_share, &self.is_msg_unfurl, &self.is_reply_unfurl, &self.is_thread_root_unfurl]
            .into_iter()
            .any(Loose::is_true)
    }

    /// Tells whether it is a preview of a link in the text.
    pub(super) fn is_preview(&self) -> bool {
        !self.from_url.is_blank() && !self.is_shared()
    }

    /// Reads the fields of a card.
    pub(super) fn fields(&self) -> Vec<Field<'a>> {
        list(self.fields)
    }

    /// Reads the files of a shared message.
    pub(super) fn files(&self) -> Vec<SharedFile<'a>> {
        list(self.files)
    }

    /// Moves out the blocks to show: those of the shared message, else the card's own.
    pub(super) fn take_blocks(&mut self) -> Vec<Node<'a>> {
        let shared = list::<MessageBlocks<'a>>(self.message_blocks);
        let shared = shared.into_iter().filter_map(|entry| entry.message?.blocks);
        let blocks: Vec<_> = shared.flat_map(|node| node.elements).collect();
        if !blocks.is_empty() {
            return blocks;
        }
        self.blocks.take().map(|node| node.elements).unwrap_or_default()
    }
}

fn list<'a, T: Deserialize<'a>>(json: Option<&'a RawValue>) -> Vec<T> {
    json.and_then(|json| serde_json::from_str(json.get()).ok()).unwrap_or_default()
}
