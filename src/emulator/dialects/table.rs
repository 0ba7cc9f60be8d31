//! The switches, one row each: both values, which is the default, and why.

use super::super::mark::Mark::{self, Assumed, Documented, Observed};
use super::{
    Absent, Bytes, Clash, DeadKey, Gone, Lacking, Odd, Repeat, RequestReplay, Switch, Throttle,
    Undelegated, Window,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Writes the struct, its default and the table from one list, so that none can lack a row.
macro_rules! switches {
    ($($(#[doc = $decides:literal])+ $field:ident: $kind:ty = $default:expr, or [$($other:expr),+];
        $mark:expr, $why:literal;)+) => {
        /// One field for each unknown. The default is what the documents make most likely.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Dialects {
            $($(#[doc = $decides])+ pub $field: $kind,)+
        }

        impl Default for Dialects {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// Every switch with its values.
        pub static SWITCHES: &[Switch] = &[$(Switch {
            field: stringify!($field),
            decides: concat!($($decides),+).trim_ascii(),
            mark: $mark,
            why: $why,
            values: || {
                let values: [$kind; 1 + [$(stringify!($other)),+].len()] = [$default, $($other),+];
                values.iter().map(|value| serde_json::json!(value)).collect()
            },
        },)+];
    };
}

const GUIDE: Mark = Documented("import-data");
const REFERENCE: Mark = Documented("discovery");

switches! {
    /// What a repeated requestId brings back.
    request_replay: RequestReplay = RequestReplay::Populated, or [RequestReplay::NameOnly, RequestReplay::ForgottenAfter(Duration::ZERO)];
        REFERENCE, "\"returns the existing\"; it \"might not be fully populated\", and no life is stated";
    /// How a requestId of another user is refused.
    foreign_request: Clash = Clash::Invalid, or [Clash::Conflict];
        Assumed, "\"results in an error\" is all that is said";
    /// Whether a requestId must be a UUID of version 4.
    request_uuid4: bool = false, or [true];
        REFERENCE, "a random UUID is \"recommended\"";
    /// Whether a requestId may have 36 characters at most.
    request_short: bool = false, or [true];
        REFERENCE, "no length is stated";
    /// Whether a replayed requestId is echoed although its messageId exists.
    replay_before_message_id: bool = true, or [false];
        Assumed, "both are documented apart from each other";
    /// What a used messageId under a new requestId gets: 409, or 200 and the message.
    message_id_repeat: Repeat = Repeat::Refused, or [Repeat::Same];
        Assumed, "it \"can't be reused\"";
    /// Whether a deleted message's messageId can be used again.
    deleted_ids_free: bool = false, or [true];
        Assumed, "its createTime can't, says the guide; of the id nothing is said";
    /// How a taken createTime is refused.
    create_time_clash: Clash = Clash::Conflict, or [Clash::Invalid];
        Observed("noslacking"), "it treats \"Message already exists\" as done";
    /// Whether a message may be as old as its space.
    equal_create_time: bool = true, or [false];
        Assumed, "\"between\" is all that is said; one report has it refused";
    /// What becomes of digits below the microsecond: dropped, or refused.
    fine_times: Odd = Odd::Ignored, or [Odd::Refused];
        Assumed, "the guide counts memberships in microseconds";
    /// What the 32,000 bytes of a message count.
    text_bytes: Bytes = Bytes::Utf8, or [Bytes::Json];
        Assumed, "\"32,000 bytes\", not of what";
    /// Whether an author needs a historical membership first.
    author_must_be_member: bool = false, or [true];
        Assumed, "the documents never ask for it; migrators disagree";
    /// What becomes of a past createTime of a message of the app itself.
    app_history: Odd = Odd::Taken, or [Odd::Refused, Odd::Ignored];
        Documented("authorize-import"), "messages.create is among what the app may call; of times nothing is said";
    /// Whether a thread ends at 500 replies.
    threads_end: bool = false, or [true];
        Assumed, "the limit is stated for the product, not for importing";
    /// What a group chat does with messageReplyOption.
    group_chat_threads: Odd = Odd::Refused, or [Odd::Ignored];
        Assumed, "\"only supported in named spaces\"";
    /// What a group chat does with a display name.
    group_chat_names: Odd = Odd::Refused, or [Odd::Ignored];
        Assumed, "a name is required of named spaces, and forbidden nowhere";
    /// Whether messages.list shows `clientAssignedMessageId`.
    listed_client_ids: bool = true, or [false];
        REFERENCE, "the field can be read; nobody says so of import mode";
    /// Whether a patch while importing leaves `lastUpdateTime`.
    patch_marks: bool = true, or [false];
        REFERENCE, "the field's meaning; of import mode nothing is said";
    /// Whether others than the author may patch a message.
    patch_by_others: bool = false, or [true];
        GUIDE, "\"the same authority\"";
    /// Whether only the user who made an import space may list what is in it.
    listed_to_creator: bool = false, or [true];
        Documented("authorize-import"), "impersonation is enough, says the table; which user, it does not say";
    /// What one user's same emoji on the same message gets: 409, or 200.
    reaction_repeat: Repeat = Repeat::Refused, or [Repeat::Same];
        Assumed, "nothing is said";
    /// What becomes of an emoji without its variation selector, or of a subdivision's flag.
    odd_emoji: Odd = Odd::Taken, or [Odd::Refused];
        Observed("noslacking"), "some sequences get 400; which ones is not known";
    /// What a person who is already in gets: 409, or 200.
    member_repeat: Repeat = Repeat::Refused, or [Repeat::Same];
        Observed("GAM"), "it expects ALREADY_EXISTS";
    /// Whether whoever is added after completion is in at once.
    auto_accept: bool = true, or [false];
        REFERENCE, "else the person is invited, which each of them decides";
    /// Whether roles can be given with `chat.import` after completion.
    roles_with_import: bool = false, or [true];
        Documented("update-members"), "it asks for chat.memberships; the reference lists chat.import too";
    /// Whether `chat.import` is enough to add a group after completion.
    groups_with_import: bool = false, or [true];
        REFERENCE, "it asks for chat.memberships for groups; chat.import is listed for the method as a whole";
    /// Whether the last manager may leave a space that others are in.
    last_manager_leaves: bool = false, or [true];
        Assumed, "nothing is said; Chat's own window asks for another manager first";
    /// What completeImport on a completed space gets: 400, or 200.
    complete_repeat: Repeat = Repeat::Refused, or [Repeat::Same];
        Observed("sahajsoft/slack-chat-migrator"), "it reads a 400 as done";
    /// Whether members.list still works with `chat.import` after completion.
    members_listed_after_completion: bool = true, or [false];
        GUIDE, "it is not among what ends; it is not among what goes on either";
    /// What a target audience at creation in import mode gets.
    audience_at_create: Odd = Odd::Refused, or [Odd::Ignored];
        REFERENCE, "it can't be updated in import mode; of creation nothing is said";
    /// How an edition without target audiences refuses one.
    audience_lacking: Lacking = Lacking::Forbidden, or [Lacking::Precondition];
        Assumed, "the guide names the editions that have them, and no error";
    /// How an expired or deleted space answers.
    gone_space: Gone = Gone::Forbidden, or [Gone::NotFound];
        GUIDE, "GetSpace answers PERMISSION_DENIED; of other calls nothing is said";
    /// How a space that never was answers.
    unknown_space: Gone = Gone::NotFound, or [Gone::Forbidden];
        Assumed, "an expired one answers PERMISSION_DENIED; of others nothing is said";
    /// Whether an expired space can still be read.
    gone_space_read: bool = false, or [true];
        GUIDE, "\"inaccessible\"";
    /// Whether a deleted or expired space's requestId makes a new one.
    gone_requests_free: bool = true, or [false];
        Assumed, "\"return the existing space\": there is none";
    /// Whether the answer to spaces.create already shows `importModeExpireTime`.
    expire_time_at_create: bool = true, or [false];
        Assumed, "the replay \"echoes\"; of the first answer nothing is said";
    /// Whether two spaces may not share a display name.
    unique_names: bool = true, or [false];
        GUIDE, "\"must be a unique name\"; migrators saw duplicates";
    /// Whether a space in import mode holds its name against others.
    import_names: bool = true, or [false];
        Assumed, "nobody can see such a space, yet the organisation has it";
    /// How a spent quota answers.
    throttle: Throttle = Throttle::TooMany, or [Throttle::Forbidden];
        Documented("limits"), "429; Google's older APIs say 403";
    /// How a quota counts.
    quota_window: Window = Window::Bucket, or [Window::Fixed];
        Documented("limits"), "so many \"per\" minute or second, not from when";
    /// Whether 429 and 503 carry `Retry-After`.
    retry_after: bool = false, or [true];
        Documented("limits"), "it tells to back off, and knows no header";
    /// Whether errors carry `google.rpc.ErrorInfo`.
    error_info: bool = true, or [false];
        Documented("AIP-193"), "every error must; whether Chat's do is not known";
    /// Whether an upload token works for its uploader alone.
    uploader_must_post: bool = false, or [true];
        Assumed, "nothing is said";
    /// Whether an upload token works once.
    uploads_once: bool = false, or [true];
        Assumed, "nothing is said";
    /// Whether an upload token ends after two minutes.
    uploads_end: bool = false, or [true];
        Assumed, "no life is stated";
    /// How the token endpoint refuses a suspended user.
    suspended_account: Absent = Absent::Unknown, or [Absent::Restricted];
        Assumed, "no text is known; these are the ones that GAM collected";
    /// How the token endpoint refuses a deleted user.
    deleted_account: Absent = Absent::Deleted, or [Absent::Unknown];
        Observed("GAM"), "it collected both";
    /// Whether access tokens outlive the account's suspension or deletion.
    tokens_outlive_account: bool = false, or [true];
        Assumed, "sessions end with an account; of these tokens nothing is said";
    /// How the token endpoint refuses a deleted key.
    dead_key: DeadKey = DeadKey::Signature, or [DeadKey::Verifier];
        Documented("oauth2 service accounts"), "GAM collected the other";
    /// The status with which the token endpoint refuses what is not delegated.
    undelegated_status: u16 = 401, or [400];
        Documented("oauth2 service accounts"), "a general rule for clients; OAuth itself says 400";
    /// The error with which it does so.
    undelegated_error: Undelegated = Undelegated::UnauthorizedClient, or [Undelegated::AccessDenied];
        Documented("oauth2 service accounts"), "both stand in its table, for a client and for scopes";
}
