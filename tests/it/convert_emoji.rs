//! Every standard emoji, with every tone, in text and in reactions.

use super::convert_support::{convert, posted, reaction, says};
use chatferry::convert::{ReactionOutcome, emoji_names, find_emoji};
use chatferry::draft::Emoji;
use chatferry::slack::Message;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// A name by itself, and with each tone where it may have one.
fn forms(name: &str) -> Vec<String> {
    let toned = (2..=6).map(|tone| format!("{name}::skin-tone-{tone}"));
    let differs = |form: &String| find_emoji(form) != find_emoji(name);
    [name.to_owned()].into_iter().chain(toned.filter(differs)).collect()
}

/// What is posted; the star of a telephone has a joiner in front, so that it begins no bold.
fn shown(text: &str) -> String {
    posted(&says(text)).replace('\u{2060}', "")
}

#[test]
fn f8_every_standard_emoji_is_shown_in_text_and_in_reactions_with_each_tone() {
    let mut toned = 0;
    for name in emoji_names() {
        let forms = forms(name);
        toned += usize::from(forms.len() == 6);
        let want: Vec<String> =
            forms.iter().map(|form| find_emoji(form).expect("of the table").into_owned()).collect();
        let text: Vec<String> = forms.iter().map(|form| format!(":{form}:")).collect();
        assert_eq!(shown(&format!("x {} y", text.join(" "))), format!("x {} y", want.join(" ")));
        // Digits between colons are a time there, as in 12:100:15.
        if name.bytes().any(|byte| !byte.is_ascii_digit()) {
            let text = shown(&format!("x{}y", text.concat()));
            assert_eq!(text, format!("x{}y", want.concat()));
        }
        let reactions = forms.iter().map(|form| reaction(form, &["U1ANA"])).collect();
        let converted = convert(&Message { reactions, ..says("x") });
        let got = converted.reactions.iter().map(|fate| match &fate.outcome {
            ReactionOutcome::As { emoji: Emoji::Unicode(emoji), .. } => emoji.clone(),
            other => format!("{other:?}"),
        });
        assert_eq!(got.collect::<Vec<_>>(), want, "{name}");
    }
    assert_eq!((emoji_names().count(), toned), (1_973, 329));
}

#[test]
fn two_tones_leave_no_colons_behind() {
    let text = posted(&says("a :handshake::skin-tone-2-5: b"));
    assert_eq!(text, "a 🤝🏻 b");
    assert_eq!(find_emoji("handshake::skin-tone-2-5").as_deref(), Some("🤝🏻"));
}

/// The table that Slack documents, with each variant in full, where it is at hand.
#[test]
fn each_emoji_and_each_tone_is_the_one_that_slack_means() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/slack-emoji.tsv");
    let Ok(table) = fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let text = |hex: &str| -> String {
        let point = |hex| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).expect("hex");
        hex.split('-').map(point).collect()
    };
    let tones: HashMap<&str, u8> =
        ["1F3FB", "1F3FC", "1F3FD", "1F3FE", "1F3FF"].into_iter().zip(2..=6).collect();
    let (mut names, mut variants) = (0, 0);
    for line in table.lines().filter(|line| !line.starts_with("# ")) {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(find_emoji(cells[0]).as_deref(), Some(&*text(cells[1])), "{}", cells[0]);
        names += 1;
        for (tone, hex) in cells[2].split(';').filter_map(|variant| variant.split_once('=')) {
            let name = format!("{}::skin-tone-{}", cells[0], tones[tone]);
            assert_eq!(find_emoji(&name).as_deref(), Some(&*text(hex)), "{name}");
            variants += 1;
        }
    }
    assert_eq!((names, variants), (1_972, 1_645));
}
