//! Nobody gains sight of anything, whatever the settings say: every kind of conversation under
//! every combination of settings and choices, planned and frozen; and a sample of them all the way through
//! the program, read back from the emulator.
#![expect(clippy::disallowed_types, reason = "reads the ledger with other eyes than `ledger`")]

use crate::rig::{ADMIN, Rig};
use crate::support::{Export, Workspace};
use chatferry::access::{Admission, Audience, Fate, Kind};
use chatferry::convert::{self, ArchivedPolicy, AuthorPolicy, Authors, DmPolicy};
use chatferry::draft::{Phase, StepKind};
use chatferry::emulator::Options;
use chatferry::event::Silent;
use chatferry::gallery::Gallery;
use chatferry::ids::{Account, ConversationId};
use chatferry::ledger::{Lane, Ledger, Listed, LookedUp, RoomChoice, Stage, Writer};
use chatferry::plan::{Bench, Choices, Stager};
use chatferry::slack;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// People of the organisation; `guest` and `ext` are guests, `ext` of another organisation.
const PEOPLE: [&str; 4] = ["ana", "bo", "cy", "guest"];
/// Somebody of another organisation.
const OUTSIDE: &str = "ext@elsewhere.example";
const CHANNELS: [&str; 4] = ["general", "attic", "forlorn", "opened"];
/// One more than a group chat holds.
const MANY: usize = 401;
/// People of a group direct message where it need not be large.
const FEW: usize = 11;
/// An audience that only the workbook names.
const OWN: &str = "audiences/OWN";
/// A group of full members, and one with a guest.
const ALL: &str = "all@example.com";
const BEYOND: &str = "beyond@example.com";

