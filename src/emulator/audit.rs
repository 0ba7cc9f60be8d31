//! What must not be, seen from the server's side: it knows what came, not what was planned.
//!
//! What is wrong in the end is seen by looking at every space; what was wrong on the way is noted
//! when it comes, by [`Slips`].

mod content;
mod rules;
mod spaces;

pub use rules::{RULES, Rule};

pub(super) use rules::*;

use super::ids::Id;
use super::shared::Shared;
use super::world::Space;
use serde::Serialize;
use std::fmt::Display;

/// One breach of what must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which rule is broken.
    pub rule: &'static str,
    /// The invariant that it belongs to: `I1` to `I8`.
    pub invariant: &'static str,
    /// The space, by resource name; nothing where there is none.
    pub space: String,
    /// Where in it.
    pub place: String,
}

/// How many slips are kept apart; the others are the same client's same fault.
const KEPT: usize = 1000;

/// What a client did that it must not do, though nothing came of it.
#[derive(Debug, Default)]
pub(super) struct Slips(Vec<(&'static Rule, String)>);

impl Slips {
    pub(super) fn note(&mut self, rule: &'static Rule, place: impl Display) {
        if self.0.len() < KEPT {
            self.0.push((rule, place.to_string()));
        }
    }

    fn findings(&self, space: &str) -> impl Iterator<Item = Finding> {
        self.0.iter().map(move |(rule, place)| rule.broken(space, place))
    }
}

impl Rule {
    fn broken(&self, space: &str, place: impl Display) -> Finding {
        Finding {
            rule: self.name,
            invariant: self.invariant,
            space: space.to_owned(),
            place: place.to_string(),
        }
    }
}

/// Looks at every space that is there, and at what was noted.
pub(super) fn findings(shared: &Shared) -> Vec<Finding> {
    let mut all: Vec<_> = shared.world.register().slips.findings("").collect();
    let (mut seen, now) = (Vec::new(), shared.clock.now());
    for room in shared.world.all() {
        let space = room.lock();
        if space.foreign {
            continue;
        }
        all.extend(space.slips.findings(&name(space.id)));
        if !space.deleted {
            content::check(&space, &mut all);
            // What is gone is nobody's twin: another one was made in its place.
            seen.extend((!space.expired(now)).then(|| spaces::Seen::of(&space)));
        }
    }
    spaces::check(&seen, &mut all);
    all
}

fn name(id: Id) -> String {
    format!("spaces/{id}")
}

fn found(rule: &Rule, space: &Space, place: impl Display) -> Finding {
    rule.broken(&name(space.id), place)
}
