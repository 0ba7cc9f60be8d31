//! `chatferry emulate`: an emulated Google Chat on this machine.

use super::args::{Common, EmulateArgs};
use super::hint::Tell;
use super::{Exit, Stop, archives, print};
use crate::emulator::{Emulator, Options, Person, Quotas};
use crate::settings::Pace;
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
        chaos: args.chaos.options(),
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
    let stop = Stop::listen("chatferry emulate", |_| ()).tell(Exit::Unexpected, "")?;
    print(&format!("{}\n", emulator.url()))?;
    print(&format!("key: {}\nadmin token: {}\n", args.key_out.display(), emulator.admin_token()))?;
    stop.draining().cancelled().await;
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
        format!("can {} be written? --key-out names another place", path.display()),
    )
}

fn directory(args: &EmulateArgs) -> anyhow::Result<Vec<Person>> {
    let mut emails: Vec<String> = Vec::new();
    if let Some(path) = &args.people {
        emails.extend(archives::people(path)?.into_values().filter(|email| !email.is_empty()));
    }
    if let Some(path) = &args.directory {
        let text = std::fs::read_to_string(path)
            .tell(Exit::Refused, "the directory file has one e-mail address a line")?;
        emails.extend(
            text.lines().map(str::trim).filter(|line| line.contains('@')).map(str::to_owned),
        );
    }
    Ok(emails.into_iter().map(|email| person(&email, &email)).collect())
}

/// Returns an active account.
pub(super) fn person(email: &str, name: &str) -> Person {
    Person {
        email: email.to_lowercase(),
        id: None,
        name: name.to_owned(),
        suspended: false,
        aliases: Vec::new(),
    }
}
