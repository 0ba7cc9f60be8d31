//! The workbook: who is who as a table, edited by the admin, and read back.

use crate::rig::{Rig, text};
use crate::support::{Export, Workspace};
use chatferry::cli::{PEOPLE_COLUMNS, Sheet, write_sheet};
use chatferry::convert::Class;
use chatferry::emulator::Person;
use chatferry::plan::{How, Problem};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// People of every kind in two channels, and one who is only seen.
fn export() -> Export {
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .who(json!({"profile": {"real_name": "Bo Lind", "display_name": "=cmd|' /C calc'!A0"}}))
        .person("U3", "old")
        .who(json!({"deleted": true, "profile": {"real_name": "Old; \"Hand\",\nII", "email": "old@hidden.example"}}))
        .bot("U8", "robot", "B8")
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .react("wave", &["U2", "U7"])
        .message("U2", "1600000001.000100", "and hello")
        .message("U3", "1600000002.000100", "long ago")
        .message("U404", "1600000003.000100", "who am I?")
        .with(json!({"user_profile": {"real_name": "+Zoe"}}))
        .message("", "1600000004.000100", "built")
        .with(json!({"subtype": "bot_message", "user": null, "bot_id": "B9", "username": "Jenkins"}))
        .channel("random", &["U1", "U2"])
        .message("U2", "1600000005.000100", "elsewhere")
        .message("U2", "1600000006.000100", "joined")
        .with(json!({"subtype": "channel_join"}))
        .zip()
}

async fn planned(handles: &[&str]) -> (Rig, Export) {
    let (rig, export) = (Rig::start(handles).await, export());
    let lind = Person { name: "bo  LIND".to_owned(), ..Person::default() };
    rig.emulator().add_person(Person { email: "b.lind@example.com".to_owned(), ..lind });
    rig.ok(&["plan", &export.path.display().to_string()]).await;
    (rig, export)
}

fn workbook(rig: &Rig) -> PathBuf {
    rig.work().join("people.csv")
}

/// Sets cells of the workbook: Slack id, column, text.
fn edit(path: &Path, cells: &[(&str, &str, &str)]) {
    let sheet = Sheet::read(&std::fs::read(path).expect("a workbook")).expect("a sheet");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in &sheet.rows {
        let cell = |name: &str| row.cell(sheet.column(name)).to_owned();
        let id = cell("slack_id");
        let set = |name: &&str| {
            let set = cells.iter().find(|(who, column, _)| *who == id && column == name);
            set.map_or_else(|| cell(name), |(_, _, text)| (*text).to_owned())
        };
        rows.push(PEOPLE_COLUMNS.iter().map(set).collect());
    }
    let bytes = write_sheet(&PEOPLE_COLUMNS, rows.iter().map(Vec::as_slice)).expect("memory");
    std::fs::write(path, bytes).expect("written");
}

/// Says what a command printed, without the folder's name.
async fn said(rig: &Rig, words: &[&str]) -> String {
    let output = rig.run(words).await;
    let told =
        format!("{}{}exit {:?}", text(&output.stdout), text(&output.stderr), output.status.code());
    told.replace(&rig.work().display().to_string(), "WORK")
}

