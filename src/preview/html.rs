//! The page: one file without scripts or outside resources, in the manner of Google Chat. Whatever
//! comes from Slack is escaped here, in one place.

mod legend;
mod message;
mod words;

pub use legend::reason;

use super::{Entry, LeftOut, Preview, day, initials, tidy, tone};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// How the page looks, in the light and in the dark.
const STYLE: &str = include_str!("html/page.css");

/// Returns the page.
pub fn page(preview: &Preview) -> String {
    let mut out = String::with_capacity(16 << 10);
    head(&mut out, preview);
    out.push_str("<body>\n<div class=\"app\">\n");
    title(&mut out, preview);
    out.push_str("<main>\n");
    let mut last = None;
    for entry in &preview.entries {
        let today = day(entry.message.ts);
        if last.as_ref() != Some(&today) {
            put(&mut out, format_args!("<h2 class=\"day\"><span>{}</span></h2>\n", escape(&today)));
            last = Some(today);
        }
        left_out(&mut out, &entry.left_out);
        thread(&mut out, entry, preview);
    }
    left_out(&mut out, &preview.left_out);
    if preview.entries.is_empty() {
        out.push_str("<p class=\"out\">Nothing of this conversation will stand in Chat.</p>\n");
    }
    out.push_str("</main>\n");
    legend::write(&mut out, preview);
    out.push_str("</div>\n</body>\n</html>\n");
    out
}

fn head(out: &mut String, preview: &Preview) {
    // Only this very style sheet may be applied, and nothing may be loaded, run or sent.
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE));
    let name = escape(&preview.name);
    put(
        out,
        format_args!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
            <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
            style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
            <meta name=\"referrer\" content=\"no-referrer\">\n\
            <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
            <meta name=\"color-scheme\" content=\"light dark\">\n\
            <title>{name} – preview of Google Chat</title>\n<style>{STYLE}</style>\n</head>\n"
        ),
    );
}

fn title(out: &mut String, preview: &Preview) {
    let letter = escape(&initials(&preview.name));
    let members = match preview.members {
        1 => String::from("1 member"),
        many => format!("{many} members"),
    };
    let about = preview.about().map(|text| format!(" · {}", escape(&text)));
    put(
        out,
        format_args!(
            "<header>\n<div class=\"room t{}\" aria-hidden=\"true\">{letter}</div>\n<div>\n\
            <h1><bdi>{}</bdi></h1>\n<p dir=\"auto\">{members}{}</p>\n</div>\n</header>\n\
            <p class=\"note\"><b>Preview.</b> {} of {} messages. Times are UTC. {}</p>\n",
            tone(&preview.name),
            escape(&preview.name),
            about.unwrap_or_default(),
            preview.shown,
            preview.total,
            escape(&preview.people),
        ),
    );
}

/// A message and its thread.
fn thread(out: &mut String, entry: &Entry, preview: &Preview) {
    out.push_str("<section class=\"topic\">\n");
    let under = entry.message.ts;
    message::write(out, &entry.message, &preview.names, under);
    let replies = entry.replies.len() as u64 + entry.more;
    if replies > 0 {
        let word = if replies == 1 { "reply" } else { "replies" };
        put(out, format_args!("<p class=\"count\">{replies} {word}</p>\n<div class=\"thread\">\n"));
        for reply in &entry.replies {
            message::write(out, reply, &preview.names, under);
        }
        if entry.more > 0 {
            put(out, format_args!("<p class=\"out\">{} more are not shown here</p>\n", entry.more));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</section>\n");
}

fn left_out(out: &mut String, codes: &LeftOut) {
    if codes.is_empty() {
        return;
    }
    let codes: Vec<String> = codes.iter().map(|(code, count)| times(code, *count)).collect();
    put(out, format_args!("<p class=\"out\">left out here: {}</p>\n", codes.join(", ")));
}

/// A code and how often, if more than once.
fn times(code: &str, count: u64) -> String {
    if count == 1 { escape(code) } else { format!("{} ×{count}", escape(code)) }
}

/// Returns a text that is only text, in an element as in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in tidy(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = out.write_fmt(text);
}
