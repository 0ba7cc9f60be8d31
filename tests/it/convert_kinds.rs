//! Kinds of message as Slack writes them, from the record in a day file to what Chat will show.

use super::convert_support::{converter, roster, tell};
use super::support::Workspace;
use chatferry::convert::{Context, Converter, Settings};
use chatferry::slack::{Export, Message, Options};
use serde_json::{Value, json};

/// Reads records back as an export's messages.
fn read(records: &[Value]) -> Vec<Message> {
    let mut workspace = Workspace::new().channel("general", &["U1ANA"]);
    for (second, record) in (1_600_000_000_u64..).zip(records) {
        let ts = format!("{second}.000100");
        workspace = workspace.record(json!({"type": "message", "ts": ts})).with(record.clone());
    }
    let zip = workspace.zip();
    let export = Export::open(&zip.path, &Options::default()).expect("an export");
    let mut scratch = Vec::new();
    let days = export.days(&export.conversations()[0]).collect::<Vec<_>>();
    days.iter().flat_map(|day| export.read_day(day, &mut scratch).messages).collect()
}

fn shown(converter: &Converter, cases: &[(&str, Value)]) -> String {
    let records: Vec<Value> = cases.iter().map(|(_, record)| record.clone()).collect();
    let messages = read(&records);
    assert_eq!(messages.len(), cases.len(), "every record is a message");
    let context = Context { threads: true };
    let told = cases.iter().zip(&messages);
    let told = told.map(|((title, _), one)| tell(title, "", &converter.convert(&context, one)));
    told.collect::<Vec<_>>().join("\n")
}

fn text_block(text: &str) -> Value {
    json!([{"type": "rich_text", "elements": [{"type": "rich_text_section",
        "elements": [{"type": "text", "text": text}]}]}])
}

#[test]
fn f1_posts_of_workflows() {
    let profile = json!({"id": "B7FLOW", "app_id": "A7", "name": "Onboarding",
        "icons": {"image_36": "https://a.slack-edge.com/x.png"}, "deleted": false, "team_id": "T1"});
    let form = json!([
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Leave request* by <@U2BO>"}},
        {"type": "actions", "elements": [{"type": "workflow_button", "action_id": "a",
            "text": {"type": "plain_text", "text": "Start again"}, "workflow": {"trigger": {"url": "https://slack.com/shortcuts/x"}}}]}]);
    insta::assert_snapshot!(shown(
        &converter(),
        &[
            (
                "of the Workflow Builder of old",
                json!({
            "subtype": "bot_message", "bot_id": "B7FLOW", "username": "Onboarding",
            "text": "Welcome, <@U1ANA>!", "icons": {"emoji": ":wave:"},
            "workflow_id": "Wf123"})
            ),
            (
                "of today, with a profile and metadata",
                json!({
            "user": "U7FLOW", "bot_id": "B7FLOW", "app_id": "A7", "bot_profile": profile,
            "text": "plain", "blocks": text_block("Welcome aboard"),
            "metadata": {"event_type": "onboarding", "event_payload": {"secret": "not shown"}}})
            ),
            (
                "with a form's button",
                json!({
            "subtype": "bot_message", "bot_id": "B7FLOW", "bot_profile": profile,
            "text": "", "blocks": form})
            ),
        ]
    ));
}

#[test]
fn f6_huddles_and_calls() {
    let room = |more: Value| {
        let mut room = json!({"id": "R1", "name": "", "created_by": "U1ANA", "date_start": 1_600_000_000,
            "date_end": 1_600_000_700, "participant_history": ["U1ANA", "U2BO", "U404"], "has_ended": true,
            "channels": ["C1"], "thread_root_ts": "1600000000.000100", "is_dm_call": false});
        room.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
        room
    };
    let huddle = |room: Value| {
        json!({"subtype": "huddle_thread", "user": "USLACKBOT", "text": "A huddle started",
            "channel": "C1", "no_notifications": true, "permalink": "https://acme.slack.com/call/R1",
            "room": room})
    };
    let still_on = json!({"date_end": 0, "has_ended": false, "participant_history": [], "participants": ["U2BO"]});
    insta::assert_snapshot!(shown(
        &converter(),
        &[
            ("with participants and length", huddle(room(json!({})))),
            ("that had not ended", huddle(room(still_on))),
            ("begun by somebody without an account", huddle(room(json!({"created_by": "U2BO"})))),
            ("room: null", huddle(Value::Null)),
            (
                "of 2022, without a subtype",
                json!({"user": "U1ANA", "text": "", "room": room(json!({}))})
            ),
            (
                "an old call",
                json!({"subtype": "sh_room_created", "user": "U1ANA", "text": "", "room": room(json!({}))})
            ),
        ]
    ));
}

