//! The second table of settings: how far a command that sends goes by itself.

use crate::settings::limits::{span, span_text};
use crate::settings::parse::{number, option, parse};
use crate::settings::row::{Key, key};

pub(super) const LIMITS: &[Key] = &[
    key!(
        "max_rate",
        "A ceiling below Google's quotas, for a Cloud project that others use too: 50% is half of\neach of the project's quotas; 1200/min is so many message writes a minute, the other\nquotas stay whole. What Google allows a single space stays. Empty is none.",
        |s| option(s.max_rate.as_ref()),
        |s, text, _| {
            s.max_rate = if text.is_empty() { None } else { Some(parse(text)?) };
            Ok(())
        }
    ),
    key!(
        "between",
        "The hours in which calls may be begun, as in 19:00-07:00 by this machine's time zone, or\n\"19:00-07:00 Europe/Berlin\". Outside of them a run rests, and goes on by itself. Empty is\nalways.",
        |s| option(s.between.as_ref()),
        |s, text, _| {
            s.between = if text.is_empty() { None } else { Some(text.parse()?) };
            Ok(())
        }
    ),
    key!(
        "max_duration",
        "After so long, as in 6h or 2h30m, a command that sends stops by itself: what is under way\nis finished first, and the same command goes on. Empty is never.",
        |s| s.max_duration.map(span_text).unwrap_or_default(),
        |s, text, _| {
            s.max_duration = if text.is_empty() { None } else { Some(span(text)?) };
            Ok(())
        }
    ),
    key!(
        "max_errors",
        "Once so many calls have failed for good in one command (stuck, without a clear end, or\ntheir space gone), it stops by itself. 0 is never.",
        |s| s.max_errors.to_string(),
        |s, text, _| number(text, 0, 1_000_000_000).map(|n| s.max_errors = n)
    ),
];
