//! A bad day on request: faults at random, by a profile and a seed.
//!
//! What strikes a request depends on the seed, on what the request asks for and on how often it
//! was struck before; never on when it arrives. However calls interleave, the same operations are
//! hurt, in the same ways.

mod kinds;

pub use kinds::Profile;

use super::chance::Chance;
use super::exchange::Exchange;
use super::faults::Strike;
use kinds::Kind;
use ring::digest;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What kind of day, and which one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chaos {
    profile: Profile,
    #[serde(default)]
    seed: u64,
    #[serde(default = "Chaos::usual_stall")]
    stall_ms: u64,
}

impl Chaos {
    /// Returns a day of this kind.
    pub const fn new(profile: Profile, seed: u64) -> Self {
        Self { profile, seed, stall_ms: Self::usual_stall() }
    }

    /// Returns the same day with stalls that last so long; without it 100 ms.
    #[must_use]
    pub const fn stalling(mut self, stall: Duration) -> Self {
        self.stall_ms = stall.as_millis() as u64;
        self
    }

    const fn usual_stall() -> u64 {
        100
    }
}

/// What chaos did so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Struck {
    /// The day; none while all is calm.
    chaos: Option<Chaos>,
    /// How many requests were struck, by kind.
    struck: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
struct Day {
    struck: Struck,
    /// How often each operation was struck. One that never was costs nothing here.
    hurt: HashMap<u64, u8>,
}

/// The chaos of one emulator.
#[derive(Debug, Default)]
pub(super) struct Weather {
    any: AtomicBool,
    day: Mutex<Day>,
}

impl Weather {
    /// Returns the chaos of an emulator that starts on such a day.
    pub(super) fn of(chaos: Option<Chaos>) -> Self {
        let weather = Self::default();
        weather.set(chaos);
        weather
    }

    /// Begins another day, or ends all chaos; the counts begin anew with a day.
    pub(super) fn set(&self, chaos: Option<Chaos>) {
        let mut day = self.day();
        match chaos {
            Some(_) => {
                *day = Day { struck: Struck { chaos, ..Struck::default() }, ..Day::default() };
            }
            None => day.struck.chaos = None,
        }
        self.any.store(chaos.is_some(), Ordering::Relaxed);
    }

    pub(super) fn idle(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Returns what strikes a request, if anything.
    ///
    /// No operation is struck more often than its profile says, so a client that repeats what
    /// was not answered gets through.
    pub(super) fn strike(&self, exchange: &Exchange) -> Option<Strike> {
        let method = exchange.label();
        if self.idle() || method == "unknown" {
            return None;
        }
        let operation = operation(exchange, method);
        let mut day = self.day();
        let chaos = day.struck.chaos?;
        let before = day.hurt.get(&operation).copied().unwrap_or(0);
        if before >= chaos.profile.most() {
            return None;
        }
        let draw = Chance::of(&[chaos.seed, operation, u64::from(before)]).below(1000);
        let kind: &Kind = chaos.profile.drawn(draw)?.fit(method);
        day.hurt.insert(operation, before + 1);
        *day.struck.struck.entry(kind.name).or_default() += 1;
        let action = (kind.action)(chaos.stall_ms);
        Some(Strike { id: None, phase: kind.phase, action })
    }

    /// Returns how many requests were struck, by kind.
    pub(super) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.day().struck.struck.clone()
    }

    pub(super) fn struck(&self) -> Struck {
        self.day().struck.clone()
    }

    fn day(&self) -> MutexGuard<'_, Day> {
        self.day.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names an operation: a repeat has the same number, whatever differs between two tries.
///
/// That is the path, the query and the body; for a token whom it is for (an assertion bears its
/// time), for an upload its path and length (its boundary and its session are drawn at random).
fn operation(exchange: &Exchange, method: &'static str) -> u64 {
    let uri = &exchange.head.uri;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut part = |bytes: &[u8]| {
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(bytes);
    };
    part(method.as_bytes());
    part(uri.path().as_bytes());
    match method {
        "token" | "iam.signJwt" => part(exchange.subject().as_bytes()),
        "media.upload" => part(&exchange.bytes.len().to_be_bytes()),
        _ => {
            part(uri.query().unwrap_or_default().as_bytes());
            part(&exchange.bytes);
        }
    }
    let mut number = [0; 8];
    number.copy_from_slice(&context.finish().as_ref()[..8]);
    u64::from_be_bytes(number)
}
