//! The rules: what is refused, and what is decided.

use super::super::mark::Mark::{self, Assumed, Documented, Observed};
use super::Behaviour;

const REFERENCE: Mark = Documented("discovery");
const GUIDE: Mark = Documented("import-data");
const AUTHORIZE: Mark = Documented("authorize-import");
const ACCOUNTS: Mark = Documented("oauth2 service accounts");
const COMPUTE: Mark = Documented("Compute Engine metadata");
const IAM: Mark = Documented("IAM Credentials API");
const DIRECTORY: Mark = Documented("Directory API");
const GAM: Mark = Observed("GAM");
const CLIENTS: Mark = Observed("Google's Python client");

macro_rules! points {
    ($($point:ident: $place:literal, $what:literal, $mark:expr;)+) => {
        /// A rule, by which its hits are counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in super::super) enum Point { $($point,)+ }

        /// Every rule.
        pub(super) static POINTS: [Behaviour; [$($what),+].len()] =
            [$(Behaviour { place: $place, what: $what, mark: $mark },)+];
    };
}

points! {
    NoSuchPath: "any", "an unknown path is not found", REFERENCE;
    NoToken: "any", "an access token that ended or never was gets 401", ACCOUNTS;
    NoScope: "any", "a token without one of the method's scopes gets 403", REFERENCE;
    AppOff: "any", "an app that is not configured is not found", Observed("nicklamont/slack-chat-migrator");
    UserChatOff: "any", "as somebody for whom Chat is off", GAM;
    Malformed: "any", "unknown fields and parameters, wrong types, enums and formats get 400", REFERENCE;
    NotJson: "any", "a body that is no JSON object gets 400", REFERENCE;
    FineTime: "any", "digits below the microsecond", Assumed;
    AppScope: "any", "the app itself needs chat.bot", AUTHORIZE;
    UserOnly: "any", "most calls serve impersonated users alone", AUTHORIZE;
    NoSpace: "any", "an unknown space is not found", Assumed;
    ForeignSpace: "any", "a space that another app made is forbidden", AUTHORIZE;
    GoneSpace: "any", "an expired or deleted space is out of reach", GUIDE;
    Mask: "any", "a patch needs its mask", REFERENCE;
    Quota: "any", "a spent quota refuses, by project, by space and by person", Documented("limits");
    ImportOver: "any", "chat.import reads and writes no content after completion", GUIDE;
    NoMessage: "any", "an unknown or deleted message is not found", REFERENCE;
    PageToken: "any", "a page token belongs to its request", REFERENCE;
    PageSize: "any", "a negative page size gets 400, a large one is cut", REFERENCE;
    RequestForm: "any", "which requestIds are taken", Assumed;
    RequestReplayed: "any", "a requestId brings back what it made", REFERENCE;
    RequestForeign: "any", "a requestId of another user is refused", REFERENCE;
    NotManager: "any", "after completion only a manager changes a space", GUIDE;
    WindowOver: "any", "chat.import ends 90 days after spaces.create", GUIDE;
    Unmodelled: "any", "what is not imitated gets 501", Assumed;
    ApiOff: "any", "an API that is not enabled is forbidden", Documented("Service Usage");
    MetadataHeader: "metadata", "asked without Metadata-Flavor", COMPUTE;
    NoMachine: "metadata", "nobody there, outside Google Cloud", COMPUTE;
    TokenCreator: "iam.signJwt", "only for who may create tokens for the account", IAM;
    NoServiceAccount: "iam.signJwt", "an unknown account is not found", Assumed;
    SignPayload: "iam.signJwt", "claims as a JSON object, ending within 12 hours", IAM;
    LoginOver: "token", "a login that is unknown or over", Documented("oauth2 web server");
    GrantType: "token", "another grant type is refused", ACCOUNTS;
    Assertion: "token", "an assertion of the wrong form is refused", ACCOUNTS;
    Signature: "token", "a wrong signature, or a deleted key", ACCOUNTS;
    Issuer: "token", "an unknown account", ACCOUNTS;
    Audience: "token", "an assertion for somebody else", ACCOUNTS;
    Lifetime: "token", "an assertion too long, too old or too new", ACCOUNTS;
    UnknownUser: "token", "a user who does not exist", ACCOUNTS;
    SuspendedUser: "token", "a suspended user", Assumed;
    DeletedUser: "token", "a deleted user", GAM;
    UnknownScope: "token", "an unknown scope", ACCOUNTS;
    Delegation: "token", "a domain or scope that is not delegated", ACCOUNTS;
    ImportOnly: "spaces.create", "chat.import makes import spaces only", REFERENCE;
    SpaceType: "spaces.create", "a space or a group chat, no direct message", GUIDE;
    Customer: "spaces.create", "no customer with a user", REFERENCE;
    AudienceEarly: "spaces.create", "a target audience in import mode", Assumed;
    SpaceTime: "spaces.create", "from 2000 to now", GUIDE;
    GroupName: "spaces.create", "a group chat with a name", Assumed;
    SpaceName: "spaces.create", "a space has a name of at most 128 characters", REFERENCE;
    Details: "spaces.create", "4,096 and 5,000 characters of description and guidelines", REFERENCE;
    ExternalPolicy: "spaces.create", "people from outside need the organisation's leave", GUIDE;
    NameTaken: "spaces.create", "a display name is taken once", GUIDE;
    ImportHidden: "spaces.get", "in import mode no user sees the space", AUTHORIZE;
    SpaceField: "spaces.patch", "which fields can change", REFERENCE;
    AudienceMask: "spaces.patch", "an audience stands alone in its mask, and is for named spaces", REFERENCE;
    AudienceLacking: "spaces.patch", "an audience in an edition without them", Assumed;
    AudienceUnknown: "spaces.patch", "an audience that is not there", Assumed;
    SpaceDelete: "spaces.delete", "anybody while importing, later a manager with chat.delete", REFERENCE;
    Completed: "spaces.completeImport", "the caller becomes owner and only member", GUIDE;
    CompletedAgain: "spaces.completeImport", "a second completion is refused", Observed("sahajsoft/slack-chat-migrator");
    AuthorAbsent: "spaces.messages.create", "an author who never was a member", Assumed;
    TooLarge: "spaces.messages.create", "32,000 bytes", REFERENCE;
    Empty: "spaces.messages.create", "neither text nor attachment", Assumed;
    Cards: "spaces.messages.create", "no cards, widgets, private messages", REFERENCE;
    MessageId: "spaces.messages.create", "client-, lower case, at most 63 characters", REFERENCE;
    MessageIdTaken: "spaces.messages.create", "a messageId is taken once", REFERENCE;
    AppTime: "spaces.messages.create", "a past createTime by the app itself", Assumed;
    MessageTime: "spaces.messages.create", "between the space's createTime and now", GUIDE;
    TimeTaken: "spaces.messages.create", "a createTime is taken once, for ever", GUIDE;
    UploadToken: "spaces.messages.create", "an upload token works in its own space, for whom and how long is not known", Assumed;
    ThreadIgnored: "spaces.messages.create", "a thread without messageReplyOption is ignored", REFERENCE;
    ThreadJoined: "spaces.messages.create", "a reply joins its thread by name or key", REFERENCE;
    ThreadFallback: "spaces.messages.create", "an unknown thread becomes a new one, where asked for", REFERENCE;
    ThreadMissing: "spaces.messages.create", "an unknown thread is not found, where asked for", REFERENCE;
    ThreadKey: "spaces.messages.create", "4,000 characters of thread key", REFERENCE;
    ThreadInGroup: "spaces.messages.create", "no replies in group chats", REFERENCE;
    ThreadFull: "spaces.messages.create", "500 replies", Documented("known limitations");
    PatchOthers: "spaces.messages.patch", "only the authority that created it", GUIDE;
    MessageField: "spaces.messages.patch", "which fields can change", REFERENCE;
    Replies: "spaces.messages.delete", "replies go only with force", REFERENCE;
    Order: "spaces.messages.list", "ascending or descending", REFERENCE;
    Filter: "spaces.messages.list", "by createTime and thread", REFERENCE;
    Outsider: "spaces.messages.list", "after completion for members", REFERENCE;
    Creator: "spaces.messages.list", "to whom an import space is listed", Assumed;
    ReactionAgain: "spaces.messages.reactions.create", "one user's same emoji on the same message", Assumed;
    Emoji: "spaces.messages.reactions.create", "which emoji are refused", Observed("noslacking");
    EmojiKind: "spaces.messages.reactions.create", "one of unicode and custom", REFERENCE;
    CustomGone: "spaces.messages.reactions.create", "a custom emoji that is not there", Assumed;
    NoReaction: "spaces.messages.reactions.delete", "an unknown reaction is not found", REFERENCE;
    MemberName: "spaces.members.create", "users/ and an id or address", REFERENCE;
    MemberApp: "spaces.members.create", "apps are no members here", Assumed;
    NoUser: "spaces.members.create", "somebody unknown is not found", GAM;
    OutsideMember: "spaces.members.create", "people from outside only after completion, where the space takes them", GUIDE;
    PastWithoutEnd: "spaces.members.create", "in import mode a deleteTime is required", GUIDE;
    PastSpan: "spaces.members.create", "a past stay begins with the space and ends before now", GUIDE;
    MemberAgain: "spaces.members.create", "somebody who is in already", GAM;
    PresentWithTimes: "spaces.members.create", "no past stays after completion", GUIDE;
    ChatOff: "spaces.members.create", "somebody for whom Chat is off", GAM;
    MemberByGroup: "spaces.members.create", "somebody who is in by a group", Documented("release notes of 2023-11-30");
    GroupPlace: "spaces.members.create", "groups only in completed spaces with a name", REFERENCE;
    GroupScope: "spaces.members.create", "a group with chat.memberships", REFERENCE;
    GroupMemberName: "spaces.members.create", "groups/ and an id, no address", REFERENCE;
    GroupUnknown: "spaces.members.create", "an unknown group is not found", Assumed;
    GroupAgain: "spaces.members.create", "a group that is in already", Assumed;
    MembersHidden: "spaces.members.list", "with chat.import after completion", Assumed;
    Role: "spaces.members.patch", "a role, in a completed space with a name", Documented("update-members");
    RoleScope: "spaces.members.patch", "with chat.memberships", Documented("update-members");
    LastManager: "spaces.members.delete", "the last manager stays while others are in", Assumed;
    NoMember: "spaces.members.delete", "an unknown membership is not found", REFERENCE;
    UploadForm: "media.upload", "multipart, media or resumable", REFERENCE;
    FileName: "media.upload", "a file name is required", REFERENCE;
    FileSize: "media.upload", "200 MB", REFERENCE;
    UploadRange: "media.upload", "chunks of 256 KiB with Content-Range", CLIENTS;
    UploadSession: "media.upload", "an unknown session is not found", CLIENTS;
    EmojiName: "customEmojis.create", "colons around, lower case, digits, single separators between", REFERENCE;
    EmojiPicture: "customEmojis.create", "a square PNG, JPEG or GIF of 64 to 500 pixels below 256 KB", REFERENCE;
    EmojiTaken: "customEmojis.create", "a name is taken once", GAM;
    NoEmoji: "customEmojis.get", "an unknown emoji is not found", REFERENCE;
    EmojiFilter: "customEmojis.list", "by creator", REFERENCE;
    EmojiOfAnother: "customEmojis.delete", "one's own", Assumed;
    DirectoryAdmin: "directory.users.list", "for an admin", DIRECTORY;
    DirectoryQuery: "directory.users.list", "which parameters are taken", DIRECTORY;
    GroupAdmin: "directory.groups.get", "for an admin", DIRECTORY;
    NoGroup: "directory.groups.get", "an unknown group is not found", DIRECTORY;
    GroupQuery: "directory.members.list", "which parameters are taken", DIRECTORY;
}
