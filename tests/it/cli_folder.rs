//! The first and the last minute of a command: folder, lock, settings file, report.

use chatferry::cli::{Common, Exit, ReportContext, begin, close, judge, look, message, resume};
use chatferry::clock::{Clock, VirtualClock};
use chatferry::ledger::{Account, ItemKind, Tally};
use std::path::Path;

fn common(work: &Path) -> Common {
    Common { work: Some(work.to_owned()), json: true, quiet: true }
}

#[tokio::test(start_paused = true)]
async fn b18_who_comes_second_is_refused_but_may_look() {
    let dir = tempfile::tempdir().expect("a folder");
    let (common, clock) = (common(&dir.path().join("w")), VirtualClock::starting_at(0));
    let first = begin(&common, vec![("admin", "ada@example.com".to_owned())], &clock).expect("new");
    first.keep().expect("written");
    for second in [begin(&common, Vec::new(), &clock), resume(&common, Vec::new(), &clock)] {
        let error = second.expect_err("held");
        assert_eq!(judge(&error).0, Exit::Held);
        assert!(message(&error).contains("hint: wait for it or stop it"), "{}", message(&error));
    }
    let seen = look(&common, Vec::new()).expect("readable");
    assert_eq!(seen.settings.admin, first.settings.admin, "the first command's flags are kept");
    drop(first);
    resume(&common, Vec::new(), &clock).expect("free");
}

#[tokio::test(start_paused = true)]
async fn b19_a_folder_without_a_migration_is_no_silent_fresh_start() {
    let dir = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::starting_at(0);
    for opened in
        [look(&common(dir.path()), Vec::new()), resume(&common(dir.path()), Vec::new(), &clock)]
    {
        let error = opened.expect_err("nothing there");
        assert_eq!(judge(&error).0, Exit::Refused);
        assert!(message(&error).contains("--work DIR"), "{}", message(&error));
    }
}

#[tokio::test(start_paused = true)]
async fn refused_settings_leave_no_folder_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("w");
    let error =
        begin(&common(&path), vec![("lanes", "0".to_owned())], &VirtualClock::starting_at(0))
            .expect_err("no lanes");
    assert_eq!(judge(&error).0, Exit::Refused);
    assert!(message(&error).starts_with("error: --lanes: `0` is no value"), "{}", message(&error));
    assert!(!path.exists());
}

#[tokio::test(start_paused = true)]
async fn the_report_is_kept_as_text_and_as_json() {
    let dir = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::starting_at(1_795_000_000_000_000);
    let common = common(&dir.path().join("w"));
    let opened = begin(&common, Vec::new(), &clock).expect("new");
    let tally = Tally { sent: 3, ..Tally::default() };
    let account = Account { items: [(ItemKind::Message, tally)].into(), ..Account::default() };
    let extra = ReportContext {
        command: "run".to_owned(),
        first_line: "Sent.".to_owned(),
        now: clock.wall(),
        ..ReportContext::default()
    };
    let exit = close(&common, Some(&opened.work), &account, &extra).expect("printed");
    assert_eq!(exit, Exit::Done);
    let kept = |name: &str| std::fs::read_to_string(opened.work.path(name)).expect("kept");
    assert!(kept("reports/run-20261118T110640.txt").starts_with("Sent.\n"));
    let json: serde_json::Value =
        serde_json::from_str(&kept("reports/run-20261118T110640.json")).expect("JSON");
    assert_eq!(json["account"]["items"]["message"]["sent"], 3);
}