/// Every kind of conversation, archived ones among them.
fn workspace(many: usize) -> Export {
    let many: Vec<String> = (0..many).map(|at| format!("W{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut export = Workspace::new()
        .person("U1", "ana")
        .person("U2", "bo")
        .person("U3", "cy")
        .person("U4", "guest")
        .who(json!({"is_restricted": true}))
        .person("U5", "ext")
        .who(json!({"is_restricted": true, "profile": {"display_name": "ext", "email": OUTSIDE}}))
        .person("U6", "lost")
        .who(json!({"profile": {"display_name": "lost", "email": ""}}))
        .bot("U9", "robot", "B9");
    let mut ts = 1_600_000_000;
    let mut say = |export: Workspace, user: &str| {
        ts += 10;
        export.message(user, &format!("{ts}.000100"), "a secret")
    };
    export = say(export.channel("general", &["U1", "U2", "U4", "U9"]), "U1");
    export = say(export.channel("attic", &["U3"]), "U3");
    export = export.conversation(json!({"is_archived": true}));
    export = say(export.channel("forlorn", &["U6"]), "U6");
    export = say(export.private("board", &["U1", "U3", "U5"]), "U1");
    export = say(export.private("vault", &["U2", "U6"]), "U2");
    export = export.conversation(json!({"is_archived": true}));
    export = say(export.private("nobody", &["U6"]), "U6");
    export = say(export.private("turned", &["U1"]), "U1");
    export = say(export.channel("opened", &["U1"]), "U1");
    export = say(export.mpim("mpdm-ana--bo--ext-1", &["U1", "U2", "U5"]), "U1");
    export = say(export.mpim("mpdm-many-1", &many), "W1");
    export = say(export.dm("D1", &["U1", "U2"]), "U2");
    export = say(export.dm("D2", &["U3"]), "U3");
    export = say(export.dm("D3", &["U4", "U5"]), "U5");
    let stray = json!([{"type": "message", "user": "U1", "ts": "1600009000.000100", "text": "?"}]);
    export.entry("stray/2020-09-13.json", stray.to_string()).zip()
}

/// The same workspace before: what is private now was public, and the other way round.
fn before() -> Export {
    let room = |id: &str| json!({"id": id});
    Workspace::new()
        .person("U1", "ana")
        .channel("turned", &["U1"])
        .conversation(room("GTURNED"))
        .message("U1", "1500000000.000100", "said in public")
        .private("opened", &["U1"])
        .conversation(room("COPENED"))
        .message("U1", "1500000001.000100", "said in private")
        .zip()
}

/// Slack's own kinds, by id: what the newest lists say, and what no list names.
fn kinds(exports: &[(PathBuf, slack::Export)]) -> BTreeMap<String, Kind> {
    let all = exports.iter().flat_map(|(_, export)| export.conversations());
    all.map(|one| (one.id.to_string(), one.kind)).collect()
}

/// One combination of settings.
#[derive(Debug, Clone, Default)]
struct Case {
    admission: Admission,
    /// What the workbook says of every conversation, whatever its kind: past the check that
    /// `channels import` makes.
    own: Option<&'static str>,
    /// The group that the workbook names for every conversation, whatever its kind.
    group: Option<&'static str>,
    convert: convert::Settings,
}

/// Every case with each of these values.
fn each<T>(cases: &[Case], values: &[T], set: impl Fn(&mut Case, &T)) -> Vec<Case> {
    let with = |case: &Case, value: &T| {
        let mut case = case.clone();
        set(&mut case, value);
        case
    };
    cases.iter().flat_map(|case| values.iter().map(|value| with(case, value))).collect()
}

/// Every combination of settings and choices that could touch what anybody sees.
fn all_settings() -> Vec<Case> {
    let speakers = [AuthorPolicy::Admin, AuthorPolicy::App, AuthorPolicy::Skip];
    let directs = [DmPolicy::Auto, DmPolicy::GroupChat, DmPolicy::Space];
    let archived = [ArchivedPolicy::Mark, ArchivedPolicy::Import, ArchivedPolicy::Skip];
    let mut all = vec![Case::default()];
    all = each(&all, &["none", "default"], |case, one| {
        case.admission.audience = Audience::parse(one);
    });
    all = each(&all, &[None, Some("none"), Some(OWN)], |case, one| case.own = *one);
    all = each(&all, &[false, true], |case, one| case.admission.invite = *one);
    all = each(&all, &directs, |case, one| case.convert.direct = *one);
    all = each(&all, &archived, |case, one| case.convert.archived = *one);
    all = each(&all, &speakers, |case, one| case.convert.authors = all_by(one));
    each(&all, &[false, true], |case, one| {
        let cy = one.then(|| Account::new("cy@example.com"));
        case.convert.managers = cy.into_iter().collect();
        // A private channel under the name of a public one stays private.
        let rule = (".*".to_owned(), "general".to_owned());
        case.convert.names.rename = one.then_some(rule);
    })
}

/// The same for every class of authors without an account.
fn all_by(policy: &AuthorPolicy) -> Authors {
    Authors {
        active: policy.clone(),
        deactivated: policy.clone(),
        guest: policy.clone(),
        external: policy.clone(),
        bot: policy.clone(),
        unknown: policy.clone(),
    }
}

fn listed(many: usize) -> Vec<Listed> {
    let one = |handle: &str| Listed {
        email: format!("{handle}@example.com"),
        user: format!("users/1{handle}"),
        name: handle.to_owned(),
        suspended: false,
        archived: false,
        guest: false,
        aliases: Vec::new(),
        contacts: Vec::new(),
    };
    let many = (0..many).map(|at| format!("w{at}"));
    PEOPLE.iter().map(|handle| one(handle)).chain(many.map(|handle| one(&handle))).collect()
}

/// A group with these people of the organisation.
fn looked_up(asked: &str, people: &[&str]) -> LookedUp {
    let all = listed(FEW);
    let member = |handle: &&str| {
        let email = format!("{handle}@example.com");
        let one = all.iter().find(|one| one.email == email).expect("of the organisation");
        (one.user.clone(), email)
    };
    LookedUp {
        asked: asked.to_owned(),
        name: format!("groups/{}", asked.split('@').next().unwrap_or_default()),
        email: asked.to_owned(),
        seen: 1_600_000_000_000_000,
        members: people.iter().map(member).collect(),
    }
}

/// Makes a folder, in memory where the system has one there.
fn memory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let home = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    home.expect("a temporary folder")
}

/// What all cases begin with: the archives, and a ledger that knows the Directory.
struct Stock {
    home: TempDir,
    exports: [Export; 2],
}

impl Stock {
    fn new() -> Self {
        let home = memory();
        let path = home.path().join("first");
        File::create(&path).expect("a new file");
        let mut ledger = Ledger::create(&path).expect("a new ledger");
        ledger.set_directory(&listed(FEW)).expect("a Directory");
        for (asked, people) in [(ALL, &["ana", "bo", "cy"][..]), (BEYOND, &["ana", "guest"])] {
            ledger.set_group(&looked_up(asked, people)).expect("a group");
        }
        drop(ledger);
        Self { home, exports: [before(), workspace(FEW)] }
    }

    /// Plans and freezes the exports under some settings.
    fn frozen(&self, at: usize, case: Case) -> Frozen {
        let path = self.home.path().join(format!("ledger-{at}"));
        fs::copy(self.home.path().join("first"), &path).expect("a copy");
        let mut ledger = Ledger::open(&path).expect("a ledger");
        let open = |export: &Export| {
            let opened = slack::Export::open(&export.path, &slack::Options::default());
            (export.path.clone(), opened.expect("readable"))
        };
        let archives: Vec<_> = self.exports.iter().map(open).collect();
        let kinds = kinds(&archives);
        let own = |id: &String| {
            let audience = case.own.map(str::to_owned);
            let group = case.group.map(str::to_owned);
            (ConversationId::new(id), RoomChoice { audience, group, ..RoomChoice::default() })
        };
        let own: Vec<_> = kinds.keys().map(own).collect();
        ledger.choose_rooms(&own).expect("choices");
        let choices = Choices {
            name: Some("acme".to_owned()),
            admin: Account::new(ADMIN),
            people: BTreeMap::new(),
            convert: case.convert,
            emoji: Gallery::default(),
            admission: case.admission,
        };
        let bench = Bench::set_up(archives, &mut ledger, &choices).expect("a plan");
        let bench = Arc::new(bench);
        bench.plan(&mut ledger, &Silent, &CancellationToken::new()).expect("a plan");
        let lanes = ledger.lanes().expect("lanes");
        let (writer, thread) = Writer::start(ledger);
        let stager = Stager::new(bench, path.clone(), writer);
        for lane in &lanes {
            stager.stage(lane.id).expect("a staged lane");
        }
        drop(stager);
        Frozen { ledger: thread.join().expect("no panic"), kinds, lanes, path }
    }
}

struct Frozen {
    ledger: Ledger,
    kinds: BTreeMap<String, Kind>,
    lanes: Vec<Lane>,
    path: PathBuf,
}

impl Drop for Frozen {
    fn drop(&mut self) {
        fs::remove_file(&self.path).expect("it is there");
    }
}

impl Frozen {
    /// Returns the lanes whose spaces anybody but their members may find, and who that is: by the
    /// frozen requests themselves, in whatever phase.
    fn discoverable(&self) -> BTreeMap<String, String> {
        let phases = [Phase::Space, Phase::Amend, Phase::Complete, Phase::Present, Phase::Publish];
        let mut found = BTreeMap::new();
        for lane in &self.lanes {
            for phase in phases {
                let owed = self.ledger.owed(lane.id, phase, StepKind::Publish, 0, 9);
                for step in owed.expect("steps") {
                    assert_eq!(phase, Phase::Publish);
                    let text = step.request.as_str();
                    let (_, rest) = text.split_once("audiences/").expect("an audience");
                    let id: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                    found.insert(lane.slack.to_string(), format!("audiences/{id}"));
                }
            }
            let space = self.ledger.owed(lane.id, Phase::Space, StepKind::Space, 0, 9);
            for step in space.expect("steps") {
                assert!(!step.request.as_str().contains("udience"), "never at creation");
            }
        }
        found
    }
}

/// Which audience a case means for public channels.
fn meant(case: &Case) -> Option<&str> {
    match case.own {
        Some(own) => Some(own).filter(|own| *own != "none"),
        None => case.admission.audience.as_ref().map(Audience::as_str),
    }
}

fn nobody_gains(stock: &Stock, at: usize, case: &Case) {
    let frozen = stock.frozen(at, case.clone());
    let meant = meant(case);
    let public = |lane: &&Lane| {
        // What was private once stays so: who was in then spoke among themselves.
        frozen.kinds[lane.slack.as_str()] == Kind::Public && lane.slack.as_str() != "COPENED"
    };
    let wanted: BTreeMap<String, String> = frozen
        .lanes
        .iter()
        .filter(public)
        .filter_map(|lane| Some((lane.slack.to_string(), meant?.to_owned())))
        .collect();
    assert_eq!(frozen.discoverable(), wanted, "{case:?}");
    for lane in &frozen.lanes {
        let sight = frozen.ledger.sight(lane).expect("a sight");
        assert!(!sight.gains(), "{} under {case:?}", lane.name);
        assert_eq!(
            sight.audience.as_ref(),
            wanted.get(lane.slack.as_str()),
            "{}: what is shown is what is owed, under {case:?}",
            lane.name
        );
        let outside = sight.seats.iter().filter(|seat| seat.fate == Fate::Invited);
        let outside: Vec<_> = outside.map(|seat| seat.account.as_deref()).collect();
        assert_eq!(lane.external, !outside.is_empty(), "{} under {case:?}", lane.name);
        assert!(case.admission.invite || outside.is_empty(), "{case:?}");
        assert!(outside.iter().all(|one| *one == Some(OUTSIDE)), "{outside:?}");
    }
    let left_out = if case.convert.archived == ArchivedPolicy::Skip { 2 } else { 0 };
    assert_eq!(frozen.lanes.len(), frozen.kinds.len() - left_out, "{case:?}");
}

#[test]
fn d1_d2_d3_no_setting_makes_anything_discoverable_but_public_channels() {
    let (stock, all) = (Stock::new(), all_settings());
    assert_eq!(all.len(), 648);
    let next = AtomicUsize::new(0);
    let take = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = all.get(at) else { return };
            nobody_gains(&stock, at, case);
        }
    };
    thread::scope(|scope| {
        scope.spawn(take);
        scope.spawn(take);
    });
}

