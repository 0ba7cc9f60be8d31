//! What whoever draws gets to see.

use super::Ends;
use crate::event::Calls;
use std::time::Duration;

/// One look at the board.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::cli) struct View {
    /// Conversations to be read, and how many were.
    pub(in crate::cli) conversations: (u64, u64),
    /// Messages read.
    pub(in crate::cli) read: u64,
    /// Calls paid, earlier runs included.
    pub(in crate::cli) paid: Calls,
    /// Calls owed in all.
    pub(in crate::cli) owed: Calls,
    /// Calls that are stuck.
    pub(in crate::cli) wedged: u64,
    /// Lanes read back, and how many of them differ.
    pub(in crate::cli) verified: (u64, u64),
    /// Lanes completed.
    pub(in crate::cli) completed: u64,
    /// While spaces are read back: messages read, and planned in them.
    pub(in crate::cli) read_back: Option<(u64, u64)>,
    /// Lanes of the run.
    pub(in crate::cli) all_lanes: u64,
    /// Active lanes: name, paid, owed.
    pub(in crate::cli) lanes: Vec<(String, u64, u64)>,
    /// The admin's own limits.
    pub(in crate::cli) limits: Option<String>,
    /// What holds everything back by the admin's own will.
    pub(in crate::cli) held: Option<String>,
    /// What was learnt of limits that are not as documented.
    pub(in crate::cli) learnt: Vec<String>,
    /// What there is to say of the present state.
    pub(in crate::cli) note: Option<String>,
    /// Messages a second.
    pub(in crate::cli) posts_rate: f64,
    /// Calls a second.
    pub(in crate::cli) calls_rate: f64,
    /// Time left.
    pub(in crate::cli) left: Option<Duration>,
    /// When it ends, by what is owed.
    pub(in crate::cli) ends: Option<Ends>,
    /// Sending ended.
    pub(in crate::cli) finished: bool,
}

impl View {
    /// Tells whether spaces are opened: nothing is owed but completions and members.
    pub(in crate::cli) const fn opening(&self) -> bool {
        self.owed.posts + self.owed.reactions == 0 && self.owed.others > 0
    }
}
