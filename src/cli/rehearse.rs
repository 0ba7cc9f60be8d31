//! `chatferry rehearse`: plan, run, verify and complete against an emulator in this process. The
//! same code as the real thing, the same HTTP, and no Google account.

use super::args::{Common, RehearseArgs};
use super::hint::Tell;
use super::run::cross;
use super::session::{Session, runtime};
use super::weather::Weather;
use super::{Exit, access, archives, complete, emulate, folder, print, told, verify};
use crate::clock::SystemClock;
use crate::emulator::{Emulator, Options};
use crate::ledger::Ledger;
use crate::send::{CompleteOptions, Ended};
use crate::settings::{Pace, WorkFolder};
use crate::slack::{self, Person, PersonKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tempfile::TempDir;

/// The admin where none is named. `.example` belongs to nobody.
const ADMIN: &str = "chatferry-admin@rehearsal.example";

pub(super) fn rehearse(common: &Common, args: &RehearseArgs) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let temporary = common
        .work
        .is_none()
        .then(TempDir::new)
        .transpose()
        .tell(Exit::Refused, "is there room in the temporary folder?")?;
    let work = temporary
        .as_ref()
        .map_or_else(|| common.folder().to_owned(), |folder| folder.path().to_owned());
    refuse_used(&work)?;
    let mut exports = Vec::new();
    for path in &args.exports {
        exports.push(archives::open(path, args.source.allow_duplicate_entries)?);
    }
    let people: Vec<&Person> = exports.iter().flat_map(slack::Export::people).collect();
    let invented = if args.invent_accounts { invent(&people) } else { BTreeMap::new() };
    let admin = args.admin.clone().unwrap_or_else(|| ADMIN.to_owned());
    let emulator = runtime.block_on(start(args, &people, &invented, &admin))?;
    let common = Common { work: Some(work), ..common.clone() };
    let mut session = open(&common, args, &emulator, &invented, &admin)?;
    session.remark = args.invent_accounts.then(|| {
        format!("{} accounts were invented for people without one in the export.", invented.len())
    });
    session.temporary = temporary.is_some();
    for account in session.settings().stand_ins() {
        emulator.add_person(emulate::person(account.as_str(), account.as_str()));
    }
    if temporary.is_none() {
        session.next.push(session.command("status --lanes"));
    }
    runtime.block_on(whole(&session, args, &emulator))
}

/// Everything, one after the other, each step by the code of its own command.
async fn whole(
    session: &Session<'_>,
    args: &RehearseArgs,
    emulator: &Emulator,
) -> anyhow::Result<Exit> {
    let ledger = Ledger::create(&session.opened.work.prepare_ledger()?)?;
    let archives = archives::open_all(&args.exports, session.settings())?;
    if cross(session, ledger, Some(archives)).await? == Ended::Stopped {
        return session.report(&session.ledger()?, "", Some(Exit::Stopped));
    }
    let verified = verify::read_back(session, session.ledger()?, false).await?;
    let seen = access::seen(&session.ledger()?, session.settings())?;
    let options = CompleteOptions::default();
    let consent = complete::Consent::Rehearsed;
    let came = complete::finish(session, session.ledger()?, options, consent).await?;
    let ended = if let complete::Came::Done(ended, _) = came { ended } else { Ended::Stopped };
    session.watch.end();
    let account = session.ledger()?.account()?;
    let exit = match (ended, verify::exit(&verified, account.notices)) {
        (Ended::Stopped, _) => Some(Exit::Stopped),
        (_, Exit::Done) => None,
        (_, exit) => Some(exit),
    };
    if !session.json() {
        let work = &session.opened.work;
        let certificates = work.path(verify::CERTIFICATES).display().to_string();
        let certificates = Some(certificates).filter(|_| !session.temporary);
        let told =
            verify::Told { verified: &verified, account: &account, certificates, warning: None };
        print(&told.text())?;
        print(&seen)?;
    }
    let proven = ended != Ended::Stopped && verify::exit(&verified, account.notices) == Exit::Done;
    let weather = Weather::look(args, emulator, proven);
    if let Some(weather) = weather.as_ref().filter(|_| session.json()) {
        print(&format!("{}\n", weather.json()))?;
    }
    let exit = session.report(&session.ledger()?, "The rehearsal went all the way.", exit)?;
    if let Some(weather) = weather.filter(|_| !session.json()) {
        print(&weather.text())?;
    }
    lints(emulator)?;
    Ok(exit)
}

