//! One record of a day file as it stands there, read in one pass and without trust.
//!
//! Written by hand rather than derived, because a field that occurs twice is no error (the last
//! counts, as everywhere), and no value of a wrong type may cost the record.

use super::loose::{Flag, List, Maybe, Text, Unparsed, Whole};

/// Generates a struct of loose fields and its visitor: unknown keys ignored, the last value counts.
macro_rules! loose_struct {
    ($(#[$doc:meta])* $name:ident { $($field:ident $(= $key:literal)? : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: $type,)*
            /// Keeps the lifetime used, whatever the fields are.
            pub(crate) marker: std::marker::PhantomData<&'a ()>,
        }

        const _: () = {
            use serde::Deserialize;
            use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
            use std::fmt;

            #[derive(Deserialize)]
            #[serde(field_identifier)]
            #[expect(non_camel_case_types, reason = "the keys are named like the fields")]
            enum Key {
                $($(#[serde(rename = $key)])? $field,)*
                #[serde(other)]
                Unknown,
            }

            struct Fields;

            impl<'de> Visitor<'de> for Fields {
                type Value = $name<'de>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                    let mut filled = $name::default();
                    while let Some(key) = map.next_key()? {
                        match key {
                            $(Key::$field => filled.$field = map.next_value()?,)*
                            Key::Unknown => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        }
                    }
                    Ok(filled)
                }
            }

            impl<'de> Deserialize<'de> for $name<'de> {
                fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                    from.deserialize_map(Fields)
                }
            }
        };
    };
}
pub(crate) use loose_struct;

loose_struct!(
    /// A message, or whatever else stands in a day file.
    Record {
        kind = "type": Text<'a>,
        subtype: Text<'a>,
        ts: Text<'a>,
        user: Text<'a>,
        text: Text<'a>,
        blocks: Unparsed<'a>,
        attachments: Unparsed<'a>,
        files: List<Maybe<FileRecord<'a>>>,
        file: Maybe<FileRecord<'a>>,
        reactions: List<Maybe<ReactionRecord<'a>>>,
        thread_ts: Text<'a>,
        edited: Maybe<EditedRecord<'a>>,
        hidden: Flag,
        bot_id: Text<'a>,
        bot_profile: Maybe<ProfileRecord<'a>>,
        user_profile: Maybe<ProfileRecord<'a>>,
        username: Text<'a>,
        icons: Maybe<IconsRecord<'a>>,
        comment: Maybe<CommentRecord<'a>>,
        topic: Text<'a>,
        purpose: Text<'a>,
        old_name: Text<'a>,
        name: Text<'a>,
        inviter: Text<'a>,
        room: Maybe<RoomRecord<'a>>,
        members: List<Text<'a>>,
        channel: Text<'a>,
    }
);

loose_struct!(
    /// An element of `files`, or the one `file` of before 2018.
    FileRecord {
        id: Text<'a>,
        name: Text<'a>,
        title: Text<'a>,
        mode: Text<'a>,
        file_access: Text<'a>,
        is_external: Flag,
        mimetype: Text<'a>,
        size: Whole,
        url_private_download: Text<'a>,
        url_private: Text<'a>,
        permalink: Text<'a>,
        user: Text<'a>,
    }
);

loose_struct!(
    /// An element of `reactions`.
    ReactionRecord {
        name: Text<'a>,
        users: List<Text<'a>>,
        count: Whole,
    }
);

loose_struct!(
    /// `edited`.
    EditedRecord {
        ts: Text<'a>,
        user: Text<'a>,
    }
);

loose_struct!(
    /// `user_profile` or `bot_profile`.
    ProfileRecord {
        id: Text<'a>,
        display_name: Text<'a>,
        real_name: Text<'a>,
        name: Text<'a>,
        icons: Maybe<IconsRecord<'a>>,
    }
);

loose_struct!(
    /// `icons` of a bot: pictures' addresses, or an emoji in their place.
    IconsRecord {
        emoji: Text<'a>,
    }
);

loose_struct!(
    /// `comment` of a file comment.
    CommentRecord {
        user: Text<'a>,
        comment: Text<'a>,
    }
);

loose_struct!(
    /// `room` of a huddle or call.
    RoomRecord {
        created_by: Text<'a>,
        date_start: Whole,
        date_end: Whole,
        participant_history: List<Text<'a>>,
        participants: List<Text<'a>>,
    }
);
