//! A text in Chat's markup as HTML: quotes, lists, code, and the looks of words.

use super::{escape, put};
use crate::preview::Names;
use crate::wire::{Line, Span, Target, read};

/// The schemes that a link may have.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// What lines of one kind stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Quote,
    Item,
    Code,
}

impl Kind {
    const fn of(line: &Line) -> Self {
        match line {
            Line::Code(_) => Self::Code,
            Line::Words { quoted: true, .. } => Self::Quote,
            Line::Words { item: true, .. } => Self::Item,
            Line::Words { .. } => Self::Plain,
        }
    }

    const fn tags(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("<p>", "</p>\n"),
            Self::Quote => ("<blockquote>", "</blockquote>\n"),
            Self::Item => ("<ul>", "</ul>\n"),
            Self::Code => ("<pre><code>", "</code></pre>\n"),
        }
    }
}

pub(super) fn write(out: &mut String, text: &str, names: &Names) {
    out.push_str("<div class=\"text\" dir=\"auto\">\n");
    let lines = read(text);
    for block in lines.chunk_by(|one, next| Kind::of(one) == Kind::of(next)) {
        let Some(kind) = block.first().map(Kind::of) else { continue };
        let (open, close) = kind.tags();
        out.push_str(open);
        for (index, line) in block.iter().enumerate() {
            let gap = if index > 0 && kind != Kind::Item { "\n" } else { "" };
            out.push_str(gap);
            write_line(out, line, names);
        }
        out.push_str(close);
    }
    out.push_str("</div>\n");
}

fn write_line(out: &mut String, line: &Line, names: &Names) {
    match line {
        Line::Code(code) => out.push_str(&escape(code)),
        Line::Words { item, spans, .. } => {
            out.push_str(if *item { "<li>" } else { "" });
            for span in spans {
                write_span(out, span, names);
            }
            out.push_str(if *item { "</li>" } else { "" });
        }
    }
}

fn write_span(out: &mut String, span: &Span, names: &Names) {
    let looks = [
        (span.style.bold, "b"),
        (span.style.italic, "i"),
        (span.style.strike, "s"),
        (span.style.code, "code"),
    ];
    let looks = || looks.into_iter().filter(|(holds, _)| *holds).map(|(_, tag)| tag);
    for tag in looks() {
        put(out, format_args!("<{tag}>"));
    }
    match &span.target {
        Some(Target::User(user)) => {
            let name = names.user(user).unwrap_or(user);
            put(out, format_args!("<span class=\"at\">@{}</span>", escape(name)));
        }
        Some(Target::Web(address)) if is_safe(address) => put(
            out,
            format_args!(
                "<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">{}</a>",
                escape(address),
                escape(&span.text)
            ),
        ),
        _ => out.push_str(&escape(&span.text)),
    }
    for tag in looks().collect::<Vec<_>>().into_iter().rev() {
        put(out, format_args!("</{tag}>"));
    }
}

/// Tells whether an address may be followed from the page.
fn is_safe(address: &str) -> bool {
    let begins = |scheme: &&str| {
        address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    SCHEMES.iter().any(begins) && !address.contains(|c: char| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        let mut out = String::new();
        write(&mut out, text, &Names::default());
        out
    }

    #[test]
    fn blocks_and_looks_become_elements() {
        let page = html("*a _b_* `c<d`\n> q\n> r\n* one\n- two\n```\n<x>\n*y*\n```\nend");
        for part in [
            "<p><b>a </b><b><i>b</i></b> <code>c&lt;d</code></p>",
            "<blockquote>q\nr</blockquote>",
            "<ul><li>one</li><li>two</li></ul>",
            "<pre><code>&lt;x&gt;\n*y*</code></pre>",
            "<p>end</p>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn only_known_schemes_are_links() {
        assert!(html("<https://a.example/?a&b|l>").contains("href=\"https://a.example/?a&amp;b\""));
        for text in
            ["<javascript:alert(1)|l>", "javascript:alert(1)", "<https://a.example/\u{1}x|l>"]
        {
            assert!(!html(text).contains("href"), "{text}");
        }
    }
}
