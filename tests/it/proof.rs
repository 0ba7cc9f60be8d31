//! What the proofs counted: one file each, which `.ci/run` prints when all tests have passed, since
//! a test that passes prints nothing.

use std::fs;
use std::path::Path;

/// Keeps what a proof tried, and how often, as `NAME.txt`.
#[expect(clippy::print_stdout, reason = "for who runs one proof with --nocapture")]
pub(crate) fn counted(name: &str, text: &str) {
    println!("{name}: {text}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs");
    fs::create_dir_all(&folder).expect("a folder for the counts");
    fs::write(folder.join(format!("{name}.txt")), format!("{text}\n"))
        .expect("room for the counts");
}
