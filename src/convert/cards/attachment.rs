//! One entry of `attachments`, tolerantly.

use super::entries::each;
use crate::convert::blocks::Node;
use crate::convert::loose::Loose;
use crate::convert::loss::Losses;
use crate::slack::loose_struct;
use serde_json::value::RawValue;

loose_struct!(
    /// A legacy card, a link's preview or a shared message.
    Attachment {
        pretext: Loose<'a>,
        title: Loose<'a>,
        title_link: Loose<'a>,
        text: Loose<'a>,
        fallback: Loose<'a>,
        footer: Loose<'a>,
        from_url: Loose<'a>,
        original_url: Loose<'a>,
        author_name: Loose<'a>,
        author_subname: Loose<'a>,
        author_id: Loose<'a>,
        channel_id: Loose<'a>,
        channel_name: Loose<'a>,
        ts: Loose<'a>,
        is_share: Loose<'a>,
        is_msg_unfurl: Loose<'a>,
        is_reply_unfurl: Loose<'a>,
        is_thread_root_unfurl: Loose<'a>,
        image_url: Loose<'a>,
        mrkdwn_in: Option<&'a RawValue>,
        fields: Option<&'a RawValue>,
        actions: Option<Node<'a>>,
        blocks: Option<Node<'a>>,
        message_blocks: Option<&'a RawValue>,
        files: Option<&'a RawValue>,
        attachments: Option<&'a RawValue>,
    }
);

loose_struct!(
    /// A field of a legacy card.
    Field {
        title: Loose<'a>,
        value: Loose<'a>,
    }
);

loose_struct!(
    /// A file inside a shared message: its name is all that is shown.
    SharedFile {
        name: Loose<'a>,
        title: Loose<'a>,
        permalink: Loose<'a>,
        mode: Loose<'a>,
        file_access: Loose<'a>,
    }
);

loose_struct!(
    /// An element of `message_blocks`.
    MessageBlocks {
        message: Option<InnerMessage<'a>>,
    }
);

loose_struct!(
    /// The shared message itself.
    InnerMessage {
        blocks: Option<Node<'a>>,
    }
);

impl<'a> Attachment<'a> {
    /// Tells whether it shows another message.
    pub(super) fn is_shared(&self) -> bool {
        [&self.is_share, &self.is_msg_unfurl, &self.is_reply_unfurl, &self.is_thread_root_unfurl]
            .into_iter()
            .any(Loose::is_true)
    }

    /// Tells whether it is a preview of a link.
    pub(super) fn is_preview(&self) -> bool {
        !self.from_url.is_blank() && !self.is_shared()
    }

    /// Tells whether marks mean something in that field: where `mrkdwn_in` lists it. The words of a
    /// shared message are a message's own, unless it says otherwise.
    pub(super) fn has_marks(&self, field: &str) -> bool {
        let listed = |json: &RawValue| json.get().contains(&format!("\"{field}\""));
        self.mrkdwn_in.map_or(self.is_shared(), listed)
    }

    /// Reads the fields of a card; one that is bare words has no title.
    pub(super) fn fields(&self, losses: &mut Losses) -> Vec<Field<'a>> {
        let bare = |value: Loose<'a>| Field { value, ..Field::default() };
        each(self.fields, |words| (!words.is_blank()).then(|| bare(words)), losses)
    }

    /// Reads the files of a shared message; one that is a bare word is named so.
    pub(super) fn files(&self, losses: &mut Losses) -> Vec<SharedFile<'a>> {
        let bare = |name: Loose<'a>| SharedFile { name, ..SharedFile::default() };
        each(self.files, |words| (!words.is_blank()).then(|| bare(words)), losses)
    }

    /// Moves out the blocks to show: those of the shared message, else the card's own.
    pub(super) fn take_blocks(&mut self, losses: &mut Losses) -> Vec<Node<'a>> {
        let shared: Vec<MessageBlocks<'a>> = each(self.message_blocks, |_| None, losses);
        let shared = shared.into_iter().filter_map(|entry| entry.message?.blocks);
        let blocks: Vec<_> = shared.flat_map(|node| node.elements).collect();
        if !blocks.is_empty() {
            return blocks;
        }
        self.blocks.take().map(|node| node.elements).unwrap_or_default()
    }
}
