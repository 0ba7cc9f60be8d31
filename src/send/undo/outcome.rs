//! What became of spaces that were to be deleted.

use super::Doomed;

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is gone.
    Deleted,
    /// It is open to people, and stays.
    Open,
    /// Google refuses, in these words.
    Refused(String),
    /// There was no clear answer: it may be there, or not.
    Unclear,
}

/// What became of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Undone {
    /// Gone.
    pub deleted: Vec<Doomed>,
    /// Open to people all the same.
    pub open: Vec<Doomed>,
    /// Still there: Google refuses, in these words.
    pub refused: Vec<(Doomed, String)>,
    /// Nobody can tell just now.
    pub unclear: Vec<Doomed>,
    /// Not tried: the command was stopped before.
    pub left: Vec<Doomed>,
}

impl Undone {
    pub(super) fn add(&mut self, one: Doomed, fate: Fate) {
        match fate {
            Fate::Deleted => self.deleted.push(one),
            Fate::Open => self.open.push(one),
            Fate::Refused(why) => self.refused.push((one, why)),
            Fate::Unclear => self.unclear.push(one),
        }
    }

    /// Tells whether the same command has something left to do.
    pub const fn is_unfinished(&self) -> bool {
        !self.refused.is_empty() || !self.unclear.is_empty() || !self.left.is_empty()
    }
}
