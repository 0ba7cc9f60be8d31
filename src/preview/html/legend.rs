//! What the small marks under messages mean: every loss and everything left out, named once.

use super::{escape, put};
use crate::convert::Skip;
use crate::preview::Preview;

pub(super) fn write(out: &mut String, preview: &Preview) {
    let (losses, left_out) = (preview.losses(), preview.left_out());
    out.push_str("<footer>\n");
    if losses.is_empty() && left_out.is_empty() {
        out.push_str("<p>Nothing of what is shown is lost or left out.</p>\n</footer>\n");
        return;
    }
    out.push_str("<h2>What does not survive, in what is shown here</h2>\n<table>\n");
    for (loss, count) in losses {
        let weight = loss.weight().word();
        row(out, (weight, weight), count, (loss.code(), loss.text()));
    }
    for (code, count) in left_out {
        row(out, ("gone", "left out"), count, (code, reason(code)));
    }
    out.push_str("</table>\n</footer>\n");
}

fn row(out: &mut String, (class, weight): (&str, &str), count: u64, (code, text): (&str, &str)) {
    let (code, text) = (escape(code), escape(text));
    put(
        out,
        format_args!(
            "<tr><td class=\"loss\"><span class=\"{class}\">{weight}</span></td><td>{count}</td>\
            <td><code>{code}</code></td><td>{text}</td></tr>\n"
        ),
    );
}

/// Returns the words of a reason for leaving something out.
pub fn reason(code: &str) -> &'static str {
    let skip = Skip::ALL.iter().find(|skip| skip.code() == code);
    skip.map_or("record that can't be read", |skip| skip.text())
}
