//! A message's tree written down twice: as `blocks` of rich text, and as mrkdwn in `text`.

use super::content::{Block, Inline, Style};
use super::php::Php;
use std::fmt::Write as _;

/// Writes the field `blocks`.
pub(crate) fn blocks(message: &mut Php, id: &str, tree: &[Block]) {
    message.list("blocks", |list| {
        list.entry(|block| {
            block.text("type", "rich_text");
            block.text("block_id", id);
            block.list("elements", |list| tree.iter().for_each(|part| element(list, part)));
        });
    });
}

fn element(list: &mut Php, block: &Block) {
    list.entry(|element| match block {
        Block::Section(runs) => section(element, "rich_text_section", runs),
        Block::Quote(runs) => section(element, "rich_text_quote", runs),
        Block::Code(code) => {
            element.text("type", "rich_text_preformatted");
            element.list("elements", |list| text(list, code, Style::Plain));
            element.int("border", 0);
        }
        Block::List { ordered, indent, items } => {
            element.text("type", "rich_text_list");
            element.list("elements", |list| {
                for runs in items {
                    list.entry(|item| section(item, "rich_text_section", runs));
                }
            });
            element.text("style", if *ordered { "ordered" } else { "bullet" });
            element.int("indent", i64::from(*indent));
            element.int("border", 0);
        }
    });
}

fn section(element: &mut Php, kind: &str, runs: &[Inline]) {
    element.text("type", kind);
    element.list("elements", |list| runs.iter().for_each(|run| inline(list, run)));
}

fn inline(list: &mut Php, run: &Inline) {
    match run {
        Inline::Text(words, style) => text(list, words, *style),
        Inline::Link { url, label } => list.entry(|run| {
            run.text("type", "link");
            run.text("url", url);
            if let Some(label) = label {
                run.text("text", label);
            }
        }),
        Inline::Emoji { name, unicode } => list.entry(|run| {
            run.text("type", "emoji");
            run.text("name", name);
            if !unicode.is_empty() {
                run.text("unicode", unicode);
            }
        }),
        Inline::Person(id) => list.entry(|run| {
            run.text("type", "user");
            run.text("user_id", id);
        }),
        Inline::Channel(id, _) => list.entry(|run| {
            run.text("type", "channel");
            run.text("channel_id", id);
        }),
        Inline::Here => list.entry(|run| {
            run.text("type", "broadcast");
            run.text("range", "here");
        }),
    }
}

fn text(list: &mut Php, words: &str, style: Style) {
    list.entry(|run| {
        run.text("type", "text");
        run.text("text", words);
        let style = match style {
            Style::Plain => return,
            Style::Bold => "bold",
            Style::Italic => "italic",
            Style::Strike => "strike",
            Style::Code => "code",
        };
        run.object("style", |object| object.flag(style, true));
    });
}

/// Returns the tree as mrkdwn; messages of old name the handle beside the id.
pub(crate) fn mrkdwn(tree: &[Block], handle: Option<&str>) -> String {
    let mut out = String::new();
    for block in tree {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Section(runs) => line(&mut out, runs, handle),
            Block::Quote(runs) => {
                out.push_str("&gt; ");
                line(&mut out, runs, handle);
            }
            Block::Code(code) => {
                out.push_str("```");
                escape(&mut out, code);
                out.push_str("```");
            }
            Block::List { ordered, indent, items } => {
                list_lines(&mut out, *ordered, *indent, items);
            }
        }
    }
    out
}

fn list_lines(out: &mut String, ordered: bool, indent: u8, items: &[Vec<Inline>]) {
    for (at, runs) in items.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { "\n" });
        out.push_str(&"    ".repeat(usize::from(indent)));
        if ordered {
            let _ = write!(out, "{}. ", at + 1);
        } else {
            out.push_str(if indent == 0 { "• " } else { "◦ " });
        }
        line(out, runs, None);
    }
}

fn line(out: &mut String, runs: &[Inline], handle: Option<&str>) {
    for run in runs {
        let _ = match run {
            Inline::Text(words, style) => {
                marked(out, words, *style);
                Ok(())
            }
            Inline::Link { url, label } => {
                angle(out, url, label.as_deref());
                Ok(())
            }
            Inline::Emoji { name, .. } => write!(out, ":{name}:"),
            Inline::Person(id) => match handle {
                Some(handle) => write!(out, "<@{id}|{handle}>"),
                None => write!(out, "<@{id}>"),
            },
            Inline::Channel(id, name) => write!(out, "<#{id}|{name}>"),
            Inline::Here => write!(out, "<!here>"),
        };
    }
}

fn angle(out: &mut String, url: &str, label: Option<&str>) {
    out.push('<');
    escape(out, url);
    if let Some(label) = label {
        out.push('|');
        escape(out, label);
    }
    out.push('>');
}

fn marked(out: &mut String, words: &str, style: Style) {
    let mark = match style {
        Style::Plain => "",
        Style::Bold => "*",
        Style::Italic => "_",
        Style::Strike => "~",
        Style::Code => "`",
    };
    out.push_str(mark);
    escape(out, words);
    out.push_str(mark);
}

fn escape(out: &mut String, words: &str) {
    for piece in words.split_inclusive(['&', '<', '>']) {
        let plain = piece.trim_end_matches(['&', '<', '>']);
        out.push_str(plain);
        out.push_str(match &piece[plain.len()..] {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "",
        });
    }
}
