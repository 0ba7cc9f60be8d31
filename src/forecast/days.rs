//! Google's 90 days: how many of them each space uses, and what to do where they are too few.

use super::Space;
use std::time::Duration;

/// How long a space may be in import mode.
pub const WINDOW: Duration = Duration::from_hours(90 * 24);
/// So long before its end completion is refused.
pub const MARGIN: Duration = Duration::from_mins(30);

/// How a space fits its 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Whenever it is completed, once all is sent.
    InTime,
    /// Only if it is completed as soon as it is sent itself, in a wave.
    InWaves,
    /// Only if it need not wait for the others: its links are led to Chat when all is sent.
    ButForLinks,
    /// Not at all.
    TooLarge,
}

impl Fit {
    /// Every way to fit, the best first.
    pub const ALL: [Self; 4] = [Self::InTime, Self::InWaves, Self::ButForLinks, Self::TooLarge];

    /// Returns the word for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InTime => "in_time",
            Self::InWaves => "in_waves",
            Self::ButForLinks => "but_for_links",
            Self::TooLarge => "too_large",
        }
    }
}

impl Space {
    /// Returns how long it is in import mode where everything is opened at the end.
    pub fn in_import(&self) -> Duration {
        self.age_at(self.opening.or(self.linking).or(self.sending).map(|span| span.to))
    }

    /// Returns how long it is in import mode until it could be completed by itself.
    pub fn until_sent(&self) -> Duration {
        self.age_at(self.linking.or(self.sending).map(|span| span.to))
    }

    /// Returns how long it is in import mode until its last post and reaction.
    pub fn until_posted(&self) -> Duration {
        self.age_at(self.sending.map(|span| span.to))
    }

    /// Returns how it fits its 90 days.
    pub fn fit(&self) -> Fit {
        let fits = |time: Duration| time + MARGIN <= WINDOW;
        match () {
            () if fits(self.in_import()) => Fit::InTime,
            () if fits(self.until_sent()) => Fit::InWaves,
            () if fits(self.until_posted()) => Fit::ButForLinks,
            () => Fit::TooLarge,
        }
    }

    /// Returns in how many parts its history would fit, with a tenth of the 90 days to spare.
    pub fn parts(&self) -> u64 {
        let parts = self.until_posted().as_secs_f64() / (WINDOW.as_secs_f64() * 0.9);
        (parts.ceil() as u64).max(2)
    }

    /// How old it is at a time since the beginning; its days count from when it is made.
    fn age_at(&self, time: Option<Duration>) -> Duration {
        let time = time.unwrap_or_default();
        match (self.owed.age, self.sending) {
            (Some(age), _) => age + time.mul_f64(self.stretch),
            (None, Some(span)) => time.saturating_sub(span.from).mul_f64(self.stretch),
            (None, None) => time.mul_f64(self.stretch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::Owed;
    use crate::pace::{Load, Span};

    const DAY: u64 = 86_400;

    fn space(age: Option<u64>, spans: [Option<(u64, u64)>; 3]) -> Space {
        let days = |days: u64| Duration::from_secs(days * DAY);
        let span = |(from, to): (u64, u64)| Span { from: days(from), to: days(to) };
        let [sending, linking, opening] = spans.map(|one| one.map(span));
        let owed = Owed { name: String::new(), load: Load::default(), age: age.map(days) };
        Space { owed, sending, linking, opening, stretch: 1.0 }
    }

    #[test]
    fn b20_rest_counts_as_days_in_import_mode_too() {
        let day_and_night = space(None, [Some((1, 51)), None, Some((51, 52))]);
        assert_eq!(day_and_night.fit(), Fit::InTime);
        let by_night = Space { stretch: 2.0, ..day_and_night };
        assert_eq!(by_night.in_import().as_secs(), 102 * DAY);
        assert_eq!(by_night.fit(), Fit::TooLarge);
    }

    #[test]
    fn b20_days_count_from_when_a_space_is_made() {
        let late = space(None, [Some((60, 70)), None, Some((140, 141))]);
        assert_eq!((late.in_import().as_secs() / DAY, late.fit()), (81, Fit::InTime));
        let early = space(None, [Some((0, 70)), None, Some((140, 141))]);
        assert_eq!((early.in_import().as_secs() / DAY, early.fit()), (141, Fit::InWaves));
        let begun = space(Some(30), [Some((0, 50)), None, Some((59, 60))]);
        assert_eq!((begun.in_import().as_secs() / DAY, begun.fit()), (90, Fit::InWaves));
    }

    #[test]
    fn b20_half_an_hour_before_the_end_is_too_late() {
        let exact = space(None, [Some((0, 80)), None, Some((89, 90))]);
        assert_eq!(exact.fit(), Fit::InWaves, "not in the last half hour");
    }

    #[test]
    fn links_keep_a_space_waiting_and_a_channel_may_be_too_large() {
        let linked = space(None, [Some((0, 10)), Some((95, 96)), Some((96, 97))]);
        assert_eq!(linked.fit(), Fit::ButForLinks);
        let large = space(None, [Some((0, 100)), None, Some((100, 101))]);
        assert_eq!((large.fit(), large.parts()), (Fit::TooLarge, 2));
        assert_eq!(space(None, [Some((0, 400)), None, None]).parts(), 5);
    }
}
