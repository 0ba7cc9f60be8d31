//! Who is who: Slack identities and the accounts of a Directory.

use crate::rig::Rig;
use crate::support::{Export, Workspace};
use chatferry::emulator::{Change, Options, Person};
use chatferry::ids::SlackUserId;
use chatferry::ledger::{Choice, Ledger, Listed};
use chatferry::plan::{Clues, Matched, People};
use chatferry::slack;
use serde_json::json;
use std::collections::BTreeMap;

fn listed(email: &str, name: &str) -> Listed {
    let user = format!("users/{}", email.replace(['@', '.'], "-"));
    Listed { email: email.to_owned(), user, name: name.to_owned(), ..Listed::default() }
}

/// What matching is told besides the exports.
#[derive(Default)]
struct Told {
    listed: Vec<Listed>,
    file: BTreeMap<String, String>,
    chosen: BTreeMap<SlackUserId, Choice>,
}

impl Told {
    fn people(&self, exports: &[&Export]) -> People {
        let open = |export: &&Export| slack::Export::open(&export.path, &slack::Options::default());
        let exports: Vec<slack::Export> =
            exports.iter().map(|export| open(export).expect("a readable export")).collect();
        let listed = (!self.listed.is_empty()).then_some(&self.listed[..]);
        People::of(&exports, &Clues { listed, file: &self.file, chosen: &self.chosen })
    }
}

/// A row for each identity: how it was matched, with whom, its class, and what is wrong.
fn table(people: &People) -> String {
    let row = |(id, one): (&SlackUserId, &Matched)| {
        let account = one.account.as_ref().map(|(account, _)| account.to_string());
        let suggested = one.suggested.as_ref().map(|account| format!("({account}?)"));
        let problems: Vec<&str> = one.problems.iter().map(|problem| problem.code()).collect();
        format!(
            "{id:<6} {:<9} {:<8} {:<18} {:<12} {}",
            one.how.code(),
            one.confidence(),
            account.or(suggested).unwrap_or_default(),
            one.class().code(),
            problems.join(" ")
        )
    };
    let rows = people.by_id.iter().filter(|(id, _)| id.as_str() != "USLACKBOT").map(row);
    rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn mail(address: &str, name: &str) -> serde_json::Value {
    json!({"profile": {"real_name": name, "display_name": "", "email": address}})
}

#[test]
fn c1_c2_c5_everyone_is_matched_by_what_is_surest() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .who(mail("bo@old.example.com", "Bo Lind"))
        .person("U3", "cy")
        .who(mail("CY@second.example", "Cy"))
        .person("U4", "di")
        .who(mail("di@example.com.test-google-a.com", "Di"))
        .person("U5", "ed")
        .who(json!({"profile": {"real_name": "Ed  WOOD", "display_name": "ed"}}))
        .person("U6", "flo")
        .who(mail("flo@partner.example", "Flo"))
        .person("U7", "ana-old")
        .who(mail("ana@example.com", "Ana (old)"))
        .who(json!({"deleted": true}))
        .person("U8", "gone")
        .person("U9", "hal")
        .who(mail("hal@home.example", "H. A. L."))
        .person("UA", "kim")
        .who(mail("kim@nowhere.example", "Kim Lee"))
        .bot("UB", "robot", "B1")
        .who(json!({"profile": {"real_name": "ana", "email": "ana@example.com", "bot_id": "B1"}}))
        .person("UC", "guest")
        .who(json!({"is_restricted": true}))
        .person("UD", "stranger")
        .who(json!({"is_stranger": true, "profile": {"real_name": "Stranger"}}))
        .zip();
    let told = Told {
        listed: vec![
            listed("ana@example.com", "Ana Silva"),
            Listed {
                aliases: vec!["bo@old.example.com".to_owned()],
                ..listed("bo.lind@example.com", "Bo Lind")
            },
            listed("cy@second.example", "Cy"),
            Listed {
                aliases: vec!["di@example.com.test-google-a.com".to_owned()],
                ..listed("di@example.com", "Di")
            },
            listed("ed.wood@example.com", "ed wood"),
            Listed {
                contacts: vec!["hal@home.example".to_owned()],
                ..listed("hal@example.com", "Hal Nine")
            },
            listed("kim1@example.com", "Kim Lee"),
            listed("kim2@example.com", "Kim Lee"),
        ],
        ..Told::default()
    };
    insta::assert_snapshot!(table(&told.people(&[&export])));
    // Nothing is known of the Directory yet.
    let early = Told::default().people(&[&export]);
    assert_eq!(early.by_id["U6"].how.code(), "assumed");
    assert_eq!(early.by_id["U5"].problems[0].code(), "no_email");
}

