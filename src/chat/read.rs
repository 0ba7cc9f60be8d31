//! The reads that a migration may make: messages, members, the space itself, the Directory.

use super::answers::{
    MemberBody, MemberPage, MessageBody, MessagePage, SpaceBody, UserBody, UserPage, token,
};
use super::shapes::{DirectoryUser, ListedMember, ListedMessage, Page, SpaceView};
use super::{Client, Doubt, Outcome, Scopes, Why};
use crate::draft::Identity;
use crate::ids::{Micros, rfc3339};
use crate::wire::{Request, Verb};
use serde::de::DeserializeOwned;
use std::fmt::Write as _;

/// Returns the filter for messages created at exactly that microsecond: Chat knows no `=`.
pub fn created_at(time: Micros) -> String {
    created_within(time, time)
}

/// Returns the filter for messages created from one microsecond to another, both included.
pub fn created_within(first: Micros, last: Micros) -> String {
    let (before, after) = (rfc3339(first - 1), rfc3339(last + 1));
    format!("create_time > \"{before}\" AND create_time < \"{after}\"")
}

/// Who reads, and with what scopes: those of import mode, unless said otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// Whose token.
    pub identity: &'a Identity,
    /// For what.
    pub scopes: Scopes,
}

impl<'a> From<&'a Identity> for Reader<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self { identity, scopes: Scopes::IMPORT }
    }
}

impl Client {
    /// Returns one page of a space's messages, the oldest first, at most 1,000. `filter` is in
    /// Chat's own words ([`created_at`]), empty for all. Deleted ones are shown too.
    pub async fn list_messages<'a>(
        &self,
        reader: impl Into<Reader<'a>>,
        space: &str,
        filter: &str,
        page_token: Option<&str>,
        page_size: u32,
    ) -> Result<Page<ListedMessage>, Outcome> {
        let mut query = Query::new(format!("/v1/{space}/messages"));
        query.add("pageSize", &page_size.to_string());
        query.add("showDeleted", "true");
        query.add_some("filter", Some(filter).filter(|filter| !filter.is_empty()));
        query.add_some("pageToken", page_token);
        let Reader { identity, scopes } = reader.into();
        let page: MessagePage = self.read(identity, scopes, query).await?;
        let items = page.messages.into_iter().map(MessageBody::view).collect::<Option<_>>();
        Ok(Page { items: items.ok_or(UNUSABLE)?, next: token(page.next_page_token) })
    }

    /// Returns one page of a space's memberships, invited people included.
    pub async fn list_members<'a>(
        &self,
        reader: impl Into<Reader<'a>>,
        space: &str,
        page_token: Option<&str>,
        page_size: u32,
    ) -> Result<Page<ListedMember>, Outcome> {
        self.memberships(reader.into(), space, (page_token, page_size), false).await
    }

    /// Returns such a page of a completed space, groups included.
    pub async fn list_members_and_groups(
        &self,
        reader: Reader<'_>,
        space: &str,
        page_token: Option<&str>,
        page_size: u32,
    ) -> Result<Page<ListedMember>, Outcome> {
        self.memberships(reader, space, (page_token, page_size), true).await
    }

    async fn memberships(
        &self,
        Reader { identity, scopes }: Reader<'_>,
        space: &str,
        (page_token, page_size): (Option<&str>, u32),
        groups: bool,
    ) -> Result<Page<ListedMember>, Outcome> {
        let mut query = Query::new(format!("/v1/{space}/members"));
        query.add("pageSize", &page_size.to_string());
        query.add("showInvited", "true");
        query.add_some("showGroups", groups.then_some("true"));
        query.add_some("pageToken", page_token);
        let page: MemberPage = self.read(identity, scopes, query).await?;
        let items = page.memberships.into_iter().map(MemberBody::view).collect();
        Ok(Page { items, next: token(page.next_page_token) })
    }

    /// Returns the space as the app sees it: the one identity that may, while it is in import mode.
    pub async fn get_space(&self, space: &str) -> Result<SpaceView, Outcome> {
        let query = Query::new(format!("/v1/{space}"));
        let body: SpaceBody = self.read(&Identity::App, Scopes::BOT, query).await?;
        Ok(body.view())
    }

    /// Returns one page of the organisation's people, deleted ones left out.
    pub async fn directory(
        &self,
        admin: &Identity,
        page_token: Option<&str>,
    ) -> Result<Page<DirectoryUser>, Outcome> {
        let mut query = Query::new(String::from("/admin/directory/v1/users"));
        query.add("customer", "my_customer");
        query.add("maxResults", "500");
        query.add("orderBy", "email");
        query.add("projection", "basic");
        query.add_some("pageToken", page_token);
        let page: UserPage = self.read(admin, Scopes::DIRECTORY, query).await?;
        let items = page.users.into_iter().map(UserBody::view).collect();
        Ok(Page { items, next: token(page.next_page_token) })
    }

    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        identity: &Identity,
        scopes: Scopes,
        query: Query,
    ) -> Result<T, Outcome> {
        let request = Request { verb: Verb::Get, path: query.0, body: String::new() };
        let reply = self.call(identity, scopes, &request).await.applied()?;
        reply.json().map_err(Outcome::Ambiguous)
    }
}

/// A page that holds something without a name or a time that can be read.
const UNUSABLE: Outcome = Outcome::Ambiguous(Why::unanswered(Doubt::Shape));

/// A path with its query, percent-encoded as it grows.
pub(super) struct Query(String);

impl Query {
    pub(super) fn new(path: String) -> Self {
        Self(path)
    }

    /// Goes on with a name that may hold anything.
    pub(super) fn part(mut self, name: &str) -> Self {
        self.encode(name);
        self
    }

    /// Goes on with a piece of the path as it stands.
    pub(super) fn then(mut self, path: &str) -> Self {
        self.0.push_str(path);
        self
    }

    pub(super) fn add(&mut self, key: &str, value: &str) {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(key);
        self.0.push('=');
        self.encode(value);
    }

    fn encode(&mut self, value: &str) {
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    self.0.push(char::from(byte));
                }
                _ => {
                    // Writing to a string does not fail.
                    let _ = write!(self.0, "%{byte:02X}");
                }
            }
        }
    }

    pub(super) fn add_some(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }
}
