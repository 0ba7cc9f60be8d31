//! Any bytes for `chatferry_fuzz::record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chatferry_fuzz::record(bytes));
