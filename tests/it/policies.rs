//! Choices of the settings, carried out by the program: what stands in Chat, and what the report
//! counts.

use crate::rig::{Rig, tally, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Dialects, Fault, Odd, Options};
use serde_json::{Value, json};
use std::path::Path;

/// Puts settings into the work folder before the first command.
fn settings(rig: &Rig, lines: &str) {
    std::fs::create_dir_all(rig.work()).expect("a folder");
    std::fs::write(rig.work().join("settings.toml"), lines).expect("written");
}

/// Returns the texts of all messages, in order.
fn texts(rig: &Rig) -> Vec<String> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let texts = lines.filter_map(|line| Some(line["text"].as_str()?.to_owned()));
    texts.collect()
}

async fn whole(rig: &Rig, export: &Path) {
    rig.whole(export).await;
    assert_eq!((rig.emulator().audit(), rig.emulator().lints()), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn f8_f9_reactions_in_a_line_are_transformed_and_cost_no_call() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "ship it")
        .react("wave", &["U1", "U2"])
        .react("shipit", &["U1"])
        .zip();
    let rig = Rig::start(&["ana"]).await;
    whole(&rig, &export.path).await;
    assert_eq!(texts(&rig), ["ship it\n_Reactions in Slack: 👋 bo · :shipit: ana_"]);
    assert_eq!(tally(&rig.account().await, "reaction"), json!({"sent": 1, "transformed": 2}));

    let rig = Rig::start(&["ana"]).await;
    settings(&rig, "reactions = \"footnote\"\nedited = \"none\"\n");
    whole(&rig, &export.path).await;
    assert_eq!(texts(&rig), ["ship it\n_Reactions in Slack: 👋 ana, bo · :shipit: ana_"]);
    assert_eq!(tally(&rig.account().await, "reaction"), json!({"transformed": 3}));
    assert_eq!(rig.emulator().stats().of("spaces.messages.reactions.create"), 0);
}

/// Returns every space: its name, none for a group chat, its kind, and the texts in it.
fn spaces(rig: &Rig) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for line in rig.emulator().canonical().lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if line["space"].is_string() {
            let name = line["name"].as_str().unwrap_or("(a group chat)").to_owned();
            all.push((name, Vec::new()));
        } else if let (Some(text), Some((_, texts))) = (line["text"].as_str(), all.last_mut()) {
            texts.push(text.to_owned());
        }
    }
    all.sort();
    all
}

fn space(name: &str, texts: &[&str]) -> (String, Vec<String>) {
    (name.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect())
}