#[test]
fn c2_a_changed_address_is_found_by_the_older_export_and_the_newest_counts_first() {
    let with = |address: &str| {
        let who = Workspace::new().person("U1", "ana").who(mail(address, "Ana"));
        who.person("U2", "bo").channel("general", &["U1", "U2"]).zip()
    };
    let (old, new) = (with("ana@example.com"), with("ana@married.example"));
    let before = vec![listed("ana@example.com", "x"), listed("bo@example.com", "Bo")];
    let both = [&before[..], &[listed("ana@married.example", "y")]].concat();
    let told =
        |listed: Vec<Listed>| table(&Told { listed, ..Told::default() }.people(&[&old, &new]));
    insta::assert_snapshot!(format!("{}\n--\n{}", told(before), told(both)));
}

#[test]
fn c1_who_has_less_right_to_an_account_than_another_only_has_a_suggestion() {
    let deleted = || json!({"deleted": true});
    let export = Workspace::new()
        .person("U1", "bob")
        .who(deleted())
        .person("U2", "bob")
        .person("U3", "anna")
        .who(deleted())
        .person("U4", "max")
        .person("U5", "cy")
        .person("U6", "cyril")
        .person("U7", "di")
        .who(deleted())
        .person("U8", "di")
        .who(deleted())
        .person("U9", "ed")
        .who(deleted())
        .zip();
    let aliases = |email: &str, aliases: &[&str]| Listed {
        aliases: aliases.iter().map(|alias| format!("{alias}@example.com")).collect(),
        ..listed(email, "x")
    };
    let told = Told {
        listed: vec![
            listed("bob@example.com", "Bob"),
            aliases("max@example.com", &["anna"]),
            aliases("both@example.com", &["cy", "cyril"]),
            listed("di@example.com", "Di"),
            aliases("heir@example.com", &["ed"]),
        ],
        ..Told::default()
    };
    insta::assert_snapshot!(table(&told.people(&[&export])));
    let chosen = |id: &str, account: &str| {
        let choice = Choice { account: Some(account.to_owned()), policy: None };
        (SlackUserId::new(id), choice)
    };
    let chosen = [chosen("U3", "anna@example.com"), chosen("U5", "cy@example.com")].into();
    let people = Told { chosen, ..told }.people(&[&export]);
    let account = |id: &str| people.by_id[id].account.as_ref().map(|(own, _)| own.to_string());
    assert_eq!(account("U3").as_deref(), Some("max@example.com"), "the admin says so");
    assert_eq!(account("U4").as_deref(), Some("max@example.com"), "and it is his own");
    assert_eq!(account("U6"), None, "a choice for one is none for the other");
}

#[test]
fn c2_an_older_address_counts_only_where_nobody_has_it_now_and_the_newer_account_is_not_shut() {
    let with = |ana: &str, bo: &str, cy: &str| {
        let who = Workspace::new().person("U1", "ana").who(mail(ana, "Ana"));
        let who = who.person("U2", "bo").who(mail(bo, "Bo")).person("U3", "cy");
        who.who(mail(cy, "Cy")).person("U4", "new").who(mail("new@x.example", "New")).zip()
    };
    let old = with("desk@example.com", "bo.old@example.com", "cy@example.com");
    let new = with("ana@home.example", "bo@example.com", "desk@example.com");
    let told = Told {
        listed: vec![
            listed("desk@example.com", "Desk"),
            listed("bo.old@example.com", "Bo"),
            Listed { suspended: true, ..listed("bo@example.com", "Bo") },
        ],
        ..Told::default()
    };
    insta::assert_snapshot!(table(&told.people(&[&old, &new])));
    // Whoever has the address now may have been given another account: it stays theirs to give.
    let choice = Choice { account: Some(String::new()), policy: None };
    let chosen = [(SlackUserId::new("U3"), choice)].into();
    let people = Told { chosen, ..told }.people(&[&old, &new]);
    assert_eq!(people.by_id["U1"].account, None);
}

