//! Any bytes for `chatferry_fuzz::redact`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chatferry_fuzz::redact(bytes));
