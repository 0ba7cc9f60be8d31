//! Working hours: the stretch of each day in which calls may be begun, by the clock on a wall in
//! some time zone. Pure: it is told what time it is.

use crate::ids::Micros;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// No migration takes longer, in days.
const DAYS: i32 = 36_525;

/// Hours of each day, in a time zone. They may pass midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    from: Time,
    to: Time,
    zone: TimeZone,
    /// The zone as it was given; none where it is the machine's own.
    named: Option<String>,
}

impl Hours {
    /// Returns until when nothing is to be begun, if the hours are over now. A day whose hours the
    /// change to summer time swallows has none.
    pub fn resting(&self, now: Micros) -> Option<Micros> {
        let now = self.at(now)?;
        // The night before may still last; the next hours may begin in two days.
        let first = now.date().checked_sub(1.day()).ok()?;
        let days = (0..4).filter_map(|n| first.checked_add(n.days()).ok());
        let spans: Vec<_> = days.filter_map(|day| self.on(day)).collect();
        if spans.iter().any(|(from, to)| (from..to).contains(&&now)) {
            return None;
        }
        let next = spans.iter().filter(|(from, to)| from < to).map(|(from, _)| from);
        next.filter(|from| **from > now).min().map(|from| from.timestamp().as_microsecond())
    }

    /// Returns when so much work ends that goes on in these hours only, begun at a moment.
    pub fn end(&self, begun: Micros, work: Duration) -> Micros {
        let mut left = i64::try_from(work.as_micros()).unwrap_or(Micros::MAX / 2);
        for (from, to) in self.spans(begun) {
            let room = (to - from.max(begun)).max(0);
            if left <= room {
                return from.max(begun) + left;
            }
            left -= room;
        }
        begun.saturating_add(left)
    }

    /// Returns how much of a stretch of time lies in these hours.
    pub fn within(&self, begun: Micros, ended: Micros) -> Duration {
        let spans = self.spans(begun).take_while(|(from, _)| *from < ended);
        let inside = spans.map(|(from, to)| (to.min(ended) - from.max(begun)).max(0)).sum::<i64>();
        Duration::from_micros(inside.unsigned_abs())
    }

    /// Returns how many times longer work takes in these hours only, over many days.
    pub fn stretch(&self) -> f64 {
        let seconds = |time: Time| i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60;
        let open = (seconds(self.to) - seconds(self.from)).rem_euclid(86_400);
        86_400.0 / f64::from(open.max(1))
    }

    /// The hours of each day, from the night before a moment on, for a hundred years.
    fn spans(&self, begun: Micros) -> impl Iterator<Item = (Micros, Micros)> + '_ {
        let first = self.at(begun).and_then(|at| at.date().checked_sub(1.day()).ok());
        let days = first
            .into_iter()
            .flat_map(|first| (0..DAYS).filter_map(move |n| first.checked_add(n.days()).ok()));
        days.filter_map(|day| {
            let (from, to) = self.on(day)?;
            Some((from.timestamp().as_microsecond(), to.timestamp().as_microsecond()))
        })
    }

    /// Returns a moment as the wall shows it in these hours' zone: `19:00 CET`.
    pub fn wall(&self, at: Micros) -> String {
        self.at(at).map(|at| at.strftime("%H:%M %Z").to_string()).unwrap_or_default()
    }

    /// Says the hours and by whose clock: the zone as it was given, or the machine's.
    pub fn described(&self) -> String {
        match (&self.named, self.zone.iana_name()) {
            (Some(_), _) => self.to_string(),
            (None, Some(name)) => format!("{self} {name}, this machine's time zone"),
            (None, None) => format!("{self} by this machine's clock"),
        }
    }

    fn at(&self, at: Micros) -> Option<Zoned> {
        Some(Timestamp::from_microsecond(at).ok()?.to_zoned(self.zone.clone()))
    }

    /// Returns the hours that begin on that day.
    fn on(&self, day: Date) -> Option<(Zoned, Zoned)> {
        let ends = if self.to > self.from { day } else { day.checked_add(1.day()).ok()? };
        let at = |day: Date, time: Time| day.to_datetime(time).to_zoned(self.zone.clone()).ok();
        Some((at(day, self.from)?, at(ends, self.to)?))
    }
}

impl FromStr for Hours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "want hours such as 19:00-07:00, or 19:00-07:00 Europe/Berlin".to_owned();
        let text = text.trim();
        let (hours, named) = match text.split_once(char::is_whitespace) {
            Some((hours, zone)) => (hours, Some(zone.trim().to_owned())),
            None => (text, None),
        };
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (time(from).ok_or_else(wrong)?, time(to).ok_or_else(wrong)?);
        if from == to {
            return Err("want two different times of day; leave it empty for always".to_owned());
        }
        let zone = match &named {
            Some(name) => TimeZone::get(name).map_err(|_| {
                format!("this machine knows no time zone {name}; names are such as Europe/Berlin")
            })?,
            None => TimeZone::try_system().map_err(|_| {
                "this machine does not say in which time zone it is: name one, as in 19:00-07:00 Europe/Berlin"
                    .to_owned()
            })?,
        };
        Ok(Self { from, to, zone, named })
    }
}

