//! Every integration test in one binary: one link, one `mod` line per file.

#![expect(clippy::unwrap_used, reason = "where a test can't go on, it fails")]

mod acceptance;
mod architecture;
mod canary;
mod certificate;
mod chat_client;
mod chat_http;
mod chat_outcomes;
mod chat_tokens;
mod cli_binary;
mod cli_chaos;
mod cli_folder;
mod cli_monitors;
mod cli_report;
mod cli_settings;
mod convert_document;
mod convert_people;
mod convert_props;
mod convert_real;
mod convert_support;
mod convert_text;
mod crossing;
mod dialects;
mod downgrade_text;
mod emulator_chaos;
mod emulator_client;
mod emulator_dialects;
mod emulator_faults;
mod emulator_import;
mod emulator_official;
mod emulator_reading;
mod emulator_socket;
mod emulator_token;
mod emulator_trouble;
mod emulator_world;
mod fuzz_finds;
#[path = "../fuzz/src/lib.rs"]
pub mod fuzz_targets;
#[path = "../bench/generate.rs"]
mod generate;
mod generated;
mod ledger_lost;
mod ledger_old;
mod ledger_owner;
mod ledger_rebuild;
mod ledger_rig;
mod pace_quotas;
mod rig;
mod send_downgrade;
mod send_look;
mod send_trouble;
mod send_words;
mod sim;
mod sim_dialects;
mod sim_net;
mod slack_hostile;
mod slack_odd;
mod slack_pack;
mod slack_real;
mod slack_sample;
mod support;
mod twice;
mod verify_certificate;
mod verify_completed;
mod verify_damage;
mod virtual_time;
