//! Who is outside the organisation, as the plan has it: by the Directory's domains, whatever Slack
//! calls them.

use crate::rig::ADMIN;
use crate::support::{Export, Workspace};
use chatferry::access::{Admission, Fate};
use chatferry::convert;
use chatferry::event::Silent;
use chatferry::gallery::Gallery;
use chatferry::ids::Account;
use chatferry::ledger::{Ledger, Listed};
use chatferry::plan::{Bench, Choices};
use chatferry::slack;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

const INVITES: Admission = Admission { audience: None, invite: true };

fn listed(email: &str) -> Listed {
    Listed {
        email: email.to_owned(),
        user: format!("users/{}", email.len()),
        name: String::new(),
        suspended: false,
        archived: false,
        guest: false,
        aliases: Vec::new(),
        contacts: Vec::new(),
    }
}

fn address(email: &str) -> Value {
    json!({"profile": {"display_name": "x", "email": email}})
}

/// One private conversation; each person has that address.
fn room(people: &[(&str, &str)]) -> Workspace {
    let ids: Vec<&str> = people.iter().map(|(id, _)| *id).collect();
    let with = |all: Workspace, (id, email): &(&str, &str)| all.person(id, id).who(address(email));
    let all = people.iter().fold(Workspace::new(), with);
    all.private("room", &ids).message(ids[0], "1600000000.000100", "hello")
}

struct Planned {
    ledger: Ledger,
    _home: TempDir,
}

fn planned(
    exports: &[&Export],
    directory: &[Listed],
    file: &[(&str, &str)],
    admission: Admission,
) -> Planned {
    let home = TempDir::new().expect("a folder");
    let path = home.path().join("ledger");
    File::create(&path).expect("a new file");
    let mut ledger = Ledger::create(&path).expect("a new ledger");
    ledger.set_directory(directory).expect("a Directory");
    let people = file.iter().map(|(id, email)| ((*id).to_owned(), (*email).to_owned()));
    let choices = Choices {
        name: Some("acme".to_owned()),
        admin: Account::new(ADMIN),
        people: people.collect(),
        convert: convert::Settings::default(),
        emoji: Gallery::default(),
        admission,
    };
    let open = |export: &&Export| {
        let opened = slack::Export::open(&export.path, &slack::Options::default());
        (export.path.clone(), opened.expect("readable"))
    };
    let archives = exports.iter().map(open).collect();
    let bench = Bench::set_up(archives, &mut ledger, &choices).expect("a plan");
    bench.plan(&mut ledger, &Silent, &CancellationToken::new()).expect("a plan");
    Planned { ledger, _home: home }
}

/// Returns what becomes of each, and whether the space is made for people from outside.
fn fates(planned: &Planned) -> (BTreeMap<String, String>, bool) {
    let lane = planned.ledger.lanes().expect("lanes").remove(0);
    let sight = planned.ledger.sight(&lane).expect("a sight");
    assert!(!sight.gains());
    let word = |fate: &Fate| fate.why().unwrap_or(fate.as_str()).to_owned();
    let fates = sight.seats.iter().map(|seat| {
        let who = seat.slack.clone().or_else(|| seat.account.clone());
        (who.expect("a name"), word(&seat.fate))
    });
    (fates.collect(), lane.external)
}

fn as_words(fates: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    fates.iter().map(|(who, fate)| (who.as_str(), fate.as_str())).collect()
}

#[test]
fn c5_d5_whoever_has_an_account_or_an_address_of_ours_is_inside_and_all_others_are_invited_once() {
    let ana = Listed { aliases: vec!["ana@labs.example".to_owned()], ..listed("ana@example.com") };
    let visitor = Listed { guest: true, ..listed("visitor@partner.example") };
    let directory = [ana, listed("bo@example.com"), visitor];
    let export = room(&[
        ("U1", "ana@labs.example"),
        ("U2", "new@labs.example"),
        ("U3", "ext@elsewhere.example"),
        ("U4", "EXT@elsewhere.example"),
        ("U5", "visitor@partner.example"),
        ("U6", "bo@home.example"),
        ("U7", ""),
    ]);
    let export = export.zip();
    // One of two Slack identities of theirs is outside; the admin says that it is the same person.
    let file = [("U6", "bo@example.com")];
    let (told, external) = fates(&planned(&[&export], &directory, &file, INVITES));
    assert!(external);
    let expected = [
        ("U1", "owner"),
        ("U2", "no_account"),
        ("U3", "invited"),
        ("U4", "same_account"),
        ("U5", "invited"),
        ("U6", "member"),
        ("U7", "no_account"),
    ];
    assert_eq!(as_words(&told), expected);
    let (told, external) = fates(&planned(&[&export], &directory, &file, Admission::default()));
    assert!(!external);
    let left_out = told.values().filter(|fate| *fate == "external").count();
    assert_eq!(left_out, 3, "{told:?}");
    assert!(told.values().all(|fate| fate != "invited"), "{told:?}");
}

#[test]
fn d5_where_the_directory_was_never_read_nobody_is_taken_for_somebody_from_outside() {
    let export = room(&[("U1", "ana@example.com"), ("U2", "ext@elsewhere.example")]).zip();
    let file = [("U1", "ana@example.com")];
    let (told, external) = fates(&planned(&[&export], &[], &file, INVITES));
    assert!(!external, "no space is made open to outsiders on a guess");
    assert_eq!(as_words(&told), [("U1", "owner"), ("U2", "member")]);
}

#[test]
fn d5_who_was_deactivated_since_or_was_there_only_before_is_not_invited() {
    let old = room(&[("U1", "ana@example.com"), ("U2", "ext@elsewhere.example")]).zip();
    let people = [("U1", "ana@example.com"), ("U2", "ext@elsewhere.example")];
    let deactivated = room(&people).who(json!({"deleted": true})).zip();
    let directory = [listed("ana@example.com")];
    let both = [&old, &deactivated];
    let (told, external) = fates(&planned(&both, &directory, &[], INVITES));
    assert_eq!((told["U2"].as_str(), external), ("deactivated", false));
    // The order in which the exports are named counts, and the newest is the last.
    let (told, external) = fates(&planned(&[&deactivated, &old], &directory, &[], INVITES));
    assert_eq!((told["U2"].as_str(), external), ("invited", true));
    let left = room(&[("U1", "ana@example.com")]).person("U2", "U2");
    let left = left.who(address("ext@elsewhere.example"));
    let left = left.message("U2", "1600000001.000100", "bye").zip();
    let (told, external) = fates(&planned(&[&left], &directory, &[], INVITES));
    assert_eq!((told.get("U2"), external), (None, false), "they are in the past alone");
}

#[test]
fn d5_people_from_outside_never_own_a_space_nor_speak() {
    let export = room(&[("U2", "ext@elsewhere.example")]).zip();
    let directory = [listed("ana@example.com")];
    let planned = planned(&[&export], &directory, &[], INVITES);
    let (told, external) = fates(&planned);
    assert_eq!((told["U2"].as_str(), told[ADMIN].as_str()), ("invited", "admin"));
    assert!(external);
    let lane = planned.ledger.lanes().expect("lanes").remove(0);
    assert_eq!((lane.completer, lane.admin_owned), (Some(Account::new(ADMIN)), true));
}
