//! Archives made to deceive, to explode, or never meant for us.

use crate::slack_pack::{Pack, day, folder};
use chatferry::slack::{Error, Export, Foreign, Limits, Options};

fn refused(pack: &Pack) -> Error {
    Export::open(&pack.path, &Options::default()).expect_err("refused")
}

/// Display and hint: what a person will read.
fn told(error: &Error, pack: &Pack) -> String {
    let place = pack.path.display().to_string();
    format!("{error}\n{}", error.hint()).replace(&place, "PATH")
}

#[test]
fn a4_a_bomb_of_one_entry_is_refused_before_it_is_unpacked() {
    let mut pack = Pack::new();
    pack.add("channels.json", b"[]");
    pack.add("general/2024-01-01.json", &vec![b' '; 3 << 20]);
    let pack = pack.finish();
    let limits = Limits { entry_bytes: 2 << 20, ..Limits::default() };
    let error =
        Export::open(&pack.path, &Options { limits, ..Options::default() }).expect_err("too big");
    insta::assert_snapshot!(told(&error, &pack));
}

#[test]
fn a4_many_entries_that_are_a_bomb_together_are_refused() {
    let mut pack = Pack::new();
    pack.add("channels.json", b"[]");
    for day in 1..=9 {
        pack.add(&format!("general/2024-01-0{day}.json"), &vec![b' '; 1 << 20]);
    }
    let pack = pack.finish();
    let open = |limits| Export::open(&pack.path, &Options { limits, ..Options::default() });
    let by_ratio = Limits { ratio_above: 4 << 20, ..Limits::default() };
    assert!(matches!(open(by_ratio), Err(Error::Limit { limit: 100, .. })));
    let by_size = Limits { total_bytes: 8 << 20, ..Limits::default() };
    assert!(matches!(open(by_size), Err(Error::Limit { found: 9_437_186, .. })));
    let by_number = Limits { entries: 9, ..Limits::default() };
    assert!(matches!(open(by_number), Err(Error::Limit { found: 10, limit: 9, .. })));
    assert!(open(Limits::default()).is_ok());
}

