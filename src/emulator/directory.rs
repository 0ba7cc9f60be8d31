//! The Directory's users.list.

use super::coverage::Point;
use super::facts::Spec;
use super::people::{Account, State, domain_of};
use super::query::form;
use super::refusal::{Outcome, Refusal};
use super::shared::{Shared, json};
use super::token::Caller;
use super::trust::Api;
use serde_json::{Value, json as object};

/// The one path that is served.
pub(super) const PATH: &str = "/admin/directory/v1/users";

const PARAMETERS: [&str; 21] = [
    "customer",
    "domain",
    "maxResults",
    "pageToken",
    "orderBy",
    "projection",
    "query",
    "showDeleted",
    "sortOrder",
    "viewType",
    "customFieldMask",
    "event",
    "fields",
    "alt",
    "prettyPrint",
    "quotaUser",
    "key",
    "access_token",
    "oauth_token",
    "$.xgafv",
    "userIp",
];

/// users.list.
pub(super) fn list(shared: &Shared, caller: Caller, query: &str) -> Outcome<Vec<u8>> {
    let scopes = Spec::get().scopes(&["admin.directory.user", "admin.directory.user.readonly"]);
    if caller.scopes & scopes == 0 {
        return Err(Refusal::scope());
    }
    if !shared.trust.enabled(Api::Directory) {
        return Err(Refusal::api_off("Admin SDK API"));
    }
    if !shared.people().get(caller.who).is_some_and(|account| account.admin) {
        let text = "Not Authorized to access this resource/api";
        return Err(Refusal::forbidden(Point::DirectoryAdmin, text));
    }
    let given: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(k, v)| (form(k), form(v)))
        .collect();
    let get =
        |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref());
    if let Some((name, _)) = given.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_ref())) {
        return Err(Refusal::invalid(
            Point::DirectoryQuery,
            format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter."
            ),
        ));
    }
    let ours = get("customer")
        .is_some_and(|customer| customer == "my_customer" || customer == shared.customer);
    let domain = get("domain");
    if !ours && domain.is_none() {
        return Err(Refusal::invalid(Point::DirectoryQuery, "Bad Request"));
    }
    let size = match get("maxResults").map_or(Ok(100), str::parse::<usize>) {
        Ok(size) if (1..=500).contains(&size) => size,
        _ => {
            let text = "Invalid value for maxResults: between 1 and 500.";
            return Err(Refusal::invalid(Point::DirectoryQuery, text));
        }
    };
    let start = get("pageToken").map_or(Ok(0), str::parse::<usize>);
    let start =
        start.map_err(|_| Refusal::invalid(Point::PageToken, "Invalid Input: pageToken"))?;
    if get("query").is_some() {
        return Err(Refusal::unmodelled("queries of users.list"));
    }
    let deleted = get("showDeleted") == Some("true");
    Ok(page(shared, domain, deleted, (start, size)))
}

/// Writes the accounts of a domain, the deleted ones or the others.
fn page(
    shared: &Shared,
    domain: Option<&str>,
    deleted: bool,
    (start, size): (usize, usize),
) -> Vec<u8> {
    let people = shared.people();
    let within = |account: &&Account| {
        domain.is_none_or(|domain| domain_of(&account.email).eq_ignore_ascii_case(domain))
    };
    let wanted = |account: &&Account| (account.state == State::Deleted) == deleted;
    let all: Vec<_> = people.sorted().into_iter().filter(within).filter(wanted).collect();
    let page: Vec<_> =
        all.iter().skip(start).take(size).map(|account| user(account, &shared.customer)).collect();
    let mut answer = object!({ "kind": "admin#directory#users" });
    if start + page.len() < all.len() {
        answer["nextPageToken"] = (start + page.len()).to_string().into();
    }
    answer["users"] = page.into();
    json(&answer)
}

fn user(account: &Account, customer: &str) -> Value {
    let mut user = object!({
        "kind": "admin#directory#user",
        "id": account.id,
        "primaryEmail": account.email,
        "name": { "fullName": account.name },
        "isAdmin": account.admin,
        "suspended": account.state == State::Suspended,
        "archived": account.state == State::Archived,
        "isGuestUser": account.guest,
        "customerId": customer,
    });
    let address = |email: &String| object!({ "address": email });
    let contact = |email: &String| object!({ "address": email, "type": "home" });
    let mut emails = vec![object!({ "address": account.email, "primary": true })];
    emails.extend(account.aliases.iter().chain(&account.fixed_aliases).map(address));
    emails.extend(account.contacts.iter().map(contact));
    user["emails"] = emails.into();
    for (field, addresses) in
        [("aliases", &account.aliases), ("nonEditableAliases", &account.fixed_aliases)]
    {
        if !addresses.is_empty() {
            user[field] = addresses.clone().into();
        }
    }
    user
}
