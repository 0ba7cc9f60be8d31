//! Authors, threads, reactions, long messages and spaces.

use super::convert_support::{
    bo_says, convert, converter, file, reaction, roster, says, tell_all, ts, with_blocks,
};
use chatferry::convert::{
    Context, Converter, DmPolicy, Fate, FileOutcome, Gone, Loss, NameRules, ReactionOutcome,
    Sender, Settings, Skip, details, display_name, named_by, space_shape,
};
use chatferry::draft::{Emoji, SpaceKind};
use chatferry::slack::{Author, Conversation, FileMode, Kind, Message};

#[test]
fn c3_c4_authors_in_every_state_keep_their_name() {
    let by = |user: Option<&str>, name: Option<&str>| Message {
        author: Author {
            user: user.map(Into::into),
            name: name.map(String::from),
            ..Author::default()
        },
        ..says("hello")
    };
    insta::assert_snapshot!(tell_all(&[
        ("mapped", says("hello")),
        ("listed, without account", bo_says("hello")),
        ("absent, named by the message", by(Some("U404"), Some("Zoe\nZimt"))),
        ("absent, without a name", by(Some("U404"), None)),
        ("Slackbot", by(Some("USLACKBOT"), None)),
        ("nobody at all", by(None, None)),
        ("a hostile name", by(Some("U3ODD"), None)),
        ("text begins with code", bo_says("```x```")),
        ("text begins with a quote", bo_says("&gt; x")),
        ("text begins with a bold word", bo_says("*x* y")),
    ]));
}

#[test]
fn f4_f5_threads_and_where_there_are_none() {
    let reply = Message { thread: Some(ts("1551441600.000100")), ..bo_says("a reply") };
    assert_eq!(convert(&reply).thread, reply.thread);
    let flat = converter().convert(&Context { threads: false }, &reply);
    assert_eq!(flat.thread, None);
    assert_eq!(flat.losses.count(Loss::ThreadFlattened), 1);
    assert_eq!(flat.fate, Fate::Post(vec![String::from("↪ *Bo Lind:* a reply")]));
    let root = Message { thread: Some(says("").ts), ..says("a root") };
    let flat = converter().convert(&Context { threads: false }, &root);
    assert!(flat.losses.is_empty());
}

#[test]
fn f8_reactions_are_one_per_account_and_emoji() {
    let message = Message {
        reactions: vec![
            reaction("+1", &["U1ANA", "U2BO", "U9ANA"]),
            reaction("thumbsup", &["U1ANA"]),
            reaction("wave::skin-tone-3", &["U1ANA"]),
            reaction("partyparrot", &["U1ANA"]),
        ],
        ..says("x")
    };
    let converted = convert(&message);
    let told: Vec<String> = converted
        .reactions
        .iter()
        .map(|fate| match &fate.outcome {
            ReactionOutcome::As { account, emoji: Emoji::Unicode(emoji) } => {
                format!("{account} {emoji}")
            }
            ReactionOutcome::As { .. } => String::from("custom"),
            ReactionOutcome::AsText => format!("{} in the line", fate.user),
            ReactionOutcome::Skipped(skip) => format!("{} {}", fate.user, skip.code()),
        })
        .collect();
    assert_eq!(
        told,
        [
            "ana@example.com 👍",
            "U2BO in the line",
            "U9ANA duplicate_reaction",
            "U1ANA duplicate_reaction",
            "ana@example.com 👋🏼",
            "U1ANA in the line",
        ]
    );
    assert_eq!(converted.losses.to_string(), "custom_emoji:1,reactions_as_text:2");
}

#[test]
fn reactions_that_the_export_only_counts_are_counted() {
    let mut cut = reaction("+1", &["U1ANA"]);
    cut.count = 57;
    let converted = convert(&Message { reactions: vec![cut], ..says("x") });
    assert_eq!(converted.losses.count(Loss::ReactionsCut), 56);
}

#[test]
fn items_of_a_skipped_message_are_skipped_by_name() {
    let message = Message {
        subtype: Some(String::from("channel_join")),
        reactions: vec![reaction("wave", &["U1ANA"])],
        files: vec![file(FileMode::Hosted, Some("a"), None)],
        ..says("joined")
    };
    let converted = convert(&message);
    assert_eq!(converted.fate, Fate::Skip(Skip::JoinLine));
    assert_eq!(converted.reactions[0].outcome, ReactionOutcome::Skipped(Skip::JoinLine));
    assert_eq!(converted.files[0].outcome, FileOutcome::Skipped(Skip::JoinLine));
}

#[test]
fn a_file_lost_at_source_says_why() {
    for (mode, gone) in [
        (FileMode::Tombstone, Gone::Deleted),
        (FileMode::HiddenByLimit, Gone::HiddenByPlan),
        (FileMode::Denied, Gone::Denied),
    ] {
        let message = Message { files: vec![file(mode, None, None)], ..says("") };
        assert_eq!(convert(&message).files[0].outcome, FileOutcome::Lost(gone));
    }
}

#[test]
fn f3_a_long_message_is_split_and_each_part_says_who_speaks() {
    let converted = convert(&bo_says(&"word \"quoted\"\n".repeat(4_000)));
    let Fate::Post(parts) = converted.fate else { panic!("it is posted") };
    assert_eq!(parts.len(), 3);
    for (index, part) in parts.iter().enumerate() {
        assert!(part.starts_with("*Bo Lind:* "), "{}", &part[..20]);
        assert!(part.ends_with(&format!("({}/3)", index + 1)));
        assert!(serde_json::to_string(part).map_or(0, |json| json.len()) <= 30_002);
    }
    assert_eq!(converted.losses.count(Loss::Split), 1);
}

