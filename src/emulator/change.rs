//! Changes that come from outside while calls go on: what admins, other apps and time do.

use super::facts::{Scopes, Spec};
use super::ids::Id;
use super::people::{State, Who};
use super::shared::Shared;
use super::signing::Keyless;
use super::trust::Api;
use super::world::{Room, Space, WINDOW};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// How much of the delegation is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The client id is taken from the admin console, or entered again with its first scopes.
    All,
    /// One domain of the organisation.
    Domain(String),
    /// One scope, as `chat.import` or as its whole address.
    Scope(String),
}

/// One change of the world.
///
/// A space is named as `spaces/…` or by its display name, `*` means all that are there. A user is
/// named by address, alias or number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A space's time in import mode is over.
    ExpireSpace(String),
    /// Somebody deletes a space.
    DeleteSpace(String),
    /// A user is suspended: no new token, and the old ones end.
    SuspendUser(String),
    /// A user is deleted.
    DeleteUser(String),
    /// A suspended or deleted user is back.
    RestoreUser(String),
    /// The key is deleted: it signs nothing any more. Tokens live on.
    RevokeKey,
    /// The key is valid again.
    RestoreKey,
    /// The domain-wide delegation is withdrawn. Tokens live on.
    RevokeDelegation(Reach),
    /// The domain-wide delegation is granted again.
    RestoreDelegation(Reach),
    /// Something that keyless signing needs is taken away. Tokens live on.
    KeylessOff(Keyless),
    /// It is back.
    KeylessOn(Keyless),
    /// The Chat app's configuration is gone: no Chat method is served.
    AppOff,
    /// The Chat app is configured again.
    AppOn,
    /// An API is not enabled in the Cloud project.
    ApiOff(Api),
    /// The API is enabled again.
    ApiOn(Api),
    /// The organisation turns Chat off for a user.
    ChatOff(String),
    /// Chat is on for the user again.
    ChatOn(String),
    /// A user is no administrator any more.
    DemoteUser(String),
    /// A user becomes an administrator.
    PromoteUser(String),
    /// Every requestId is forgotten.
    ForgetRequests,
    /// Every access token ends.
    ExpireTokens,
    /// The service's time moves on: quotas, tokens, windows.
    Advance {
        /// By so many seconds.
        seconds: u64,
    },
    /// The service's clock differs from the caller's, in `Date` and in judging assertions.
    Skew {
        /// So many seconds ahead, negative for behind.
        seconds: i64,
    },
}

/// A change that can't happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// No such space, or it is gone.
    #[error("no space that is there is called {0:?}")]
    Space(String),
    /// A display name that several spaces bear.
    #[error("several spaces are called {0:?}; use the name that begins with spaces/")]
    Spaces(String),
    /// What is completed can't expire.
    #[error("the space {0:?} is not in import mode, and can't expire")]
    Complete(String),
    /// Nobody of that name.
    #[error("nobody in the Directory is called {0:?}")]
    User(String),
    /// A domain without people.
    #[error("nobody in the Directory has an address of the domain {0:?}")]
    Domain(String),
    /// No such scope.
    #[error("no scope is called {0:?}")]
    Scope(String),
    /// No such method.
    #[error(
        "no method is called {0:?}; use one like spaces.messages.create, token, directory.users.list or *"
    )]
    Method(String),
    /// Calls are counted from 1.
    #[error("calls are counted from 1")]
    Calls,
}

/// Tells whether a change makes sense, as far as that can be told before it is due.
pub(super) fn check(shared: &Shared, change: &Change) -> Result<(), BadChange> {
    match change {
        Change::SuspendUser(user)
        | Change::DeleteUser(user)
        | Change::RestoreUser(user)
        | Change::ChatOff(user)
        | Change::ChatOn(user)
        | Change::DemoteUser(user)
        | Change::PromoteUser(user) => person(shared, user).map(|_| ()),
        Change::RevokeDelegation(reach) | Change::RestoreDelegation(reach) => match reach {
            Reach::All => Ok(()),
            Reach::Domain(domain) => self::domain(shared, domain).map(|_| ()),
            Reach::Scope(scope) => self::scope(scope).map(|_| ()),
        },
        _ => Ok(()),
    }
}

