//! Every integration test in one binary: one link, one `mod` line per file.

mod architecture;
mod chat_client;
mod chat_outcomes;
mod pace_quotas;
mod support;
