//! One message of the page: who, when, what, its reactions, and what does not survive.

use super::{escape, put, times, words};
use crate::ids::{SlackTs, rfc3339};
use crate::preview::{Names, Shown, initials, moment, tone};

/// Writes a message, as many articles as it has posts. `under` is what it stands under.
pub(super) fn write(out: &mut String, message: &Shown, names: &Names, under: SlackTs) {
    for (part, text) in message.parts.iter().enumerate() {
        out.push_str("<article>\n");
        let letters = escape(&initials(&message.author));
        put(
            out,
            format_args!(
                "<div class=\"face t{}\" aria-hidden=\"true\">{letters}</div>\n",
                tone(&message.author)
            ),
        );
        out.push_str("<div class=\"body\">\n");
        who(out, message, under);
        words::write(out, text, names);
        if part == 0 {
            chips(out, message);
        }
        if part + 1 == message.parts.len() {
            losses(out, message);
        }
        out.push_str("</div>\n</article>\n");
    }
}

fn who(out: &mut String, message: &Shown, under: SlackTs) {
    let account = message.account.as_deref().unwrap_or_default();
    put(
        out,
        format_args!(
            "<p class=\"who\"><bdi title=\"{}\">{}</bdi> <time datetime=\"{}\">{}</time></p>\n",
            escape(account),
            escape(&message.author),
            rfc3339(message.ts.micros()),
            moment(message.ts, under),
        ),
    );
}

fn chips(out: &mut String, message: &Shown) {
    if message.reactions.is_empty() {
        return;
    }
    out.push_str("<ul class=\"chips\">\n");
    for chip in &message.reactions {
        let who = escape(&chip.who.join(", "));
        let (emoji, count) = (escape(&chip.emoji), chip.who.len());
        put(out, format_args!("<li title=\"{who}\">{emoji} <span>{count}</span></li>\n"));
    }
    out.push_str("</ul>\n");
}

fn losses(out: &mut String, message: &Shown) {
    let losses = message.losses.iter().map(|(loss, count)| {
        let (class, text) = (loss.weight().word(), escape(loss.text()));
        format!(
            "<span class=\"{class}\" title=\"{text}\">{}</span>",
            times(loss.code(), u64::from(count))
        )
    });
    let left_out = message.reactions_left_out.iter().map(|(code, count)| {
        format!("<span class=\"gone\" title=\"reactions left out\">{}</span>", times(code, *count))
    });
    let all: Vec<String> = losses.chain(left_out).collect();
    if !all.is_empty() {
        put(out, format_args!("<p class=\"loss\">{}</p>\n", all.join(" ")));
    }
}
