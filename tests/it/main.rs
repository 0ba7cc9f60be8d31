//! Everything that goes through the public face, in one binary.

mod slack_hostile;
mod slack_odd;
mod slack_pack;
mod slack_real;
mod slack_sample;
