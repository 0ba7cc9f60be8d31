//! `chatferry inspect`: what is in an archive, for people and for programs.

mod show;

pub use show::{json, table};
