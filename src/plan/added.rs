//! Posts that no export holds: what stands for a thread's lost first message, what leads on from
//! a full thread, what lists pins. Their ids derive from the message that they stand beside.

use crate::convert::when;
use crate::ids::{ADDED, SlackTs};

/// One such post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// The last post of a thread that goes on elsewhere.
    Onward,
    /// The first post of a thread that goes on from another.
    Continued,
    /// Stands for the first message of a thread.
    StandIn,
    /// The list of pins.
    Pins,
}

impl Added {
    /// Those that may come before a reply, in their order.
    pub(super) const BEFORE: [Self; 3] = [Self::Onward, Self::Continued, Self::StandIn];

    /// Tells it from others beside the same message, in the ledger.
    pub(super) const fn sub(self) -> &'static str {
        match self {
            Self::Onward => "onward",
            Self::Continued => "continued",
            Self::StandIn => "stand-in",
            Self::Pins => "pins",
        }
    }

    /// Tells it from the parts of that message, in ids.
    pub(super) const fn part(self) -> u32 {
        ADDED + self as u32
    }

    /// Says what a post about a thread says. `piece` counts the threads that it became.
    pub(super) fn about(self, root: SlackTs, piece: u32) -> String {
        let when = when(root);
        match self {
            Self::Onward => format!("_(This thread goes on in a new one, part {piece}.)_"),
            Self::Continued => format!("_(Continued from the thread of {when}: part {piece}.)_"),
            Self::StandIn | Self::Pins => {
                format!("_The message of {when} that began this thread is missing._")
            }
        }
    }
}
