//! Places at which a test may make the program die. A release build has none of it.
//!
//! Rooms call [`point`] where a crash would hurt most: on both sides of a commit, between a call
//! and its settlement. In a debug build the variable `CHATFERRY_CRASH` steers it:
//! `count:FILE` appends the name of each point as it is passed, `at:K` aborts the process at the
//! K-th point passed, whichever it is.

#[cfg(debug_assertions)]
use std::{fs::OpenOptions, io::Write as _, path::PathBuf};
#[cfg(debug_assertions)]
use std::{
    sync::OnceLock,
    sync::atomic::{AtomicU64, Ordering},
};

/// What the environment asks for.
#[cfg(debug_assertions)]
enum Wish {
    Nothing,
    Count(PathBuf),
    DieAt(u64),
}

#[cfg(debug_assertions)]
impl Wish {
    fn of(text: &str) -> Self {
        match text.split_once(':') {
            Some(("count", file)) => Self::Count(file.into()),
            Some(("at", number)) => number.parse().map_or(Self::Nothing, Self::DieAt),
            _ => Self::Nothing,
        }
    }
}

/// Marks a place at which the process may be made to die.
#[cfg(debug_assertions)]
pub fn point(name: &'static str) {
    static WISH: OnceLock<Wish> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wish = WISH.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "a seam for tests, and no setting")]
        Wish::of(&std::env::var("CHATFERRY_CRASH").unwrap_or_default())
    });
    match wish {
        Wish::Nothing => {}
        Wish::Count(file) => {
            let file = OpenOptions::new().append(true).create(true).open(file);
            // One write for each line: threads don't tear each other's.
            let noted = file.and_then(|mut file| file.write_all(format!("{name}\n").as_bytes()));
            assert!(noted.is_ok(), "the points can't be counted");
        }
        Wish::DieAt(goal) => {
            if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *goal {
                std::process::abort();
            }
        }
    }
}

/// Marks a place at which the process may be made to die: not in this build.
#[cfg(not(debug_assertions))]
pub const fn point(_name: &'static str) {}

/// Does something with a point on either side.
pub fn around<T>(name: &'static str, work: impl FnOnce() -> T) -> T {
    point(name);
    let result = work();
    point(name);
    result
}
