//! What the spaces are open to in the end: target audiences, people from outside, and in random
//! workspaces nobody who was not in.

use crate::rig::{ADMIN, Rig, text};
use crate::sim::{Plan, Setup, Sim, on_paused_time};
use crate::sim_world::{Kind, Who, World, email, worlds};
use crate::support::{Export, Workspace};
use chatferry::access::{Admission, Audience, Fate};
use chatferry::emulator::{Dialects, Lacking, Options};
use chatferry::ledger::LaneState;
use proptest::prelude::any;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const OUTSIDE: &str = "ext@elsewhere.example";

/// A public channel, and a private one with somebody from outside who is there, and one who is not
/// any more.
fn workspace() -> Export {
    let guest = |address: &str| json!({"is_restricted": true, "profile": {"display_name": "ext", "email": address}});
    Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U5", "ext")
        .who(guest(OUTSIDE))
        .person("U6", "gone")
        .who(guest("gone@elsewhere.example"))
        .who(json!({"deleted": true}))
        .channel("general", &["U1", "U2"])
        .message("U1", "1600000000.000100", "hello")
        .private("deal", &["U1", "U5", "U6"])
        .message("U5", "1600000001.000100", "from outside")
        .message("U1", "1600000002.000100", "from inside")
        .zip()
}

async fn rig(options: Options, settings: &str) -> Rig {
    let rig = Rig::with(&["ana", "bo"], Options { outsiders: vec![OUTSIDE.to_owned()], ..options });
    let rig = rig.await;
    rig.settings(settings);
    rig
}

