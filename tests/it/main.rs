//! Every integration test in one binary: one link, one `mod` line per file.

mod architecture;
mod pace_quotas;
mod support;
//! Everything that goes through the public face, in one binary.

mod slack_real;
mod slack_sample;
