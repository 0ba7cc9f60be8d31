//! Every integration test in one binary: one link, one `mod` line per file.

#![expect(clippy::unwrap_used, reason = "where a test can't go on, it fails")]

mod architecture;
#[path = "../bench/generate.rs"]
mod generate;
mod generated;
mod support;
