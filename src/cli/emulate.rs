//! `chatferry emulate`: an emulated Google Chat on this machine.

use super::args::{Common, EmulateArgs};
use super::hint::{Tell, told};
use super::{Exit, Stop, archives, print};
use crate::emulator::{
    Covered, Dialects, Emulator, Group, Mark, Options, Person, Quotas, SWITCHES,
};
use crate::settings::Pace;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

pub(super) fn emulate(_common: &Common, args: &EmulateArgs) -> anyhow::Result<Exit> {
    let options = Options {
        quotas: quotas(args.quotas),
        latency: Duration::from_millis(args.latency),
        record: args.record.clone(),
        directory: directory(args)?,
        groups: groups(args)?,
        chaos: args.chaos.options(),
        dialects: dialects(&args.dialects)?,
        ..Options::default()
    };
    super::session::runtime()?.block_on(serve(args, options))
}

async fn serve(args: &EmulateArgs, options: Options) -> anyhow::Result<Exit> {
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let emulator = Emulator::start_at(addr, options)
        .await
        .tell(Exit::Refused, "is the port taken? --port 0 takes a free one")?;
    write_key(&args.key_out, emulator.key_json())?;
    if let Some(path) = &args.credentials_out {
        write_key(path, &emulator.credentials_json())?;
    }
    let stop = Stop::listen("chatferry emulate", |_| ()).tell(Exit::Unexpected, "")?;
    print(&format!("{}\n", emulator.url()))?;
    print(&format!("key: {}\nadmin token: {}\n", args.key_out.display(), emulator.admin_token()))?;
    print(&format!("service account, where no key is given: {}\n", emulator.service_account()))?;
    if let Some(path) = &args.credentials_out {
        print(&format!("application default credentials: {}\n", path.display()))?;
    }
    stop.draining().cancelled().await;
    if args.coverage {
        print(&coverage(&emulator.coverage()))?;
    }
    emulator.shutdown().await;
    Ok(Exit::Done)
}

/// Returns the emulator's quotas at a pace.
pub(super) fn quotas(pace: Pace) -> Quotas {
    match pace {
        Pace::Off => Quotas::Off,
        Pace::Times(factor) => Quotas::Scaled(factor),
    }
}

/// Writes a key so that nobody else can read it.
pub(super) fn write_key(path: &Path, key: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(key.as_bytes()));
    written.tell(
        Exit::Refused,
        format!(
            "can {} be written? --key-out and --credentials-out name another place",
            path.display()
        ),
    )
}

fn directory(args: &EmulateArgs) -> anyhow::Result<Vec<Person>> {
    let mut emails: Vec<String> = Vec::new();
    if let Some(path) = &args.people {
        emails.extend(archives::people(path)?.into_values().filter(|email| !email.is_empty()));
    }
    if let Some(path) = &args.directory {
        let text = lines(path)?;
        let people = text.lines().map(str::trim).filter(|line| !line.contains('='));
        emails.extend(people.filter(|line| line.contains('@')).map(str::to_owned));
    }
    Ok(emails.into_iter().map(|email| person(&email, &email)).collect())
}

fn lines(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path);
    text.tell(Exit::Refused, "the directory file has one e-mail address a line")
}

/// Returns the groups of a directory file: `group = member, member`.
fn groups(args: &EmulateArgs) -> anyhow::Result<Vec<Group>> {
    let Some(path) = &args.directory else { return Ok(Vec::new()) };
    let text = lines(path)?;
    let group = |line: &str| {
        let (email, members) = line.split_once('=')?;
        let members = members.split([',', ' ']).map(str::trim).filter(|one| !one.is_empty());
        let members = members.map(str::to_owned).collect();
        let email = email.trim().to_owned();
        email.contains('@').then_some(Group { email, id: None, members })
    };
    Ok(text.lines().filter_map(group).collect())
}

/// Returns an active account.
pub(super) fn person(email: &str, name: &str) -> Person {
    Person { email: email.to_lowercase(), name: name.to_owned(), ..Person::default() }
}

/// Reads `switch=value`, the value as JSON or as a plain word.
fn dialects(given: &[String]) -> anyhow::Result<Dialects> {
    let mut fields = serde_json::Map::new();
    for one in given {
        let (name, value) = one.split_once('=').unwrap_or((one, ""));
        let Some(switch) = SWITCHES.iter().find(|switch| switch.field == name) else {
            let all: Vec<_> = SWITCHES.iter().map(|switch| switch.field).collect();
            let hint = format!("the dialects are {}", all.join(", "));
            return Err(told(Exit::Usage, format!("no dialect is called {name}"), hint));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        let values = (switch.values)();
        if !values.contains(&value) {
            let all: Vec<_> = values.iter().map(plain).collect();
            let hint = format!("it is one of {}", all.join(", "));
            return Err(told(Exit::Usage, format!("{name} has no value {}", plain(&value)), hint));
        }
        fields.insert(name.to_owned(), value);
    }
    Ok(serde_json::from_value(fields.into())?)
}

/// Writes a value as it is typed.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Lists what was imitated, how often it was met, and how it is known.
fn coverage(all: &[Covered]) -> String {
    let mut text = format!("{:>9}  {:<44}  how it is known\n", "met", "behaviour");
    for one in all {
        let what = format!("{}: {}", one.place, one.what);
        writeln!(text, "{:>9}  {what:<44}  {}", one.hits, one.mark).ok();
    }
    let count = |wanted: fn(&Covered) -> bool| all.iter().filter(|one| wanted(one)).count();
    let documented = count(|one| matches!(one.mark, Mark::Documented(_)));
    let observed = count(|one| matches!(one.mark, Mark::Observed(_)));
    let (assumed, met) = (count(|one| one.mark == Mark::Assumed), count(|one| one.hits > 0));
    let all = all.len();
    writeln!(
        text,
        "{all} behaviours: {documented} documented, {observed} observed, {assumed} assumed; {met} were met."
    )
    .ok();
    text
}
