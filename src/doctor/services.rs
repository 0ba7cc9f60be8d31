//! The services behind the scopes: a token is no proof that a call is served.

use super::heard::Heard;
use super::space::NOWHERE;
use super::{Check, Examined, Granted, Listing, Mark, Patient, skipped};
use crate::chat::{GroupQuestion, Reader, Scopes};
use crate::pace::Class;

/// A name that no custom emoji has.
const NO_EMOJI: &str = "chatferry-doctor-asks";
/// A group that nobody has.
const NO_GROUP: &str = "chatferry-doctor-asks";
const UNGRANTED: &str = "its scope is not granted";

impl Patient {
    /// Asks each service that is needed.
    pub(super) async fn services(&self, examined: &mut Examined, granted: &Granted) {
        let app = self.app().await;
        let can = |scopes: Scopes| scopes.each().all(|scope| granted.contains(&scope));
        let no_admin =
            examined.checks.iter().any(|one| one.code == "admin" && one.outcome == Mark::Fail);
        let why_not = if no_admin { "the admin's account can't be used" } else { UNGRANTED };
        let chat = if can(Scopes::IMPORT) { Some(self.chat(&app).await) } else { None };
        examined.checks.push(app_of(&app));
        match chat {
            Some((check, nowhere)) => {
                examined.checks.push(check);
                examined.nowhere = Some(nowhere);
            }
            None => examined.checks.push(skipped("chat", "", why_not)),
        }
        if can(Scopes::DIRECTORY) {
            self.directory(examined).await;
        } else {
            examined.checks.push(skipped("directory", "", why_not));
        }
        let chosen = &self.chosen;
        let extra = [
            ("emoji", chosen.emoji, Scopes::EMOJI),
            (
                "memberships",
                chosen.roles || chosen.leaves || chosen.late_members || chosen.groups,
                Scopes::MEMBERSHIPS,
            ),
            ("groups", chosen.groups, Scopes::GROUPS),
            ("reading", chosen.reread, Scopes::READING),
        ];
        for (code, _, scopes) in extra.into_iter().filter(|(_, wanted, _)| *wanted) {
            examined.checks.push(if !can(scopes) {
                skipped(code, "", why_not)
            } else if code == "emoji" {
                self.emoji().await
            } else if code == "groups" {
                self.groups().await
            } else {
                self.after_import(code, scopes, examined.nowhere.as_ref()).await
            });
        }
    }

    /// The app itself may ask for a space; whether it is there does not matter.
    async fn app(&self) -> Heard {
        self.ask(Class::SpaceRead, async || self.client.get_space(NOWHERE).await).await.0
    }

    async fn directory(&self, examined: &mut Examined) {
        let admin = self.as_admin();
        let (heard, page) =
            self.ask(Class::Directory, async || self.client.directory(&admin, None).await).await;
        examined.checks.push(match &heard {
            Heard::Served => Check::pass("directory", "the admin can read who has an account"),
            Heard::NoApi | Heard::NoApp => Check::fail(
                "directory",
                "the Admin SDK API is not enabled in the Cloud project",
                "Enable it: Cloud console, APIs & Services, Library, Admin SDK API. It takes some minutes to be known everywhere.",
            ),
            Heard::Denied(_) | Heard::NoScope => Check::fail(
                "directory",
                format!("{} may not read the Directory, though a token is given", self.admin),
                "The admin needs a role that may read users: Admin console, Account, Admin roles; the role User Management \
                 Admin has it. Or name another admin (`admin` in settings.toml).",
            ),
            other => unclear("directory", other),
        });
        if let Some(page) = page {
            examined.customer =
                page.items.first().map(|user| user.customer_id.clone()).filter(|id| !id.is_empty());
            examined.listing = Listing::page(&page);
        }
    }

    async fn groups(&self) -> Check {
        let admin = self.as_admin();
        let nobody = match self.admin.as_str().rsplit_once('@') {
            Some((_, domain)) => format!("{NO_GROUP}@{domain}"),
            None => NO_GROUP.to_owned(),
        };
        let question = GroupQuestion::Itself(nobody);
        let find = async || self.client.ask_group(&admin, &question).await;
        match self.ask(Class::Directory, find).await.0 {
            Heard::Served | Heard::Absent => {
                Check::pass("groups", "the admin can read who is in a group")
            }
            Heard::Denied(why) => Check::fail(
                "groups",
                format!("{} may not read groups, though a token is given: {why}", self.admin),
                "The admin needs a role that may read groups: Admin console, Account, Admin roles; the role Groups Admin has \
                 it. Or go without: empty the column group of the channels table.",
            ),
            other => unclear("groups", &other),
        }
    }

