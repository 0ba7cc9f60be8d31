//! The Directory's groups: groups.get, and the members.list of the Directory.

use super::coverage::Point;
use super::facts::Spec;
use super::ids::Ids;
use super::people::{Account, People, State, Who};
use super::query::form;
use super::refusal::{Outcome, Refusal};
use super::route::decoded;
use super::shared::{Shared, json};
use super::token::Caller;
use super::trust::Api;
use serde_json::{Value, json as object};
use std::collections::{BTreeMap, BTreeSet};

/// What their paths begin with.
const PATH: &str = "/admin/directory/v1/groups/";
/// A page of members holds at most so many.
const PAGE: usize = 200;
/// What stands for everybody of the organisation among the members.
const EVERYBODY: &str = "*";
const LISTED: [&str; 8] = [
    "includeDerivedMembership",
    "maxResults",
    "pageToken",
    "roles",
    "fields",
    "alt",
    "prettyPrint",
    "quotaUser",
];

/// A group of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Its address.
    pub email: String,
    /// Google's id for it; derived from the address when absent.
    pub id: Option<String>,
    /// Addresses of those in it; another group's too, and `*` for the whole organisation. Somebody
    /// whom the Directory does not know is from outside.
    pub members: Vec<String>,
}

/// One group.
#[derive(Debug)]
struct Known {
    email: String,
    id: String,
    members: Vec<String>,
}

/// All groups, by address.
#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<String, Known>);

impl Groups {
    /// Adds a group, or changes the one that has this address.
    pub(super) fn set(&mut self, group: &Group, ids: &Ids) {
        let email = group.email.to_lowercase();
        let derived = || format!("0{}", ids.of(&[b"group", email.as_bytes()]));
        let id = group.id.clone().unwrap_or_else(derived).replace(['-', '_'], "0");
        let members = group.members.iter().map(|one| one.to_lowercase()).collect();
        self.0.insert(email.clone(), Known { email, id, members });
    }

    /// Takes a group away.
    pub(super) fn remove(&mut self, email: &str) {
        self.0.remove(&email.to_lowercase());
    }

    fn find(&self, key: &str) -> Option<&Known> {
        let by_id = || self.0.values().find(|known| known.id == key);
        self.0.get(&key.to_lowercase()).or_else(by_id)
    }

    /// Returns the address of a group that Chat knows by this id.
    pub(super) fn email(&self, id: &str) -> Option<&str> {
        self.0.values().find(|known| known.id == id).map(|known| known.email.as_str())
    }

    /// Returns every member that is no group, through other groups too.
    fn derived(&self, known: &Known) -> BTreeSet<String> {
        let (mut all, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut next = vec![known];
        while let Some(group) = next.pop() {
            for member in &group.members {
                match self.0.get(member) {
                    Some(inner) if seen.insert(&inner.email) => next.push(inner),
                    Some(_) => {}
                    None => drop(all.insert(member.clone())),
                }
            }
        }
        all
    }

    /// Tells whether somebody is in the group of this id.
    pub(super) fn has(&self, id: &str, who: Who, people: &People) -> bool {
        let known = self.0.values().find(|known| known.id == id);
        let members = known.map(|known| self.derived(known)).unwrap_or_default();
        members.iter().any(|email| email == EVERYBODY || people.find(email) == Some(who))
    }
}

/// One of the two calls, with the key of the group.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask<'a> {
    Get(&'a str),
    Members(&'a str),
}

impl Ask<'_> {
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Get(_) => "directory.groups.get",
            Self::Members(_) => "directory.members.list",
        }
    }
}

/// Finds the call of a path.
pub(super) fn ask(path: &str) -> Option<Ask<'_>> {
    let rest = path.strip_prefix(PATH)?;
    match rest.split_once('/') {
        None if !rest.is_empty() => Some(Ask::Get(rest)),
        Some((key, "members")) if !key.is_empty() => Some(Ask::Members(key)),
        _ => None,
    }
}

