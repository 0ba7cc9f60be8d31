//! Flags as settings: the strongest layer.

use super::args::{RehearseArgs, SourceFlags, SpeedFlags, TargetFlags};
use super::folder::Flags;

/// Keeps what was given.
fn given<const N: usize>(pairs: [(&'static str, Option<String>); N]) -> Flags {
    pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

impl SourceFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("migration", self.migration.clone()),
            ("people", self.people.clone()),
            ("dm", text(self.dm.as_ref())),
            ("allow_duplicate_entries", self.allow_duplicate_entries.then(|| "true".to_owned())),
        ])
    }
}

impl TargetFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("key", self.key.clone()),
            ("admin", self.admin.clone()),
            ("customer", self.customer.clone()),
            ("api", self.api.clone()),
        ])
    }
}

impl SpeedFlags {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        given([
            ("lanes", text(self.lanes.as_ref())),
            ("window", text(self.window.as_ref())),
            ("pace", text(self.pace.as_ref())),
            ("headroom", text(self.headroom.as_ref())),
        ])
    }
}

impl RehearseArgs {
    /// Returns the settings that were given.
    pub fn settings(&self) -> Flags {
        let admin = given([("admin", self.admin.clone())]);
        [self.source.settings(), self.speed.settings(), admin].concat()
    }
}
