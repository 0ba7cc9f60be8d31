//! Every integration test in one binary: one link, one `mod` line per file.

mod architecture;
mod chat_client;
mod chat_http;
mod chat_outcomes;
mod chat_tokens;
mod cli_binary;
mod cli_folder;
mod cli_monitors;
mod cli_report;
mod cli_settings;
mod generate;
mod generated;
mod pace_quotas;
mod slack_real;
mod slack_sample;
mod support;
