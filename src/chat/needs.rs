//! Which feature asks for which scope: the fewest, each only where it was chosen. Pure.

use super::Scopes;

/// What was chosen, and where the migration stands: all that the scopes depend on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Custom emoji are given.
    pub emoji: bool,
    /// The Chat app posts for apps, or for people without an account.
    pub apps: bool,
    /// Members are still owed in a space whose 90 days are over.
    pub late_members: bool,
    /// Somebody is to become a manager of a completed space.
    pub roles: bool,
    /// The admin is to leave a space that only the admin can complete.
    pub leaves: bool,
    /// Groups stand for the people of public channels.
    pub groups: bool,
    /// Completed spaces are to be read again.
    pub reread: bool,
}

/// Whose token has the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Everybody who posts, reacts or completes, by delegation.
    People,
    /// The admin, by delegation.
    Admin,
    /// The app, in its own name: nothing to delegate.
    App,
}

/// One feature and the scopes that it asks for.
#[derive(Debug)]
pub struct Need {
    /// A stable word: `import`.
    pub feature: &'static str,
    /// What is done with the scopes.
    pub what: &'static str,
    /// When the feature is wanted.
    pub when: &'static str,
    /// The scopes.
    pub scopes: Scopes,
    /// Who asks.
    pub caller: Caller,
    wanted: fn(Chosen) -> bool,
}

impl Need {
    /// Tells whether the feature is wanted now.
    pub fn is_wanted(&self, chosen: Chosen) -> bool {
        (self.wanted)(chosen)
    }

    /// Tells whether the scopes have to be entered in the Admin console.
    pub fn is_delegated(&self) -> bool {
        self.caller != Caller::App
    }
}

/// Every feature that asks for a scope, those of every migration first.
pub const NEEDS: &[Need] = &[
    Need {
        feature: "import",
        what: "spaces, past members, messages, reactions, completion, members afterwards",
        when: "always",
        scopes: Scopes::IMPORT,
        caller: Caller::People,
        wanted: |_| true,
    },
    Need {
        feature: "directory",
        what: "which Slack e-mail addresses have an account",
        when: "always",
        scopes: Scopes::DIRECTORY,
        caller: Caller::Admin,
        wanted: |_| true,
    },
    Need {
        feature: "app",
        what: "whether a space is still in import mode",
        when: "always",
        scopes: Scopes::BOT,
        caller: Caller::App,
        wanted: |_| true,
    },
    Need {
        feature: "app_posts",
        what: "posting as the Chat app for apps, or for people without an account",
        when: "where `bots` or `authors` name the app",
        scopes: Scopes::BOT,
        caller: Caller::App,
        wanted: |chosen| chosen.apps,
    },
    Need {
        feature: "emoji",
        what: "making custom emoji",
        when: "where `emoji` is set",
        scopes: Scopes::EMOJI,
        caller: Caller::Admin,
        wanted: |chosen| chosen.emoji,
    },
    Need {
        feature: "late_members",
        what: "adding members when a space's 90 days are over",
        when: "where members are still owed by then",
        scopes: Scopes::MEMBERSHIPS,
        caller: Caller::People,
        wanted: |chosen| chosen.late_members,
    },
    Need {
        feature: "roles",
        what: "making others than the owner managers",
        when: "where a completed space gets other managers",
        scopes: Scopes::MEMBERSHIPS,
        caller: Caller::People,
        wanted: |chosen| chosen.roles,
    },
    Need {
        feature: "leave",
        what: "the admin leaving spaces again",
        when: "where nobody but the admin can complete a space that others stay in",
        scopes: Scopes::MEMBERSHIPS,
        caller: Caller::Admin,
        wanted: |chosen| chosen.leaves,
    },
    Need {
        feature: "groups",
        what: "who is in the groups that stand for people",
        when: "where the channels table names a group",
        scopes: Scopes::GROUPS,
        caller: Caller::Admin,
        wanted: |chosen| chosen.groups,
    },
    Need {
        feature: "group_members",
        what: "adding those groups to completed spaces",
        when: "where the channels table names a group",
        scopes: Scopes::MEMBERSHIPS,
        caller: Caller::People,
        wanted: |chosen| chosen.groups,
    },
    Need {
        feature: "reread",
        what: "reading completed spaces again, and nothing more",
        when: "for `verify --completed` alone",
        scopes: Scopes::READING,
        caller: Caller::People,
        wanted: |chosen| chosen.reread,
    },
];

/// Returns the scopes to enter in the Admin console, each once.
pub fn to_delegate(chosen: Chosen) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for need in NEEDS.iter().filter(|need| need.is_delegated() && need.is_wanted(chosen)) {
        for url in need.scopes.urls() {
            if !all.contains(url) {
                all.push(url);
            }
        }
    }
    all
}

/// Returns the address at which the Admin console asks for nothing but a yes. What this client id
/// was granted before is replaced, so the scopes must be all that are wanted. None where the client
/// id is not known.
pub fn console_link(client_id: &str, scopes: &[&str]) -> Option<String> {
    let known = !client_id.is_empty() && client_id.bytes().all(|byte| byte.is_ascii_digit());
    known.then(|| {
        format!(
            "https://admin.google.com/ac/owl/domainwidedelegation?clientScopeToAdd={}&clientIdToAdd={client_id}&overwriteClientId=true",
            scopes.join(",")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(chosen: Chosen) -> String {
        let bare = |url: &&'static str| url.rsplit('/').next().unwrap_or_default();
        to_delegate(chosen).iter().map(bare).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn without_a_choice_only_two_scopes_are_asked_for() {
        assert_eq!(short(Chosen::default()), "chat.import admin.directory.user.readonly");
    }

    #[test]
    fn each_choice_adds_its_scope_and_no_other() {
        let base = short(Chosen::default());
        let none = Chosen::default();
        let cases = [
            (Chosen { apps: true, ..none }, ""),
            (Chosen { emoji: true, ..none }, " chat.customemojis"),
            (Chosen { late_members: true, ..none }, " chat.memberships"),
            (Chosen { roles: true, ..none }, " chat.memberships"),
            (Chosen { late_members: true, roles: true, ..none }, " chat.memberships"),
            (Chosen { leaves: true, ..none }, " chat.memberships"),
            (Chosen { groups: true, ..none }, " admin.directory.group.readonly chat.memberships"),
            (Chosen { reread: true, ..none }, " chat.messages.readonly chat.memberships.readonly"),
        ];
        for (chosen, more) in cases {
            assert_eq!(short(chosen), format!("{base}{more}"));
        }
    }

    #[test]
    fn the_link_names_client_and_scopes_and_none_is_made_of_an_odd_client() {
        let link = console_link("42", &["https://a/x", "https://a/y"]).expect("a link");
        assert_eq!(
            link,
            "https://admin.google.com/ac/owl/domainwidedelegation?clientScopeToAdd=https://a/x,https://a/y&clientIdToAdd=42&overwriteClientId=true"
        );
        for odd in ["", "42&x=1", "a b"] {
            assert_eq!(console_link(odd, &[]), None);
        }
    }
}