/// Reads a time of day; 24:00 is midnight.
fn time(text: &str) -> Option<Time> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits =
        |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    if !digits(hours) || minutes.len() != 2 || !digits(minutes) {
        return None;
    }
    match (hours.parse().ok()?, minutes.parse().ok()?) {
        (24, 0) => Some(Time::midnight()),
        (hours, minutes) => Time::new(hours, minutes, 0, 0).ok(),
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.to.strftime("%H:%M"))?;
        self.named.iter().try_for_each(|zone| write!(f, " {zone}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When hours in Berlin are over at a moment, and until when.
    fn rests(hours: &str, at: &str) -> Option<String> {
        let hours: Hours = format!("{hours} Europe/Berlin").parse().expect("hours");
        let at: Timestamp = at.parse().expect("a time");
        let until = hours.resting(at.as_microsecond())?;
        Some(Timestamp::from_microsecond(until).expect("a time").to_string())
    }

    /// When so many hours of work end that go on in some hours in Berlin only.
    fn ends(hours: &str, begun: &str, work: u64) -> String {
        let hours: Hours = format!("{hours} Europe/Berlin").parse().expect("hours");
        let begun: Timestamp = begun.parse().expect("a time");
        let end = hours.end(begun.as_microsecond(), Duration::from_hours(work));
        let spent = hours.within(begun.as_microsecond(), end);
        assert_eq!(spent, Duration::from_hours(work), "what is worked is what was to be worked");
        Timestamp::from_microsecond(end).expect("a time").to_string()
    }

    #[test]
    fn work_goes_on_in_these_hours_only() {
        let night = "19:00-07:00";
        // Berlin is an hour ahead of UTC in winter.
        assert_eq!(ends(night, "2026-11-26T20:00:00Z", 3), "2026-11-26T23:00:00Z");
        assert_eq!(ends(night, "2026-11-26T20:00:00Z", 10), "2026-11-27T06:00:00Z");
        assert_eq!(ends(night, "2026-11-26T20:00:00Z", 11), "2026-11-27T19:00:00Z");
        assert_eq!(ends(night, "2026-11-26T12:00:00Z", 24), "2026-11-28T06:00:00Z");
        assert_eq!(ends("08:00-12:00", "2026-11-26T12:00:00Z", 40), "2026-12-06T11:00:00Z");
        let hours: Hours = "19:00-07:00 UTC".parse().expect("hours");
        assert!((hours.stretch() - 2.0).abs() < 1e-9);
    }

    #[test]
    fn hours_may_pass_midnight() {
        let night = "19:00-07:00";
        assert_eq!(rests(night, "2026-01-14T17:59:59Z").as_deref(), Some("2026-01-14T18:00:00Z"));
        for inside in ["2026-01-14T18:00:00Z", "2026-01-14T23:30:00Z", "2026-01-15T05:59:59Z"] {
            assert_eq!(rests(night, inside), None, "{inside}");
        }
        assert_eq!(rests(night, "2026-01-15T06:00:00Z").as_deref(), Some("2026-01-15T18:00:00Z"));
        assert_eq!(rests("18:00-24:00", "2026-01-15T22:59:59Z"), None, "until midnight");
        assert!(rests("18:00-24:00", "2026-01-15T23:00:00Z").is_some());
        let day = rests("9:00-17:30", "2026-01-15T16:30:00Z");
        assert_eq!(day.as_deref(), Some("2026-01-16T08:00:00Z"));
    }

    #[test]
    fn a_change_of_the_clocks_moves_the_hours_with_the_wall() {
        // The clocks of Berlin go forward on 29 March 2026 and back on 25 October.
        assert_eq!(
            rests("19:00-07:00", "2026-03-29T17:00:00Z"),
            None,
            "19:00 is an hour earlier than on the day before"
        );
        let before = rests("19:00-07:00", "2026-03-28T17:30:00Z");
        assert_eq!(before.as_deref(), Some("2026-03-28T18:00:00Z"));
        assert_eq!(rests("19:00-07:00", "2026-10-25T05:59:00Z"), None);
        let after = rests("19:00-07:00", "2026-10-25T06:00:00Z");
        assert_eq!(after.as_deref(), Some("2026-10-25T18:00:00Z"));
        // 02:00 to 03:00 does not exist on the one night, and lasts two hours on the other.
        let swallowed = rests("02:00-03:00", "2026-03-28T23:00:00Z");
        assert_eq!(swallowed.as_deref(), Some("2026-03-30T00:00:00Z"));
        assert_eq!(rests("02:00-03:00", "2026-10-25T00:30:00Z"), None);
        assert_eq!(rests("02:00-03:00", "2026-10-25T01:30:00Z"), None);
    }

    #[test]
    fn hours_are_read_as_they_are_shown() {
        let hours: Hours = "9:00-17:30 America/New_York".parse().expect("hours");
        assert_eq!(hours.to_string(), "09:00-17:30 America/New_York");
        assert_eq!(hours.wall(1_780_000_000_000_000), "16:26 EDT");
        for bad in [
            "",
            "19:00",
            "19-7",
            "19:00-19:00",
            "25:00-07:00",
            "19:00-07:60",
            "19:00-+7:00",
            "00:00-24:00",
            "19:00-07:00 Mars/Olympus",
            "19:00-07:00 ../../etc/passwd",
        ] {
            assert!(bad.parse::<Hours>().is_err(), "{bad}");
        }
    }
}
