//! The published quotas: per project and minute, per space and second, on the emulator's clock.
//!
//! Each bucket holds one window's worth and refills evenly, so an even pace is never refused.

use super::dialects::{Dialects, Window};
use super::options::Quotas;
use super::people::Who;
use super::refusal::{Outcome, Refusal};
use super::time::Micros;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One bucket's name, limit and window.
#[derive(Debug, Clone, Copy)]
struct Limit(&'static str, f64, f64);

const MINUTE: f64 = 60.0;

const PROJECT: [Limit; 9] = [
    Limit("message_writes_per_minute", 3000.0, MINUTE),
    Limit("message_reads_per_minute", 3000.0, MINUTE),
    Limit("membership_writes_per_minute", 300.0, MINUTE),
    Limit("membership_reads_per_minute", 3000.0, MINUTE),
    Limit("space_writes_per_minute", 60.0, MINUTE),
    Limit("space_reads_per_minute", 3000.0, MINUTE),
    Limit("attachment_writes_per_minute", 600.0, MINUTE),
    Limit("reaction_writes_per_minute", 600.0, MINUTE),
    Limit("custom_emoji_writes_per_minute", 600.0, MINUTE),
];

const SPACE: [Limit; 4] = [
    Limit("space_reads_per_second", 15.0, 1.0),
    Limit("space_writes_per_second", 1.0, 1.0),
    Limit("reaction_creates_per_second", 5.0, 1.0),
    Limit("import_message_writes_per_second", 10.0, 1.0),
];

/// What everybody may do on their own: custom emoji.
const USER: Limit = Limit("custom_emoji_writes_per_user_per_second", 1.0, 1.0);

/// Returns the project's and the space's bucket of a method.
fn buckets(method: &str) -> (Option<usize>, Option<usize>) {
    match method {
        "spaces.messages.create" => (Some(0), Some(3)),
        "spaces.messages.patch" | "spaces.messages.update" | "spaces.messages.delete" => {
            (Some(0), Some(1))
        }
        "spaces.messages.list" | "spaces.messages.get" => (Some(1), Some(0)),
        "spaces.members.create" | "spaces.members.delete" | "spaces.members.patch" => {
            (Some(2), None)
        }
        "spaces.members.list" | "spaces.members.get" => (Some(3), Some(0)),
        "spaces.create" | "spaces.completeImport" => (Some(4), None),
        "spaces.patch" | "spaces.delete" => (Some(4), Some(1)),
        "spaces.get" => (Some(5), Some(0)),
        "spaces.list" => (Some(5), None),
        "media.upload" => (Some(6), Some(1)),
        "spaces.messages.reactions.create" => (Some(7), Some(2)),
        "spaces.messages.reactions.delete" => (Some(7), Some(1)),
        "customEmojis.create" | "customEmojis.delete" => (Some(8), None),
        _ => (None, None),
    }
}

/// The buckets of one space.
pub(super) type SpaceBuckets = [AtomicI64; SPACE.len()];

/// The buckets of the project, and how much the limits are stretched.
#[derive(Debug)]
pub(super) struct Quota {
    scale: Option<f64>,
    project: [AtomicI64; PROJECT.len()],
    users: Mutex<HashMap<Who, AtomicI64>>,
}

impl Quota {
    pub(super) fn new(quotas: Quotas) -> Self {
        let scale = match quotas {
            Quotas::Off => None,
            Quotas::Scaled(factor) => Some(factor.max(f64::MIN_POSITIVE)),
        };
        Self { scale, project: Default::default(), users: Mutex::default() }
    }

    /// Takes one call from the project's bucket.
    fn project(&self, method: &str, now: Micros, dialects: &Dialects) -> Outcome<()> {
        self.take(buckets(method).0.map(|at| (&self.project[at], PROJECT[at])), now, dialects)
    }

    /// Takes one call from a space's bucket.
    pub(super) fn space(
        &self,
        method: &str,
        space: &SpaceBuckets,
        now: Micros,
        dialects: &Dialects,
    ) -> Outcome<()> {
        self.take(buckets(method).1.map(|at| (&space[at], SPACE[at])), now, dialects)
    }

    /// Takes one call from the project's bucket, and from what a person may do.
    pub(super) fn caller(
        &self,
        method: &str,
        who: Who,
        now: Micros,
        dialects: &Dialects,
    ) -> Outcome<()> {
        self.project(method, now, dialects)?;
        if !matches!(method, "customEmojis.create" | "customEmojis.delete") {
            return Ok(());
        }
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        self.take(Some((users.entry(who).or_default(), USER)), now, dialects)
    }

    fn take(
        &self,
        bucket: Option<(&AtomicI64, Limit)>,
        now: Micros,
        dialects: &Dialects,
    ) -> Outcome<()> {
        let (Some(scale), Some((cell, Limit(name, limit, seconds)))) = (self.scale, bucket) else {
            return Ok(());
        };
        if dialects.quota_window == Window::Fixed {
            return fixed(cell, Limit(name, limit * scale, seconds), now, dialects);
        }
        // In nanoseconds: at a great scale the time between two calls is far below a microsecond.
        let now = now.saturating_mul(1000);
        let each = (seconds * 1e9 / (limit * scale)) as i64;
        let room = (seconds * 1e9) as i64;
        let taken = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full| {
            let next = full.max(now) + each;
            // The window always has room for one call, however small the scale makes it.
            (next - now <= room.max(each)).then_some(next)
        });
        taken.map(|_| ()).map_err(|full| {
            let wait = (full + each - now - room).max(0) as u64;
            Refusal::throttled(name, Duration::from_nanos(wait), dialects)
        })
    }
}

