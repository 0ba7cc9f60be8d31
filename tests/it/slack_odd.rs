//! Odd records, lists and days: the bad ones are set aside by name, everything else goes on.

use crate::slack_pack::{Pack, day, folder};
use chatferry::slack::{Day, Export, ExportKind, FileMode, Kind, Options, PersonKind};
use proptest::prelude::*;

const GENERAL: (&str, &str) = ("channels.json", r#"[{"id":"C1","name":"general"}]"#);

/// Reads one day file of one channel.
fn read(json: &[u8]) -> Day {
    let mut pack = Pack::new();
    pack.add(GENERAL.0, GENERAL.1.as_bytes());
    pack.add("general/2024-01-01.json", json);
    let export = pack.finish().open();
    let one = &export.conversations()[0];
    let day = export.days(one).next().expect("a day");
    export.read_day(&day, &mut Vec::new())
}

fn codes(day: &Day) -> Vec<&'static str> {
    day.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn a8_missing_lists_are_told_on_opening() {
    let export = folder(&[GENERAL]).open();
    let missing: Vec<_> =
        export.findings().iter().map(|odd| (odd.code, odd.text.as_str())).collect();
    insta::assert_debug_snapshot!(missing);
}

#[test]
fn a10_a_bad_ts_or_a_record_that_is_none_costs_only_itself() {
    let day = read(
        br#"[
        {"type":"message","user":"U1","text":"first","ts":"1704067200.000100"},
        {"type":"message","user":"U1","text":"secret words","ts":"yesterday"},
        {"type":"message","user":"U1","text":"secret words"},
        {"type":"message","ts":null}, {"type":"message","ts":"0000000000.000000"},
        null, 5, "secret words", ["secret words"], true,
        {"id":"F1","name":"a canvas"}, "",
        {"type":"message","user":"U1","text":"last","ts":1704067201.000200}
    ]"#,
    );
    assert_eq!((day.messages.len(), day.foreign), (2, 2));
    assert_eq!(day.messages[1].ts.to_string(), "1704067201.000200");
    let bad: Vec<_> = day.bad.iter().map(|bad| (bad.index, bad.reason.as_str())).collect();
    insta::assert_debug_snapshot!(bad);
    assert!(
        day.bad
            .iter()
            .all(|bad| bad.entry == "general/2024-01-01.json" && !bad.reason.contains("secret"))
    );
}

#[test]
fn a10_fields_of_any_type_make_a_message() {
    let day = read(br#"[{"type":null,"subtype":7,"user":{"id":"U1"},"text":null,"ts":"1704067200.000100",
        "blocks":null,"attachments":[],"files":"none","file":null,"reactions":{"name":"x"},"thread_ts":12.5,
        "edited":"yes","hidden":"true","bot_id":null,"bot_profile":[],"username":5,"room":[],"members":"all",
        "topic":{"value":"x"},"ts":"1704067200.000200"}]"#);
    let [message] = day.messages.as_slice() else { panic!("{:?}", day.bad) };
    assert_eq!(message.ts.to_string(), "1704067200.000200", "the last of two values counts");
    assert_eq!(
        (message.subtype.as_deref(), message.text.as_str(), message.hidden),
        (Some("7"), "", true)
    );
    assert!(message.author.user.is_none() && message.blocks.is_none() && message.files.is_empty());
    assert_eq!(message.author.name.as_deref(), Some("5"));
}

#[test]
fn a10_parts_that_cannot_be_read_are_told() {
    let day = read(
        br#"[{"ts":"1704067200.000100","user":"U1","thread_ts":"soon",
        "files":[5,{"mode":"tombstone"},{"id":"F2","file_access":"access_denied"}],
        "reactions":[{"users":["U1"]},{"name":"+1","users":["U1",null,"U2"],"count":1},"x"]}]"#,
    );
    let message = &day.messages[0];
    assert_eq!(codes(&day), ["odd_part"]);
    assert!(day.findings[0].text.starts_with("4 parts"), "{:?}", day.findings);
    let files: Vec<_> = message.files.iter().map(|file| (file.id.as_str(), file.mode)).collect();
    assert_eq!(files, [("noid-0", FileMode::Tombstone), ("F2", FileMode::Denied)]);
    assert_eq!(
        (message.reactions.len(), message.reactions[0].users.len(), message.reactions[0].count),
        (1, 2, 2)
    );
}

