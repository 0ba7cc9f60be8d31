//! When a conversation's messages are said, by whom, and in which threads; in order, one at a time.

use super::rooms::Room;
use fastrand::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A message's place in time and thread.
#[derive(Debug)]
pub(crate) struct Post {
    /// Microseconds since the epoch; no two of a conversation are alike.
    pub(crate) at: i64,
    /// Index into the people.
    pub(crate) author: usize,
    pub(crate) thread: Thread,
}

/// How a message stands to threads.
#[derive(Debug)]
pub(crate) enum Thread {
    None,
    /// A root, with all its replies to come.
    Root(Vec<(i64, usize)>),
    /// A reply to the root of that time, by that author if the root is in the export.
    Reply {
        root: i64,
        parent: Option<usize>,
    },
}

/// A reply that waits for its time: when, who, root, root's author.
type Pending = Reverse<(i64, usize, i64, Option<usize>)>;

/// A conversation's messages in the order of their ts; holds no more than the open threads.
#[derive(Debug)]
pub(crate) struct Timeline<'a> {
    rng: Rng,
    members: &'a [usize],
    next: i64,
    end: i64,
    left: u64,
    pending: BinaryHeap<Pending>,
}

/// Writes microseconds as Slack does.
pub(crate) fn ts(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

impl<'a> Timeline<'a> {
    /// Begins shortly after the conversation was created.
    pub(crate) fn new(mut rng: Rng, room: &'a Room) -> Self {
        let next = room.created * 1_000_000 + rng.i64(1_000_000..90_000_000) * 2;
        let mut timeline = Self {
            members: &room.members,
            end: room.until * 1_000_000,
            left: room.messages,
            pending: BinaryHeap::new(),
            next,
            rng,
        };
        // One conversation in ten begins with a reply to something older than the export.
        if room.messages > 3 && timeline.rng.u8(..10) == 0 {
            let author = timeline.author();
            timeline.pending.push(Reverse((next - 99_999, author, next - 90_000_000, None)));
        }
        timeline
    }

    /// Few people say most.
    fn author(&mut self) -> usize {
        let draw = self.rng.f64();
        self.members[(draw * draw * self.members.len() as f64) as usize]
    }

    /// Draws the replies that a new message will have; most have none.
    fn replies(&mut self, root: i64) -> Vec<(i64, usize)> {
        let room_left = (self.left - self.pending.len() as u64) as usize;
        if room_left == 0 || self.rng.u8(..100) >= 12 {
            return Vec::new();
        }
        let drawn = 1 + (-4.2 * (1.0 - self.rng.f64()).ln()) as usize;
        let (mut at, mut replies) = (root | 1, Vec::new());
        for _ in 0..drawn.min(room_left) {
            let minutes = if self.rng.u8(..100) < 85 { 45 } else { 3 * 24 * 60 };
            at += self.rng.i64(1_000_000..minutes * 60_000_000) & !1;
            while self.pending.iter().any(|Reverse((taken, ..))| *taken == at) {
                at += 2;
            }
            replies.push((at, self.author()));
        }
        replies
    }

    /// Talk comes in bursts: most gaps are minutes, the rest fill the conversation's life, no one
    /// of them more than a third of what is left of it.
    fn gap(&mut self) -> i64 {
        let to_come = (self.left - self.pending.len() as u64) as f64 * 0.65 + 1.0;
        let life = ((self.end - self.next) as f64).max(2e6);
        let long = self.rng.u8(..100) < 12;
        let scale = if long { life / to_come / 0.12 } else { (life / to_come).min(1.5e8) };
        let drawn = -scale * (1.0 - self.rng.f64()).ln();
        2_000_000 + drawn.min(life / 3.0) as i64
    }

    /// Three in four ts end in 00; those of roots are even and those of replies odd, so that none meet.
    fn advance(&mut self) {
        let next = self.next + self.gap();
        let step = if self.rng.u8(..4) == 0 { 2 } else { 100 };
        self.next = next / step * step;
    }

    fn reply(&mut self) -> Option<Post> {
        let Reverse((at, author, root, parent)) = self.pending.pop()?;
        Some(Post { at, author, thread: Thread::Reply { root, parent } })
    }

    fn top(&mut self) -> Post {
        let (at, author) = (self.next, self.author());
        let replies = self.replies(at);
        self.pending
            .extend(replies.iter().map(|(then, who)| Reverse((*then, *who, at, Some(author)))));
        self.advance();
        let thread = if replies.is_empty() { Thread::None } else { Thread::Root(replies) };
        Post { at, author, thread }
    }
}

impl Iterator for Timeline<'_> {
    type Item = Post;

    fn next(&mut self) -> Option<Post> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let due = self.pending.peek().is_some_and(|Reverse((at, ..))| *at < self.next);
        let only_replies = self.left < self.pending.len() as u64;
        if due || only_replies { self.reply() } else { Some(self.top()) }
    }
}
