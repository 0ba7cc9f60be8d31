//! Laws that hold for any message, and the agreement of code and document.

use super::convert_support::{convert, converter, raw, says, section, visible};
use chatferry::convert::{Fate, Gone, Loss, Skip, emoji_names, find_emoji};
use chatferry::draft::{
    APP_REFUSED, AUTHOR_UNAVAILABLE, LINK_KEPT, NAMED_IN_TEXT, PAST_REFUSED, Rung, SYSTEM_LINES,
};
use chatferry::send::{EMOJI_GIVEN_UP, LEFT_OUT};
use chatferry::slack::Message;
use proptest::prelude::*;
use std::path::Path;

/// Text that is likely to hurt: tokens, halves of tokens, marks, escapes, wide characters.
fn hostile() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "<@U1ANA>",
        "<@U2BO|bo>",
        "<@U",
        "<#C1|",
        "<#C404>",
        "<!here>",
        "<!channel|x>",
        "<!subteam^S1>",
        "<!date^1^{date}|x>",
        "<https://a.example|a *b* c>",
        "<https://a.example>",
        "<users/all>",
        "<users/",
        "<https:",
        "<mailto:a@b|c>",
        "|",
        ">",
        "<",
        "&lt;",
        "&gt;",
        "&amp;",
        "&",
        "*",
        "_",
        "~",
        "`",
        "```",
        "\n",
        "\n&gt; ",
        "\n- ",
        "\n* ",
        " ",
        " ",
        "word",
        "a",
        "é",
        "語",
        "👩🏽\u{200d}🚀",
        ":wave:",
        ":wave",
        "::skin-tone-3:",
        ":",
        ":100:",
        "\u{2060}",
        "\t",
        "\u{0}",
        "(",
        ").",
        "1",
    ]);
    proptest::collection::vec(words, 0..40).prop_map(|words| words.concat())
}

fn text_of(message: &Message) -> String {
    match convert(message).fate {
        Fate::Post(parts) => parts.concat(),
        Fate::Skip(_) => String::new(),
    }
}

fn nothing_raw(chat: &str) -> Result<(), TestCaseError> {
    for token in [
        "<@U",
        "<@W",
        "<#C",
        "<!here",
        "<!channel",
        "<!everyone",
        "<!subteam",
        "<!date",
        "<users/all",
    ] {
        prop_assert!(!chat.contains(token), "{} in {}", token, visible(chat));
    }
    // The one person with an account is the one mention that may be there.
    for (at, _) in chat.match_indices("<users/") {
        prop_assert!(chat[at..].starts_with("<users/111>"), "{}", visible(chat));
    }
    Ok(())
}

/// Reads the styles of a line of Chat's markup as this converter assumes them: the plain text,
/// and for each of its characters the marks around it.
fn read_chat(line: &str) -> Vec<(char, u8)> {
    let chars: Vec<char> = line.chars().collect();
    let word =
        |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
    let joiner = |at: Option<usize>| at.and_then(|at| chars.get(at)) == Some(&'\u{2060}');
    let space = |at: Option<usize>| {
        at.and_then(|at| chars.get(at)).is_none_or(|c| c.is_whitespace() || *c == '\u{2060}')
    };
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut marks = vec![0_u8; chars.len()];
    let mut own = vec![false; chars.len()];
    for at in 0..chars.len() {
        let Some(bit) = ['*', '_', '~'].iter().position(|mark| *mark == chars[at]) else {
            continue;
        };
        let (before, after) = (at.checked_sub(1), Some(at + 1));
        let closes = !space(before) && !word(after) && !joiner(after);
        if let Some(depth) =
            open.iter().rposition(|(_, mark)| *mark == chars[at]).filter(|_| closes)
        {
            let (from, _) = open[depth];
            if from + 1 < at {
                open.truncate(depth);
                own[from] = true;
                own[at] = true;
                for mark in &mut marks[from..at] {
                    *mark |= 1 << bit;
                }
                continue;
            }
        }
        if !word(before) && !joiner(before) && !space(after) {
            open.push((at, chars[at]));
        }
    }
    let kept = (0..chars.len()).filter(|at| !own[*at] && chars[*at] != '\u{2060}');
    kept.map(|at| (chars[at], marks[at])).collect()
}