#[test]
fn a10_lists_of_another_kind_are_read_or_told() {
    let day = read(
        br#"[{"ts":"1704067200.000100","text":["a","b"],"files":{"0":{"id":"F1","name":"x.pdf"}},
        "reactions":{"0":{"name":"tada","users":{"0":"U1"},"count":1}}},
        {"ts":"1704067201.000100","text":"x","files":"F1","reactions":"","attachments":"words","blocks":false}]"#,
    );
    let (first, second) = (&day.messages[0], &day.messages[1]);
    assert_eq!((first.text.as_str(), first.files[0].id.as_str()), ("a\nb", "F1"));
    assert_eq!((first.reactions[0].name.as_str(), first.reactions[0].users.len()), ("tada", 1));
    assert!(second.files.is_empty() && second.reactions.is_empty());
    assert_eq!(codes(&day), ["odd_part"]);
    assert!(day.findings[0].text.starts_with("2 parts"), "{:?}", day.findings);
}

#[test]
fn half_an_emoji_is_mended_everywhere_and_told() {
    let day = read(
        br#"[{"ts":"1704067200.000100","user":"U1","text":"half \ud83d of \ud83d\ude00",
        "blocks":[{"type":"rich_text","text":"\ude00"}]}]"#,
    );
    assert_eq!(
        (day.messages[0].text.as_str(), codes(&day)),
        ("half \u{fffd} of 😀", vec!["lone_surrogate"])
    );
    assert!(day.messages[0].blocks.as_ref().is_some_and(|raw| raw.contains("\\ufffd")));
}

#[test]
fn blocks_lose_their_indents_and_nothing_that_a_string_holds() {
    let day = read(
        b"[{\"ts\":\"1704067200.000100\",\"user\":\"U1\",\"text\":\"x\",\r\n  \"blocks\": [\r\n\t {\n    \"text\": \"a  b\\n   c\"\n }\n]}]",
    );
    assert_eq!(day.messages[0].blocks.as_deref(), Some("[\r{\"text\": \"a  b\\n   c\"}]"));
}

#[test]
fn a11_bytes_that_are_no_utf8_are_mended_and_told() {
    let day =
        read(b"\xef\xbb\xbf[{\"ts\":\"1704067200.000100\",\"user\":\"U1\",\"text\":\"caf\xe9\"}]");
    assert_eq!((day.messages[0].text.as_str(), codes(&day)), ("caf\u{fffd}", vec!["not_utf8"]));
}

#[test]
fn a5_what_comes_before_the_damage_is_kept() {
    let whole = day(&["one", "two", "three"]);
    for (what, json) in [
        ("cut", &whole[..whole.len() - 20]),
        ("no end", &whole[..whole.len() - 1]),
        (
            "noise",
            &whole
                .replace("},{\"type\":\"message\",\"user\":\"U1\",\"text\":\"three\"", "},{noise"),
        ),
        (
            "no comma",
            &whole.replace(
                "},{\"type\":\"message\",\"user\":\"U1\",\"text\":\"three\"",
                "} {\"x\":1",
            ),
        ),
        ("two arrays", &format!("{whole}[]")),
    ] {
        let day = read(json.as_bytes());
        assert!(day.messages.len() >= 2, "{what}: {day:?}");
        let [bad] = day.bad.as_slice() else { panic!("{what}: {:?}", day.bad) };
        assert_eq!((bad.index, bad.entry.as_str()), (None, "general/2024-01-01.json"), "{what}");
    }
    for json in ["", "{}", "null", "\"[]\""] {
        let day = read(json.as_bytes());
        assert_eq!((day.messages.len(), day.bad.len()), (0, 1), "{json}");
    }
    assert!(read(b" [ ] ").bad.is_empty());
}

