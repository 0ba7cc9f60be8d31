//! F3: a message too long for Chat stands there in numbered parts, in one thread and in order.

use crate::rig::Rig;
use crate::support::Workspace;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn f3_the_parts_of_a_long_message_stand_together_in_its_thread() {
    let long = "word \"quoted\" <@U2>\n".repeat(4_000);
    let export = Workspace::new()
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", &long)
        // The next microsecond is taken: the second part moves on.
        .message("U2", "1600000000.000101", "between")
        .reply("U2", "1600000000.000103", "1600000000.000100", "an answer")
        .zip();
    let rig = Rig::start(&["u1", "u2"]).await;
    rig.whole(&export.path).await;
    assert_eq!(rig.emulator().lints(), []);
    let canonical = rig.emulator().canonical();
    let lines: Vec<Value> =
        canonical.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let messages: Vec<&Value> = lines.iter().filter(|line| line["message"].is_string()).collect();
    let part = |message: &&&Value| message["text"].as_str().is_some_and(|t| t.starts_with("word"));
    let parts: Vec<&&Value> = messages.iter().filter(part).collect();
    let marks: Vec<&str> =
        parts.iter().filter_map(|part| part["text"].as_str()?.lines().last()).collect();
    let want: Vec<String> = (1..=parts.len()).map(|n| format!("({n}/{})", parts.len())).collect();
    assert!(parts.len() > 2);
    assert_eq!(marks, want);
    let other = |text: &str| messages.iter().find(|message| message["text"] == text).expect(text);
    for part in &parts {
        assert_eq!(part["thread"], parts[0]["thread"]);
        assert_eq!(part["sender"], parts[0]["sender"]);
        let text = part["text"].as_str().unwrap_or("");
        assert_eq!(text.matches('<').count(), text.matches('>').count());
    }
    assert_eq!(other("an answer")["thread"], parts[0]["thread"]);
    assert_ne!(other("between")["thread"], parts[0]["thread"]);
    let mut times: Vec<&str> = messages.iter().filter_map(|one| one["time"].as_str()).collect();
    let all = times.len();
    times.dedup();
    assert_eq!((times.len(), all), (parts.len() + 2, parts.len() + 2));
    assert!(times.iter().all(|time| time.starts_with("2020-09-13T12:26:40.0001")), "{times:?}");
}
