//! What an admin may choose about kinds of message, each choice with its rendering.

use super::convert_support::{
    bo_says, bot_says, edited, file, of_kind, reaction, roster, says, tell,
};
use chatferry::convert::{
    ArchivedPolicy, AuthorPolicy, Authors, Context, Converted, Converter, EditMark, Fate, Loss,
    NameRules, ReactionOutcome, ReactionPolicy, Roster, Sender, Settings, Skip,
};
use chatferry::ids::Account;
use chatferry::slack::{FileMode, Message, Reaction};

const THREADS: Context = Context { threads: true };

fn by(settings: Settings, message: &Message) -> Converted {
    Converter::new(roster(), settings).convert(&THREADS, message)
}

fn text(converted: &Converted) -> String {
    match &converted.fate {
        Fate::Post(parts) => parts.join("\n----\n"),
        Fate::Skip(skip) => format!("(skipped: {})", skip.code()),
    }
}

fn root(message: Message) -> Message {
    Message { thread: Some(message.ts), ..message }
}

#[test]
fn f6_an_edit_is_told_with_its_time_or_without_or_not_at_all() {
    let marks = [EditMark::Time, EditMark::Mark, EditMark::Nothing].map(|mark| {
        let settings = Settings { edited: mark, ..Settings::default() };
        let converted = by(settings, &edited(says("fixed")));
        (text(&converted), converted.losses.to_string())
    });
    let told = |text: &str, losses: &str| (text.to_owned(), losses.to_owned());
    assert_eq!(
        marks,
        [
            told("fixed _(edited 1 Mar 2019, 12:01 UTC)_", ""),
            told("fixed _(edited)_", "edit_time:1"),
            told("fixed", "edit_time:1"),
        ]
    );
}

#[test]
fn f6_a_deleted_message_leaves_a_notice_by_choice_and_a_log_never_does() {
    let notices = || Settings { deleted_notices: true, ..Settings::default() };
    let gone = Message { hidden: true, ..of_kind("tombstone", "This message was deleted.") };
    assert_eq!(by(Settings::default(), &gone).fate, Fate::Skip(Skip::DeletedMessage));
    let notice = by(notices(), &gone);
    assert_eq!(text(&notice), "_This message was deleted in Slack._");
    assert_eq!(notice.sender, Sender::Admin);
    let log = Message { hidden: true, ..of_kind("message_deleted", "x") };
    assert_eq!(by(notices(), &log).fate, Fate::Skip(Skip::HiddenLog));
}

