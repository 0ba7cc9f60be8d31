//! A conflict on a post, looked at: what was moved and forgotten is found again, what is not ours
//! is given way to. Under both answers to whether Chat shows the ids that we gave.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::emulator::{Action, Change, Dialects, Fault, Options};
use serde_json::json;
use std::fs;

const PEOPLE: [&str; 2] = ["u1", "u2"];

fn export() -> Export {
    Workspace::new()
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "first")
        .message("U1", "1600000000.000101", "second")
        .message("U1", "1600000001.000100", "third")
        .zip()
}

/// Makes the space, puts somebody else's message into it at the first one's time, and keeps a
/// copy of the ledger as it was before anything was posted.
async fn with_a_stranger(rig: &Rig, export: &Export) {
    let refuse = Fault::on("spaces.messages.create").times(3).before(Action::status(403));
    rig.emulator().arm(refuse).expect("a good fault");
    let stuck = rig.run(&["run", &export.path.display().to_string()]).await;
    assert_eq!(stuck.status.code(), Some(3), "{}", text(&stuck.stderr));
    rig.ok(&["retry", "--all"]).await;
    let spaces = fs::read_to_string(rig.work().join("spaces.jsonl")).expect("it is there");
    let made: serde_json::Value =
        serde_json::from_str(spaces.lines().next().expect("a line")).expect("JSON");
    let path = format!("/v1/{}/messages", made["space"].as_str().expect("a name"));
    let token = rig.api.user("u2@example.com").await;
    rig.forgive(&["nameless-message"]);
    let theirs = json!({"text": "not ours", "createTime": "2020-09-13T12:26:40.000100Z"});
    assert_eq!(rig.api.post(&path, &token, theirs).await.status, 200);
    fs::copy(rig.work().join("ledger.sqlite"), rig.work().join("../old")).expect("a copy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_was_moved_before_the_ledger_was_lost_is_found_where_it_stands() {
    let export = export();
    for listed_client_ids in [true, false] {
        let dialects = Dialects { listed_client_ids, ..Dialects::default() };
        let rig = Rig::with(&PEOPLE, Options { dialects, ..Options::default() }).await;
        with_a_stranger(&rig, &export).await;
        rig.ok(&["run"]).await;
        let sent = rig.emulator().canonical();
        assert!(sent.contains("40.000102Z"), "the first moved behind the second: {sent}");
        // The backup of before is put back, and Google has forgotten every request id.
        for file in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            fs::remove_file(rig.work().join(file)).ok();
        }
        fs::copy(rig.work().join("../old"), rig.work().join("ledger.sqlite")).expect("a copy");
        rig.emulator().change(&Change::ForgetRequests).expect("a good change");
        rig.ok(&["run"]).await;
        assert_eq!(rig.emulator().canonical(), sent, "client ids listed: {listed_client_ids}");
        let verdict = rig.run(&["verify"]).await;
        let told = text(&verdict.stdout);
        assert!(told.contains("3 of 3 planned messages are in Google Chat as planned"), "{told}");
        // The older ledger can't know that the first was moved.
        rig.forgive(&["message-id-changed"]);
    }
}
