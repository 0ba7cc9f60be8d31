//! Everything that fuzzing found, and what it starts from, played again.

use crate::fuzz_targets;
use crate::proof::counted;
use std::path::Path;

/// What a target does with bytes.
type Target = fn(&[u8]);

/// Plays every file of a target's folder; returns how many there were.
fn replay(target: &str, run: Target) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/finds").join(target);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| run(&std::fs::read(path).unwrap())).count()
}

#[test]
fn every_find_of_every_fuzz_target_is_harmless_now() {
    let targets: [(&str, Target); 6] = [
        ("record", fuzz_targets::record),
        ("mrkdwn", fuzz_targets::mrkdwn),
        ("archive", fuzz_targets::archive),
        ("retry_after", fuzz_targets::retry_after),
        ("redact", fuzz_targets::redact),
        ("display_safe", fuzz_targets::display_safe),
    ];
    let mut said = Vec::new();
    for (target, run) in targets {
        let played = replay(target, run);
        assert!(played > 0, "{target} has nothing to replay");
        said.push(format!("{target} {played}"));
    }
    counted("fuzz_finds", &format!("replayed without harm: {}", said.join(", ")));
}