/// Answers one of them.
pub(super) fn answer(
    shared: &Shared,
    caller: Caller,
    ask: Ask<'_>,
    query: &str,
) -> Outcome<Vec<u8>> {
    let whole = ["admin.directory.group", "admin.directory.group.readonly"];
    let members = ["admin.directory.group.member", "admin.directory.group.member.readonly"];
    let own = if matches!(ask, Ask::Members(_)) { &members[..] } else { &[] };
    let scopes = Spec::get().scopes(&whole) | Spec::get().scopes(own);
    if caller.scopes & scopes == 0 {
        return Err(Refusal::scope());
    }
    if !shared.trust.enabled(Api::Directory) {
        return Err(Refusal::api_off("Admin SDK API"));
    }
    if !shared.people().get(caller.who).is_some_and(|account| account.admin) {
        let text = "Not Authorized to access this resource/api";
        return Err(Refusal::forbidden(Point::GroupAdmin, text));
    }
    let (Ask::Get(key) | Ask::Members(key)) = ask;
    let groups = shared.groups();
    let known = groups
        .find(&decoded(key))
        .ok_or_else(|| Refusal::not_found(Point::NoGroup, "Resource Not Found: groupKey"))?;
    match ask {
        Ask::Get(_) => Ok(json(&object!({
            "kind": "admin#directory#group",
            "id": known.id,
            "email": known.email,
            "name": known.email,
            "directMembersCount": known.members.len().to_string(),
        }))),
        Ask::Members(_) => list(shared, &groups, known, query),
    }
}

fn list(shared: &Shared, groups: &Groups, known: &Known, query: &str) -> Outcome<Vec<u8>> {
    let given: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (form(key), form(value)))
        .collect();
    let get =
        |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref());
    if let Some((name, _)) = given.iter().find(|(name, _)| !LISTED.contains(&name.as_ref())) {
        let text = format!(
            "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter."
        );
        return Err(Refusal::invalid(Point::GroupQuery, text));
    }
    if get("roles").is_some() {
        return Err(Refusal::unmodelled("roles of the Directory's members.list"));
    }
    let size = match get("maxResults").map_or(Ok(PAGE), str::parse::<usize>) {
        Ok(size) if (1..=PAGE).contains(&size) => size,
        _ => {
            let text = "Invalid value for maxResults: between 1 and 200.";
            return Err(Refusal::invalid(Point::GroupQuery, text));
        }
    };
    let start = get("pageToken").map_or(Ok(0), str::parse::<usize>);
    let start =
        start.map_err(|_| Refusal::invalid(Point::PageToken, "Invalid Input: pageToken"))?;
    let derived = get("includeDerivedMembership") == Some("true");
    let mut all: BTreeSet<String> = known.members.iter().cloned().collect();
    if derived {
        all.extend(groups.derived(known));
    }
    let people = shared.people();
    let page: Vec<_> =
        all.iter().skip(start).take(size).map(|one| member(one, groups, &people, shared)).collect();
    let mut answer = object!({ "kind": "admin#directory#members" });
    if start + page.len() < all.len() {
        answer["nextPageToken"] = (start + page.len()).to_string().into();
    }
    if !page.is_empty() {
        answer["members"] = page.into();
    }
    Ok(json(&answer))
}

fn member(email: &str, groups: &Groups, people: &People, shared: &Shared) -> Value {
    let mut view = object!({ "kind": "admin#directory#member", "role": "MEMBER", "type": "USER" });
    if email == EVERYBODY {
        view["type"] = "CUSTOMER".into();
        view["id"] = shared.customer.as_str().into();
        return view;
    }
    view["email"] = email.into();
    if let Some(group) = groups.find(email) {
        view["type"] = "GROUP".into();
        view["id"] = group.id.as_str().into();
        return view;
    }
    let account: Option<&Account> = people.find(email).and_then(|who| people.get(who));
    if let Some(account) = account {
        view["email"] = account.email.as_str().into();
        view["id"] = account.id.as_str().into();
        let active = account.state == State::Active;
        view["status"] = if active { "ACTIVE" } else { "SUSPENDED" }.into();
    } else {
        // Somebody from outside has an account elsewhere.
        view["id"] = shared.ids.account(email).into();
    }
    view
}
