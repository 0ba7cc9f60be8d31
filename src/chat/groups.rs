//! Groups of the organisation, read from its Directory: which one is meant, and who is in it.

use super::read::Query;
use super::rejection::Kind;
use super::{Client, Outcome, Page, Rejection, Scopes, answers};
use crate::draft::Identity;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Members in a page: the most that the Directory gives.
const PAGE: &str = "200";
/// So many pages are read: more people than any space takes.
const PAGES: usize = 2_500;
/// The Directory's words for a member.
const PERSON: &str = "USER";
const EVERYBODY: &str = "CUSTOMER";
const GROUP: &str = "GROUP";

/// One read about a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupQuestion {
    /// The group itself, by address or id.
    Itself(String),
    /// A page of the people in it, by its id.
    Members(String, Option<String>),
}

/// What such a read gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupAnswer {
    /// Its id and its address.
    Itself(String, String),
    /// Some of those in it.
    Members(Page<GroupMember>),
}

/// Somebody or something in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    id: String,
    email: String,
    kind: String,
}

impl GroupMember {
    /// Returns what it can be asked for by.
    fn named(&self) -> String {
        let name = if self.email.is_empty() { &self.id } else { &self.email };
        name.chars().filter(|c| !c.is_control()).take(254).collect()
    }
}

/// A group and everybody in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryGroup {
    /// `groups/ID`.
    pub name: String,
    /// Its address, lower case.
    pub email: String,
    /// `users/ID` and the address, lower case, of everybody, in the order of the names.
    pub members: Vec<(String, String)>,
}

/// Why a group can't stand for anybody.
#[derive(Debug, thiserror::Error)]
pub enum GroupTrouble {
    /// The Directory has no such group.
    #[error("the Directory has no such group")]
    NotFound,
    /// Nobody is in it.
    #[error("nobody is in this group")]
    Empty,
    /// It holds the whole organisation, and lists nobody.
    #[error("this group holds everybody of the organisation, now and later, and lists nobody")]
    Everybody,
    /// It holds more people than a space.
    #[error("this group holds more people than a space takes")]
    TooLarge,
    /// Something in it stands for people whom the Directory does not list.
    #[error("{0} is in this group, and the Directory does not list who that is")]
    Unlisted(String),
    /// It may not be read.
    #[error("the admin may not read this group: {0}")]
    Denied(Rejection),
    /// There was no clear answer.
    #[error("no clear answer: {0}")]
    Unclear(Outcome),
}

impl From<Outcome> for GroupTrouble {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Rejected(rejection) if rejection.kind() == Kind::NotFound => Self::NotFound,
            Outcome::Rejected(rejection) => Self::Denied(rejection),
            other => Self::Unclear(other),
        }
    }
}

/// Reads a group, by address or id, to its end, through `ask`: how a read waits and is repeated is up to whoever asks.
pub async fn read_group<'f>(
    key: &str,
    mut ask: impl FnMut(GroupQuestion) -> BoxFuture<'f, Result<GroupAnswer, Outcome>>,
) -> Result<DirectoryGroup, GroupTrouble> {
    let itself = ask(GroupQuestion::Itself(key.to_owned())).await?;
    let GroupAnswer::Itself(id, email) = itself else {
        return Err(GroupTrouble::NotFound);
    };
    let (mut people, mut inner, mut token) = (BTreeMap::new(), BTreeSet::new(), None::<String>);
    for _ in 0..PAGES {
        let answer = ask(GroupQuestion::Members(id.clone(), token)).await?;
        let GroupAnswer::Members(page) = answer else { return Err(GroupTrouble::NotFound) };
        for member in page.items {
            match member.kind.as_str() {
                EVERYBODY => return Err(GroupTrouble::Everybody),
                PERSON if !member.id.is_empty() || !member.email.is_empty() => {
                    let email = member.email.to_lowercase();
                    let known = if member.id.is_empty() { &email } else { &member.id };
                    people.insert(format!("users/{known}"), email);
                }
                GROUP => drop(inner.insert(member.named())),
                _ => return Err(GroupTrouble::Unlisted(member.named())),
            }
        }
        token = page.next;
        if token.is_none() {
            // The people of a group in the group are listed themselves, if it is the organisation's.
            for group in inner {
                if ask(GroupQuestion::Itself(group.clone())).await.is_err() {
                    return Err(GroupTrouble::Unlisted(group));
                }
            }
            let members: Vec<_> = people.into_iter().collect();
            let (name, email) = (format!("groups/{id}"), email.to_lowercase());
            let group = DirectoryGroup { name, email, members };
            return if group.members.is_empty() { Err(GroupTrouble::Empty) } else { Ok(group) };
        }
    }
    Err(GroupTrouble::TooLarge)
}

