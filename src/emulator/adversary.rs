//! What can be done to an emulator's callers: faults that are planned, and chaos.

use super::Emulator;
use super::chaos::{Chaos, Profile};
use super::faults::{BadFault, Fault, FaultId, FaultStatus};

use std::collections::BTreeMap;

impl Emulator {
    /// Arms a fault.
    pub fn arm(&self, fault: Fault) -> Result<FaultId, BadFault> {
        self.shared.faults.arm(fault)
    }

    /// Returns how many calls a fault struck.
    pub fn fired(&self, id: FaultId) -> u64 {
        self.fault(id).map_or(0, |fault| fault.fired)
    }

    /// Returns a fault with its counts.
    pub fn fault(&self, id: FaultId) -> Option<FaultStatus> {
        self.shared.faults.get(id)
    }

    /// Returns every fault that was ever armed, with its counts.
    pub fn faults(&self) -> Vec<FaultStatus> {
        self.shared.faults.all()
    }

    /// Takes a fault out; its counts stay.
    pub fn disarm(&self, id: FaultId) {
        self.shared.faults.disarm(id);
    }

    /// Takes all faults out; their counts stay.
    pub fn disarm_all(&self) {
        self.shared.faults.disarm_all();
    }

    /// Returns the armed faults that never fired though they should have: a test's mistake.
    pub fn unfired(&self) -> Vec<Fault> {
        self.shared.faults.unfired()
    }

    /// Begins a bad day: from now on requests are struck at random, by profile and seed.
    pub fn chaos(&self, profile: Profile, seed: u64) {
        self.begin(Chaos::new(profile, seed));
    }

    /// Begins a bad day of which more is chosen.
    pub fn begin(&self, chaos: Chaos) {
        self.shared.weather.set(Some(chaos));
    }

    /// Ends all chaos.
    pub fn calm_down(&self) {
        self.shared.weather.set(None);
    }

    /// Returns how many requests chaos struck, by kind.
    pub fn chaos_counts(&self) -> BTreeMap<&'static str, u64> {
        self.shared.weather.counts()
    }
}
