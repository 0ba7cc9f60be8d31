//! Rich text and mrkdwn as people and bots type them, and what might be taken for markup.

use proptest::prelude::*;
use serde_json::json;

/// Words as people and bots type them, and what might be taken for markup.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "*",
        "_",
        "~",
        "`",
        "```",
        "``",
        "<",
        ">",
        "&",
        "|",
        "(",
        ")",
        ".",
        ", ",
        "-",
        " ",
        " ",
        " ",
        "  ",
        "\n",
        "\n",
        "\n* ",
        "\n- ",
        "\n> ",
        "\n>",
        "word",
        "a",
        "1",
        "é",
        "語",
        "。",
        "👩🏽\u{200d}🚀",
        "snake_case",
        "2*3*4",
        "<users/1>",
        "<https:x>",
        "<https://b.example|b>",
        "https://a.example/_x_",
        "https://a.example",
        "ftp://a_b_c",
        "~/bin",
        "\t",
        "•",
        "<@U1ANA>",
    ])
}

pub(super) fn words(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 1..most).prop_map(|words| words.concat())
}

fn inline() -> impl Strategy<Value = serde_json::Value> {
    let url = prop::sample::select(vec![
        "https://a.example",
        "https://a.example/x_y_z",
        "https://a.example/(x)",
        "https://a.example/a|b<c>",
        "mailto:a_b@c.example",
        "tel:+45",
        "s3://b_u_cket",
        "HTTP://A.example/?x=1&y=*",
        "javascript:x",
    ]);
    let span = prop_oneof![
        6 => words(6).prop_map(|text| json!({"type": "text", "text": text})),
        2 => (url, prop::option::of(words(4))).prop_map(|(url, text)| match text {
            Some(text) => json!({"type": "link", "url": url, "text": text}),
            None => json!({"type": "link", "url": url}),
        }),
        1 => prop::sample::select(vec!["U1ANA", "U2BO", "U404"])
            .prop_map(|id| json!({"type": "user", "user_id": id})),
        1 => Just(json!({"type": "channel", "channel_id": "C1"})),
        1 => Just(json!({"type": "broadcast", "range": "here"})),
        1 => prop::sample::select(vec!["+1", "party_parrot", "a*b"])
            .prop_map(|name| json!({"type": "emoji", "name": name})),
        1 => Just(json!({"type": "date", "timestamp": 1, "format": "{date_num}", "url": "https://a.example"})),
    ];
    let style = prop_oneof![
        2 => Just([false; 4]),
        3 => any::<[bool; 4]>().prop_map(|[a, b, c, d]| [a, b && a, c && !b, d && c]),
    ];
    (span, style).prop_map(|(mut span, [bold, italic, strike, code])| {
        span["style"] = json!({"bold": bold, "italic": italic, "strike": strike, "code": code});
        span
    })
}

pub(super) fn blocks() -> impl Strategy<Value = serde_json::Value> {
    let inlines = || proptest::collection::vec(inline(), 1..6);
    let section = |kind: &'static str| {
        inlines().prop_map(move |inlines| json!({"type": kind, "elements": inlines}))
    };
    let list = (
        proptest::collection::vec(section("rich_text_section"), 1..4),
        prop::bool::ANY,
        0..3_u32,
        0..3_u32,
        0..2_u32,
    )
        .prop_map(|(items, ordered, indent, offset, border)| {
            let style = if ordered { "ordered" } else { "bullet" };
            json!({"type": "rich_text_list", "style": style, "indent": indent, "offset": offset,
                "border": border, "elements": items})
        });
    let element = prop_oneof![
        4 => section("rich_text_section"),
        1 => section("rich_text_quote"),
        1 => section("rich_text_preformatted"),
        2 => list,
    ];
    proptest::collection::vec(element, 1..5)
        .prop_map(|elements| json!({"blocks": [{"type": "rich_text", "elements": elements}]}))
}

/// Messages that take several parts: long lines of many looks, quotes, and lists between them.
pub(super) fn long() -> impl Strategy<Value = serde_json::Value> {
    let line = |kind: &'static str, most: usize| {
        proptest::collection::vec(inline(), most / 2..most)
            .prop_map(move |inlines| json!({"type": kind, "elements": inlines}))
    };
    let styled = (words(120), any::<[bool; 4]>()).prop_map(|(text, [bold, italic, strike, code])| {
        let text = text.replace('\n', " ");
        let style = json!({"bold": bold, "italic": italic, "strike": strike, "code": code});
        json!({"type": "rich_text_section", "elements": [{"type": "text", "text": text, "style": style}]})
    });
    let element = prop_oneof![
        2 => line("rich_text_section", 60),
        2 => line("rich_text_quote", 60),
        1 => line("rich_text_preformatted", 30),
        3 => styled,
        1 => Just(json!({"type": "rich_text_list", "style": "bullet", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "item ".repeat(40)}]}]})),
    ];
    proptest::collection::vec(element, 1..4)
        .prop_map(|elements| json!({"blocks": [{"type": "rich_text", "elements": elements}]}))
}
