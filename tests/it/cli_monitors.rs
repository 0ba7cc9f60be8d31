//! What listeners write: plain lines and JSON lines, under a clock of the test's own.

use chatferry::cli::{Json, Plain, json_line};
use chatferry::clock::{SystemClock, VirtualClock};
use chatferry::draft::StepKind;
use chatferry::event::{Calls, Event, Monitor};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

fn clock() -> Arc<VirtualClock> {
    Arc::new(VirtualClock::starting_at(1_795_000_000_000_000))
}

/// A run of a minute: 600 posts, ten a second, after 1,000 of an earlier run.
async fn a_minute(monitor: &dyn Monitor) {
    monitor.observe(&Event::PlanStarted { conversations: 2 });
    for name in ["general", "random"] {
        monitor.observe(&Event::Planned { conversation: name.to_owned(), messages: 850 });
        monitor.observe(&Event::ConversationPlanned { conversation: name.to_owned() });
    }
    let owed = Calls { posts: 1_700, reactions: 300, others: 4 };
    let paid = Calls { posts: 1_000, reactions: 300, others: 4 };
    monitor.observe(&Event::RunStarted { owed, paid, lanes: 2 });
    monitor.observe(&Event::LaneOpened { lane: 1, name: "gen\u{9b}2Jeral".to_owned(), owed });
    for second in 0..60 {
        for _ in 0..10 {
            monitor.observe(&Event::StepDone { lane: 1, kind: StepKind::Post });
        }
        if second == 30 {
            monitor.observe(&Event::Throttled { what: "posts", wait: Duration::from_secs(12) });
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    monitor.observe(&Event::Draining { in_flight: 3 });
    monitor.observe(&Event::RunFinished { stopped: true });
}

#[tokio::test(start_paused = true)]
async fn without_a_terminal_a_line_comes_every_ten_seconds() {
    let plain = Plain::new(Vec::new(), clock());
    a_minute(&plain).await;
    insta::assert_snapshot!(String::from_utf8(plain.into_inner()).expect("text"));
}

#[tokio::test(start_paused = true)]
async fn json_sums_up_what_comes_by_the_thousand_once_a_second() {
    let json = Json::new(Vec::new(), clock());
    a_minute(&json).await;
    let text = String::from_utf8(json.into_inner()).expect("text");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!(count("step_done"), 0);
    assert!((55..=62).contains(&count("progress")), "{}", count("progress"));
    let last = lines.iter().rfind(|line| line["event"] == "progress").expect("some");
    assert_eq!((last["paid"]["posts"].as_u64(), last["read"].as_u64()), (Some(1_600), Some(1_700)));
    assert_eq!(lines[0]["at"], "2026-11-18T11:06:40.000000Z");
    let name = lines.iter().find(|line| line["event"] == "lane_opened").expect("one");
    assert_eq!(name["name"], "gen\u{9b}2Jeral", "the value is whole");
    assert!(text.contains(r"gen\u009b2Jeral"), "and harmless on a terminal");
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_told_of_when_it_begins_and_when_it_ends() {
    let plain = Plain::new(Vec::new(), clock());
    let owed = Calls { posts: 10, ..Calls::default() };
    plain.observe(&Event::RunStarted { owed, paid: Calls::default(), lanes: 1 });
    let why = "no connection to the server".to_owned();
    plain.observe(&Event::Waiting { on: "network", why });
    tokio::time::advance(Duration::from_mins(121)).await;
    plain.observe(&Event::Throttled { what: "posts", wait: Duration::from_secs(1) });
    plain.observe(&Event::Resumed { after: Duration::from_mins(121) });
    let lasting = Duration::from_mins(15);
    plain.observe(&Event::Stalled { lasting, throttled: true });
    plain.observe(&Event::StepDone { lane: 1, kind: StepKind::Post });
    let name = "gen\u{1b}[2Jeral".to_owned();
    plain.observe(&Event::LaneBlocked { lane: 1, name: name.clone(), why: "space_gone" });
    plain.observe(&Event::WindowShort { percent: 80, lanes: 3, name, days_left: 17 });
    plain.observe(&Event::RunFinished { stopped: false });
    insta::assert_snapshot!(String::from_utf8(plain.into_inner()).expect("text"));
}

#[tokio::test(start_paused = true)]
async fn hours_and_a_pause_are_told_of_when_they_begin_and_when_they_end() {
    let plain = Plain::new(Vec::new(), clock());
    plain.observe(&Event::Limited { says: "Limits: 19:00-07:00 Europe/Berlin".to_owned() });
    let owed = Calls { posts: 10, ..Calls::default() };
    plain.observe(&Event::RunStarted { owed, paid: Calls::default(), lanes: 1 });
    let says = "19:00 CET (19:00-07:00 Europe/Berlin)".to_owned();
    plain.observe(&Event::Resting { until: "1970-01-01T18:00:00.000000Z".to_owned(), says });
    // What was under way lands, and wipes nothing away.
    plain.observe(&Event::StepDone { lane: 1, kind: StepKind::Post });
    tokio::time::advance(Duration::from_secs(20)).await;
    plain.observe(&Event::StepDone { lane: 1, kind: StepKind::Post });
    plain.observe(&Event::WorksAgain { after: Duration::from_hours(5) });
    for since in ["1970-01-01T00:00:07.000000Z", "1969-12-31T23:02:00.000000Z"] {
        plain.observe(&Event::Paused { since: Some(since.to_owned()) });
    }
    plain.observe(&Event::WorksAgain { after: Duration::from_mins(3) });
    plain.observe(&Event::RunFinished { stopped: false });
    insta::assert_snapshot!(String::from_utf8(plain.into_inner()).expect("text"));
}

#[test]
fn what_is_escaped_reads_back_as_it_was() {
    for text in ["a\u{202e}\u{feff}\u{e0001}\"\\\n\u{1b}", "ランダム🚀", ""] {
        let line = json_line(&text);
        assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
        assert!(!line.chars().any(|c| c.is_control() || c == '\u{202e}'), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_left_stops_nothing() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    a_minute(&Json::new(Gone, clock())).await;
    a_minute(&Plain::new(Gone, clock())).await;
}

#[test]
fn a_million_events_are_watched_in_seconds_even_unoptimised() {
    let json = Json::new(std::io::sink(), Arc::new(SystemClock));
    json.observe(&Event::LaneOpened {
        lane: 1,
        name: "general".to_owned(),
        owed: Calls::default(),
    });
    let started = Instant::now();
    for _ in 0..1_000_000 {
        json.observe(&Event::StepDone { lane: 1, kind: StepKind::Post });
    }
    let each = started.elapsed() / 1_000_000;
    println!("an event costs {each:?}");
    assert!(each < Duration::from_micros(20), "{each:?}");
}
