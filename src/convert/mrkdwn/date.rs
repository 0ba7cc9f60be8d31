//! `<!date^…>`: a date that Slack shows in each reader's own time zone, in fixed words.

use jiff::{Timestamp, tz::TimeZone};

/// Returns the fallback that the author wrote, else the format filled in for UTC.
pub(crate) fn fixed_date(seconds: &str, format: &str, fallback: &str) -> String {
    if !fallback.trim().is_empty() {
        return String::from(fallback);
    }
    let time = seconds.trim().parse().ok().and_then(|s| Timestamp::from_second(s).ok());
    let Some(time) = time.map(|time| time.to_zoned(TimeZone::UTC)) else {
        return String::from(seconds);
    };
    let format = if format.trim().is_empty() { "{date_num} {time}" } else { format };
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, name, after)) = split_field(rest) {
        text.push_str(before);
        match pattern(name) {
            Some(pattern) => text.push_str(&time.strftime(pattern).to_string()),
            None => text.push_str(name),
        }
        rest = after;
    }
    text.push_str(rest);
    text.push_str(if format.contains("{time") { " UTC" } else { "" });
    text
}

fn split_field(format: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = format.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn pattern(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix("_pretty").unwrap_or(name);
    Some(match name {
        "date_num" | "ago" => "%Y-%m-%d",
        "date" => "%B %-d, %Y",
        "date_short" => "%b %-d, %Y",
        "date_long" => "%A, %B %-d, %Y",
        "time" => "%H:%M",
        "time_secs" => "%H:%M:%S",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::fixed_date;

    #[test]
    fn the_authors_words_win_over_a_format() {
        assert_eq!(fixed_date("1392734382", "{date}", "Feb 18"), "Feb 18");
        let text = fixed_date("1392734382", "on {date_long} at {time}", "");
        assert_eq!(text, "on Tuesday, February 18, 2014 at 14:39 UTC");
        assert_eq!(fixed_date("soon", "{date}", ""), "soon");
        assert_eq!(fixed_date("0", "{nonsense} {date_num}", ""), "nonsense 1970-01-01");
    }
}
