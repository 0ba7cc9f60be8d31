//! Everything that all requests share, and one request's turn.

use super::agenda::Agenda;
use super::chaos::Weather;
use super::check::Check;
use super::coverage::{Coverage, Point};
use super::custom_emoji::Gallery;
use super::dialects::{Dialects, Gone};
use super::facts::{Method, Scopes, Spec};
use super::faults::Faults;
use super::groups::Groups;
use super::ids::{Id, Ids};
use super::journal::Journal;
use super::key::{FakeKey, random_hex};
use super::options::Options;
use super::people::{People, Person, Who};
use super::query::Query;
use super::quota::Quota;
use super::refusal::{Outcome, Refusal};
use super::route::Names;
use super::signing::Signing;
use super::time::{Clock, Micros};
use super::token::{Caller, Tokens};
use super::trust::Trust;
use super::uploads::Uploads;
use super::world::{Room, Space, World};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io;
use std::sync::{Arc, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The emulator's whole state.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) url: String,
    pub(super) instance: String,
    pub(super) customer: String,
    pub(super) admin_token: String,
    pub(super) latency: Duration,
    /// The organisation lets people from outside into spaces.
    pub(super) external_spaces: bool,
    /// It lets them be invited, too.
    pub(super) external_invites: bool,
    /// The target audiences that there are.
    pub(super) audiences: Vec<String>,
    pub(super) token_life: Duration,
    pub(super) trust: Trust,
    pub(super) signing: Signing,
    pub(super) dialects: Dialects,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    pub(super) quota: Quota,
    pub(super) faults: Faults,
    pub(super) agenda: Agenda,
    pub(super) weather: Weather,
    pub(super) coverage: Coverage,
    pub(super) journal: Journal,
    pub(super) tokens: Tokens,
    pub(super) key: FakeKey,
    pub(super) world: World,
    pub(super) uploads: Uploads,
    pub(super) gallery: Gallery,
    /// Ends everything that outlives its request.
    pub(super) stop: CancellationToken,
    people: RwLock<People>,
    groups: RwLock<Groups>,
}

impl Shared {
    pub(super) fn new(options: Options, url: String) -> io::Result<Self> {
        let key = FakeKey::generate(&url)?;
        Self::keyed(options, url, key)
    }

    /// Puts the state together for an emulator that listens nowhere.
    pub(super) fn detached(options: Options) -> io::Result<Self> {
        const URL: &str = "http://localhost:1";
        Self::keyed(options, URL.to_owned(), FakeKey::shared(URL)?)
    }

    fn keyed(options: Options, url: String, key: FakeKey) -> io::Result<Self> {
        let ids = Ids::seeded(options.seed);
        let mut people = People::default();
        let admin = Person { email: options.admin, name: "Admin".to_owned(), ..Person::default() };
        people.add(admin, true, &ids);
        for person in options.directory {
            people.add(person, false, &ids);
        }
        for address in &options.outsiders {
            people.add_outside(address, &ids);
        }
        let mut groups = Groups::default();
        for group in &options.groups {
            groups.set(group, &ids);
        }
        let delegated = options.delegated.map_or(Scopes::MAX, |names| {
            names.iter().filter_map(|name| Spec::get().scope(name)).fold(0, |sum, bit| sum | bit)
        });
        Ok(Self {
            key,
            instance: random_hex(8)?,
            customer: format!("C{}", ids.of(&[b"customer"]))
                .replace(['-', '_'], "0")
                .to_lowercase()
                .replacen('c', "C", 1),
            admin_token: random_hex(16)?,
            latency: options.latency,
            token_life: options.token_life,
            external_spaces: options.external_spaces,
            external_invites: options.external_invites,
            audiences: options.audiences,
            trust: Trust::full(delegated),
            signing: Signing::full()?,
            dialects: options.dialects,
            clock: Clock::start(options.epoch),
            quota: Quota::new(options.quotas),
            faults: Faults::default(),
            agenda: Agenda::default(),
            weather: Weather::of(options.chaos),
            coverage: Coverage::default(),
            journal: Journal::open(options.journal, options.record.as_deref())?,
            tokens: Tokens::default(),
            world: World::default(),
            uploads: Uploads::default(),
            gallery: Gallery::default(),
            stop: CancellationToken::new(),
            people: RwLock::new(people),
            groups: RwLock::new(groups),
            ids,
            url,
        })
    }