fn posts(rig: &Rig) -> Vec<String> {
    let state = rig.emulator().canonical();
    let lines = state.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let post =
        |line: Value| Some(format!("{} | {}", line["sender"].as_str()?, line["text"].as_str()?));
    lines.filter_map(post).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn c1_c3_c9_the_workbook_has_a_row_for_everyone_and_is_for_its_owner_alone() {
    let (rig, _export) = planned(&["ana", "robin"]).await;
    let first = said(&rig, &["people", "export", "--offline"]).await;
    assert!(first.contains("\n2 of them assumed from the address"), "{first}");
    insta::assert_snapshot!(said(&rig, &["people", "export"]).await);
    let path = workbook(&rig);
    insta::assert_snapshot!(std::fs::read_to_string(&path).expect("a workbook"));
    let mode = std::fs::metadata(&path).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let early = said(&rig, &["people", "export", "--offline"]).await;
    assert!(early.contains("7 Slack identities, 1 with an account"), "{early}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_what_was_edited_is_taken_over_and_nothing_else_changes() {
    let (rig, _export) = planned(&["ana", "robin"]).await;
    rig.ok(&["people", "export"]).await;
    let before = std::fs::read(workbook(&rig)).expect("a workbook");
    insta::assert_snapshot!(said(&rig, &["people", "import"]).await);
    let choices = [
        ("U2", "account", "B.Lind@example.com"),
        ("U3", "account", "b.lind@example.com"),
        ("U404", "policy", "skip"),
        ("B9", "policy", "robin@example.com"),
    ];
    edit(&workbook(&rig), &choices);
    let refused = said(&rig, &["people", "export"]).await;
    assert!(
        refused.contains("say something else than what is chosen now")
            && refused.contains("exit Some(4)"),
        "{refused}"
    );
    insta::assert_snapshot!(said(&rig, &["people", "import"]).await);
    rig.ok(&["people", "export"]).await;
    let again = said(&rig, &["people", "import"]).await;
    assert!(again.contains("7 rows, nothing new."), "{again}");
    let of = |bytes: &[u8], name: &str| -> Vec<String> {
        let sheet = Sheet::read(bytes).expect("a sheet");
        let mut cells: Vec<String> = sheet
            .rows
            .iter()
            .map(|row| {
                format!("{} {}", row.cell(sheet.column("slack_id")), row.cell(sheet.column(name)))
            })
            .collect();
        cells.sort();
        cells
    };
    let after = std::fs::read(workbook(&rig)).expect("a workbook");
    for column in &PEOPLE_COLUMNS[..9] {
        assert_eq!(of(&before, column), of(&after, column), "{column}");
    }
    assert!(of(&after, "problem").contains(&"U2 shared_account".to_owned()));
    rig.whole_again().await;
    insta::assert_snapshot!(posts(&rig).join("\n"));
    // Two identities of one account are one member.
    let members: Vec<String> = rig.members().remove("general").into_iter().flatten().collect();
    assert_eq!(members, ["ana@example.com", "b.lind@example.com"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rows_are_named_by_line_and_nothing_is_taken_over() {
    let (rig, _export) = planned(&["ana"]).await;
    let sue = Person { email: "sue@example.com".to_owned(), suspended: true, ..Person::default() };
    rig.emulator().add_person(sue);
    let rows = "policy;slack_id;account;;\r\n\
        admin;U1;not an address;;\r\n\
        ;U2;ghost@example.com;;\r\n\
        ghost;U3;;;\r\n\
        ;U404;sue@example.com;;\r\n\
        ;;ana@example.com;;\r\n\
        ;Bo Lind;ana@example.com;;\r\n\
        skip;B9;;;\r\n\
        ;B9;;;\r\n\
        ;U8;ana@example.com;;x\r\n";
    let path = rig.work().join("edited.csv");
    std::fs::write(&path, format!("\u{feff}{rows}")).expect("written");
    let path = path.display().to_string();
    insta::assert_snapshot!(said(&rig, &["people", "import", &path]).await);
    let none = said(&rig, &["people", "import", &path, "--json"]).await;
    assert!(none.contains("\"taken_over\":false"), "{none}");
    let some = said(&rig, &["people", "import", &path, "--partial"]).await;
    assert!(some.contains("1 change:") && some.contains("policy skip, was as its class"), "{some}");
    let nothing = rig.work().join("nothing.csv");
    std::fs::write(&nothing, "name,account\nBo,b@example.com\n").expect("written");
    insta::assert_snapshot!(
        said(&rig, &["people", "import", &nothing.display().to_string()]).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_that_are_begun_stay_as_they_are_and_are_named() {
    let (rig, _export) = planned(&["ana", "robin"]).await;
    rig.ok(&["run"]).await;
    let sent = posts(&rig);
    rig.ok(&["people", "export"]).await;
    edit(&workbook(&rig), &[("U3", "policy", "skip"), ("U2", "account", "robin@example.com")]);
    insta::assert_snapshot!(said(&rig, &["people", "import"]).await);
    rig.whole_again().await;
    assert_eq!(posts(&rig), sent);
}

/// Takes over rows of the columns `slack_id`, account and policy.
async fn import(rig: &Rig, rows: &str) -> String {
    let path = rig.work().join("rows.csv");
    std::fs::write(&path, format!("slack_id,account,policy\n{rows}")).expect("written");
    said(rig, &["people", "import", &path.display().to_string()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_nobody_has_is_a_wrong_row_and_one_that_is_only_seen_is_not() {
    let (rig, _export) = planned(&["ana"]).await;
    let told = import(&rig, "U404,,skip\nU7,none,\nB9,,skip\n").await;
    assert!(told.contains("3 changes:") && told.contains("exit Some(0)"), "{told}");
    let told = import(&rig, "U99TYPO,none,\n").await;
    assert!(told.contains("line 2: nobody in the exports has the Slack id U99TYPO"), "{told}");
    assert!(told.contains("exit Some(4)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_for_somebody_with_an_account_is_taken_over_with_a_warning() {
    let (rig, _export) = planned(&["ana"]).await;
    let told = import(&rig, "U1,,skip\nU3,,skip\n").await;
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let warning = "warning: line 2: U1 has an account, so the policy skip does nothing";
    assert!(flat.contains(warning) && flat.contains("exit Some(0)"), "{told}");
    assert_eq!(flat.matches("warning").count(), 1, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_chosen_and_is_suspended_since_blocks_no_other_row() {
    let (rig, _export) = planned(&["ana", "robin"]).await;
    import(&rig, "U2,robin@example.com,\n").await;
    let suspended = chatferry::emulator::Change::SuspendUser("robin@example.com".to_owned());
    rig.emulator().change(&suspended).expect("a change");
    let told = import(&rig, "U2,robin@example.com,\nU3,,skip\n").await;
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("1 change:") && flat.contains("exit Some(0)"), "{told}");
    assert!(flat.contains("warning: line 2: the account robin@example.com is suspended"), "{told}");
    let told = import(&rig, "U3,robin@example.com,\n").await;
    assert!(told.contains("exit Some(4)"), "a new choice must be good: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_workbook_or_says_something_else_is_not_written_over_and_not_slandered() {
    let (rig, _export) = planned(&["ana"]).await;
    rig.ok(&["people", "export"]).await;
    import(&rig, "U3,,skip\n").await;
    let told = said(&rig, &["people", "export"]).await;
    assert!(told.contains("say something else than what is chosen now"), "{told}");
    std::fs::write(workbook(&rig), "some,letter\n1,2\n").expect("written");
    let told = said(&rig, &["people", "export"]).await;
    assert!(
        told.contains("it is no workbook of people") && told.contains("exit Some(4)"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_rows_that_need_a_look_come_first_also_those_that_have_an_account() {
    let with = |mail: &str| {
        let profile = json!({"profile": {"real_name": "Ana", "email": mail}});
        let who = Workspace::new().person("U1", "ana").who(profile).person("U2", "bo");
        who.channel("general", &["U1", "U2"]).message("U2", "1600000000.000100", "hello").zip()
    };
    let (old, new) = (with("ana@example.com"), with("ana@home.example"));
    let rig = Rig::start(&["ana", "bo"]).await;
    rig.ok(&["plan", &old.path.display().to_string(), &new.path.display().to_string()]).await;
    let told = said(&rig, &["people", "export"]).await;
    assert!(told.contains("1 row comes first that somebody should look at"), "{told}");
    let sheet = Sheet::read(&std::fs::read(workbook(&rig)).expect("a workbook")).expect("a sheet");
    let first = |name: &str| sheet.rows[0].cell(sheet.column(name)).to_owned();
    assert_eq!([first("slack_id"), first("confidence")], ["U1", "likely"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_another_one_than_when_it_was_planned_is_named_by_run() {
    let (rig, export) = (Rig::start(&["ana"]).await, export());
    let mut plan = rig.command(&["plan", &export.path.display().to_string()]);
    plan.env("CHATFERRY_BOTS", "skip");
    assert!(crate::rig::end(plan).await.status.success());
    let told = said(&rig, &["run"]).await;
    assert!(told.contains("bots was skip when this was planned, and is admin now"), "{told}");
    assert!(posts(&rig).iter().any(|post| post.contains("Jenkins")), "what is said now counts");
    let again = said(&rig, &["run"]).await;
    assert!(!again.contains("when this was planned"), "{again}");
}

#[test]
fn the_document_lists_exactly_the_columns_and_codes_of_the_workbook() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md");
    let document = std::fs::read_to_string(path).expect("docs/operations.md");
    let from = document.find("\n### Who is who\n").expect("the section");
    let section = &document[from + 4..];
    let section = &section[..section.find("\n### ").or(section.find("\n## ")).expect("another")];
    let table = |heading: &str| -> Vec<Vec<String>> {
        let rows = section.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |")));
        let rows = rows.skip(2).take_while(|line| line.starts_with('|'));
        rows.map(|row| row.split('|').skip(1).map(|cell| cell.trim().replace('`', "")).collect())
            .collect()
    };
    let columns: Vec<String> = table("column")
        .iter()
        .flat_map(|row| row[0].split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert_eq!(columns, PEOPLE_COLUMNS);
    let cells = |rows: Vec<Vec<String>>, some: usize| -> Vec<String> {
        rows.iter().map(|row| row[..some].join(" | ")).collect()
    };
    let how = |how: &How| format!("{} | {} | {}", how.code(), how.confidence(), how.text());
    assert_eq!(cells(table("matched_by"), 3), How::ALL.iter().map(how).collect::<Vec<_>>());
    let problem = |one: &Problem| format!("{} | {}", one.code(), one.text());
    assert_eq!(cells(table("problem"), 2), Problem::ALL.iter().map(problem).collect::<Vec<_>>());
    let state =
        table("column").into_iter().find(|row| row[0] == "state").expect("the state")[1].clone();
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.code()).collect();
    assert!(state.starts_with(&classes.join(", ")), "{state}");
}
