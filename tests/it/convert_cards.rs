//! Cards, previews, shared messages and system lines with something odd in them: what they say
//! stays, and stays theirs.

use super::convert_support::{
    bo_says, convert, converter, file, of_kind, posted, raw, roster, says, tell_all, visible,
    with_cards,
};
use chatferry::convert::{Context, Converter, Fate, FileOutcome, Loss, Settings, Skip};
use chatferry::slack::{Author, FileMode, Message, Room};

/// Ana says something, with cards under it.
fn with(text: &str, cards: &str) -> Message {
    Message { attachments: Some(raw(cards)), ..says(text) }
}

fn lost(message: &Message, loss: Loss) -> u32 {
    convert(message).losses.count(loss)
}

#[test]
fn one_odd_part_costs_no_card() {
    insta::assert_snapshot!(tell_all(&[
        (
            "a key twice: the last counts",
            with(
                "",
                r#"[{"text":"a","text":"b","fields":[],"fields":[{"title":"x","title":"T","value":"v"}]}]"#
            )
        ),
        ("an object of cards", with("", r#"{"0":{"text":"one"},"1":{"text":"two"}}"#)),
        ("a card that is no list", with("", r#"{"text":"alone"}"#)),
        (
            "odd fields",
            with(
                "",
                r#"[{"text":"t","fields":[null,{"title":"a","value":"b"},"bad",[1],5,{"title":"c","value":"d"}]}]"#
            )
        ),
        (
            "fields by number, and bare words",
            with("", r#"[{"fields":{"0":{"title":"a","value":"b"}}},{"fields":"oops"}]"#)
        ),
        (
            "odd blocks and files of a shared message",
            with(
                "look",
                r#"[{"is_share":true,"text":"the plain text","message_blocks":["bad",null,{"message":"bad"},{"message":{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"the words"}]}]}]}}],
                "files":["notes.txt",null,{"name":"a.pdf"},[]]}]"#
            )
        ),
    ]));
}

#[test]
fn a_shared_message_keeps_everything_inside_its_quote() {
    let told = tell_all(&[
        (
            "by an app, with all that a card may have",
            with(
                "see this",
                r#"[{"is_msg_unfurl":true,"author_name":"Jen\nkins &amp; \u001b[31mco","channel_id":"C1","ts":"1600000000.000100","pretext":"before","title":"Build :tada:","title_link":"https://t.example",
                "fields":[{"title":"F","value":"V"}],"image_url":"https://i.example/x.png","footer":"from CI",
                "attachments":[{"text":"a card in it","fallback":"f"},{"is_share":true,"author_name":"Bo","text":"deeper"}]}]"#,
            ),
        ),
        (
            "only a fallback",
            with(
                "",
                r#"[{"is_share":true,"author_name":"Ana","fallback":"[date] ana: the words"}]"#,
            ),
        ),
        (
            "code, in a direct message",
            with(
                "",
                r#"[{"is_share":true,"author_id":"U2BO","channel_id":"D123","text":"run\n```rm x\n\n  rm `y````\ndone"}]"#,
            ),
        ),
        (
            "code in rich text",
            with(
                "mine",
                r#"[{"is_share":true,"author_name":"Bo","message_blocks":[{"message":{"blocks":[{"type":"rich_text","elements":[
                {"type":"rich_text_preformatted","elements":[{"type":"text","text":"let a = 1;\n    b *c*\n"}]},
                {"type":"rich_text_section","elements":[{"type":"text","text":"after"}]}]}]}}]}]"#,
            ),
        ),
        (
            "lost files",
            with(
                "",
                r#"[{"is_share":true,"files":[{"id":"F1","mode":"tombstone"},{"mode":"hidden_by_limit","name":"old.pdf"},{"title":"a\nb","permalink":"https://acme.slack.com/f"}]}]"#,
            ),
        ),
    ]);
    insta::assert_snapshot!(told);
    let code = with("mine", r#"[{"is_share":true,"text":"```a\nb```"}]"#);
    assert_eq!(posted(&code), "mine\n> `a`\n> `b`");
    assert_eq!(lost(&code, Loss::StyleDropped), 1);
}

#[test]
fn a_preview_is_dropped_only_where_its_link_stands() {
    insta::assert_snapshot!(tell_all(&[
        (
            "the link with another query",
            with(
                "see <https://a.example/p?utm=1|this>",
                r#"[{"from_url":"https://www.a.example/p/","title":"A","text":"t"}]"#
            )
        ),
        (
            "the link that was written",
            with(
                "see <https://youtu.be/x>",
                r#"[{"from_url":"https://www.youtube.com/watch?v=x","original_url":"https://youtu.be/x","title":"A"}]"#
            )
        ),
        (
            "a picture that a command found",
            with(
                "/giphy cat",
                r#"[{"from_url":"https://giphy.com/x","image_url":"https://media.giphy.com/x.gif","title":"cat"}]"#
            )
        ),
        (
            "without a title",
            with(
                "cat",
                r#"[{"from_url":"https://giphy.com/x","image_url":"https://media.giphy.com/x.gif"}]"#
            )
        ),
    ]));
}

