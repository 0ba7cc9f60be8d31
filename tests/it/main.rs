//! Every integration test in one binary: one link, one `mod` line per file.

mod architecture;
mod chat_client;
mod chat_http;
mod chat_outcomes;
mod chat_tokens;
mod pace_quotas;
mod support;
//! Everything that goes through the public face, in one binary.

mod slack_real;
mod slack_sample;