/// The ledger itself refuses what the types can't even say.
#[test]
fn d1_the_ledger_takes_no_audience_for_a_private_conversation() {
    let stock = Stock::new();
    let admission = Admission { audience: Audience::parse("default"), invite: true };
    let frozen = stock.frozen(0, Case { admission, ..Case::default() });
    let db = Connection::open(&frozen.path).expect("a ledger");
    for lane in &frozen.lanes {
        let public = frozen.kinds[lane.slack.as_str()] == Kind::Public;
        let id = (lane.id << 32) + 1_000_000;
        // In the phase or as the call: either is enough.
        for (nth, phase, kind) in [(1, 6, 8), (2, 6, 5), (3, 5, 8)] {
            let sql = "INSERT INTO step (id, phase, kind, actor) VALUES (?1, ?2, ?3, 1)";
            let taken = db.execute(sql, [id + nth, phase, kind]);
            assert_eq!(taken.is_ok(), public, "{}: {taken:?}", lane.name);
        }
        db.execute("INSERT INTO step (id, phase, kind, actor) VALUES (?1, 5, 5, 1)", [id])
            .expect("a member");
        let turned = db.execute("UPDATE step SET kind = 8 WHERE id = ?1", [id]);
        assert!(turned.is_err(), "{}: {turned:?}", lane.name);
    }
}

