//! Blocks, cards, files and kinds of message: every construct with its rendering.

use super::convert_support::{
    bo_says, bot_says, edited, file, of_kind, raw, says, section, tell_all, ts, with_blocks,
    with_cards,
};
use chatferry::slack::{FileMode, Message, Room};

#[test]
fn rich_text_inlines() {
    insta::assert_snapshot!(tell_all(&[
        (
            "styles, spaces moved out of the marks",
            section(
                r#"{"type":"text","text":"a "},{"type":"text","text":"bold ","style":{"bold":true}},
               {"type":"text","text":"both","style":{"bold":true,"italic":true}},
               {"type":"text","text":" struck\n next ","style":{"strike":true}},{"type":"text","text":"end"}"#
            )
        ),
        (
            "two bold words apart",
            section(
                r#"{"type":"text","text":"one","style":{"bold":true}},{"type":"text","text":" "},{"type":"text","text":"two","style":{"bold":true}}"#
            )
        ),
        (
            "bold inside a word, code before an s",
            section(
                r#"{"type":"text","text":"un"},{"type":"text","text":"believ","style":{"bold":true}},{"type":"text","text":"able "},
               {"type":"text","text":"String","style":{"code":true}},{"type":"text","text":"s"}"#
            )
        ),
        (
            "bold next to punctuation, code inside bold",
            section(
                r#"{"type":"text","text":"("},{"type":"text","text":"a ","style":{"bold":true}},{"type":"text","text":"b()","style":{"bold":true,"code":true}},{"type":"text","text":")."}"#
            )
        ),
        (
            "CJK",
            section(
                r#"{"type":"text","text":"これは"},{"type":"text","text":"太字","style":{"bold":true}},{"type":"text","text":"です。"},{"type":"text","text":"斜体","style":{"italic":true}},{"type":"text","text":"、終"}"#
            )
        ),
    ]));
}