#[test]
fn a_conversation_listed_as_public_and_private_is_private() {
    let export = folder(&[GENERAL, ("groups.json", r#"[{"id":"C1","name":"general"}]"#)]).open();
    let all: Vec<_> = export.conversations().iter().map(|one| one.kind).collect();
    assert_eq!(all, [Kind::Private]);
    assert!(export.findings().iter().any(|odd| odd.code == "listed_twice"));
}

#[test]
fn several_threads_may_read_one_export() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let pack = folder(&[GENERAL, ("general/2024-01-01.json", &day(&["one"]))]);
    let export = pack.open();
    shared(&export);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let export = export.clone();
            std::thread::spawn(move || {
                let day = export.days(&export.conversations()[0]).next().expect("a day");
                export.read_day(&day, &mut Vec::new()).messages.len()
            })
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().expect("no panic") == 1));
}

#[test]
fn a10_the_odd_fixture_is_read_as_far_as_it_goes() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exports/odd-records");
    let export = Export::open(&path, &Options::default()).expect("an export");
    let inventory = chatferry::slack::Inventory::take(&export, &mut |_| {});
    insta::assert_snapshot!(chatferry::cli::inspect::table(&inventory, export.findings()));
}

#[test]
fn a_day_is_sorted_and_twins_are_both_kept() {
    let day = read(
        br#"[{"ts":"1704067205.000100","text":"b"},{"ts":"1704067200.000101","text":"a"},
        {"ts":"1704067205.000100","text":"c"}]"#,
    );
    let texts: Vec<&str> = day.messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    assert_ne!(day.messages[1].hash, day.messages[2].hash);
}

