//! A tree as text: one renderer per target behind one trait. This file knows blocks and names;
//! `line` knows the marks of a line, `defuse` what Chat would read where Slack did not.

mod chat;
mod defuse;
mod line;
pub(super) mod names;
mod plain;

pub(super) use chat::ChatMarkup;
pub(super) use plain::PlainText;

use super::loss::Losses;
use super::roster::Roster;
use super::tree::Document;

/// Turns a tree into a target's text.
pub(super) trait Renderer {
    /// Renders a whole document, without blank lines around it.
    fn render(&self, document: &Document<'_>, roster: &Roster, losses: &mut Losses) -> String;
}
