//! Every integration test in one binary: one link, one `mod` line per file.

mod architecture;
mod convert_document;
mod convert_people;
mod convert_props;
mod convert_real;
mod convert_support;
mod convert_text;
mod pace_quotas;
mod slack_hostile;
mod slack_odd;
mod slack_pack;
mod slack_real;
mod slack_sample;
mod support;