#[derive(Deserialize)]
struct GroupBody {
    id: String,
    #[serde(default)]
    email: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberPage {
    #[serde(default)]
    members: Vec<MemberBody>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct MemberBody {
    #[serde(default)]
    id: String,
    #[serde(default)]
    email: String,
    #[serde(default, rename = "type")]
    kind: String,
}

impl Client {
    /// Makes one read about a group, as an administrator.
    pub async fn ask_group(
        &self,
        admin: &Identity,
        question: &GroupQuestion,
    ) -> Result<GroupAnswer, Outcome> {
        match question {
            GroupQuestion::Itself(key) => {
                let body: GroupBody = self.read(admin, Scopes::GROUPS, of(key)).await?;
                Ok(GroupAnswer::Itself(body.id, body.email))
            }
            GroupQuestion::Members(id, token) => {
                let mut query = of(id).then("/members");
                query.add("includeDerivedMembership", "true");
                query.add("maxResults", PAGE);
                query.add_some("pageToken", token.as_deref());
                let page: MemberPage = self.read(admin, Scopes::GROUPS, query).await?;
                let member = |body: MemberBody| GroupMember {
                    id: body.id,
                    email: body.email,
                    kind: body.kind,
                };
                let items = page.members.into_iter().map(member).collect();
                Ok(GroupAnswer::Members(Page { items, next: answers::token(page.next_page_token) }))
            }
        }
    }
}

fn of(key: &str) -> Query {
    Query::new(String::from("/admin/directory/v1/groups/")).part(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a group with these in it, in an organisation that knows all@ and team@.
    async fn read(members: &[(&str, &str)]) -> String {
        let member = |(email, kind): &(&str, &str)| GroupMember {
            id: String::new(),
            email: (*email).to_owned(),
            kind: (*kind).to_owned(),
        };
        let items: Vec<_> = members.iter().map(member).collect();
        let ask = |question: GroupQuestion| -> BoxFuture<'_, Result<GroupAnswer, Outcome>> {
            let answer = match question {
                GroupQuestion::Members(..) => {
                    Ok(GroupAnswer::Members(Page { items: items.clone(), next: None }))
                }
                GroupQuestion::Itself(key) if key.ends_with("@example.com") => {
                    Ok(GroupAnswer::Itself("03".to_owned(), key))
                }
                GroupQuestion::Itself(_) => {
                    let why = crate::chat::Why::unanswered(crate::chat::Doubt::Transport("cut"));
                    Err(Outcome::NotSent(why))
                }
            };
            Box::pin(async { answer })
        };
        match read_group("all@example.com", ask).await {
            Ok(group) => group.members.iter().map(|(_, email)| email.as_str()).collect(),
            Err(trouble) => trouble.to_string(),
        }
    }

    #[tokio::test]
    async fn d1_whoever_the_directory_does_not_list_is_not_passed_over() {
        let ana = ("ana@example.com", "USER");
        assert_eq!(read(&[ana, ("team@example.com", "GROUP")]).await, "ana@example.com");
        for bad in [("all@partner.org", "GROUP"), ("eve@partner.org", "EXTERNAL"), ("x@y", "")] {
            let said = read(&[ana, bad]).await;
            assert!(said.starts_with(&format!("{} is in this group, and", bad.0)), "{said}");
        }
        assert!(read(&[ana, ("", "USER")]).await.ends_with("does not list who that is"));
    }
}
