//! What a refusal is about, as far as Google's sentence tells. Pure. Where it does not tell, the
//! safe side is to be stuck: nothing is lost by that, and somebody looks.

/// Words of sentences that concern a post's surroundings: no poorer text would help.
const SURROUNDINGS: &[&str] = &[
    "thread",
    "create_time",
    "createtime",
    "message_id",
    "messageid",
    "request_id",
    "requestid",
    "author",
    "sender",
    "exists",
];
/// Words of sentences about where somebody belongs.
const OUTSIDE: &[&str] = &["external", "organization", "organisation", "domain", "outside"];

/// Tells whether a refused post may be refused for what it says.
pub(super) fn concerns_the_message(detail: &str) -> bool {
    !has(detail, SURROUNDINGS)
}

/// Tells whether a refusal is about people from outside.
pub(super) fn is_about_outsiders(detail: &str) -> bool {
    has(detail, OUTSIDE)
}

/// Returns why somebody can't be a member, if that is what the refusal says. `lives` tells that
/// the space is there, so that what was not found is the person.
pub(super) fn why_no_member(reason: &str, detail: &str, lives: bool) -> Option<&'static str> {
    let user = has(detail, &["user", "users"]) && !has(detail, &["caller"]);
    match reason {
        "not_found" if lives => Some("no_account"),
        "invalid_argument" if user => Some("no_account"),
        "permission_denied" if user && has(detail, OUTSIDE) => Some("external"),
        "failed_precondition" if user => Some("account_unavailable"),
        _ => None,
    }
}

fn has(sentence: &str, words: &[&str]) -> bool {
    let sentence = sentence.to_ascii_lowercase();
    let mut parts = sentence.split(|c: char| !c.is_alphanumeric() && c != '_');
    let two = sentence.contains("create time") && words.contains(&"create_time");
    two || parts.any(|part| words.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_time_thread_author_or_id_is_not_about_the_words() {
        for sentence in [
            "The author is not a member of the space.",
            "message.create_time must be between the space's create time and the present time.",
            "Message already exists: the space has a message with this create time.",
            "thread.thread_key must have at most 4000 characters.",
            "The thread to reply to was not found.",
        ] {
            assert!(!concerns_the_message(sentence), "{sentence}");
        }
        for sentence in [
            "Message cannot be empty.",
            "Invalid mention of a user who is not in the space.",
            "The text has bad whitespace and authority.",
            "Request contains an invalid argument.",
        ] {
            assert!(concerns_the_message(sentence), "{sentence}");
        }
    }

    #[test]
    fn only_a_sentence_about_the_person_leaves_a_membership_out() {
        let why = |reason, detail| why_no_member(reason, detail, false);
        let off = "Google Chat is turned off for this user.";
        assert_eq!(why("failed_precondition", off), Some("account_unavailable"));
        let outside = "This user is outside the organization.";
        assert_eq!(why("permission_denied", outside), Some("external"));
        let rights = "The caller may not add users of this organization.";
        assert_eq!(why("permission_denied", rights), None);
        assert_eq!(why("permission_denied", "Permission denied."), None);
        let name = "membership.member.name must be users/ followed by an id.";
        assert_eq!(why("invalid_argument", name), Some("no_account"));
        let time = "membership.delete_time must be after the space's create time.";
        assert_eq!(why("invalid_argument", time), None);
    }

    #[test]
    fn what_is_not_found_is_the_person_only_while_the_space_is_there() {
        assert_eq!(why_no_member("not_found", "Not found.", true), Some("no_account"));
        assert_eq!(why_no_member("not_found", "The user was not found.", false), None);
    }
}
