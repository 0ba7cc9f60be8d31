//! Which day file a message belongs to: the day that its ts has in Los Angeles.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use std::io;

/// A day in Los Angeles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Day {
    /// `2021-03-04`
    pub(crate) name: String,
    /// The first microsecond of the next day.
    pub(crate) end: i64,
}

/// Finds the day of a moment; the rule for summer time is that of 2007 and later.
pub(crate) fn day_of(micros: i64) -> io::Result<Day> {
    let day = || -> Result<Day, jiff::Error> {
        let angeles = TimeZone::posix("PST8PDT,M3.2.0,M11.1.0")?;
        let date = Timestamp::from_microsecond(micros)?.to_zoned(angeles.clone()).date();
        let end = date.checked_add(1.day())?.to_zoned(angeles)?.timestamp().as_microsecond();
        Ok(Day { name: date.to_string(), end })
    };
    day().map_err(io::Error::other)
}