    async fn emoji(&self) -> Check {
        let admin = self.as_admin();
        let find = async || self.client.find_emoji(&admin, NO_EMOJI).await;
        match self.ask(Class::Emoji, find).await.0 {
            Heard::Served | Heard::Absent => Check::pass(
                "emoji",
                "Chat answers; whether the admin may make some, only making one shows",
            ),
            Heard::Denied(why) => Check::fail(
                "emoji",
                format!("Chat refuses the admin though a token is given: {why}"),
                "Admin console, Apps, Google Workspace, Google Chat, Chat settings, Custom emoji: let the admin make some. \
                 Or go without: remove `emoji` from settings.toml.",
            ),
            other => unclear("emoji", &other),
        }
    }

    /// What only concerns completed spaces is asked about one that is not there.
    async fn after_import(
        &self,
        code: &'static str,
        scopes: Scopes,
        nowhere: Option<&Heard>,
    ) -> Check {
        let admin = self.as_admin();
        let reader = Reader { identity: &admin, scopes };
        let members = async || self.client.list_members(reader, NOWHERE, None, 1).await;
        let heard = self.ask(Class::MemberRead, members).await.0;
        match heard {
            Heard::Served | Heard::Absent => Check::pass(code, "Chat takes the call"),
            same @ Heard::Denied(_) if nowhere.is_some_and(|nowhere| nowhere.like(&same)) => {
                Check::pass(
                    code,
                    "a token is given; Chat does not say more before a space is completed",
                )
            }
            Heard::Denied(why) => denied(code, &why),
            other => unclear(code, &other),
        }
    }
}

fn app_of(heard: &Heard) -> Check {
    match heard {
        Heard::NoApp => Check::fail(
            "app",
            "the Chat app is not configured: Chat does not find it",
            "Cloud console, Google Chat API, Configuration: give it a name, an avatar and a description, and save.",
        ),
        Heard::NoApi => Check::fail(
            "app",
            "the Chat API is not enabled in the Cloud project",
            "Enable it: Cloud console, APIs & Services, Library, Google Chat API; then configure the app there. It takes \
             some minutes to be known everywhere.",
        ),
        Heard::Served | Heard::Absent | Heard::Denied(_) => {
            Check::pass("app", "Chat knows the app")
        }
        other => unclear("app", other),
    }
}

/// A token was given, and yet the call is refused.
pub(super) fn denied(code: &'static str, why: &str) -> Check {
    Check::fail(
        code,
        format!("Chat refuses the call, though a token is given: {why}"),
        "Is Chat on for the admin's organisational unit (Admin console, Apps, Google Workspace, Google Chat), and may apps \
         be used in it? After a change, and after a new delegation, up to 24 hours may pass.",
    )
}

/// Whatever is neither a yes nor a known no.
pub(super) fn unclear(code: &'static str, heard: &Heard) -> Check {
    let again = "Run doctor again in some minutes.";
    match heard {
        Heard::NoScope => denied(code, "the token lacks the scope"),
        Heard::Denied(why) => denied(code, why),
        Heard::NoApp | Heard::NoApi => Check::skip(code, "there is no Chat app to ask"),
        Heard::ServiceOff => Check::fail(
            code,
            "Chat is off for the admin's account",
            "Admin console, Apps, Google Workspace, Google Chat: turn it on for the admin's organisational unit.",
        ),
        Heard::Unknown => Check::fail(
            code,
            "Chat refuses a fresh token (401)",
            "Was the admin's account suspended just now? Else run doctor again in some minutes.",
        ),
        Heard::NoToken(error) => Check::fail(code, error.to_string(), again),
        Heard::Busy(_) => Check::fail(
            code,
            "Google asks to slow down, again and again",
            "Does another program use this Cloud project? Run doctor again when it is done.",
        ),
        Heard::Unclear(why) => {
            Check::fail(code, format!("no answer that can be used: {why}"), again)
        }
        Heard::Served | Heard::Absent => Check::pass(code, "Chat answers"),
    }
}
