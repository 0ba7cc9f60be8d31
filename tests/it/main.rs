//! Everything that goes through the public face, in one binary.

mod slack_real;
mod slack_sample;