fn conversations() -> Workspace {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .channel("team-web", &["U1", "U2"])
        .message("U1", "1600000000.000100", "alive")
        .channel("team-old", &[])
        .conversation(json!({"is_archived": true, "topic": {"value": "was fun"}}))
        .message("U2", "1600000001.000100", "history without members")
        .mpim("mpdm-ana--bo-1", &["U1", "U2"])
        .message("U1", "1600000002.000100", "one group")
        .mpim("mpdm-ana--bo-2", &["U1", "U2"])
        .message("U2", "1600000003.000100", "another of the same people")
        .dm("D1", &["U1", "U1"])
        .conversation(json!({"created": 1}))
        .message("U1", "1600000004.000100", "note to self")
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_e2_e3_e4_e5_every_conversation_crosses_by_itself_under_the_name_of_the_rules() {
    let rig = Rig::start(&["ana", "bo"]).await;
    settings(&rig, "rename = \"^team-(.*)$ => Team $1\"\nname_prefix = \"Acme \"\n");
    whole(&rig, &conversations().zip().path).await;
    assert_eq!(
        spaces(&rig),
        [
            space("(a group chat)", &["another of the same people"]),
            space("(a group chat)", &["one group"]),
            space("Acme Team old", &["history without members"]),
            space("Acme Team web", &["alive"]),
            space("ana (notes)", &["note to self"]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e6_an_archived_channel_is_left_out_by_choice_and_counted() {
    let rig = Rig::start(&["ana", "bo"]).await;
    settings(&rig, "archived = \"skip\"\n");
    whole(&rig, &conversations().zip().path).await;
    let names: Vec<String> = spaces(&rig).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["(a group chat)", "(a group chat)", "ana (notes)", "team-web"]);
    let account = rig.account().await;
    assert_eq!(tally(&account, "message"), json!({"sent": 4, "skipped": 1}));
    let skipped = account["skipped"].to_string();
    assert!(skipped.contains("archived_conversation"), "{skipped}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inspect_counts_by_the_choices_of_the_work_folder_as_plan_does() {
    let export = Workspace::new()
        .person("U1", "ana")
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "ship it")
        .with(json!({"edited": {"user": "U1", "ts": "1600000009.000000"}}))
        .react("wave", &["U1"])
        .zip();
    let path = export.path.display().to_string();
    let losses = |output: std::process::Output| {
        let printed = text(&output.stdout);
        let last = printed.lines().rfind(|line| line.starts_with('{') && line.len() > 2);
        let whole: Value = serde_json::from_str(last.unwrap_or(&printed)).expect("JSON");
        whole["loss_account"]["conversations"][0]["losses"].clone()
    };
    let joined = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rig = Rig::start(&["ana"]).await;
    assert_eq!(losses(rig.run(&["inspect", &path, "--json"]).await), json!({}));
    let told = joined(rig.ok(&["inspect", &path]).await);
    assert!(told.contains("the default settings are assumed."), "{told}");
    assert!(told.contains("1 of 2 Slack identities has an account (1 assumed"), "{told}");
    settings(&rig, "reactions = \"footnote\"\nedited = \"none\"\n");
    let chosen = json!({"edit_time": 1, "reactions_as_text": 1});
    assert_eq!(losses(rig.run(&["inspect", &path, "--json"]).await), chosen);
    assert_eq!(losses(rig.run(&["plan", &path, "--json"]).await), chosen);
    let told = joined(rig.ok(&["inspect", &path]).await);
    assert!(told.contains("The settings are those of "), "{told}");
}

/// An app that begins a thread and answers in it, one that has an account, and a person between.
fn apps() -> Export {
    let by = |bot: &str, name: &str| json!({"subtype": "bot_message", "user": null, "bot_id": bot, "username": name});
    Workspace::new()
        .person("U1", "ana")
        .bot("U8", "deploy", "B8")
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .message("", "1600000001.000100", "build *12* failed")
        .with(by("B9", "Jenkins"))
        .react("eyes", &["U1"])
        .reply("U1", "1600000002.000100", "1600000001.000100", "looking")
        .reply("", "1600000003.000100", "1600000001.000100", "build 13 passed")
        .with(by("B9", "Jenkins"))
        .message("", "1600000004.000100", "deployed")
        .with(by("B8", "deploy"))
        .zip()
}

/// Returns who posted what, in order.
fn posts(rig: &Rig) -> Vec<(String, String)> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let word = |line: &Value, field: &str| Some(line[field].as_str()?.to_owned());
    lines.filter_map(|line| Some((word(&line, "sender")?, word(&line, "text")?))).collect()
}

async fn with_apps(dialects: Dialects) -> (Rig, Export) {
    let options = Options { dialects, ..Options::default() };
    let rig = Rig::with(&["ana", "ci"], options).await;
    let people = rig.work().with_file_name("people.csv");
    std::fs::write(&people, "B8,ci@example.com\n").expect("written");
    settings(&rig, &format!("bots = \"app\"\npeople = \"{}\"\n", people.display()));
    (rig, apps())
}

fn said(by_app: &str) -> Vec<(String, String)> {
    let posts = [
        ("ana@example.com", "hello"),
        (by_app, "*Jenkins:* build *12* failed"),
        ("ana@example.com", "looking"),
        (by_app, "*Jenkins:* build 13 passed"),
        ("ci@example.com", "deployed"),
    ];
    posts.map(|(who, what)| (who.to_owned(), what.to_owned())).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn apps_post_as_the_chat_app_by_choice_and_a_lost_answer_doubles_nothing() {
    for listed_client_ids in [true, false] {
        let (rig, export) = with_apps(Dialects { listed_client_ids, ..Dialects::default() }).await;
        let lost = Fault::on("spaces.messages.create").containing("build").times(2);
        rig.emulator().arm(lost.after(Action::Close)).expect("a good fault");
        whole(&rig, &export.path).await;
        assert_eq!(rig.emulator().unfired(), []);
        assert_eq!(posts(&rig), said("app"));
        let state = rig.emulator().canonical();
        assert!(state.contains("2020-09-13T12:26:41.000100Z"), "{state}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_admin_posts_what_chat_does_not_take_from_the_app() {
    let dialects =
        Dialects { app_history: Odd::Refused, author_must_be_member: true, ..Dialects::default() };
    let (rig, export) = with_apps(dialects).await;
    let refused = Action::status(403);
    let fault = Fault::on("spaces.messages.create").containing("build 13").before(refused);
    rig.emulator().arm(fault).expect("a good fault");
    whole(&rig, &export.path).await;
    assert_eq!(posts(&rig), said("admin@example.com"));
    let account = rig.account().await;
    let losses = account["losses"].as_array().expect("a list");
    let of = |code: &str| losses.iter().find(|one| one["code"] == code).map(|one| &one["count"]);
    assert_eq!((of("app_refused"), of("author_unavailable")), (Some(&json!(2)), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_an_apps_post_is_led_to_chat_by_whoever_posted_it() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .message(
            "",
            "1600000001.000100",
            "<https://acme.slack.com/archives/CGENERAL/p1600000000000100>",
        )
        .with(
            json!({"subtype": "bot_message", "user": null, "bot_id": "B9", "username": "Jenkins"}),
        )
        .zip();
    for (app_history, who) in [(Odd::Taken, "app"), (Odd::Refused, "admin@example.com")] {
        let dialects = Dialects { app_history, ..Dialects::default() };
        let rig = Rig::with(&["u1"], Options { dialects, ..Options::default() }).await;
        settings(&rig, "bots = \"app\"\nlinks = \"patch\"\n");
        whole(&rig, &export.path).await;
        let (by, said) = posts(&rig).pop().expect("a post");
        assert_eq!(by, who);
        assert!(said.starts_with("*Jenkins:* https://") && !said.contains("slack.com"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_chat_does_not_keep_for_the_app_is_found_and_its_space_stays_closed() {
    let (rig, export) =
        with_apps(Dialects { app_history: Odd::Ignored, ..Dialects::default() }).await;
    rig.forgive(&["reply-before-root"]);
    rig.ok(&["run", &export.path.display().to_string()]).await;
    let verdict = rig.run(&["verify"]).await;
    assert_eq!(verdict.status.code(), Some(7), "{}", text(&verdict.stdout));
    assert!(text(&verdict.stdout).contains("time"), "{}", text(&verdict.stdout));
    assert_eq!(rig.run(&["complete"]).await.status.code(), Some(7));
    assert_eq!(rig.emulator().stats().of("spaces.completeImport"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_e2_e5_every_conversation_has_its_own_members_and_only_those() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .channel("general", &["U1", "U2", "U3"])
        .message("U1", "1600000000.000100", "to all")
        .channel("ghosts", &[])
        .message("U2", "1600000001.000100", "history without members")
        .private("board", &["U1", "U2"])
        .message("U2", "1600000002.000100", "to two")
        .mpim("mpdm-ana--bo--cy-1", &["U1", "U2", "U3"])
        .message("U1", "1600000003.000100", "to three")
        .reply("U2", "1600000004.000100", "1600000003.000100", "a thread needs a space")
        .mpim("mpdm-ana--bo--cy-2", &["U1", "U2", "U3"])
        .message("U3", "1600000005.000100", "to the same three")
        .reply("U1", "1600000006.000100", "1600000005.000100", "again")
        .dm("D1", &["U1", "U3"])
        .message("U3", "1600000007.000100", "to one")
        .reply("U1", "1600000008.000100", "1600000007.000100", "yes")
        .zip();
    let rig = Rig::start(&["ana", "bo", "cy"]).await;
    settings(&rig, "dm = \"space\"\n");
    whole(&rig, &export.path).await;
    let members: Vec<(String, String)> = rig
        .members()
        .into_iter()
        .map(|(space, who)| (space, who.into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    let of = |space: &str, who: &[&str]| {
        let who = who.iter().map(|one| format!("{one}@example.com")).collect::<Vec<_>>();
        (space.to_owned(), who.join(" "))
    };
    assert_eq!(
        members,
        [
            of("ana, bo, cy", &["ana", "bo", "cy"]),
            of("ana, bo, cy (2)", &["ana", "bo", "cy"]),
            of("ana, cy", &["ana", "cy"]),
            of("board", &["ana", "bo"]),
            of("general", &["ana", "bo", "cy"]),
            // Nobody was in it any more: the admin keeps it.
            of("ghosts", &["admin"]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn e3_slacks_placeholder_time_makes_a_space_that_is_older_than_its_first_message() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .dm("D1", &["U1", "U2"])
        .conversation(json!({"created": 1}))
        .message("U1", "1600000000.000100", "hi")
        .channel("early", &["U1"])
        .conversation(json!({"created": 1_700_000_000}))
        .message("U1", "1600000000.000100", "older than its channel")
        .zip();
    let rig = Rig::start(&["ana", "bo"]).await;
    whole(&rig, &export.path).await;
    let state = rig.emulator().canonical();
    let spaces = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut times: Vec<String> = spaces
        .filter(|line| line["space"].is_string())
        .map(|line| line["time"].to_string())
        .collect();
    times.sort();
    assert_eq!(times, ["\"2000-01-01T00:00:00Z\"", "\"2020-09-13T12:26:39.000100Z\""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e4_equal_names_are_told_apart_in_the_plan_and_a_name_that_chat_has_is_passed_over() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "public")
        .channel("General", &["U1"])
        .conversation(json!({"id": "COLD", "is_archived": true}))
        .message("U1", "1600000001.000100", "archived")
        .private("GENERAL", &["U1"])
        .message("U1", "1600000002.000100", "private")
        .zip();
    let rig = Rig::start(&["u1"]).await;
    let plan = rig.ok(&["plan", &export.path.display().to_string()]).await;
    assert!(plan.contains("GENERAL (private)") && plan.contains("General (archived)"), "{plan}");
    let token = rig.api.user("admin@example.com").await;
    rig.forgive(&["duplicate-space"]);
    for name in ["general", "general (2)"] {
        let theirs = json!({"spaceType": "SPACE", "displayName": name, "importMode": true,
            "createTime": "2019-01-01T00:00:00Z"});
        rig.api.post("/v1/spaces", &token, theirs).await.name();
    }
    rig.whole(&export.path).await;
    let ours: Vec<_> = spaces(&rig).into_iter().filter(|(_, texts)| !texts.is_empty()).collect();
    assert_eq!(
        ours,
        [
            space("GENERAL (private)", &["private"]),
            space("General (archived)", &["archived"]),
            space("general (3)", &["public"]),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_neighbours_in_time_keep_their_order_and_their_times_through_a_stop() {
    let export = Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", &"a long word ".repeat(6_000))
        .message("U1", "1600000000.000101", "second")
        .message("U1", "1600000000.000102", "third")
        .message("U1", "1600000000.000200", "later")
        .zip();
    let golden = Rig::start(&["u1"]).await;
    whole(&golden, &export.path).await;
    let rig = Rig::start(&["u1"]).await;
    let post = "spaces.messages.create";
    let stop = Fault::on(post).nth(3).times(2).before(Action::status(401));
    rig.emulator().arm(stop).expect("a good fault");
    let output = rig.in_order(&["run", &export.path.display().to_string()]).await;
    assert_eq!(output.status.code(), Some(6), "{}", text(&output.stdout));
    rig.whole_again().await;
    let state = rig.emulator().canonical();
    assert_eq!(state, golden.emulator().canonical());
    let at = |said: &str| {
        let line = state.lines().find(|line| line.contains(said)).expect("it is there");
        serde_json::from_str::<Value>(line).expect("JSON")["time"].clone()
    };
    assert_eq!(
        [at("(1/3)"), at("(2/3)"), at("(3/3)"), at("second"), at("third"), at("later")],
        ["00100", "00101", "00102", "00103", "00104", "00200"]
            .map(|micros| json!(format!("2020-09-13T12:26:40.0{micros}Z")))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_c4_authors_who_are_gone_or_listed_nowhere_are_named_and_stop_nothing() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .who(json!({"deleted": true, "profile": {"display_name": "Bo Gone"}}))
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "hello")
        .message("U2", "1600000001.000100", "I have left")
        .message("U404", "1600000002.000100", "from another organisation")
        .with(json!({"user_profile": {"display_name": "Zoe Zimt"}, "user_team": "T9"}))
        .message("U405", "1600000003.000100", "nobody knows me")
        .zip();
    let rig = Rig::start(&["ana"]).await;
    whole(&rig, &export.path).await;
    assert_eq!(
        texts(&rig),
        [
            "hello",
            "*Bo Gone:* I have left",
            "*Zoe Zimt:* from another organisation",
            "*U405:* nobody knows me",
        ]
    );
    assert_eq!(tally(&rig.account().await, "message"), json!({"sent": 1, "transformed": 3}));
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_f5_f6_a_deleted_root_keeps_its_thread_and_a_reply_to_all_stands_once_and_says_so() {
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("USLACKBOT", "1600000000.000100", "This message was deleted.")
        .with(json!({"subtype": "tombstone", "hidden": true, "thread_ts": "1600000000.000100",
            "reply_count": 2}))
        .message("U1", "1600000001.000100", "between")
        .reply("U1", "1600000002.000100", "1600000000.000100", "a reply")
        .reply("U2", "1600090000.000100", "1600000000.000100", "to everybody, a day later")
        .with(json!({"subtype": "thread_broadcast", "root": {"ts": "1600000000.000100"}}))
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    whole(&rig, &export.path).await;
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let posts: Vec<Value> = lines.filter(|line| line["text"].is_string()).collect();
    let root = &posts[0]["thread"];
    let told: Vec<(&str, bool)> = posts
        .iter()
        .map(|post| (post["text"].as_str().expect("a text"), post["thread"] == *root))
        .collect();
    assert_eq!(
        told,
        [
            ("_This message was deleted in Slack._", true),
            ("between", false),
            ("a reply", true),
            ("to everybody, a day later _(also sent to the channel)_", true),
        ]
    );
}