#[test]
fn rich_text_that_is_literal_or_refers() {
    insta::assert_snapshot!(tell_all(&[
        (
            "typed literally",
            section(
                r#"{"type":"text","text":"*not bold* and `not code` <users/1> <https://x.example|y> a_b_c &lt; :wave:"}"#
            )
        ),
        ("a tick inside code", section(r#"{"type":"text","text":"a`b","style":{"code":true}}"#)),
        (
            "split over elements",
            section(
                r#"{"type":"text","text":"<"},{"type":"link","url":"https://evil.example"},{"type":"text","text":"|https://bank.example>"}"#
            )
        ),
        (
            "refs",
            section(
                r#"{"type":"user","user_id":"U1ANA","style":{"bold":true}},{"type":"text","text":" "},{"type":"user","user_id":"U2BO"},
               {"type":"text","text":" "},{"type":"channel","channel_id":"C1"},{"type":"text","text":" "},{"type":"usergroup","usergroup_id":"S1"},
               {"type":"text","text":" "},{"type":"broadcast","range":"channel"},{"type":"text","text":" "},{"type":"color","value":"rgb(1,2,3)"},
               {"type":"text","text":" "},{"type":"team","team_id":"T1"}"#
            )
        ),
        (
            "emoji",
            section(
                r#"{"type":"emoji","name":"+1","unicode":"1f44d-1f3fd","skin_tone":4},{"type":"emoji","name":"wave"},{"type":"emoji","name":"party_parrot"}"#
            )
        ),
        (
            "links",
            section(
                r#"{"type":"link","url":"https://a.example/_x_"},{"type":"text","text":" "},{"type":"link","url":"https://a.example","text":"la*b*el","style":{"bold":true}},
               {"type":"text","text":" "},{"type":"link","url":"mailto:a@b.example","text":"a@b.example"}"#
            )
        ),
        (
            "date",
            section(
                r#"{"type":"date","timestamp":1392734382,"format":"{date_short} {time}","fallback":"Feb 18"}"#
            )
        ),
        ("unknown", section(r#"{"type":"canvas","fallback":"a canvas"},{"type":"hologram"}"#)),
    ]));
}

#[test]
fn rich_text_lists_quotes_and_code() {
    let list = r#"[{"type":"rich_text","elements":[
        {"type":"rich_text_section","elements":[{"type":"text","text":"Plan:\n"}]},
        {"type":"rich_text_list","style":"bullet","indent":0,"elements":[
            {"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},
            {"type":"rich_text_section","elements":[{"type":"text","text":"two","style":{"bold":true}}]}]},
        {"type":"rich_text_list","style":"bullet","indent":1,"elements":[
            {"type":"rich_text_section","elements":[{"type":"text","text":"below"}]}]},
        {"type":"rich_text_list","style":"ordered","indent":0,"offset":2,"elements":[
            {"type":"rich_text_section","elements":[{"type":"text","text":"third"}]}]},
        {"type":"rich_text_quote","elements":[{"type":"text","text":"said\nso"}]},
        {"type":"rich_text_preformatted","border":0,"elements":[{"type":"text","text":"a <b> ```\n"},{"type":"link","url":"https://a.example/"}]},
        {"type":"rich_text_section","elements":[{"type":"text","text":"end"}]}]}]"#;
    let starts_with_list = r#"[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","indent":0,"border":1,"elements":[
            {"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]}]}]"#;
    let by_bo = |json: &str| Message { blocks: Some(raw(json)), ..bo_says("") };
    insta::assert_snapshot!(tell_all(&[
        ("everything", with_blocks(list)),
        ("by somebody without an account", by_bo(list)),
        ("a quoted list first", by_bo(starts_with_list)),
        ("edited, ending in a list", edited(by_bo(starts_with_list))),
    ]));
}

#[test]
fn block_kit() {
    let blocks = r#"[
        {"type":"header","text":{"type":"plain_text","text":"Build :tada: 12","emoji":true}},
        {"type":"section","text":{"type":"mrkdwn","text":"*passed* in <https://ci.example|CI> &amp; more"},
         "fields":[{"type":"mrkdwn","text":"*Branch*\nmain"},{"type":"plain_text","text":"2 min"}],
         "accessory":{"type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://ci.example/12"}},
        {"type":"divider"},
        {"type":"context","elements":[{"type":"image","image_url":"https://i.example/a.png","alt_text":"a"},{"type":"mrkdwn","text":"by <@U2BO>"}]},
        {"type":"image","image_url":"https://i.example/graph.png","alt_text":"a graph","title":{"type":"plain_text","text":"Graph"}},
        {"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Approve"}},{"type":"button","text":{"type":"plain_text","text":"Log"},"url":"https://ci.example/log"}]},
        {"type":"table","rows":[[{"type":"raw_text","text":"a"},{"type":"raw_text","text":"b"}],[{"type":"raw_text","text":"1"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"2"}]}]}]]},
        {"type":"hologram","fallback":"a hologram"},
        {"type":"call","call_id":"R1"}
    ]"#;
    insta::assert_snapshot!(tell_all(&[
        ("every block", with_blocks(blocks)),
        ("only a block without text", with_blocks(r#"[{"type":"call","call_id":"R1"}]"#)),
        ("no blocks at all", with_blocks(r#"{"type":"rich_text"}"#)),
        (
            "nonsense inside",
            with_blocks(
                r#"[{"type":"rich_text","elements":5},null,3,{"type":7,"text":{"type":"mrkdwn","text":null}}]"#
            )
        ),
    ]));
}

#[test]
fn f1_cards_of_apps_previews_and_shared_messages() {
    insta::assert_snapshot!(tell_all(&[
        (
            "a card alone",
            with_cards(
                r##"[{"pretext":"Build *12*","author_name":"octo","title":"Passed & done","title_link":"https://ci.example/12",
            "text":"all _green_ &lt;3","fields":[{"title":"Branch","value":"main","short":true},{"title":"Log","value":"one\ntwo"}],
            "image_url":"https://i.example/a.png","actions":[{"type":"button","text":"Open","url":"https://ci.example"},{"type":"button","text":"Stop"}],
            "footer":"CI","ts":1551441602,"color":"#0f0","fallback":"Build 12 passed"}]"##
            )
        ),
        ("fallback alone", with_cards(r#"[{"fallback":"Build 12 passed","id":1}]"#)),
        (
            "a preview is dropped",
            Message {
                attachments: Some(raw(
                    r#"[{"from_url":"https://a.example","title":"A","text":"preview"}]"#
                )),
                ..says("see <https://a.example>")
            }
        ),
        (
            "a preview is all there is",
            with_cards(
                r#"[{"from_url":"https://a.example","title":"A","title_link":"https://a.example"}]"#
            )
        ),
        (
            "a shared message",
            Message {
                attachments: Some(raw(
                    r#"[{"is_share":true,"is_msg_unfurl":true,"from_url":"https://acme.slack.com/archives/C1/p1","author_name":"Bo Lind",
            "channel_id":"C1","ts":"1551441602.000200","text":"plain","message_blocks":[{"team":"T1","channel":"C1","ts":"1551441602.000200","message":{"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"the words\nof Bo"}]}]}]}}],
            "files":[{"id":"F1","name":"a.pdf","permalink":"https://acme.slack.com/files/a.pdf"}]}]"#
                )),
                ..says("look")
            }
        ),
        (
            "shared without text",
            Message {
                attachments: Some(raw(
                    r#"[{"is_msg_unfurl":true,"author_id":"U1ANA","text":"quoted `code`"}]"#
                )),
                ..bo_says("")
            }
        ),
        (
            "a card with blocks",
            with_cards(
                r#"[{"color":"good","fallback":"[no preview]","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*deployed*"}}]}]"#
            )
        ),
        ("unreadable", with_cards(r#"[{"text":"fine"},5,null]"#)),
        ("nothing", with_cards("[]")),
    ]));
}

#[test]
fn files_name_themselves_and_never_show_their_secret() {
    let with = |file| Message { files: vec![file], ..says("here") };
    let told = tell_all(&[
        ("hosted", with(file(FileMode::Hosted, Some("plan | *final*.pdf"), Some(1_234_567)))),
        (
            "alone, by somebody without an account",
            Message { files: vec![file(FileMode::Snippet, None, None)], ..bo_says("") },
        ),
        ("deleted", with(file(FileMode::Tombstone, None, None))),
        ("hidden", with(file(FileMode::HiddenByLimit, None, None))),
        ("denied", with(file(FileMode::Denied, Some("secret.txt"), None))),
        ("edited text with a file", edited(with(file(FileMode::External, Some("doc"), Some(0))))),
    ]);
    assert!(!told.contains("xox"));
    insta::assert_snapshot!(told);
}

#[test]
fn f6_every_kind_of_message() {
    let root = |message: Message| Message { thread: Some(message.ts), ..message };
    let mut topic = of_kind("channel_topic", "<@U1ANA> set the channel topic: old form");
    topic.extra.topic = Some(String::from("Lunch at <https://a.example> &amp; *12*"));
    let mut cleared = of_kind("channel_purpose", "");
    cleared.extra.purpose = Some(String::new());
    let mut renamed = of_kind("channel_name", "");
    renamed.extra.renamed = Some((String::from("old"), String::from("new")));
    let mut huddle = of_kind("huddle_thread", "A huddle started");
    huddle.extra.room = Some(Room {
        created_by: Some("U1ANA".into()),
        started: Some(1_551_441_602),
        ended: Some(1_551_442_302),
        participants: vec!["U1ANA".into(), "U2BO".into(), "U404".into()],
    });
    let mut comment = of_kind("file_comment", "<@U1ANA> commented on a file");
    comment.extra.comment = Some(String::from("*nice*"));
    let mut reply = of_kind("thread_broadcast", "also here");
    reply.thread = Some(ts("1551441600.000100"));
    let cases = vec![
        ("edited", edited(says("fixed\n"))),
        ("edited code", edited(says("```x```"))),
        ("/me", of_kind("me_message", "waves *hello*\nand leaves")),
        (
            "/me by somebody without an account",
            Message { subtype: Some(String::from("me_message")), ..bo_says("waves") },
        ),
        ("topic", topic.clone()),
        ("topic by somebody without an account", Message { author: bo_says("").author, ..topic }),
        (
            "topic in the old form",
            of_kind("channel_topic", "<@U1ANA|ana> set the channel topic: x"),
        ),
        ("purpose cleared", cleared),
        ("renamed", renamed),
        ("join", of_kind("channel_join", "<@U1ANA> has joined the channel")),
        ("join that has replies", root(of_kind("channel_join", "<@U1ANA> has joined the channel"))),
        ("archived", of_kind("channel_archive", "archived the channel")),
        ("huddle", huddle),
        (
            "tombstone with replies",
            root(Message { hidden: true, ..of_kind("tombstone", "This message was deleted.") }),
        ),
        ("tombstone without", of_kind("tombstone", "This message was deleted.")),
        ("canvas line with replies", root(of_kind("channel_canvas_updated", ""))),
        ("canvas line", of_kind("channel_canvas_updated", "")),
        ("withheld", of_kind("ekm_access_denied", "This message could not be shown")),
        ("log", Message { hidden: true, ..of_kind("message_changed", "x") }),
        ("dead", of_kind("reply_broadcast", "x")),
        ("hidden and newer than we", Message { hidden: true, ..of_kind("hologram", "x") }),
        ("newer than we", of_kind("hologram", "hello")),
        ("newer than we, empty", of_kind("hologram", "")),
        ("bot housekeeping", of_kind("bot_add", "added an integration")),
        ("file comment", comment),
        ("reply also sent to the channel", reply),
        ("bot", bot_says(Some("Deploy *bot*"), "done")),
        ("bot known by id", bot_says(None, "done")),
        ("empty", says(" \n ")),
    ];
    insta::assert_snapshot!(tell_all(&cases));
}

/// What a reader of Chat's markup would have taken for something else.
#[test]
fn marks_and_addresses_that_touch() {
    insta::assert_snapshot!(tell_all(&[
        ("Markdown's bold in mrkdwn", says("that **status** and __init__ and ~~gone~~")),
        (
            "an address that ends in punctuation",
            section(
                r#"{"type":"link","url":"https://a.example/Foo_(bar)"},{"type":"text","text":" "},{"type":"link","url":"https://a.example/x-"}"#
            )
        ),
        (
            "an address right behind a letter, and one inside bold",
            section(
                r#"{"type":"text","text":"see"},{"type":"link","url":"https://a.example"},{"type":"text","text":" "},
               {"type":"link","url":"https://b.example","style":{"bold":true}}"#
            )
        ),
        (
            "a typed address before bold, and a mark that ends one inside bold",
            section(
                r#"{"type":"text","text":"https://a.example"},{"type":"text","text":"(x)","style":{"bold":true}},{"type":"text","text":" "},
               {"type":"text","text":"see https://b.example/x* y","style":{"bold":true}}"#
            )
        ),
        (
            "marks in an address that Chat makes no link of",
            section(r#"{"type":"text","text":"ftp://a/_b_ and https://a.example/_b_/c"}"#)
        ),
        (
            "bold, then both, then italic",
            section(
                r#"{"type":"text","text":"a ","style":{"bold":true}},{"type":"text","text":"b ","style":{"bold":true,"italic":true}},
               {"type":"text","text":"c","style":{"italic":true}}"#
            )
        ),
        ("ticks inside a word", section(r#"{"type":"text","text":"a`b`c and x`y"}"#)),
        (
            "a label of blanks",
            section(r#"{"type":"link","url":"mailto:a@b.example","text":" \n"}"#)
        ),
        (
            "ticks in a label and in an address",
            section(r#"{"type":"link","url":"https://a.example/`x","text":"```x```"}"#)
        ),
    ]));
}

#[test]
fn what_is_newer_or_odd_says_all_its_words_or_that_they_could_not_be_read() {
    let rich = |inlines: &str| {
        format!(
            r#"[{{"type":"rich_text","elements":[{{"type":"rich_text_section","elements":{inlines}}}]}}]"#
        )
    };
    let cases = [
        ("an emoji that is none", rich(r#"[{"type":"emoji","name":"x","unicode":"3c"},{"type":"text","text":"users/all>"}]"#)),
        ("the star of a telephone", rich(r#"[{"type":"emoji","name":"keycap_star","unicode":"002a-fe0f-20e3"},{"type":"text","text":" press a* now"}]"#)),
        ("a tone by itself", rich(r#"[{"type":"emoji","name":"wave","skin_tone":3}]"#)),
        ("a style that is no style, a number as text", rich(r#"[{"type":"text","text":"kept","style":true},{"type":"text","text":7,"style":[1]}]"#)),
        ("a link to nowhere", rich(r#"[{"type":"link","url":"","text":"empty"}]"#)),
        (
            "lists and sections in a quote, a list in an item",
            r#"[{"type":"rich_text","elements":[{"type":"rich_text_quote","elements":[{"type":"text","text":"said"},{"type":"rich_text_section","elements":[{"type":"text","text":"so"}]}]},
            {"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"},{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"below"}]}]}]}]}]}]"#.into(),
        ),
        (
            "a card that is newer than we",
            r#"[{"type":"carousel","elements":[{"type":"card","title":{"type":"mrkdwn","text":"T"},"subtitle":{"type":"plain_text","text":"S"},"body":{"type":"mrkdwn","text":"*B*"},"actions":[{"type":"button","url":"https://a.example","text":{"type":"plain_text","text":"Go"}}]}]}]"#.into(),
        ),
        (
            "a container and a plan",
            r#"[{"type":"container","title":"Box","child_blocks":[{"type":"section","text":{"type":"mrkdwn","text":"in it"}}]},{"type":"plan","title":"Plan","tasks":[{"type":"task_card","title":"First","details":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"how"}]}]}}]}]"#.into(),
        ),
        (
            "menus, and a button that names somebody",
            r#"[{"type":"actions","elements":[{"type":"static_select","placeholder":{"type":"plain_text","text":"Pick"},"options":[{"text":{"type":"plain_text","text":"1"}}]},{"type":"overflow","options":[{"text":{"type":"plain_text","text":"More"},"url":"https://m.example"}]},{"type":"button","url":"https://a.example","text":{"type":"mrkdwn","text":"Ask <@U1ANA>"}}]}]"#.into(),
        ),
        (
            "small print with a picture, a field with a quote, a table with a number",
            r#"[{"type":"context","elements":[{"type":"image","image_url":"https://i.example/a.png","alt_text":"Ana"},{"type":"mrkdwn","text":"said"}]},{"type":"section","fields":[{"type":"mrkdwn","text":"&gt; quoted\n```code```"}]},{"type":"table","rows":[[{"type":"raw_text","text":"n"},{"type":"raw_number","value":5},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]},{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]}]]}]"#.into(),
        ),
        ("a picture whose title has an emoji", r#"[{"type":"image","image_url":"https://i.example/a.png","alt_text":"alt","title":{"type":"plain_text","text":"Q3 :tada: numbers"}}]"#.into()),
        ("nothing that can be read", r#"[{"type":"hologram"}]"#.into()),
    ];
    let odd = |json: &str| Message { blocks: Some(raw(json)), ..says("") };
    insta::assert_snapshot!(tell_all(&cases.map(|(title, json)| (title, odd(&json)))));
}

#[test]
fn labels_and_commands_of_links_show_words() {
    let text =
        "<https://x.example|:tada: Party :nope:> <!foo|bar> <!foo^1|baz> <!foo> <!DOCTYPE html>";
    insta::assert_snapshot!(tell_all(&[("labels and commands", says(text))]));
}

#[test]
fn a_markdown_block_is_read_as_markdown() {
    let text = "# Build *12*\n\n**passed** with [the log](https://ci.example/_x_) and *luck* &lt;3, <@U1ANA> :tada:\nsoft\n\n> said\n> so\n\n1. one\n   - below **it**\n2. two\n\n   more\n\n```py\nprint(1 &lt; 2)\n```\n---\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n- [x] done\n- [ ] not\n\n![a picture](https://i.example/p.png) 2 \\* 3 * 4 * `a*b` <!here> <b>x</b>";
    let json = serde_json::json!([{"type": "markdown", "text": text}]).to_string();
    let message = Message { blocks: Some(raw(&json)), ..says("") };
    insta::assert_snapshot!(tell_all(&[("Markdown", message)]));
}
