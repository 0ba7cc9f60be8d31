//! Any bytes for `chatferry_fuzz::archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chatferry_fuzz::archive(bytes));