/// A group chosen for every conversation, whatever its kind: past the check of `channels import`.
#[test]
fn d1_no_setting_lets_a_group_into_anything_but_public_channels() {
    let stock = Stock::new();
    let all = each(&[Case::default()], &[Some(ALL), Some(BEYOND)], |case, one| case.group = *one);
    let directs = [DmPolicy::Auto, DmPolicy::GroupChat, DmPolicy::Space];
    let all = each(&all, &directs, |case, one| case.convert.direct = *one);
    let all = each(&all, &[ArchivedPolicy::Mark, ArchivedPolicy::Skip], |case, one| {
        case.convert.archived = *one;
    });
    let all = each(&all, &[false, true], |case, one| {
        case.admission.invite = *one;
        let rule = (".*".to_owned(), "general".to_owned());
        case.convert.names.rename = one.then_some(rule);
        let cy = one.then(|| Account::new("cy@example.com"));
        case.convert.managers = cy.into_iter().collect();
    });
    for (at, case) in all.iter().enumerate() {
        let frozen = stock.frozen(at, case.clone());
        for lane in &frozen.lanes {
            let public = frozen.kinds[lane.slack.as_str()] == Kind::Public;
            let public = public && lane.slack.as_str() != "COPENED";
            let phases =
                [Phase::Space, Phase::History, Phase::Complete, Phase::Present, Phase::Leave];
            let owed = phases.map(|phase| {
                let steps = frozen.ledger.owed(lane.id, phase, StepKind::Group, 0, 9);
                steps.expect("steps").len()
            });
            let expected = [0, 0, 0, usize::from(public), 0];
            assert_eq!(owed, expected, "{} under {case:?}", lane.name);
            assert_eq!(lane.group.is_some(), public, "{} under {case:?}", lane.name);
            let sight = frozen.ledger.sight(lane).expect("a sight");
            assert_eq!(sight.group.is_some(), public, "{} under {case:?}", lane.name);
            // A guest saw of public channels only their own.
            let beyond = public && case.group == Some(BEYOND) && lane.slack.as_str() != "CGENERAL";
            assert_eq!(sight.gains(), beyond, "{} under {case:?}", lane.name);
            let new = sight.seats.iter().filter(|seat| seat.fate == Fate::New);
            let new: Vec<_> = new.map(|seat| seat.account.as_deref().unwrap_or("")).collect();
            assert!(new.iter().all(|one| *one == "guest@example.com"), "{new:?}");
            let single = frozen.ledger.owed(lane.id, Phase::Present, StepKind::Member, 0, 999);
            if public && case.group == Some(ALL) {
                // Whoever manages is a member of their own.
                let by_group =
                    if case.admission.invite { &["ana", "bo"][..] } else { &["ana", "bo", "cy"] };
                let twice = single.expect("steps").into_iter().any(|step| {
                    let text = step.request.as_str();
                    by_group.iter().any(|one| text.contains(&format!("\"users/1{one}\"")))
                });
                assert!(!twice, "{}: in by the group and by themselves, {case:?}", lane.name);
            }
        }
    }
}

