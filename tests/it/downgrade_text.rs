//! Texts made poorer after conversion: words without markup, and a name put in front later.

use super::convert_support::{bo_says, convert, converter, posted, says, section, ts, visible};
use chatferry::convert::Fate;
use chatferry::draft::{JOINER, byline, in_front};
use chatferry::slack::Message;
use chatferry::wire::plain;
use proptest::prelude::*;

fn text_of(message: &Message) -> String {
    match convert(message).fate {
        Fate::Post(parts) => parts.concat(),
        Fate::Skip(_) => String::new(),
    }
}

fn words_of(chat: &str) -> String {
    plain(chat, &|_| Some("Ana Silva".to_owned()))
}

/// What people type between words: marks, halves of tokens, lists, wide characters.
fn typed() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "*",
        "_",
        "~",
        "`",
        "```",
        "**",
        "<",
        ">",
        "<users/all>",
        "<https:x>",
        "- ",
        "* ",
        "> ",
        " ",
        " ",
        " ",
        "word",
        "a",
        "é",
        "語",
        "👩🏽\u{200d}🚀",
        "(",
        ").",
        "1",
        "\n",
        "\n- ",
        "\n> ",
        "snake_case",
        "2*3*4",
        "https://a.example/x_y_z*",
        "~/bin",
    ]);
    proptest::collection::vec(words, 0..30).prop_map(|words| words.concat())
}

/// Compares words: blanks at line ends go, and a joiner behind `<` becomes a blank.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != JOINER).collect()
}

proptest! {
    #[test]
    fn what_was_typed_literally_comes_out_of_its_markup_as_it_was(text in typed()) {
        let text = format!("x {text}");
        let quoted = serde_json::to_string(&text).expect("a string");
        let chat = text_of(&section(&format!(r#"{{"type":"text","text":{quoted}}}"#)));
        prop_assert_eq!(bare(&words_of(&chat)), bare(&text), "{}", visible(&chat));
    }

    #[test]
    fn styled_text_comes_out_as_its_words(first in "[a-z]{1,5}( [a-z]{1,5})?", second in "[a-z*_~]{1,7}", third in "[a-z]{1,5}") {
        let part = |text: &str, style: &str| {
            let text = serde_json::to_string(text).expect("a string");
            format!(r#"{{"type":"text","text":{text},"style":{{{style}}}}}"#)
        };
        let parts = [part(&first, r#""bold":true,"italic":true"#), part(" ", ""), part(&second, r#""code":true"#),
            part(" ", ""), part(&third, r#""strike":true"#)];
        let chat = text_of(&section(&parts.join(",")));
        prop_assert_eq!(words_of(&chat), format!("{first} {second} {third}"), "{}", visible(&chat));
    }

    #[test]
    fn a_name_put_in_front_later_gives_the_bytes_of_a_name_that_was_always_there(text in typed()) {
        let text = format!("{} end", text.trim_start());
        prop_assume!(!text.starts_with('>'));
        let (own, named) = (text_of(&says(&text)), text_of(&bo_says(&text)));
        let later = in_front(&byline("Bo Lind", true), &own);
        // An empty first line or quote alone leaves a gap that nobody can see.
        if text.starts_with(char::is_alphanumeric) {
            prop_assert_eq!(visible(&later), visible(&named));
        }
        prop_assert_eq!(bare(&later), bare(&named));
    }
}

#[test]
fn names_of_every_kind_stand_in_front_as_conversion_puts_them() {
    for (name, slack) in [("Bo Lind", "U2BO"), ("*<users/all>* root", "U3ODD")] {
        let by = |text: &str| {
            let mut message = bo_says(text);
            message.author.user = Some(slack.into());
            text_of(&message)
        };
        for text in ["hello", "&gt; quoted", "```code```", "*bold* word", "• one", "- one\n- two"]
        {
            let own = text_of(&says(text));
            assert_eq!(in_front(&byline(name, true), &own), by(text), "{name}: {text}");
        }
    }
}

#[test]
fn a_topic_is_told_without_a_colon_before_and_after() {
    let topic = |message: Message| Message {
        subtype: Some("channel_topic".to_owned()),
        extra: chatferry::slack::Extra { topic: Some("x".to_owned()), ..Default::default() },
        ts: ts("1551441602.000200"),
        ..message
    };
    let (own, named) = (posted(&topic(says(""))), posted(&topic(bo_says(""))));
    assert_eq!(in_front(&byline("Bo Lind", false), &own), named);
    assert!(convert(&topic(says(""))).losses.to_string().contains("system_as_text"));
    assert!(converter().roster().people.len() > 2);
}
