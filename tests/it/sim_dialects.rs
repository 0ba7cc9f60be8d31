//! Sets of dialects: the likely one, each switch by itself, and random ones.

use chatferry::emulator::{Clash, Dialects, Gone, Repeat, RequestReplay, Throttle};
use std::time::Duration;

type Turn = fn(&mut Dialects);

/// Every switch, turned to its other value.
const SWITCHES: &[(&str, Turn)] = &[
    ("replay by name only", |d| d.request_replay = RequestReplay::NameOnly),
    ("replay forgotten after a day", |d| {
        d.request_replay = RequestReplay::ForgottenAfter(Duration::from_hours(24));
    }),
    ("foreign request conflict", |d| d.foreign_request = Clash::Conflict),
    ("message id repeat", |d| d.message_id_repeat = Repeat::Same),
    ("create time clash", |d| d.create_time_clash = Clash::Invalid),
    ("reaction repeat", |d| d.reaction_repeat = Repeat::Same),
    ("member repeat", |d| d.member_repeat = Repeat::Same),
    ("complete repeat", |d| d.complete_repeat = Repeat::Same),
    ("gone space", |d| d.gone_space = Gone::NotFound),
    ("no expire time at create", |d| d.expire_time_at_create = false),
    ("retry-after", |d| d.retry_after = true),
    ("shared names", |d| d.unique_names = false),
    ("unequal create time", |d| d.equal_create_time = false),
    ("throttled by 403", |d| d.throttle = Throttle::Forbidden),
    ("no error info", |d| d.error_info = false),
    ("client ids not listed", |d| d.listed_client_ids = false),
    ("authors must be members", |d| d.author_must_be_member = true),
    ("no members after completion", |d| d.members_listed_after_completion = false),
];

/// Returns the likely set, and each switch by itself.
pub(crate) fn sets() -> Vec<(&'static str, Dialects)> {
    let one = |(name, turn): &(&'static str, Turn)| {
        let mut dialects = Dialects::default();
        turn(&mut dialects);
        (*name, dialects)
    };
    std::iter::once(("as documented", Dialects::default()))
        .chain(SWITCHES.iter().map(one))
        .collect()
}

/// Returns a set in which each switch is turned or not.
pub(crate) fn random(seed: u64) -> (String, Dialects) {
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut dialects, mut names) = (Dialects::default(), Vec::new());
    for (name, turn) in SWITCHES {
        if random.bool() {
            turn(&mut dialects);
            names.push(*name);
        }
    }
    (names.join(", "), dialects)
}
