//! Any bytes for `chatferry_fuzz::display_safe`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chatferry_fuzz::display_safe(bytes));