/// The ledger itself refuses what the types can't even say.
#[test]
fn d1_the_ledger_takes_no_group_for_a_private_conversation() {
    let stock = Stock::new();
    let frozen = stock.frozen(0, Case { group: Some(ALL), ..Case::default() });
    let db = Connection::open(&frozen.path).expect("a ledger");
    for lane in &frozen.lanes {
        let public = frozen.kinds[lane.slack.as_str()] == Kind::Public;
        let id = (lane.id << 32) + 1_000_000;
        let sql = "INSERT INTO step (id, phase, kind, actor) VALUES (?1, ?2, 10, 1)";
        for phase in [0, 1, 5, 7] {
            let taken = db.execute(sql, [id + phase, phase]);
            assert_eq!(taken.is_ok(), public, "{}: {taken:?}", lane.name);
        }
        db.execute("INSERT INTO step (id, phase, kind, actor) VALUES (?1, 5, 5, 1)", [id + 9])
            .expect("a member");
        let turned = db.execute("UPDATE step SET kind = 10 WHERE id = ?1", [id + 9]);
        assert!(turned.is_err(), "{}: {turned:?}", lane.name);
    }
}

/// What the emulator shows of each space, by name: its audience, and who is in.
fn shown(rig: &Rig) -> BTreeMap<String, (Option<String>, BTreeSet<String>)> {
    let mut spaces: BTreeMap<String, (Option<String>, BTreeSet<String>)> = BTreeMap::new();
    let mut name = String::new();
    for line in rig.emulator().canonical().lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        if line["space"].is_string() {
            assert_eq!(line["state"], "completed", "{line}");
            // Group chats have no name; their members tell them apart.
            name = line["name"].as_str().map_or_else(|| line["space"].to_string(), str::to_owned);
            let audience = line["audience"].as_str().map(str::to_owned);
            spaces.insert(name.clone(), (audience, BTreeSet::new()));
        } else if let Some(member) = line["member"].as_str() {
            spaces.get_mut(&name).expect("a space first").1.insert(member.to_owned());
        }
    }
    spaces
}