/// Returns the emulator's lines, and the name of the space that each belongs to.
fn lines(dump: &str) -> Vec<(String, Value)> {
    let mut name = String::new();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if line["space"].is_string() {
            line["name"].as_str().unwrap_or_default().clone_into(&mut name);
        }
        (name.clone(), line)
    };
    dump.lines().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_where_the_edition_has_no_audiences_the_report_says_what_to_do_and_nothing_fails() {
    for lacking in [Lacking::Forbidden, Lacking::Precondition] {
        let dialects = Dialects { audience_lacking: lacking, ..Dialects::default() };
        let options = Options { dialects, audiences: Vec::new(), ..Options::default() };
        let rig = rig(options, "audience = \"default\"\n").await;
        let export = workspace();
        rig.ok(&["run", &export.path.display().to_string()]).await;
        rig.ok(&["verify"]).await;
        let said = rig.ok(&["complete"]).await;
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("No audience can find general; members can use them."), "{said}");
        assert!(flat.contains("retry --reason audience_refused"), "{said}");
        assert_eq!(rig.members()["general"].len(), 2);
        rig.ok(&["retry", "--reason", "audience_refused"]).await;
        rig.ok(&["complete"]).await;
        assert_eq!(rig.emulator().stats().of("spaces.patch"), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_outsiders_are_invited_only_by_choice_and_only_where_they_were() {
    for (settings, invited) in [("", false), ("external = \"invite\"\n", true)] {
        let rig = rig(Options::default(), settings).await;
        let export = workspace();
        rig.ok(&["run", &export.path.display().to_string()]).await;
        rig.ok(&["verify"]).await;
        let told = rig.ok(&["access"]).await;
        assert_eq!(told.contains("invited  ext (U5), ext@elsewhere.example"), invited, "{told}");
        assert_eq!(
            told.contains("ext (U5): member whom Chat counts as outside"),
            !invited,
            "{told}"
        );
        rig.ok(&["complete"]).await;
        let lines = lines(&rig.emulator().canonical());
        for (name, line) in lines.iter().filter(|(_, line)| line["space"].is_string()) {
            assert_eq!(line["external"], invited && name == "deal", "{line}");
        }
        let outside: Vec<&Value> =
            lines.iter().map(|(_, line)| line).filter(|line| line["member"] == OUTSIDE).collect();
        assert_eq!(outside.len(), usize::from(invited));
        assert!(outside.iter().all(|line| line["state"] == "INVITED"), "{outside:?}");
        assert!(!rig.emulator().canonical().contains("gone@"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d5_where_the_policy_forbids_outsiders_the_space_waits_for_another_choice() {
    let options = Options { external_spaces: false, ..Options::default() };
    let rig = rig(options, "external = \"invite\"\n").await;
    let export = workspace();
    let path = export.path.display().to_string();
    let output = rig.run(&["run", &path]).await;
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("retry --reason external_forbidden"), "{said}");
    // The same again changes nothing; the other choice does.
    assert_eq!(rig.run(&["run", &path]).await.status.code(), Some(3));
    rig.settings("external = \"leave_out\"\n");
    rig.whole(&export.path).await;
    assert_eq!(rig.members()["deal"], BTreeSet::from(["ana@example.com".to_owned()]));
}

/// Goes through a random workspace, and compares what Chat shows with who was in.
fn nobody_new(world: &World, admission: Admission) {
    let audience = admission.audience.as_ref().map(|one| one.as_str().to_owned());
    let plan = Plan::admitting(world.export(), world.directory(), admission);
    on_paused_time(async {
        let sim = Sim::begin(&plan, Setup::default());
        let _ = sim.whole().await;
        let mut there: BTreeMap<String, (Option<String>, BTreeSet<String>)> = BTreeMap::new();
        let mut id = String::new();
        for (_, line) in lines(&sim.emulator.canonical()) {
            if let Some(space) = line["space"].as_str() {
                id = format!("spaces/{space}");
                let found = line["audience"].as_str().map(str::to_owned);
                there.insert(id.clone(), (found, BTreeSet::new()));
            } else if let Some(member) = line["member"].as_str() {
                there.get_mut(&id).expect("a space first").1.insert(member.to_owned());
            }
        }
        let ledger = sim.ledger();
        for lane in ledger.lanes().expect("lanes") {
            let Some((found, members)) = lane.space.as_ref().and_then(|space| there.get(space))
            else {
                continue;
            };
            let at = world.rooms.iter().enumerate().find(|(at, room)| {
                let name = room.name(*at);
                lane.slack.as_str().ends_with(&name.to_uppercase())
            });
            let room = at.expect("a room").1;
            let mut may: BTreeSet<String> = room.members.iter().map(|one| email(*one)).collect();
            // Of an archived channel the export lists no members: whoever was heard and did not
            // leave was in.
            if room.archived && room.members.is_empty() {
                may.extend(room.said.iter().filter_map(|said| match said.who {
                    Who::Listed(person) => Some(email(person)),
                    Who::Stranger | Who::App => None,
                }));
            }
            let sight = ledger.sight(&lane).expect("a sight");
            if sight.seats.iter().any(|seat| seat.fate == Fate::Admin) {
                may.insert(ADMIN.to_owned());
            }
            assert!(members.is_subset(&may), "{}: {members:?}, {may:?}", lane.name);
            if room.kind != Kind::Public {
                assert_eq!(*found, None, "{}", lane.name);
            }
            if lane.state == LaneState::Present {
                let will = sight.seats.iter().filter(|seat| seat.fate.will());
                let will: BTreeSet<String> = will.filter_map(|seat| seat.account.clone()).collect();
                assert_eq!(*members, will, "{}: what was shown is what came", lane.name);
                let public = room.kind == Kind::Public;
                assert_eq!(*found, audience.clone().filter(|_| public), "{}", lane.name);
            }
        }
    });
}

#[test]
fn e1_in_random_workspaces_nobody_is_in_who_was_not_but_an_admitted_admin() {
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(
        &(worlds(), any::<(bool, bool)>()),
        |(world, (open, invite))| {
            let audience = Audience::parse("default").filter(|_| open);
            nobody_new(&world, Admission { audience, invite });
            Ok(())
        },
    );
    if let Err(failure) = result {
        panic!("{failure}");
    }
}