#[test]
fn f6_reminders_comments_and_slackbot() {
    let mut settings = Settings::default();
    settings.system_lines.reminders = true;
    insta::assert_snapshot!(shown(
        &Converter::new(roster(), settings),
        &[
            (
                "a reminder is set",
                json!({
            "subtype": "reminder_add", "user": "U1ANA",
            "text": " set up a reminder “stand-up” in this channel at 9AM every weekday, Pacific Standard Time."})
            ),
            ("a reminder comes", json!({"user": "USLACKBOT", "text": "Reminder: stand-up."})),
            (
                "an automatic answer",
                json!({
            "subtype": "slackbot_response", "user": "USLACKBOT", "text": "The wifi password is on the board."})
            ),
            (
                "a comment on a file",
                json!({
            "subtype": "file_comment", "text": "<@U2BO> commented on <@U1ANA>’s file <https://acme.slack.com/files/U1ANA/F1/plan.pdf|plan>: Looks *good* &amp; done",
            "comment": {"id": "Fc1", "user": "U2BO", "comment": "Looks *good* &amp; done", "timestamp": 1_400_000_000},
            "file": {"id": "F1", "user": "U1ANA", "name": "plan.pdf", "mode": "hosted", "size": 1200,
                "url_private": "https://files.slack.com/files-pri/T1-F1/plan.pdf?t=xoxe-1-secret",
                "permalink": "https://acme.slack.com/files/U1ANA/F1/plan.pdf"}})
            ),
            (
                "a thread with an assistant",
                json!({
            "subtype": "assistant_app_thread", "user": "U1ANA", "text": "New chat",
            "assistant_app_thread": {"title": "Trip", "title_blocks": []}})
            ),
        ]
    ));
}

#[test]
fn f6_canvases_lists_and_posts() {
    let file = |mode: &str, name: &str, more: Value| {
        let mut file = json!({"id": "F7", "name": name, "title": name, "mode": mode, "size": 20_000,
            "permalink": format!("https://acme.slack.com/docs/T1/{name}"),
            "url_private": "https://files.slack.com/files-pri/T1-F7/canvas?t=xoxe-1-secret"});
        file.as_object_mut().expect("an object").extend(more.as_object().expect("fields").clone());
        json!({"user": "U1ANA", "text": "see", "files": [file]})
    };
    let quip = json!({"filetype": "quip", "mimetype": "application/vnd.slack-docs"});
    let list = json!({"filetype": "list", "mimetype": "application/vnd.slack-list", "list_metadata": {"schema": []}});
    let told = shown(
        &converter(),
        &[
            ("a canvas", file("quip", "Handbook", quip)),
            ("a list", file("list", "Tasks", list)),
            ("a post", file("space", "Minutes", json!({"filetype": "space"}))),
            ("a forwarded e-mail", file("email", "Offer", json!({"filetype": "email"}))),
            (
                "a file on Drive",
                file(
                    "external",
                    "Budget",
                    json!({"is_external": true, "external_type": "gdrive",
            "url_private": "https://docs.google.com/document/d/1x/edit"}),
                ),
            ),
            (
                "the channel's canvas was changed",
                json!({
            "subtype": "channel_canvas_updated", "user": "U1ANA", "text": "", "canvas_update_type": "edit"}),
            ),
            (
                "a row of a list was added",
                json!({"subtype": "list_record_added", "user": "U1ANA", "text": ""}),
            ),
            (
                "a comment in a canvas",
                json!({"subtype": "document_comment_root", "user": "U1ANA", "text": "why?"}),
            ),
        ],
    );
    assert!(!told.contains("xoxe"), "{told}");
    insta::assert_snapshot!(told);
}
