//! Threads as Chat has them: each begins with a message, and none goes on for ever. Pure.

use super::added::Added;
use crate::convert::{Loss, Losses};
use crate::ids::SlackTs;
use std::collections::HashMap;

/// The most replies of a thread, as Google's help has it among Chat's known limitations. Whether
/// it holds while importing is not documented.
const MOST_REPLIES: u32 = 500;

/// Threads of one conversation, as they grow.
#[derive(Debug, Default)]
pub(super) struct Threads(HashMap<SlackTs, u32>);

/// What must be posted before a reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// What stands for the first message.
    StandIn,
    /// What leads on from a full thread to a new one.
    Onward,
}

impl Before {
    /// Returns the posts.
    pub(super) const fn posts(self) -> &'static [Added] {
        match self {
            Self::Nothing => &[],
            Self::StandIn => &[Added::StandIn],
            Self::Onward => &[Added::Onward, Added::Continued],
        }
    }

    /// Counts what that means for the reply.
    pub(super) fn count(self, losses: &mut Losses) {
        losses.add_many(Loss::RootMissing, u32::from(self == Self::StandIn));
        losses.add_many(Loss::ThreadContinued, u32::from(self == Self::Onward));
    }
}

impl Threads {
    /// Takes a message of a thread that is `parts` posts. `posted` tells how many posts a message
    /// is that may have begun a thread without saying so.
    pub(super) fn take<E>(
        &mut self,
        (root, ts): (SlackTs, SlackTs),
        parts: u32,
        posted: impl FnOnce() -> Result<Option<u32>, E>,
    ) -> Result<Before, E> {
        if let Some(replies) = self.0.get_mut(&root) {
            // The last place is for what leads on.
            if *replies == 0 || *replies + parts < MOST_REPLIES {
                *replies += parts;
                return Ok(Before::Nothing);
            }
            *replies = parts;
            return Ok(Before::Onward);
        }
        let begun = if root == ts { Some(0) } else { posted()?.map(|posts| posts - 1) };
        let own = if root == ts { parts - 1 } else { parts };
        self.0.insert(root, begun.unwrap_or_default() + own);
        Ok(if begun.is_some() { Before::Nothing } else { Before::StandIn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn ts(number: i64) -> SlackTs {
        SlackTs::from_micros(number)
    }

    fn take(threads: &mut Threads, root: i64, at: i64, parts: u32) -> Before {
        let posted = || Ok::<_, Infallible>((root == 7).then_some(3));
        threads.take((ts(root), ts(at)), parts, posted).expect("nothing fails")
    }

    #[test]
    fn f4_a_thread_without_its_first_message_gets_a_stand_in_once() {
        let mut threads = Threads::default();
        assert_eq!(take(&mut threads, 1, 1, 1), Before::Nothing, "a root");
        assert_eq!(take(&mut threads, 1, 2, 1), Before::Nothing);
        assert_eq!(take(&mut threads, 5, 6, 1), Before::StandIn);
        assert_eq!(take(&mut threads, 5, 8, 1), Before::Nothing);
        assert_eq!(take(&mut threads, 7, 9, 1), Before::Nothing, "it is there and says nothing");
    }

    #[test]
    fn no_thread_ever_has_more_posts_than_chat_takes() {
        for size in [1, 2, 7] {
            let mut threads = Threads::default();
            take(&mut threads, 1, 1, size);
            let (mut replies, mut pieces) = (size - 1, 1);
            for at in 2..2_000 {
                let before = take(&mut threads, 1, at, size);
                if before == Before::Onward {
                    assert!(replies < MOST_REPLIES, "there is room for what leads on");
                    assert!(replies + size >= MOST_REPLIES, "no piece is shorter than it must be");
                    (replies, pieces) = (0, pieces + 1);
                }
                replies += size;
            }
            assert!(pieces > 3 * i64::from(size), "{pieces} pieces");
        }
    }
}
