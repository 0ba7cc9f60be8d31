//! The forecast as a page: one file without scripts or outside resources. Names come from Slack and
//! are escaped wherever they stand.

use super::{Prospect, chart, table, window};
use crate::preview::escape;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// How the page looks, in the light and in the dark.
const STYLE: &str = include_str!("page.css");

/// What a forecast is, and isn't.
const FOOT: &str = "</main>\n<footer>Simulated call by call with the schedule that a run follows. What it \
can't know are refusals, outages and how long Google really takes. Custom emoji and reading back come on \
top.</footer>\n</div>\n</body>\n</html>\n";

/// Returns the page.
pub(super) fn page(prospect: &Prospect) -> String {
    let name = escape(&prospect.name);
    let ways = table::ways(prospect);
    let ways = if ways.is_empty() {
        String::new()
    } else {
        format!("<h2>What would change it</h2>\n{}", rows(&ways, false))
    };
    [
        head(&name),
        format!(
            "<body>\n<div class=\"app\">\n<header>\n<h1>Forecast of <bdi>{name}</bdi></h1>\n\
             <p>{}</p>\n</header>\n<main>\n<h2>How long it takes</h2>\n",
            escape(table::head(prospect).trim_end_matches(':'))
        ),
        rows(&table::stages(prospect), true),
        format!("<p>{}</p>\n", escape(&table::critical(prospect))),
        days(prospect),
        ways,
        String::from("<h2>Spaces over time</h2>\n"),
        chart::chart(prospect),
        String::from(FOOT),
    ]
    .concat()
}

fn head(name: &str) -> String {
    // Only this very style sheet may be applied, and nothing may be loaded, run or sent.
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Forecast of {name}</title>\n<style>{STYLE}</style>\n</head>\n"
    )
}

/// What is to be said of the 90 days.
fn days(prospect: &Prospect) -> String {
    let class = if window::warnings(prospect).is_empty() { "" } else { " class=\"warn\"" };
    let paragraph = |text: &String| format!("<p{class}>{}</p>\n", escape(text));
    window::sentences(prospect).iter().map(paragraph).collect()
}

/// A table; its first row may be a head, its fifth column is words.
fn rows(rows: &[Vec<String>], headed: bool) -> String {
    let row = |(number, row): (usize, &Vec<String>)| {
        let tag = if headed && number == 0 { "th" } else { "td" };
        let cell = |(column, text): (usize, &String)| {
            let class = if column == 4 { " class=\"why\"" } else { "" };
            format!("<{tag}{class}>{}</{tag}>", escape(text))
        };
        let cells: String = row.iter().enumerate().map(cell).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let all: String = rows.iter().enumerate().map(row).collect();
    format!("<div class=\"wide\"><table>\n{all}</table></div>\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::forecast::made_up::prospect;
    use crate::pace::Quotas;

    fn body(spaces: &[(&str, u64, u64, u64)], quotas: Quotas) -> String {
        let page = page(&prospect(spaces, quotas));
        assert!(!page.contains("<script") && !page.contains(" style=") && !page.contains("http:"));
        page.split_once("</style>").map(|(_, body)| body.to_owned()).expect("a page")
    }

    #[test]
    fn a_page_shows_stages_ways_and_spaces_and_escapes_names() {
        let hostile = "<img src=x onerror=alert(1)>\"'&\u{202e}";
        let spaces = [("general", 6_000, 900, 0), (hostile, 800, 40, 12), ("b", 3, 0, 0)];
        let body = body(&spaces, Quotas::google());
        assert!(!body.contains("<img") && !body.contains('\u{202e}'), "{body}");
        insta::assert_snapshot!(body);
    }

    #[test]
    fn twelve_thousand_spaces_stay_readable_and_small() {
        let mut prospect = prospect(&[("a-channel-with-a-name", 300, 20, 0)], Quotas::google());
        let one = prospect.forecast.spaces[0].clone();
        prospect.forecast.spaces = vec![one; 12_000];
        let page = page(&prospect);
        assert!(page.contains("11,960 other spaces are only counted"), "{page}");
        assert!(page.len() < 64 << 10, "{} bytes", page.len());
    }

    #[test]
    fn b20_the_page_warns_of_what_is_too_large() {
        let body = body(&[("general", 8_640, 0, 0)], Quotas::google().scaled(0.0001));
        assert!(body.contains("<p class=\"warn\">Too large: general"), "{body}");
        assert!(body.contains("class=\"late\""), "its bar is marked");
    }
}