#[test]
fn an_account_that_can_not_be_used_is_told_and_its_owner_is_as_if_deactivated() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .channel("general", &["U1", "U2", "U3"])
        .zip();
    let told = Told {
        listed: vec![
            Listed { suspended: true, ..listed("ana@example.com", "Ana") },
            Listed { archived: true, suspended: true, ..listed("bo@example.com", "Bo") },
            Listed { guest: true, ..listed("cy@example.com", "Cy") },
        ],
        ..Told::default()
    };
    insta::assert_snapshot!(table(&told.people(&[&export])));
}

#[test]
fn the_admins_own_choice_wins_and_the_workbook_over_the_file() {
    let export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .bot("U4", "robot", "B4")
        .channel("general", &["U1", "U2", "U3"])
        .zip();
    let choice = |account: &str| Choice { account: Some(account.to_owned()), policy: None };
    let told = Told {
        listed: vec![
            listed("ana@example.com", "Ana"),
            listed("bo@example.com", "Bo"),
            Listed { aliases: vec!["x@example.com".to_owned()], ..listed("cy@example.com", "Cy") },
        ],
        file: [("U1", "bo@example.com"), ("U2", ""), ("U404", "cy@example.com")]
            .map(|(id, address)| (id.to_owned(), address.to_owned()))
            .into(),
        chosen: [("U1", choice("x@example.com")), ("U3", choice("ghost@example.com"))]
            .into_iter()
            .chain([("B4", choice("cy@example.com"))])
            .map(|(id, choice)| (id.into(), choice))
            .collect(),
    };
    insta::assert_snapshot!(table(&told.people(&[&export])));
}

#[test]
fn c9_an_address_for_a_name_is_not_shown() {
    let export = Workspace::new()
        .person("U1", "ana")
        .who(json!({"profile": {"real_name": "ana@hidden.example", "display_name": "ana@hidden.example"}}))
        .person("U2", "bo@hidden.example")
        .who(json!({"profile": {"real_name": "", "display_name": " "}}))
        .channel("general", &["U1", "U2"])
        .zip();
    let people = Told::default().people(&[&export]);
    let names: Vec<&str> = people.by_id.values().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["ana", "bo", "Slackbot"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn c5_the_whole_directory_is_read_and_kept() {
    let person = |email: &str| Person { email: email.to_owned(), ..Person::default() };
    let mut directory: Vec<Person> =
        (0..600).map(|nth| person(&format!("p{nth:03}@example.com"))).collect();
    directory.extend([
        Person {
            aliases: vec!["Second@Alias.example".to_owned()],
            fixed_aliases: vec!["second@example.com.test-google-a.com".to_owned()],
            contacts: vec!["home@private.example".to_owned()],
            ..person("second@other.example")
        },
        Person { suspended: true, ..person("suspended@example.com") },
        Person { archived: true, ..person("archived@example.com") },
        Person { guest: true, ..person("guest@partner.example") },
        person("deleted@example.com"),
    ]);
    let rig = Rig::with(&[], Options::default()).await;
    for one in directory {
        rig.emulator().add_person(one);
    }
    let deleted = Change::DeleteUser("deleted@example.com".to_owned());
    rig.emulator().change(&deleted).expect("somebody who was there");
    let export = Workspace::new()
        .person("U1", "p599")
        .channel("general", &["U1"])
        .message("U1", "1600000000.000100", "from the second page")
        .zip();
    rig.whole(&export.path).await;
    let ledger = Ledger::open_read_only(&rig.work().join("ledger.sqlite")).expect("a ledger");
    let kept = ledger.directory().expect("a Directory");
    assert_eq!(kept.len(), 605, "the admin, and all but the deleted");
    let of = |email: &str| kept.iter().find(|one| one.email == email).expect("listed");
    let second = of("second@other.example");
    assert_eq!(second.aliases, ["second@alias.example", "second@example.com.test-google-a.com"]);
    assert_eq!(second.contacts, ["home@private.example"]);
    let flags = |email: &str| {
        let one = of(email);
        (one.suspended, one.archived, one.guest, one.is_usable())
    };
    assert_eq!(flags("suspended@example.com"), (true, false, false, false));
    assert_eq!(flags("archived@example.com"), (false, true, false, false));
    assert_eq!(flags("guest@partner.example"), (false, false, true, false));
    assert_eq!(flags("p000@example.com"), (false, false, false, true));
}
