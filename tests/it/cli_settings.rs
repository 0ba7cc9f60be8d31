//! Settings: layers, refusals, the template.

use chatferry::settings::{Dm, Layers, Origin, Pace, Settings, WorkError, WorkFolder};
use std::path::{Path, PathBuf};

fn file(text: &str) -> (tempfile::TempDir, Layers) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("settings.toml");
    std::fs::write(&path, text).expect("written");
    (dir, Layers { file: Some(path), ..Layers::default() })
}

fn refused(layers: &Layers, dir: &Path) -> String {
    let error = Settings::resolve(layers).expect_err("refused").to_string();
    error.replace(&dir.display().to_string(), "WORK")
}

#[test]
fn flags_win_over_environment_over_file_over_defaults() {
    let (_dir, mut layers) = file("lanes = 2\nwindow = 3\ndm = \"space\"\n");
    layers.environment =
        vec![("CHATFERRY_WINDOW".into(), "4".into()), ("CHATFERRY_DM".into(), "auto".into())];
    layers.flags = vec![("dm", "group-chat".into())];
    let settings = Settings::resolve(&layers).expect("valid");
    assert_eq!((settings.lanes, settings.window, settings.dm), (2, 4, Dm::GroupChat));
    assert_eq!(settings.max_attempts, 8);
    assert_eq!(settings.origin("window"), Some(&Origin::Environment));
    assert_eq!(settings.origin("headroom"), None);
}

#[test]
fn an_absent_file_is_an_empty_one() {
    let layers =
        Layers { file: Some(PathBuf::from("/nowhere/settings.toml")), ..Layers::default() };
    assert_eq!(Settings::resolve(&layers).expect("defaults"), Settings::default());
}

#[test]
fn a12_an_unknown_name_is_refused_with_a_suggestion() {
    let (dir, layers) = file("lane = 2\n");
    insta::assert_snapshot!(refused(&layers, dir.path()), @"WORK/settings.toml: there is no setting `lane`; did you mean `lanes`?");
    let (dir, layers) = file("[zzzz]\na = 1\n");
    insta::assert_snapshot!(refused(&layers, dir.path()));
    let environment =
        vec![("CHATFERRY_ADMINN".to_owned(), "x".to_owned()), ("PATH".to_owned(), "y".to_owned())];
    let layers = Layers { environment, ..Layers::default() };
    insta::assert_snapshot!(refused(&layers, dir.path()), @"the environment: there is no setting `CHATFERRY_ADMINN`; did you mean `CHATFERRY_ADMIN`?");
}

#[test]
fn a_bad_value_names_its_place_and_what_would_do() {
    let cases = [
        "lanes = 0",
        "lanes = [1]",
        "dm = \"direct\"",
        "admin = \"ada\"",
        "headroom = 2.5",
        "pace = \"fast\"",
        "max_rate = \"1200\"",
        "between = \"night\"",
        "between = \"07:00-07:00\"",
        "max_duration = \"6\"",
        "max_errors = -1",
        "api = \"http://chat.example.com\"",
        "allow_duplicate_entries = \"maybe\"",
        "migration = \"\"",
        "system_lines = \"topics, tpoics\"",
        "edited = \"yes\"",
        "archived = \"drop\"",
        "rename = \"^team-(.*)$\"",
        "rename = \"( => x\"",
        "name_prefix = \"a\\nb\"",
        "lanes = ",
    ];
    let lines = cases.map(|case| {
        let (dir, layers) = file(case);
        refused(&layers, dir.path())
    });
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn only_an_emulator_on_this_machine_may_stand_in_for_google() {
    let base = |url: &str| {
        Settings::resolve(&Layers { flags: vec![("api", url.into())], ..Layers::default() })
    };
    for good in ["http://127.0.0.1:8081", "http://localhost:1/", "http://[::1]:80"] {
        assert!(base(good).is_ok(), "{good}");
    }
    let bad = [
        "https://127.0.0.1:1",
        "http://127.0.0.1@evil.example",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1/x?y",
        "x",
    ];
    for bad in bad {
        assert!(base(bad).is_err(), "{bad}");
    }
}

#[test]
fn of_key_and_service_account_the_stronger_layer_wins_and_is_kept_alone() {
    let account = "ferry@acme.iam.gserviceaccount.com";
    let text = format!("service_account = \"{account}\"\n");
    let (dir, mut layers) = file(&text);
    layers.flags = vec![("key", "k.json".into())];
    let settings = Settings::resolve(&layers).expect("the flag wins");
    assert_eq!((settings.key, settings.service_account), (Some(PathBuf::from("k.json")), None));
    layers.flags = Vec::new();
    layers.environment = vec![("CHATFERRY_KEY".into(), "k.json".into())];
    assert!(Settings::resolve(&layers).expect("the environment wins").service_account.is_none());
    layers.environment.push(("CHATFERRY_SERVICE_ACCOUNT".into(), account.into()));
    insta::assert_snapshot!(refused(&layers, dir.path()), @"the environment variable CHATFERRY_SERVICE_ACCOUNT: `ferry@acme.iam.gserviceaccount.com` is no value for it: `key` is set in the same place; take one of the two out");
    let flags = vec![("service_account", account.into())];
    let settings = Settings::resolve(&Layers { flags, ..Layers::default() }).expect("valid");
    let kept = settings.kept_in("key = \"old.json\"\n", dir.path());
    assert_eq!(kept, format!("# key = \"old.json\"\n{text}"));
}

#[test]
fn google_is_never_outrun() {
    let paced = |flags: Vec<(&'static str, String)>| {
        Settings::resolve(&Layers { flags, ..Layers::default() })
    };
    assert!(paced(vec![("pace", "off".into())]).is_err());
    assert!(paced(vec![("pace", "20x".into())]).is_err());
    assert!(paced(vec![("pace", "real".into())]).is_ok());
    let emulated = paced(vec![("pace", "20x".into()), ("api", "http://127.0.0.1:1".into())])
        .expect("an emulator");
    assert_eq!(emulated.pace, Some(Pace::Times(20.0)));
}

#[test]
fn the_fingerprint_changes_with_what_is_sent_and_with_nothing_else() {
    let fingerprint = |key: &'static str, text: &str| {
        Settings::resolve(&Layers { flags: vec![(key, text.into())], ..Layers::default() })
            .expect("valid")
            .fingerprint()
    };
    let plain = Settings::default().fingerprint();
    assert_eq!(plain.len(), 64);
    assert_eq!(fingerprint("lanes", "3"), plain);
    assert_eq!(fingerprint("people", "p.csv"), plain);
    assert_ne!(fingerprint("dm", "space"), plain);
    assert_ne!(fingerprint("admin", "ada@example.com"), plain);
}

