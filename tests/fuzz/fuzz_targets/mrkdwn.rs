//! Any bytes for `chatferry_fuzz::mrkdwn`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| chatferry_fuzz::mrkdwn(bytes));
