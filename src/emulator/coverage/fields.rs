//! The methods that are served, and the fields and parameters that mean something here.

use super::super::mark::Mark::{self, Documented, Observed};
use super::Behaviour;

const REFERENCE: Mark = Documented("discovery");
const GUIDE: Mark = Documented("import-data");
const AUTHORIZE: Mark = Documented("authorize-import");

macro_rules! rows {
    ($(#[doc = $doc:literal] $name:ident { $($place:literal: $($what:literal)+ => $mark:expr;)+ })+) => {
        $(#[doc = $doc]
        pub(super) static $name: [Behaviour; [$($($what,)+)+].len()] = [
            $($(Behaviour { place: $place, what: $what, mark: $mark },)+)+
        ];)+
    };
}

rows! {
    /// Every method.
    METHODS {
        "token": "the call" => Documented("oauth2 service accounts");
        "metadata": "the call" => Documented("Compute Engine metadata");
        "iam.signJwt": "the call" => Documented("IAM Credentials API");
        "directory.users.list": "the call" => Documented("Directory API");
        "directory.groups.get": "the call" => Documented("Directory API");
        "directory.members.list": "the call" => Documented("Directory API");
        "spaces.create": "the call" => GUIDE;
        "spaces.get": "the call" => AUTHORIZE;
        "spaces.patch": "the call" => REFERENCE;
        "spaces.delete": "the call" => REFERENCE;
        "spaces.completeImport": "the call" => GUIDE;
        "spaces.messages.create": "the call" => GUIDE;
        "spaces.messages.list": "the call" => REFERENCE;
        "spaces.messages.patch": "the call" => REFERENCE;
        "spaces.messages.update": "the call" => REFERENCE;
        "spaces.messages.delete": "the call" => REFERENCE;
        "spaces.messages.reactions.create": "the call" => REFERENCE;
        "spaces.messages.reactions.delete": "the call" => REFERENCE;
        "spaces.members.create": "the call" => GUIDE;
        "spaces.members.list": "the call" => REFERENCE;
        "spaces.members.patch": "the call" => Documented("update-members");
        "spaces.members.delete": "the call" => REFERENCE;
        "customEmojis.create": "the call" => REFERENCE;
        "customEmojis.get": "the call" => REFERENCE;
        "customEmojis.list": "the call" => REFERENCE;
        "customEmojis.delete": "the call" => REFERENCE;
        "media.upload": "the call" => Documented("upload-media-attachments");
    }
    /// Every field and parameter.
    FIELDS {
        "spaces.create": "`requestId`" "`spaceType`" "`displayName`" "`externalUserAllowed`" "`spaceHistoryState`" "`spaceDetails.description`" "`spaceDetails.guidelines`" => REFERENCE;
        "spaces.create": "`importMode`" "`createTime`" => GUIDE;
        "spaces.patch": "`updateMask`" "`displayName`" "`spaceType`" "`spaceHistoryState`" "`spaceDetails.description`" "`spaceDetails.guidelines`" => REFERENCE;
        "spaces.messages.create": "`requestId`" "`messageId`" "`messageReplyOption`" "`text`" "`markupSyntax`" "`thread.name`" "`thread.threadKey`" "`attachment`" => REFERENCE;
        "spaces.messages.create": "`createTime`" => GUIDE;
        "spaces.messages.list": "`filter`" "`orderBy`" "`pageSize`" "`pageToken`" "`showDeleted`" => REFERENCE;
        "spaces.messages.patch": "`updateMask`" "`text`" => REFERENCE;
        "spaces.messages.update": "`updateMask`" "`text`" => REFERENCE;
        "spaces.messages.delete": "`force`" => REFERENCE;
        "spaces.messages.reactions.create": "`emoji.unicode`" => REFERENCE;
        "spaces.messages.reactions.create": "`emoji.customEmoji`" => Observed("Google's samples: the description calls its uid output only");
        "spaces.members.create": "`member.name`" "`member.type`" "`groupMember.name`" => REFERENCE;
        "spaces.members.create": "`createTime`" "`deleteTime`" => GUIDE;
        "spaces.members.list": "`pageSize`" "`pageToken`" "`showInvited`" "`showGroups`" => REFERENCE;
        "spaces.members.patch": "`updateMask`" "`role`" => REFERENCE;
        "customEmojis.create": "`emojiName`" "`payload.filename`" "`payload.fileContent`" => REFERENCE;
        "customEmojis.list": "`filter`" "`pageSize`" "`pageToken`" => REFERENCE;
        "media.upload": "`uploadType`" "`filename`" => REFERENCE;
    }
}