#[test]
fn a4_an_entry_that_lies_about_its_size_costs_its_day() {
    let mut pack = Pack::new();
    pack.add("channels.json", br#"[{"id":"C1","name":"general"}]"#);
    pack.add("general/2024-01-01.json", day(&["one"]).as_bytes());
    pack.add("general/2024-01-02.json", day(&["two"]).as_bytes());
    // The size in the central directory of the second day, made smaller and bigger.
    let honest = pack.bytes();
    for lie in [10_u32, 1_000_000] {
        let mut bytes = honest.clone();
        let name = b"general/2024-01-02.json";
        let at = bytes.windows(name.len()).rposition(|part| part == name).expect("listed");
        bytes[at - 22..at - 18].copy_from_slice(&lie.to_le_bytes());
        let lying = Pack::of(&bytes);
        let (messages, bad) = lying.read();
        assert_eq!((messages, bad.len()), (1, 1), "{bad:?}");
        assert_eq!((bad[0].entry.as_str(), bad[0].index), ("general/2024-01-02.json", None));
    }
}

#[test]
fn a4_entries_that_share_bytes_are_refused() {
    let mut pack = Pack::new();
    pack.add("channels.json", b"[]");
    pack.add("general/2024-01-01.json", day(&["one"]).as_bytes());
    pack.add("general/2024-01-02.json", day(&["two"]).as_bytes());
    let mut bytes = pack.bytes();
    let at = |bytes: &[u8], name: &[u8]| {
        bytes.windows(name.len()).rposition(|part| part == name).expect("listed")
    };
    let first = at(&bytes, b"general/2024-01-01.json");
    let second = at(&bytes, b"general/2024-01-02.json");
    // The second record points at the first one's data.
    let offset: [u8; 4] = bytes[first - 4..first].try_into().expect("four bytes");
    bytes[second - 4..second].copy_from_slice(&offset);
    assert!(matches!(refused(&Pack::of(&bytes)), Error::Overlap { .. }));
}

#[test]
fn a5_a_flipped_byte_costs_its_day_and_names_the_entry() {
    let mut pack = Pack::new();
    pack.add("channels.json", br#"[{"id":"C1","name":"general"}]"#);
    pack.store("general/2024-01-01.json", day(&["one", "flipped"]).as_bytes());
    pack.add("general/2024-01-02.json", day(&["two"]).as_bytes());
    let mut bytes = pack.bytes();
    let at = bytes.windows(7).position(|part| part == b"flipped").expect("stored");
    bytes[at] = b'F';
    let (messages, bad) = Pack::of(&bytes).read();
    assert_eq!(messages, 1);
    insta::assert_debug_snapshot!(
        bad.iter().map(|bad| (&bad.entry, bad.index, &bad.reason)).collect::<Vec<_>>()
    );
}

#[test]
fn a5_an_archive_without_its_end_is_refused_at_once() {
    let mut pack = Pack::new();
    pack.add("channels.json", b"[]");
    let bytes = pack.bytes();
    for keep in [bytes.len() - 1, bytes.len() / 2, 30] {
        let cut = Pack::of(&bytes[..keep]);
        assert!(matches!(refused(&cut), Error::Damaged { .. }), "{keep} bytes");
    }
}

#[test]
fn a5_encrypted_entries_and_foreign_methods_are_named() {
    let mut pack = Pack::new();
    pack.add("channels.json", br#"[{"id":"C1","name":"general"}]"#);
    pack.add("general/2024-01-01.json", day(&["one"]).as_bytes());
    pack.add("general/2024-01-02.json", day(&["two"]).as_bytes());
    let bytes = pack.bytes();
    let mut spoiled = bytes.clone();
    for (name, back, value) in
        [(b"general/2024-01-01.json", 38, 1), (b"general/2024-01-02.json", 36, 93)]
    {
        let at = spoiled.windows(name.len()).rposition(|part| part == name).expect("listed");
        spoiled[at - back] = value;
    }
    let (messages, bad) = Pack::of(&spoiled).read();
    assert_eq!(messages, 0);
    insta::assert_debug_snapshot!(
        bad.iter().map(|bad| (&bad.entry, &bad.reason)).collect::<Vec<_>>()
    );
    let mut lists = bytes;
    let at = lists.windows(13).rposition(|part| part == b"channels.json").expect("listed");
    lists[at - 38] = 1;
    let error = refused(&Pack::of(&lists));
    assert_eq!(error.to_string(), "the entry \"channels.json\" can't be read: encrypted");
}

#[test]
fn names_that_point_outside_and_links_are_not_read_but_told() {
    let mut pack = Pack::new();
    pack.add("channels.json", br#"[{"id":"C1","name":"general"}]"#);
    for name in [
        "../general/2024-01-01.json",
        "/general/2024-01-02.json",
        "C:\\general\\2024-01-03.json",
        "general/../../2024-01-04.json",
    ] {
        pack.add(name, day(&["never"]).as_bytes());
    }
    pack.link("general/2024-01-05.json", "/etc/passwd");
    let pack = pack.finish();
    let export = Export::open(&pack.path, &Options::default()).expect("an export");
    let told: Vec<_> = export.findings().iter().map(|odd| (odd.code, odd.text.as_str())).collect();
    insta::assert_debug_snapshot!(told);
    assert_eq!(pack.read().0, 0);
}

#[test]
fn a_link_in_a_folder_is_not_followed() {
    let secret = folder(&[("2024-01-01.json", &day(&["secret"]))]);
    let dir = folder(&[("channels.json", r#"[{"id":"C1","name":"general"}]"#)]);
    std::os::unix::fs::symlink(secret.path.join("."), dir.path.join("general")).expect("a link");
    assert_eq!(dir.read().0, 0);
    let export = Export::open(&dir.path, &Options::default()).expect("an export");
    assert!(export.findings().iter().any(|odd| odd.code == "symlink" && odd.place == "general"));
}

#[test]
fn a6_what_is_no_export_is_refused_and_told_what_to_do() {
    let cases: [(&str, &[&str]); 8] = [
        ("pictures", &["a.png", "b/c.png"]),
        ("grid", &["org_users.json", "channels.json", "teams/one/channels.json"]),
        ("grid without lists", &["teams/one/channels.json", "teams/two/channels.json"]),
        ("text", &["channels/general/2024-01-01.txt", "dms/x.txt", "files/a.txt"]),
        ("chunks", &["channels.json.gz", "C012345678.json.gz"]),
        ("database", &["slackdump.sqlite", "__uploads/F1/a.png"]),
        ("dump", &["C012345678.json", "D012345678.json"]),
        ("two exports", &["a/channels.json", "b/channels.json"]),
    ];
    let mut all = String::new();
    for (what, names) in cases {
        let mut pack = Pack::new();
        for name in names {
            pack.add(name, b"[]");
        }
        let pack = pack.finish();
        let error = refused(&pack);
        all.push_str(&["## ", what, "\n", &told(&error, &pack), "\n"].concat());
    }
    for (what, bytes) in [
        ("a page", &b"<html>sign in</html>"[..]),
        ("a list", b"[]"),
        ("nothing", b""),
        ("noise", b"noise"),
    ] {
        let pack = Pack::of(bytes);
        all.push_str(&["## ", what, "\n", &told(&refused(&pack), &pack), "\n"].concat());
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a6_a_database_given_by_itself_is_recognised() {
    let error = refused(&Pack::of(b"SQLite format 3\0and so on"));
    assert!(matches!(error, Error::Foreign { foreign: Foreign::SlackdumpDatabase, .. }));
}

#[test]
fn hostile_names_reach_no_terminal_raw() {
    let mut pack = Pack::new();
    pack.add("channels.json", b"[]");
    pack.add("evil\u{1b}[2J\u{202e}/2024-01-01.json", day(&["x"]).as_bytes());
    let pack = pack.finish();
    let export = Export::open(&pack.path, &Options::default()).expect("an export");
    assert!(export.findings().iter().all(|odd| !odd.text.contains(['\u{1b}', '\u{202e}'])));
    let inventory = chatferry::slack::Inventory::take(&export, &mut |_| {});
    let shown = chatferry::cli::inspect::table(&inventory, export.findings());
    assert!(!shown.contains(['\u{1b}', '\u{202e}']));
}