/// Who of Slack's members may at most be in a space of Chat.
fn at_most() -> BTreeMap<&'static str, Vec<&'static str>> {
    BTreeMap::from([
        ("general", vec!["ana@example.com", "bo@example.com", "guest@example.com"]),
        ("attic", vec!["cy@example.com"]),
        ("forlorn", vec![ADMIN]),
        ("board", vec!["ana@example.com", "cy@example.com", OUTSIDE]),
        ("vault", vec!["bo@example.com"]),
        ("nobody", vec![ADMIN]),
        ("turned", vec!["ana@example.com"]),
        ("opened", vec!["ana@example.com"]),
        ("stray", vec![ADMIN]),
    ])
}

async fn whole(settings: &str) -> Rig {
    let many: Vec<String> = (0..MANY).map(|at| format!("w{at}")).collect();
    let people: Vec<&str> = PEOPLE.iter().copied().chain(many.iter().map(String::as_str)).collect();
    let audiences = ["audiences/default", "audiences/XYZ"].map(str::to_owned).to_vec();
    let options = Options { outsiders: vec![OUTSIDE.to_owned()], audiences, ..Options::default() };
    let rig = Rig::with(&people, options).await;
    rig.settings(settings);
    rig.whole(&workspace(MANY).path).await;
    rig
}

#[tokio::test(flavor = "multi_thread")]
async fn d1_d3_d4_e1_what_chat_shows_in_the_end_is_no_more_than_slack_did() {
    for (settings, audience, invited) in [
        ("", None, false),
        ("audience = \"default\"\nexternal = \"invite\"\n", Some("audiences/default"), true),
        ("audience = \"audiences/XYZ\"\ndm = \"space\"\n", Some("audiences/XYZ"), false),
    ] {
        let rig = whole(settings).await;
        let shown = shown(&rig);
        for (name, members) in at_most() {
            let (found, there) = &shown[name];
            let public = CHANNELS.contains(&name);
            assert_eq!(found.as_deref(), audience.filter(|_| public), "{name} by {settings}");
            let may: BTreeSet<String> = members
                .iter()
                .filter(|member| invited || **member != OUTSIDE)
                .map(|member| (*member).to_owned())
                .collect();
            assert_eq!(there, &may, "{name} by {settings}");
        }
        let others = shown.iter().filter(|(name, _)| !at_most().contains_key(name.as_str()));
        for (name, (found, there)) in others {
            assert_eq!(found.as_deref(), None, "{name} by {settings}");
            assert!(!there.contains(ADMIN), "{name} by {settings}");
            let outside = there.contains(OUTSIDE);
            assert!(invited || !outside, "{name} by {settings}");
        }
        let sizes: BTreeSet<usize> = shown.values().map(|(_, there)| there.len()).collect();
        assert!(sizes.contains(&MANY), "d2: {sizes:?}");
    }
}