    pub(super) fn people(&self) -> RwLockReadGuard<'_, People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn people_mut(&self) -> RwLockWriteGuard<'_, People> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn groups(&self) -> RwLockReadGuard<'_, Groups> {
        self.groups.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn groups_mut(&self) -> RwLockWriteGuard<'_, Groups> {
        self.groups.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_person(&self, person: Person) {
        self.people_mut().add(person, false, &self.ids);
    }
}

/// One request that passed the door: known method, known caller, valid form.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) shared: &'a Shared,
    pub(super) method: &'static Method,
    pub(super) caller: Caller,
    pub(super) names: Names<'a>,
    pub(super) query: Query<'a>,
    pub(super) body: Map<String, Value>,
    /// Of the body's bytes: a replay must be identical.
    pub(super) fingerprint: u64,
    pub(super) now: Micros,
    pub(super) check: Check,
}

impl Turn<'_> {
    /// Returns one of the names in the path.
    pub(super) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", AsRef::as_ref)
    }

    /// Finds the space of the path and takes one call from its quota.
    pub(super) fn room(&self) -> Outcome<Arc<Room>> {
        let missing = || match self.dialects().unknown_space {
            Gone::NotFound => {
                let text = format!("Space spaces/{} not found.", self.name(0));
                Refusal::not_found(Point::NoSpace, text)
            }
            Gone::Forbidden => {
                let text = "The caller does not have permission, or the space does not exist.";
                Refusal::forbidden(Point::NoSpace, text)
            }
        };
        let id = Id::parse(self.name(0)).ok_or_else(missing)?;
        let room = self.shared.world.room(id).ok_or_else(missing)?;
        self.shared.quota.space(self.method.id, &room.buckets, self.now, &self.shared.dialects)?;
        Ok(room)
    }

    /// Opens the space for a call: it must be ours, and still there.
    pub(super) fn open<'r>(&self, room: &'r Room) -> Outcome<MutexGuard<'r, Space>> {
        let space = room.lock();
        space.alive(self.now, &self.shared.dialects)?;
        Ok(space)
    }

    /// Opens the space for a call that only reads.
    pub(super) fn look<'r>(&self, room: &'r Room) -> Outcome<MutexGuard<'r, Space>> {
        let space = room.lock();
        if self.dialects().gone_space_read && !space.deleted && space.expired(self.now) {
            return Ok(space);
        }
        space.alive(self.now, &self.shared.dialects)?;
        Ok(space)
    }

    /// Counts a rule that was met and refuses nothing.
    pub(super) fn hit(&self, point: Point) {
        self.shared.coverage.hit(point);
    }

    pub(super) fn dialects(&self) -> &Dialects {
        &self.shared.dialects
    }

    /// Tells whether the token has one of these scopes.
    pub(super) fn may(&self, scopes: &[&str]) -> bool {
        self.caller.scopes & Spec::get().scopes(scopes) != 0
    }

    /// Refuses the app itself where only an impersonated user is served.
    pub(super) fn user(&self) -> Outcome<Who> {
        if self.caller.who.is_app() {
            return Err(Refusal::forbidden(
                Point::UserOnly,
                "This method doesn't support app authentication here; impersonate a user.",
            ));
        }
        Ok(self.caller.who)
    }

    /// Returns a string of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// Returns a string one level down in the body.
    pub(super) fn inner(&self, outer: &str, name: &str) -> Option<&str> {
        self.body.get(outer)?.get(name)?.as_str()
    }

    /// Returns a timestamp of the body; its form was checked.
    pub(super) fn time(&self, name: &str) -> Option<Micros> {
        self.text(name).and_then(super::time::parse)
    }

    /// Returns the fields that a patch is about, in JSON names.
    pub(super) fn mask(&self) -> Outcome<Vec<String>> {
        let mask = self
            .query
            .get("updateMask")
            .ok_or_else(|| Refusal::invalid(Point::Mask, "update_mask is required."))?;
        Ok(mask.split(',').map(|field| super::query::camel(field.trim())).collect())
    }
}

/// Writes an answer.
pub(super) fn json(view: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(view).unwrap_or_default()
}