#[test]
fn the_template_explains_every_setting_and_means_the_defaults() {
    let text = Settings::default().template(Path::new("work"));
    insta::assert_snapshot!(text);
    let (_dir, layers) = file(&text);
    assert_eq!(Settings::resolve(&layers).expect("valid"), Settings::default());
    let uncommented: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.contains(" = ") && !line.ends_with("\"\""))
        .collect();
    assert!(uncommented.len() > 7);
    let (_dir, layers) = file(&uncommented.join("\n"));
    Settings::resolve(&layers).expect("each default is a valid value");
}

#[test]
fn b7_what_flags_said_of_the_migration_is_kept_and_moves_with_the_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    let people = old.join("people.csv").display().to_string();
    let flags = vec![
        ("admin", "ada@example.com".to_owned()),
        ("people", people),
        ("migration", "2026".to_owned()),
        ("lanes", "3".to_owned()),
    ];
    let settings = Settings::resolve(&Layers { flags, ..Layers::default() }).expect("valid");
    let work = WorkFolder::create(&old).expect("new");
    work.write("settings.toml", settings.template(work.root()).as_bytes()).expect("written");
    std::fs::rename(&old, &new).expect("moved");
    let work = WorkFolder::open(&new).expect("still one");
    let again = Settings::resolve(&Layers { file: Some(work.settings()), ..Layers::default() })
        .expect("valid");
    assert_eq!(again.people, Some(new.join("people.csv")));
    assert_eq!(again.migration.as_deref(), Some("2026"));
    assert_eq!(again.admin, settings.admin);
    assert_eq!(again.lanes, 64, "a speed is no property of the migration");
}

#[test]
fn b18_a_second_process_is_refused_and_told_who_works() {
    let dir = tempfile::tempdir().expect("a folder");
    let work = WorkFolder::create(&dir.path().join("w")).expect("new");
    let held = work.lock(1_551_441_602_000_200).expect("free");
    let refused = work.lock(0).expect_err("held").to_string();
    assert!(
        refused.contains(&format!("in use by process {} on ", std::process::id())),
        "{refused}"
    );
    assert!(refused.contains("since 2019-03-01T12:00:02"), "{refused}");
    drop(held);
    work.lock(0).expect("free again");
}

#[test]
fn strangers_folders_are_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("thesis.txt"), "x").expect("written");
    assert!(matches!(WorkFolder::create(dir.path()), Err(WorkError::Foreign(_))));
    assert!(matches!(WorkFolder::open(dir.path()), Err(WorkError::Missing(_))));
    assert_eq!(dir.path().read_dir().expect("readable").count(), 1);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_the_work_folder() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("deep/w");
    std::fs::create_dir_all(&path).expect("made");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("set");
    let work = WorkFolder::create(&path).expect("empty");
    let _lock = work.lock(0).expect("free");
    work.prepare_ledger().expect("made");
    work.append("spaces.jsonl").expect("made");
    work.write("settings.toml", b"").expect("made");
    let mode = |name: &str| {
        std::fs::metadata(work.path(name)).expect("there").permissions().mode() & 0o777
    };
    for folder in ["", "logs", "reports", "blobs"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    for file in ["work.lock", "ledger.sqlite", "spaces.jsonl", "settings.toml"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}