#[test]
fn system_lines_by_choice() {
    let mut all = Settings::default();
    let lines = &mut all.system_lines;
    for line in [
        &mut lines.joins,
        &mut lines.archives,
        &mut lines.reminders,
        &mut lines.pins,
        &mut lines.canvases,
        &mut lines.apps,
    ] {
        *line = true;
    }
    let cases = [
        ("join", of_kind("channel_join", "<@U1ANA> has joined the channel")),
        ("leave", of_kind("group_leave", "<@U1ANA> has left the channel")),
        ("archived", of_kind("channel_archive", "archived the channel")),
        ("unarchived", of_kind("channel_unarchive", "un-archived the channel")),
        ("reminder", of_kind("reminder_add", " set up a reminder “stand-up” in this channel")),
        ("pin", of_kind("pinned_item", "<@U1ANA> pinned a message to this channel.")),
        ("canvas, which has no text", of_kind("channel_canvas_updated", "")),
        ("tab, which has no text", of_kind("channel_tab_added", "")),
        ("app", of_kind("bot_add", "added an integration to this channel: <https://a.example|CI>")),
        ("what stays out", of_kind("welcome_party", "x")),
    ];
    let told = cases.map(|(title, message)| tell(title, "", &by(all.clone(), &message)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn bots_are_the_admins_or_left_out_but_for_roots_and_those_with_an_account() {
    let skip = || Settings {
        authors: Authors { bot: AuthorPolicy::Skip, ..Authors::default() },
        ..Settings::default()
    };
    let bot = bot_says(Some("Jenkins"), "done");
    assert_eq!(text(&by(Settings::default(), &bot)), "*Jenkins:* done");
    assert_eq!(by(skip(), &bot).fate, Fate::Skip(Skip::BotMessage));
    assert_eq!(text(&by(skip(), &root(bot.clone()))), "*Jenkins:* done");
    assert_eq!(text(&by(skip(), &bo_says("a person"))), "*Bo Lind:* a person");
    let mut with_account = roster();
    with_account.people.entry("B1CI".into()).or_default().account =
        Some(Account::new("ci@example.com"));
    let converted = Converter::new(with_account, skip()).convert(&THREADS, &bot);
    assert_eq!(converted.sender, Sender::Person(Account::new("ci@example.com")));
}

/// An app whose user the export lists, and that has an account by the people file.
fn with_app(account: bool) -> Roster {
    let mut roster = roster();
    let known = roster.people.entry("U5APP".into()).or_default();
    "ci-bot".clone_into(&mut known.name);
    known.account = account.then(|| Account::new("ci@example.com"));
    roster.apps.insert("U5APP".into());
    roster.bot_users.insert("B1CI".to_owned(), "U5APP".into());
    roster
}

#[test]
fn an_app_with_an_account_posts_itself_and_is_named_where_it_takes_another_name() {
    let converter = Converter::new(with_app(true), Settings::default());
    let mut modern = says("built");
    modern.author.user = Some("U5APP".into());
    modern.author.bot = Some("B1CI".to_owned());
    let mut other = bot_says(Some("Nightly"), "built");
    other.extra.icon = Some(":robot_face:".to_owned());
    let mut own_face = bot_says(Some("Nightly"), "built");
    own_face.extra.icon = Some(":acme-bot:".to_owned());
    let told = [
        ("by its user", &modern),
        ("by its bot_id, under its own name", &bot_says(Some("ci-bot"), "built")),
        ("under another name and face", &other),
        ("with the workspace's own emoji for a face", &own_face),
    ]
    .map(|(title, message)| tell(title, "", &converter.convert(&THREADS, message)));
    let admin = Converter::new(with_app(false), Settings::default());
    let without = tell("without an account", "", &admin.convert(&THREADS, &modern));
    insta::assert_snapshot!(told.join("\n") + "\n" + &without);
}

fn reacted() -> Message {
    Message {
        reactions: vec![
            reaction("+1", &["U1ANA", "U2BO"]),
            reaction("thumbsup", &["U2BO", "U3ODD"]),
            reaction("shipit", &["U1ANA", "U2BO", "U3ODD", "U404"]),
            reaction("tada", &["U1ANA"]),
            Reaction { count: 57, ..reaction("eyes", &["U2BO"]) },
        ],
        files: vec![file(FileMode::Hosted, Some("plan.pdf"), Some(5_000_000))],
        ..edited(says("done"))
    }
}

#[test]
fn f8_reactions_by_choice() {
    let settings = Settings::default;
    let policies = [
        ("native, and the rest in a line", settings()),
        ("native, and the rest counted", Settings { reaction_rest: false, ..settings() }),
        ("a line", Settings { reactions: ReactionPolicy::Footnote, ..settings() }),
        ("left out", Settings { reactions: ReactionPolicy::Skip, ..settings() }),
    ];
    let told = policies.map(|(title, settings)| {
        let converted = by(settings, &reacted());
        let outcome = |outcome: &ReactionOutcome| match outcome {
            ReactionOutcome::As { account, .. } => account.to_string(),
            ReactionOutcome::AsText => "in the line".to_owned(),
            ReactionOutcome::Skipped(skip) => skip.code().to_owned(),
        };
        let fates = converted.reactions.iter();
        let fates: Vec<String> = fates
            .map(|one| format!("{} {}: {}", one.slack_name, one.user, outcome(&one.outcome)))
            .collect();
        format!("{}{}\n", tell(title, "", &converted), fates.join("\n"))
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn f8_a_line_of_reactions_stands_below_everything_and_mentions_nobody() {
    let mut odd = bo_says("");
    odd.blocks = Some(super::convert_support::raw(
        r#"[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]}]}]"#,
    ));
    odd.reactions = vec![reaction("wave", &["U3ODD"])];
    let converted = by(Settings::default(), &odd);
    let shown = super::convert_support::visible(&text(&converted));
    assert!(shown.starts_with("*Bo Lind:*\n```\ncode\n```\n_Reactions in Slack: 👋 "), "{shown}");
    assert!(!shown.contains("<users/all>"), "{shown}");
    assert_eq!(converted.losses.count(Loss::ReactionsAsText), 1);
}

#[test]
fn every_choice_is_in_the_fingerprint() {
    let plain = || Settings::default();
    let mut lines = plain();
    lines.system_lines.pins = true;
    let others = [
        lines,
        Settings { edited: EditMark::Mark, ..plain() },
        Settings { deleted_notices: true, ..plain() },
        Settings { archived: ArchivedPolicy::Skip, ..plain() },
        Settings { names: NameRules { prefix: "A ".to_owned(), rename: None }, ..plain() },
        Settings { authors: Authors { bot: AuthorPolicy::Skip, ..Authors::default() }, ..plain() },
        Settings { reactions: ReactionPolicy::Skip, ..plain() },
        Settings { reaction_rest: false, ..plain() },
    ];
    let mut prints: Vec<String> = others.iter().map(Settings::fingerprint).collect();
    prints.push(plain().fingerprint());
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), others.len() + 1);
}