#[test]
fn settings_and_roster_have_fingerprints_that_follow_every_choice() {
    let settings = Settings::default();
    let other = Settings { budget: 1, ..Settings::default() };
    assert_eq!(settings.fingerprint(), Settings::default().fingerprint());
    assert_ne!(settings.fingerprint(), other.fingerprint());
    let mut people = roster();
    assert_eq!(people.fingerprint(), roster().fingerprint());
    people.people.remove("U2BO");
    assert_ne!(people.fingerprint(), roster().fingerprint());
}

#[test]
fn a_system_line_is_posted_or_left_out_by_choice() {
    let mut settings = Settings::default();
    settings.system_lines.joins = true;
    let joins = Converter::new(roster(), settings);
    let join = Message { subtype: Some(String::from("group_join")), ..bo_says("joined") };
    let fate = joins.convert(&Context { threads: true }, &join).fate;
    assert_eq!(fate, Fate::Post(vec![String::from("*Bo Lind* _joined the channel_")]));
}

#[test]
fn a_bot_with_an_account_still_posts_as_the_admin() {
    let mut message = with_blocks("[]");
    message.author.is_bot = true;
    assert_eq!(convert(&message).sender, Sender::Admin);
}

fn conversation(kind: Kind, members: &[&str]) -> Conversation {
    Conversation {
        id: "C9".into(),
        kind,
        name: String::from("mpdm-ana--bo-1"),
        created: None,
        creator: None,
        archived: false,
        general: false,
        members: members.iter().map(|id| (*id).into()).collect(),
        topic: String::from("Talk &amp; *chat* with <@U2BO>"),
        purpose: String::from("See <https://a.example|the page>"),
        pins: Vec::new(),
    }
}

#[test]
fn e1_e2_direct_conversations_are_named_after_who_talks() {
    let group = conversation(Kind::Group, &["U1ANA", "U2BO", "U404"]);
    assert_eq!(display_name(&group, &roster()), "Ana Silva, Bo Lind, U404");
    let alone = conversation(Kind::Direct, &["U1ANA", "U1ANA"]);
    assert_eq!(display_name(&alone, &roster()), "Ana Silva (notes)");
    assert_eq!(space_shape(&alone, false, DmPolicy::Auto), SpaceKind::Named);
    assert_eq!(space_shape(&group, false, DmPolicy::Auto), SpaceKind::Group);
    assert_eq!(space_shape(&group, true, DmPolicy::Auto), SpaceKind::Named);
    assert_eq!(space_shape(&group, true, DmPolicy::GroupChat), SpaceKind::Group);
    assert_eq!(space_shape(&group, false, DmPolicy::Space), SpaceKind::Named);
    let public = conversation(Kind::Public, &["U1ANA", "U2BO"]);
    assert_eq!(space_shape(&public, false, DmPolicy::GroupChat), SpaceKind::Named);
}

#[test]
fn names_and_descriptions_keep_to_chats_limits() {
    let told = |one: &Conversation, marks| {
        let details = details(one, &roster(), marks);
        (details.description, details.guidelines)
    };
    let mut long = conversation(Kind::Public, &[]);
    assert_eq!(
        told(&long, true),
        (
            Some("Talk & chat with @Bo Lind".to_owned()),
            Some("See the page (https://a.example)".to_owned())
        )
    );
    long.name = "名".repeat(200);
    long.topic = "é".repeat(9_000);
    assert_eq!(display_name(&long, &roster()).chars().count(), 80 + 1);
    let (description, guidelines) = told(&long, false);
    assert_eq!(description.map(|text| text.chars().count()), Some(4_096));
    assert!(guidelines.is_some());
    long.topic.clear();
    assert_eq!(told(&long, true), (Some("See the page (https://a.example)".to_owned()), None));
    long.purpose.clear();
    assert_eq!(told(&long, true), (None, None));
    long.purpose = "x".repeat(9_000);
    long.topic = "t".to_owned();
    assert_eq!(told(&long, true).1.map(|text| text.chars().count()), Some(5_000));
}

#[test]
fn e6_the_description_of_an_archived_channel_says_so_by_choice() {
    let mut old = conversation(Kind::Public, &[]);
    old.archived = true;
    let description = |one: &Conversation, marks| details(one, &roster(), marks).description;
    let text = "Talk & chat with @Bo Lind";
    assert_eq!(description(&old, true), Some(format!("Archived in Slack. {text}")));
    assert_eq!(description(&old, false).as_deref(), Some(text));
    (old.topic, old.purpose) = (String::new(), String::new());
    assert_eq!(description(&old, true).as_deref(), Some("Archived in Slack."));
}

#[test]
fn e4_channels_are_renamed_by_pattern_and_prefix_and_direct_ones_are_not() {
    let rules = |prefix: &str, rename: Option<(&str, &str)>| NameRules {
        prefix: prefix.to_owned(),
        rename: rename.map(|(old, new)| (old.to_owned(), new.to_owned())),
    };
    let mut channel = conversation(Kind::Public, &[]);
    channel.name = "team-web-2".to_owned();
    let name = |rules: &NameRules, one: &Conversation| named_by(rules, one, &roster());
    let team = rules("Acme ", Some(("^team-(.*)$", "Team $1")));
    assert_eq!(name(&team, &channel), "Acme Team web-2");
    assert_eq!(name(&rules("", Some(("^x", "y"))), &channel), "team-web-2");
    assert_eq!(name(&rules("", Some(("^.*$", "$1"))), &channel), "team-web-2", "never nothing");
    channel.name = "n".repeat(80);
    let long = rules("", Some(("^(.*)$", "$1$1$1")));
    assert!(name(&long, &channel).chars().count() <= 128);
    let direct = conversation(Kind::Group, &["U1ANA", "U2BO"]);
    assert_eq!(name(&team, &direct), "Ana Silva, Bo Lind");
}