proptest! {
    #[test]
    fn any_text_is_converted_and_nothing_raw_remains(text in hostile()) {
        nothing_raw(&text_of(&says(&text)))?;
        nothing_raw(&converter().convert_text(&text).0)?;
    }

    #[test]
    fn any_string_at_all_is_converted(text in any::<String>()) {
        let _ = text_of(&says(&text));
        let quoted = serde_json::to_string(&text).expect("a string");
        nothing_raw(&text_of(&section(&format!(r#"{{"type":"text","text":{quoted}}}"#))))?;
    }

    #[test]
    fn literal_text_of_blocks_stays_literal(text in hostile(), bold in any::<bool>()) {
        let text = format!("x {}", text.replace('\0', ""));
        let quoted = serde_json::to_string(&text).expect("a string");
        let style = if bold { r#","style":{"bold":true}"# } else { "" };
        let chat = text_of(&section(&format!(r#"{{"type":"text","text":{quoted}{style}}}"#)));
        nothing_raw(&chat)?;
        let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\u{2060}').collect::<String>();
        let read: Vec<(char, u8)> = chat.lines().filter(|line| !line.contains('`')).flat_map(read_chat).collect();
        if !chat.contains('`') {
            prop_assert_eq!(plain(&read.iter().map(|(c, _)| *c).collect::<String>()), plain(&text));
            let want = u8::from(bold);
            let odd = read.iter().find(|(c, marks)| !c.is_whitespace() && marks & !want != 0);
            prop_assert!(odd.is_none(), "{:?} in {}", odd, visible(&chat));
        }
    }

    #[test]
    fn any_json_in_place_of_blocks_and_cards_is_survived(text in hostile(), depth in 0_usize..200) {
        let quoted = serde_json::to_string(&text).expect("a string");
        let deep = format!("{}{quoted}{}", r#"[{"type":"rich_text","elements":"#.repeat(depth), "}]".repeat(depth));
        let shallow = format!(r#"[{{"text":{quoted},"title":{quoted},"pretext":{quoted},"fields":[{{"title":{quoted},"value":{quoted}}}],
            "footer":{quoted},"author_name":{quoted},"title_link":{quoted},"image_url":{quoted},"is_share":{}}}]"#, depth % 2);
        for json in [deep, shallow] {
            let message = Message { blocks: Some(raw(&json)), attachments: Some(raw(&json)), ..says("") };
            nothing_raw(&text_of(&message))?;
        }
    }
}

#[test]
fn every_emoji_name_of_the_table_is_shown_as_an_emoji() {
    for name in emoji_names() {
        let unicode = find_emoji(name).expect("a name of the table");
        // The star of a telephone has a joiner in front, so that it begins no bold.
        let text = text_of(&says(&format!("x :{name}: y"))).replace('\u{2060}', "");
        assert_eq!(text, format!("x {unicode} y"));
    }
}

#[test]
fn the_document_lists_exactly_the_codes_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/semantics.md");
    let document = std::fs::read_to_string(path).expect("docs/semantics.md");
    let section = |title: &str| -> Vec<Vec<String>> {
        let from = document.find(&format!("\n## {title}\n")).expect("the section");
        let rest = &document[from + 4..];
        let rest = &rest[..rest.find("\n## ").unwrap_or(rest.len())];
        let rows = rest.lines().filter(|line| line.starts_with("| `"));
        rows.map(|row| {
            row.split('|').skip(1).map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        })
        .collect()
    };
    let losses: Vec<Vec<String>> =
        section("Losses").into_iter().map(|row| row[..3].to_vec()).collect();
    let weight = |loss: Loss| format!("{:?}", loss.weight()).to_lowercase();
    let want: Vec<Vec<String>> = Loss::ALL
        .iter()
        .map(|loss| vec![loss.code().to_owned(), weight(*loss), loss.text().to_owned()])
        .collect();
    assert_eq!(losses, want);
    let skips: Vec<Vec<String>> =
        section("Left out").into_iter().map(|row| row[..2].to_vec()).collect();
    let want: Vec<Vec<String>> =
        Skip::ALL.iter().map(|skip| vec![skip.code().to_owned(), skip.text().to_owned()]).collect();
    assert_eq!(skips, want);
    let gone: Vec<Vec<String>> =
        section("Lost at source").into_iter().map(|row| row[..2].to_vec()).collect();
    let want: Vec<Vec<String>> =
        Gone::ALL.iter().map(|gone| vec![gone.code().to_owned(), gone.text().to_owned()]).collect();
    assert_eq!(gone, want);
    let run: Vec<Vec<String>> =
        section("Codes of the run").into_iter().map(|row| row[..2].to_vec()).collect();
    let want: Vec<Vec<String>> =
        LEFT_OUT.iter().map(|(code, text)| vec![(*code).to_owned(), (*text).to_owned()]).collect();
    assert_eq!(run, want);
    let emoji: Vec<Vec<String>> =
        section("Custom emoji").into_iter().map(|row| row[..2].to_vec()).collect();
    let want: Vec<Vec<String>> = EMOJI_GIVEN_UP
        .iter()
        .map(|(code, text)| vec![(*code).to_owned(), (*text).to_owned()])
        .collect();
    assert_eq!(emoji, want);
}

#[test]
fn the_losses_of_a_run_are_losses_of_conversion() {
    let rungs = [Rung::Plain, Rung::Bare, Rung::Notice];
    let codes = rungs.iter().flat_map(|rung| rung.losses());
    let others =
        [NAMED_IN_TEXT, SYSTEM_LINES, &[AUTHOR_UNAVAILABLE, APP_REFUSED, PAST_REFUSED, LINK_KEPT]]
            .concat();
    for code in codes.chain(&others) {
        assert!(code.parse::<Loss>().is_ok(), "{code}");
    }
}
