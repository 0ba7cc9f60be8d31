//! The terminal. The only room that prints; it knows every other room, and none knows it.

pub mod inspect;
pub mod safe;