#[test]
fn a_title_is_a_link_of_words() {
    let titled = |title: &str| {
        with("", &format!(r#"[{{"title":"{title}","title_link":"https://x.example/1"}}]"#))
    };
    insta::assert_snapshot!(tell_all(&[
        ("emoji", titled(":tada: Deploy :shipit:")),
        ("mentions, escapes", titled("<@U2BO> in <#C1>: &lt;x&gt; &amp;amp; *PR*")),
        ("a link inside", titled("<https://y.example|y> thing")),
    ]));
}

#[test]
fn marks_count_where_the_card_says_so() {
    let card = |more: &str| {
        with(
            "",
            &format!(
                r#"[{{"pretext":"*p* <@U2BO>","text":"2 *x* y _z_ &lt;3","fields":[{{"title":"t","value":"*v*"}}]{more}}}]"#
            ),
        )
    };
    insta::assert_snapshot!(tell_all(&[
        ("listed", card(r#","mrkdwn_in":["text","pretext","fields"]"#)),
        ("only the text", card(r#","mrkdwn_in":["text"]"#)),
        ("none", card(r#","mrkdwn_in":[]"#)),
        ("not said", card("")),
        ("a shared message's own words", card(r#","is_share":true"#)),
    ]));
}

#[test]
fn a_line_keeps_whom_it_is_about() {
    let slackbot = Author { user: Some("USLACKBOT".into()), ..Author::default() };
    let welcome = of_kind("welcome_party", "<@U2BO> just joined. Say hello!");
    let welcome = Message { author: slackbot, thread: Some(welcome.ts), ..welcome };
    assert_eq!(posted(&welcome), "*Slackbot* _@Bo Lind just joined. Say hello!_");
    let own = of_kind("channel_topic", "<@U1ANA|ana> set the topic");
    assert_eq!(posted(&own), "_set the topic_");
}

#[test]
fn names_in_lines_are_of_one_line() {
    let mut roster = roster();
    let evil = roster.people.get_mut("U3ODD").expect("listed");
    evil.name = String::from("E\n> v\u{1b}[31mil");
    let converter = Converter::new(roster, Settings::default());
    let mut huddle = of_kind("huddle_thread", "");
    huddle.extra.room = Some(Room {
        created_by: None,
        started: None,
        ended: None,
        participants: vec!["U3ODD".into(), "U2BO".into()],
    });
    let mut renamed = of_kind("channel_name", "");
    renamed.extra.renamed = Some((String::from("a\u{1b}b"), String::from("c\nd")));
    for (message, wanted) in [
        (huddle, "_🎧 Huddle: E > v [31mil, Bo Lind_"),
        (renamed, "_renamed the channel from a b to c d_"),
    ] {
        let Fate::Post(parts) = converter.convert(&Context { threads: true }, &message).fate else {
            panic!("it is posted");
        };
        assert_eq!(visible(&parts.join("")), wanted);
    }
}

#[test]
fn f6_an_old_upload_says_its_file_once() {
    let upload = |text: &str| Message {
        files: vec![file(FileMode::Hosted, Some("x.png"), Some(10))],
        ..of_kind("file_share", text)
    };
    let line = "📎 <https://acme.slack.com/files/U1ANA/F1/plan.pdf|x.png> (10 bytes)";
    let link = "<https://acme.slack.com/files/a/F1/x.png|x.png>";
    let commented = format!("<@U1ANA|ana> uploaded a file: {link} and commented: *nice* &amp; so");
    assert_eq!(posted(&upload(&commented)), format!("*nice* & so\n{line}"));
    assert_eq!(posted(&upload(&format!("<@U1ANA> uploaded a file: {link}"))), line);
    let titled = upload("<@U1ANA> uploaded a file: <https://a.example/f|The new plan>");
    assert_eq!(
        posted(&titled),
        format!("<users/111> uploaded a file: <https://a.example/f|The new plan>\n{line}"),
        "a title that the file's line does not show stays"
    );
}

#[test]
fn a_log_record_is_no_message_even_with_replies() {
    let root = |message: Message| Message { thread: Some(message.ts), ..message };
    for (subtype, skip) in
        [("message_changed", Skip::HiddenLog), ("reply_broadcast", Skip::DeadSubtype)]
    {
        assert_eq!(convert(&root(of_kind(subtype, "x"))).fate, Fate::Skip(skip), "{subtype}");
    }
    let hidden = root(Message { hidden: true, ..says("a hidden line") });
    assert_eq!(posted(&hidden), "_a hidden line_");
}

#[test]
fn a_card_of_cards_has_an_end() {
    let deep = (0..50).fold(String::from(r#"{"is_share":true,"text":"x"}"#), |inner, _| {
        format!(r#"{{"is_share":true,"text":"x","attachments":[{inner}]}}"#)
    });
    let deep = with_cards(&format!("[{deep}]"));
    assert_eq!(lost(&deep, Loss::CardUnreadable), 1);
    assert_eq!(posted(&bo_says("x")).lines().count(), 1);
    let outcome = |message: &Message| convert(message).files.first().map(|file| file.outcome);
    assert_eq!(outcome(&deep), None::<FileOutcome>, "files of a share are not the message's");
    assert!(matches!(converter().convert(&Context { threads: true }, &deep).fate, Fate::Post(_)));
}