/// Counts calls in windows of the clock. The cell holds the window's number and the count.
fn fixed(
    cell: &AtomicI64,
    Limit(name, limit, seconds): Limit,
    now: Micros,
    dialects: &Dialects,
) -> Outcome<()> {
    const COUNT: u32 = 24;
    let length = (seconds * 1e6) as i64;
    let window = now / length;
    let most = (limit as i64).clamp(1, (1 << COUNT) - 1);
    let taken = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full| {
        let count = if full >> COUNT == window { full & ((1 << COUNT) - 1) } else { 0 };
        (count < most).then_some(window << COUNT | (count + 1))
    });
    taken.map(|_| ()).map_err(|_| {
        let wait = ((window + 1) * length - now) as u64;
        Refusal::throttled(name, Duration::from_micros(wait), dialects)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_filled_refused_and_refilled_evenly() {
        let (quota, dialects) = (Quota::new(Quotas::Scaled(1.0)), Dialects::default());
        let space = SpaceBuckets::default();
        let call = |at| quota.space("spaces.messages.create", &space, at, &dialects).is_ok();
        let start = 1_700_000_000_000_000;
        assert!((0..10).all(|_| call(start)));
        assert!(!call(start));
        assert!(call(start + 100_000) && !call(start + 100_000));
        assert!((2..100).all(|n| call(start + n * 100_000)));
    }

    #[test]
    fn a_fixed_window_gives_its_whole_number_at_once_and_again_in_the_next() {
        let dialects = Dialects { quota_window: Window::Fixed, ..Dialects::default() };
        let (quota, space) = (Quota::new(Quotas::Scaled(1.0)), SpaceBuckets::default());
        let call = |at| quota.space("spaces.messages.create", &space, at, &dialects).is_ok();
        let start = 1_700_000_000_000_000;
        assert_eq!((0..20).filter(|_| call(start + 990_000)).count(), 10);
        assert_eq!((0..20).filter(|_| call(start + 1_000_000)).count(), 10);
        assert!(!call(start + 1_999_999) && call(start + 2_000_000));
    }

    #[test]
    fn custom_emoji_are_limited_for_each_person() {
        let (quota, dialects) = (Quota::new(Quotas::Scaled(1.0)), Dialects::default());
        let start = 1_700_000_000_000_000;
        let call = |who, at| quota.caller("customEmojis.create", who, at, &dialects).is_ok();
        assert!(call(Who::APP, start) && !call(Who::APP, start + 500_000));
        assert!(call(Who::default(), start), "somebody else has not begun");
        assert!(call(Who::APP, start + 1_000_000));
        assert!((0..9).all(|_| quota.caller("spaces.create", Who::APP, start, &dialects).is_ok()));
    }

    #[test]
    fn quotas_can_be_off_or_stretched() {
        let dialects = Dialects::default();
        let off = Quota::new(Quotas::Off);
        assert!((0..1000).all(|_| off.project("spaces.create", 1, &dialects).is_ok()));
        let twice = Quota::new(Quotas::Scaled(2.0));
        assert_eq!(
            (0..1000).filter(|_| twice.project("spaces.create", 1, &dialects).is_ok()).count(),
            120
        );
    }
}