#[test]
fn only_files_named_by_a_date_are_days() {
    let export = folder(&[
        GENERAL,
        ("general/2024-01-01.json", &day(&["one"])),
        ("general/canvas_in_the_conversation.json", "[{}]"),
        ("general/notes.json", "[]"),
        ("FC:F01:C1/2024-01-01.json", &day(&["a comment"])),
        ("__uploads/F1/a.png", "png"),
        ("canvases.json", r#"[{"id":"F1","name":"a canvas"}]"#),
        ("lists.json", r#"[""]"#),
    ])
    .open();
    assert_eq!(export.conversations().len(), 1);
    assert_eq!(export.days(&export.conversations()[0]).count(), 1);
    let told: Vec<_> = export
        .findings()
        .iter()
        .filter(|odd| odd.code != "missing_lists" && odd.code != "missing_users")
        .collect();
    insta::assert_debug_snapshot!(told);
}

#[test]
fn a_slackdump_export_is_accepted_by_its_uploads() {
    let export = folder(&[
        GENERAL,
        ("users.json", "[]"),
        ("groups.json", "[]"),
        ("general/attachments/F1-a.png", ""),
    ])
    .open();
    assert_eq!(export.kind(), ExportKind::SlackDump);
    let export = folder(&[GENERAL, ("integration_logs.json", "[]")]).open();
    assert_eq!(export.kind(), ExportKind::Standard);
    let export = folder(&[GENERAL, ("dms.json", r#"[{"id":"D1","members":["U1","U2"]}]"#)]).open();
    assert_eq!(export.kind(), ExportKind::Corporate);
}

#[test]
fn a7_a_folder_in_a_folder_and_windows_names_are_read() {
    for prefix in ["", "Team Slack export/", "a/b/"] {
        let (list, file) =
            (format!("{prefix}channels.json"), format!("{prefix}general/2024-01-01.json"));
        let pack = folder(&[(&list, GENERAL.1), (&file, &day(&["one"]))]);
        assert_eq!(pack.read().0, 1, "{prefix}");
    }
    let pack =
        folder(&[(r"x\channels.json", GENERAL.1), (r"x\general\2024-01-01.json", &day(&["one"]))]);
    assert_eq!(pack.read().0, 1);
}

#[test]
fn a12_the_same_content_has_the_same_fingerprint_and_other_content_another() {
    let print =
        |text: &str| folder(&[GENERAL, ("general/2024-01-01.json", text)]).open().fingerprint();
    assert_eq!(print("[]"), print("[]"));
    assert_ne!(print("[]"), print("[1]"));
    assert_eq!(print("[]").len(), 64);
}

#[test]
fn a_broken_list_is_refused_by_name() {
    for (file, text) in
        [("channels.json", "[{\"id\":"), ("channels.json", "{}"), ("users.json", "nonsense")]
    {
        let mut files = vec![GENERAL];
        files.retain(|(name, _)| *name != file);
        files.extend([("groups.json", "[]"), (file, text)]);
        let pack = folder(&files);
        let error = Export::open(&pack.path, &Options::default()).expect_err("broken");
        assert!(error.to_string().contains(file), "{error}");
    }
}

#[test]
fn kinds_come_from_the_lists_and_unlisted_folders_are_kept_apart() {
    let export = folder(&[
        GENERAL,
        ("groups.json", r#"[{"id":"C2","name":"secret"}]"#),
        ("mpims.json", r#"[{"id":"G3","name":"mpdm-a--b-1"}]"#),
        ("dms.json", r#"[{"id":"D4","members":["U1"]}]"#),
        ("users.json", r#"[{"id":"U1","is_bot":true}]"#),
        ("D4/2024-01-01.json", &day(&["a note"])),
        ("lost/2024-01-01.json", &day(&["found"])),
    ])
    .open();
    let all: Vec<_> = export
        .conversations()
        .iter()
        .map(|one| (one.id.as_str(), one.kind, export.days(one).count()))
        .collect();
    assert_eq!(
        all,
        [
            ("C1", Kind::Public, 0),
            ("C2", Kind::Private, 0),
            ("D4", Kind::Direct, 1),
            ("G3", Kind::Group, 0),
            ("folder:lost", Kind::Unlisted, 1),
        ]
    );
    assert_eq!(export.people()[0].kind, PersonKind::Bot);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_a_day_file_of_some_kind(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let day = read(&bytes);
        prop_assert!(!day.bad.is_empty() || !day.messages.is_empty() || day.foreign > 0 || bytes.contains(&b']'));
    }

    #[test]
    fn each_record_is_accounted_for(kinds in proptest::collection::vec(0_usize..6, 0..30)) {
        const RECORDS: [&str; 6] = [
            r#"{"type":"message","user":"U1","text":"x","ts":"1704067200.000100"}"#,
            r#"{"type":"message","text":"x","ts":"never"}"#, r#""""#, "[{}]", r#"{"id":"F1"}"#,
            r#"{"ts":"1704067200.000100","text":"\ud83d","files":[{"id":"F1"},7]}"#,
        ];
        let records: Vec<&str> = kinds.iter().map(|kind| RECORDS[*kind]).collect();
        let day = read(format!("[{}]", records.join(" ,\n")).as_bytes());
        prop_assert_eq!(day.messages.len() + day.bad.len() + day.foreign as usize, kinds.len());
        let whole = format!("[{}]", records.join(","));
        for cut in (0..whole.len()).step_by(37) {
            let day = read(&whole.as_bytes()[..cut]);
            prop_assert_eq!(day.bad.iter().filter(|bad| bad.index.is_none()).count(), 1);
        }
    }

    #[test]
    fn any_bytes_are_refused_as_an_archive_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let zip = [b"PK\x03\x04".as_slice(), &bytes, b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x30\0\0\0\0\0\0\0\0\0"].concat();
        let pack = Pack::of(&zip);
        prop_assert!(Export::open(&pack.path, &Options::default()).is_err());
    }
}
