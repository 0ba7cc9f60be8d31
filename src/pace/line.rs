//! Who waits for a bucket: the highest rank goes first, and within a rank whoever came first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A place in a line: rank and number.
type Place = (Reverse<u64>, u64);

#[derive(Debug, Default)]
struct Waiting {
    places: BTreeMap<Place, Arc<Notify>>,
    numbers: u64,
}

/// A line of those who wait.
#[derive(Debug, Default)]
pub(super) struct Line(Mutex<Waiting>);

/// A place in a line; dropping it leaves the line to the others.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    line: &'a Line,
    place: Place,
    called: Arc<Notify>,
}

impl Line {
    /// Takes a place behind all of the same rank or a higher one.
    pub(super) fn join(&self, rank: u64) -> Turn<'_> {
        let mut waiting = self.waiting();
        let place = (Reverse(rank), waiting.numbers);
        waiting.numbers += 1;
        let called = Arc::new(Notify::new());
        waiting.places.insert(place, Arc::clone(&called));
        Turn { line: self, place, called }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Waits until nobody is before this one. A later one of a higher rank may still come.
    pub(super) async fn first(&self) {
        while !self.is_first() {
            self.called.notified().await;
        }
    }

    fn is_first(&self) -> bool {
        self.line.waiting().places.keys().next() == Some(&self.place)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.line.waiting();
        let was_first = waiting.places.keys().next() == Some(&self.place);
        waiting.places.remove(&self.place);
        if let Some(next) = waiting.places.values().next().filter(|_| was_first) {
            next.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn is_first(turn: &Turn<'_>) -> bool {
        turn.first().now_or_never().is_some()
    }

    #[test]
    fn a_higher_rank_goes_first_and_equals_in_order() {
        let line = Line::default();
        let (one, two) = (line.join(5), line.join(5));
        assert!(is_first(&one) && !is_first(&two));
        let urgent = line.join(9);
        assert!(is_first(&urgent) && !is_first(&one), "who waits is passed by a higher rank");
        drop(urgent);
        assert!(is_first(&one));
        drop(one);
        assert!(is_first(&two));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_wakes_the_next() {
        let line = Line::default();
        let (first, next) = (line.join(0), line.join(0));
        tokio::join!(next.first(), async {
            tokio::task::yield_now().await;
            drop(first);
        });
    }
}
