//! From the settings' words to what conversion knows.

use crate::access::Admission;
use crate::convert::{
    self, ArchivedPolicy, Authors, Class, DmPolicy, EditMark, LinkPolicy, NameRules, ReactionPolicy,
};
use crate::settings::{
    Archived, Attribution, Deleted, Dm, Edited, External, Links, Pins, ReactionRest, Reactions,
    Settings,
};

use crate::plan::policy_of;

/// Returns who may see spaces, beside their members with accounts.
pub(super) fn admission(settings: &Settings) -> Admission {
    Admission { audience: settings.audience.clone(), invite: settings.external == External::Invite }
}

/// Returns the choices that change what conversion yields.
pub(super) fn conversion(settings: &Settings) -> convert::Settings {
    convert::Settings {
        system_lines: system_lines(settings),
        direct: match settings.dm {
            Dm::Auto => DmPolicy::Auto,
            Dm::GroupChat => DmPolicy::GroupChat,
            Dm::Space => DmPolicy::Space,
        },
        names: NameRules { prefix: settings.name_prefix.clone(), rename: settings.rename.clone() },
        archived: match settings.archived {
            Archived::Import => ArchivedPolicy::Import,
            Archived::Mark => ArchivedPolicy::Mark,
            Archived::Skip => ArchivedPolicy::Skip,
        },
        edited: match settings.edited {
            Edited::Time => EditMark::Time,
            Edited::Mark => EditMark::Mark,
            Edited::Nothing => EditMark::Nothing,
        },
        deleted_notices: settings.deleted == Deleted::Notice,
        authors: authors(settings),
        author_emails: settings.attribution == Attribution::Email,
        reactions: match settings.reactions {
            Reactions::Native => ReactionPolicy::Native,
            Reactions::Footnote => ReactionPolicy::Footnote,
            Reactions::Skip => ReactionPolicy::Skip,
        },
        links: match settings.links {
            Links::Keep => LinkPolicy::Keep,
            Links::Patch => LinkPolicy::Patch,
        },
        pins: settings.pins == Pins::List,
        // It is of no use elsewhere, and a change of it plans anew.
        workspace: settings.workspace.clone().filter(|_| settings.links == Links::Patch),
        managers: settings.managers.clone(),
        admin_leaves: !settings.admin_stays,
        reaction_rest: settings.reaction_rest == ReactionRest::Footnote,
        ..convert::Settings::default()
    }
}

fn authors(settings: &Settings) -> Authors {
    let of = |class: Class| policy_of(settings.authors.of(class.code()));
    Authors {
        active: of(Class::Active),
        deactivated: of(Class::Deactivated),
        guest: of(Class::Guest),
        external: of(Class::External),
        bot: policy_of(&settings.bots),
        unknown: of(Class::Unknown),
    }
}

fn system_lines(settings: &Settings) -> convert::SystemLines {
    let lines = &settings.system_lines;
    convert::SystemLines {
        joins: lines.has("joins"),
        topics: lines.has("topics"),
        renames: lines.has("renames"),
        archives: lines.has("archives"),
        reminders: lines.has("reminders"),
        huddles: lines.has("huddles"),
        pins: lines.has("pins"),
        canvases: lines.has("canvases"),
        apps: lines.has("apps"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::AuthorPolicy;

    #[test]
    fn the_defaults_of_the_settings_are_those_of_conversion() {
        assert_eq!(conversion(&Settings::default()), convert::Settings::default());
    }

    #[test]
    fn who_speaks_for_each_class_reaches_conversion() {
        let mut settings = Settings::default();
        settings.bots = "app".parse().expect("a word");
        settings.authors = "active=app, deactivated=app, guest=app, external=app, unknown=app"
            .parse()
            .expect("good");
        assert!(conversion(&settings).authors.all().all(|policy| *policy == AuthorPolicy::App));
    }

    #[test]
    fn every_word_for_a_system_line_reaches_conversion() {
        let mut all = Settings::default();
        all.system_lines = "all".parse().expect("a word");
        let lines = format!("{:?}", conversion(&all).system_lines);
        assert!(!lines.contains("false"), "{lines}");
    }
}