/// Changes the world.
pub(super) fn apply(shared: &Shared, change: &Change) -> Result<(), BadChange> {
    match change {
        Change::ExpireSpace(name) => expire(shared, name)?,
        Change::DeleteSpace(name) => delete(shared, name)?,
        Change::SuspendUser(user) => employ(shared, user, State::Suspended)?,
        Change::DeleteUser(user) => employ(shared, user, State::Deleted)?,
        Change::RestoreUser(user) => employ(shared, user, State::Active)?,
        Change::RevokeKey => shared.trust.set_key(false),
        Change::RestoreKey => shared.trust.set_key(true),
        Change::RevokeDelegation(reach) => delegate(shared, reach, false)?,
        Change::RestoreDelegation(reach) => delegate(shared, reach, true)?,
        Change::KeylessOff(what) => shared.signing.set(*what, false),
        Change::KeylessOn(what) => shared.signing.set(*what, true),
        Change::AppOff => shared.trust.set_app(false),
        Change::AppOn => shared.trust.set_app(true),
        Change::ApiOff(api) => shared.trust.enable(*api, false),
        Change::ApiOn(api) => shared.trust.enable(*api, true),
        Change::ChatOff(user) => shared.trust.turn_chat(person(shared, user)?, false),
        Change::ChatOn(user) => shared.trust.turn_chat(person(shared, user)?, true),
        Change::DemoteUser(user) => promote(shared, user, false)?,
        Change::PromoteUser(user) => promote(shared, user, true)?,
        Change::ForgetRequests => forget(shared),
        Change::ExpireTokens => {
            shared.tokens.clear();
            shared.signing.clear();
        }
        Change::Advance { seconds } => shared.clock.advance(Duration::from_secs(*seconds)),
        Change::Skew { seconds } => shared.clock.skew(*seconds),
    }
    Ok(())
}

/// Finds the spaces that a name means, of those that are there.
fn rooms(shared: &Shared, name: &str) -> Result<Vec<Arc<Room>>, BadChange> {
    let now = shared.clock.now();
    let id = name.strip_prefix("spaces/").and_then(Id::parse);
    let meant = |space: &Space| {
        let there = !space.foreign && !space.deleted && !space.expired(now);
        let called = space.display_name.as_deref() == Some(name);
        there && (name == "*" || called || id == Some(space.id))
    };
    let found: Vec<_> = shared.world.all().into_iter().filter(|room| meant(&room.lock())).collect();
    match found.len() {
        0 => Err(BadChange::Space(name.to_owned())),
        2.. if name != "*" => Err(BadChange::Spaces(name.to_owned())),
        _ => Ok(found),
    }
}

fn expire(shared: &Shared, name: &str) -> Result<(), BadChange> {
    let mut any = false;
    for room in rooms(shared, name)? {
        let mut space = room.lock();
        if space.importing {
            any = true;
            space.made = shared.clock.now() - WINDOW;
        }
    }
    if any { Ok(()) } else { Err(BadChange::Complete(name.to_owned())) }
}

fn delete(shared: &Shared, name: &str) -> Result<(), BadChange> {
    for room in rooms(shared, name)? {
        room.lock().deleted = true;
    }
    Ok(())
}

fn person(shared: &Shared, user: &str) -> Result<Who, BadChange> {
    shared.people().ever(user).ok_or_else(|| BadChange::User(user.to_owned()))
}

fn employ(shared: &Shared, user: &str, state: State) -> Result<(), BadChange> {
    let who = person(shared, user)?;
    shared.people_mut().set(who, state);
    if state != State::Active && !shared.dialects.tokens_outlive_account {
        shared.tokens.end(who);
    }
    Ok(())
}

fn promote(shared: &Shared, user: &str, admin: bool) -> Result<(), BadChange> {
    let who = person(shared, user)?;
    shared.people_mut().promote(who, admin);
    Ok(())
}

fn domain(shared: &Shared, domain: &str) -> Result<String, BadChange> {
    let name = domain.to_lowercase();
    if shared.people().domain(&name) { Ok(name) } else { Err(BadChange::Domain(domain.to_owned())) }
}

fn scope(scope: &str) -> Result<Scopes, BadChange> {
    let short = scope.rsplit('/').next().unwrap_or(scope);
    match Spec::get().scopes(&[short]) {
        0 => Err(BadChange::Scope(scope.to_owned())),
        bit => Ok(bit),
    }
}

fn delegate(shared: &Shared, reach: &Reach, granted: bool) -> Result<(), BadChange> {
    match reach {
        Reach::All => shared.trust.delegate(granted),
        Reach::Domain(name) => shared.trust.delegate_domain(&domain(shared, name)?, granted),
        Reach::Scope(name) => shared.trust.delegate_scope(scope(name)?, granted),
    }
    Ok(())
}

fn forget(shared: &Shared) {
    shared.world.register().requests.clear();
    for room in shared.world.all() {
        room.lock().requests.clear();
    }
}