/// A slip of ours that Google would forgive today is still a slip.
fn lints(emulator: &Emulator) -> anyhow::Result<()> {
    let lints = emulator.lints();
    let Some(first) = lints.first() else { return Ok(()) };
    Err(told(
        Exit::Unexpected,
        format!(
            "the emulator found {} slips in our requests; the first: {} {} {}",
            lints.len(),
            first.method,
            first.rule,
            first.place
        ),
        "this is a bug of chatferry's: please report it",
    ))
}

async fn start(
    args: &RehearseArgs,
    people: &[&Person],
    invented: &BTreeMap<String, String>,
    admin: &str,
) -> anyhow::Result<Emulator> {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for person in people.iter().filter(|person| person.kind != PersonKind::Bot) {
        let email = person.email.clone().or_else(|| invented.get(person.id.as_str()).cloned());
        if let Some(email) = email {
            known.insert(email, person.shown().to_owned());
        }
    }
    known.remove(admin);
    let options = Options {
        quotas: emulate::quotas(args.speed.pace.unwrap_or(Pace::Off)),
        directory: known.iter().map(|(email, name)| emulate::person(email, name)).collect(),
        admin: admin.to_owned(),
        chaos: args.chaos.options(),
        ..Options::default()
    };
    Emulator::start(options)
        .await
        .tell(Exit::Unexpected, "the emulator needs a free port on 127.0.0.1")
}

fn open<'a>(
    common: &'a Common,
    args: &RehearseArgs,
    emulator: &Emulator,
    invented: &BTreeMap<String, String>,
    admin: &str,
) -> anyhow::Result<Session<'a>> {
    let work = WorkFolder::at(common.folder());
    let (key, map) = (work.path("emulator-key.json"), work.path("invented-accounts.csv"));
    let mut flags = args.settings();
    flags.extend([
        ("admin", admin.to_owned()),
        ("api", emulator.url().to_owned()),
        ("key", key.display().to_string()),
        ("pace", args.speed.pace.unwrap_or(Pace::Off).to_string()),
    ]);
    if args.source.migration.is_none() {
        flags.push(("migration", "rehearsal".to_owned()));
    }
    if !invented.is_empty() {
        flags.push(("people", map.display().to_string()));
    }
    let opened = folder::begin(common, flags, &SystemClock)?;
    opened.work.write("emulator-key.json", emulator.key_json().as_bytes())?;
    if !invented.is_empty() {
        opened.work.write("invented-accounts.csv", people_file(args, invented)?.as_bytes())?;
    }
    Session::begin("rehearse", common, opened)
}

/// Returns the invented accounts and, before them, those of the admin's own file.
fn people_file(args: &RehearseArgs, invented: &BTreeMap<String, String>) -> anyhow::Result<String> {
    let mut map = invented.clone();
    if let Some(path) = &args.source.people {
        map.extend(archives::people(Path::new(path))?);
    }
    let lines = map.iter().map(|(id, email)| format!("{id},{email}\n"));
    Ok(lines.fold(String::from("slack_id,account\n"), |file, line| file + &line))
}

/// Gives every human without an address an account that nobody has.
fn invent(people: &[&Person]) -> BTreeMap<String, String> {
    let human = |person: &&&Person| matches!(person.kind, PersonKind::Human | PersonKind::Guest);
    let taken: BTreeSet<&str> =
        people.iter().filter_map(|person| person.email.as_deref()).collect();
    let mut invented = BTreeMap::new();
    for person in people.iter().filter(human).filter(|person| person.email.is_none()) {
        let email = format!("{}@invented.example", person.id.as_str().to_lowercase());
        if !taken.contains(email.as_str()) {
            invented.insert(person.id.to_string(), email);
        }
    }
    invented
}

/// A rehearsal begins with nothing, so that its end can be believed.
fn refuse_used(work: &Path) -> anyhow::Result<()> {
    let used = std::fs::read_dir(work).is_ok_and(|mut entries| entries.next().is_some());
    if used {
        return Err(told(
            Exit::Refused,
            format!("{} is not empty", work.display()),
            "give a new or an empty folder, or none for a temporary one",
        ));
    }
    Ok(())
}
