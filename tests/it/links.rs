//! Slack permalinks: counted where they stay, and listed for whoever mends wikis.

use crate::rig::Rig;
use crate::support::Workspace;
use serde_json::Value;
use std::fs;

const HERE: &str = "https://acme.slack.com/archives/CGENERAL/p1600000000000100";
const THERE: &str = "https://acme.slack.com/archives/CRANDOM/p1600000100000300";
pub(crate) const GONE: &str = "https://acme.slack.com/archives/CELSE/p1600000000000100";

/// Two channels that point to each other, and out of the migration.
pub(crate) fn pointing() -> Workspace {
    let reply = format!("{HERE}?thread_ts=1600000000.000100&cid=CGENERAL");
    Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "the root")
        .reply("U2", "1600000009.000200", "1600000000.000100", &format!("see <{THERE}>"))
        .message("U1", "1600000050.000500", &format!("<{GONE}|old> and `{THERE}` and <{THERE}|it>"))
        .channel("random", &["U1", "U2"])
        .message("U2", "1600000100.000300", &format!("as <{reply}|{reply}> says"))
}

/// Returns the texts of all messages in Chat, in order of space and time.
pub(crate) fn texts(rig: &Rig) -> Vec<String> {
    let lines = rig.emulator().canonical();
    let texts = lines.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).expect("the dump is JSON");
        Some(line.get("text")?.as_str()?.to_owned())
    });
    texts.collect()
}

/// Returns how many links stayed, as the report says.
pub(crate) fn kept(said: &str) -> u64 {
    let line = said.lines().find(|line| line.contains("(link_kept"));
    line.map_or(0, |line| line.split_whitespace().next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn links_to_slack_stay_and_are_counted_and_the_manifest_tells_where_all_of_it_stands() {
    let rig = Rig::start(&["u1", "u2"]).await;
    let export = pointing().zip();
    let said = rig.ok(&["run", &export.path.display().to_string()]).await;
    assert_eq!(kept(&said), 4, "the one in code is no link\n{said}");
    let all = texts(&rig).join("\n");
    assert!(all.contains(THERE) && all.contains(GONE), "{all}");
    let read = || fs::read_to_string(rig.work().join("reports/manifest.csv")).expect("a manifest");
    let (manifest, mut rows) = (read(), Vec::new());
    let mut csv = csv::Reader::from_reader(manifest.as_bytes());
    for row in csv.records() {
        let row = row.expect("a row");
        rows.push((row[0].to_owned(), row[3].to_owned(), row[4].to_owned(), row[5].to_owned()));
    }
    assert_eq!(rows.len(), 4, "{manifest}");
    let permalinks: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
    assert!(permalinks.contains(&"/archives/CRANDOM/p1600000100000300"), "{manifest}");
    let reply = rows.iter().find(|row| row.0.ends_with("p1600000009000200")).expect("the reply");
    assert_eq!(reply.1, "1600000000.000100");
    for (_, _, message, url) in &rows {
        let last = message.rsplit(['/', '.']).next().expect("an id");
        assert!(url.starts_with("https://chat.google.com/room/") && url.ends_with(last), "{url}");
    }
    // Both settings change what is written, and a later command writes it anew.
    let flags = [
        ("CHATFERRY_WORKSPACE", "https://Acme.slack.com/"),
        ("CHATFERRY_LINK_TEMPLATE", "https://x.example/{message}"),
    ];
    let mut command = rig.command(&["run"]);
    command.envs(flags);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success());
    let manifest = read();
    assert!(
        manifest.contains("https://acme.slack.com/archives/CGENERAL/p1600000000000100"),
        "{manifest}"
    );
    assert!(manifest.contains(",https://x.example/"), "{manifest}");
}
