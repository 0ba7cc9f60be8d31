//! The benchmark of the whole pipeline: one command, one table for each size of export.
//!
//! `cargo bench` measures an export of 200,000 messages, `cargo bench -- --messages 10000,2000000`
//! others, `cargo bench -- --quick` a small one. `cargo bench -- generate OUT --messages N --seed S`
//! writes an export and stops. Every row is a process of its own, so that its memory is its own too.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod archive;
mod bare;
mod convert;
mod generate;
mod process;
mod program;
mod schedule;
mod settle;
mod table;

use clap::{Parser, Subcommand};
use generate::{Shape, generate};
use process::{Cost, Done, Server, now, run};
use program::Size;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use table::{Row, grouped, render};

/// Raised when the generator's bytes change, so that no old export is taken for a new one.
const EDITION: u32 = 3;
/// The export that is sent in real time.
const SMALL: u64 = 10_000;

#[derive(Debug, Parser)]
struct Arguments {
    /// Sizes of the exports to measure.
    #[arg(long, value_delimiter = ',', default_value = "200000")]
    messages: Vec<u64>,
    /// A small export, for a look.
    #[arg(long)]
    quick: bool,
    /// Only the table of the schedule.
    #[arg(long)]
    schedule: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Writes a generated export.
    Generate {
        out: PathBuf,
        #[arg(long, default_value_t = 200_000)]
        messages: u64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// One row of the table, in a process of its own.
    #[command(hide = true, subcommand)]
    Row(Layer),
}

#[derive(Debug, Subcommand)]
enum Layer {
    Inflate { export: PathBuf },
    Parse { export: PathBuf },
    Convert { export: PathBuf },
    Settle { export: PathBuf },
    Serve,
    Send { base: String, requests: u64 },
}

fn main() -> Result<(), Box<dyn Error>> {
    // cargo adds a word of its own.
    let words = env::args().filter(|word| word != "--bench");
    let arguments = Arguments::parse_from(words);
    match arguments.verb {
        Some(Verb::Generate { out, messages, seed }) => make(&out, Shape::of(messages, seed)),
        Some(Verb::Row(layer)) => row(layer),
        None if arguments.quick => measure(10_000, true),
        None if arguments.schedule => schedules(&arguments.messages),
        None => {
            let sizes = &arguments.messages;
            sizes.iter().try_for_each(|messages| measure(*messages, false))?;
            schedules(sizes)
        }
    }
}

fn make(out: &Path, shape: Shape) -> Result<(), Box<dyn Error>> {
    let started = now();
    let summary = generate(out, shape)?;
    println!("{shape:?}\n{summary:#?}");
    println!(
        "zip_bytes: {}, seconds: {:.1}",
        fs::metadata(out)?.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Runs one layer and prints wall seconds, bytes, messages.
fn row(layer: Layer) -> Result<(), Box<dyn Error>> {
    let (wall, bytes, count) = match layer {
        Layer::Serve => return bare::serve(),
        Layer::Send { base, requests } => (bare::send(&base, requests)?, 0, requests),
        Layer::Inflate { export } => {
            let pass = archive::pass(&export, false)?;
            (pass.wall, pass.bytes, 0)
        }
        Layer::Parse { export } => {
            let pass = archive::pass(&export, true)?;
            (pass.wall, pass.bytes, pass.messages)
        }
        Layer::Convert { export } => {
            let (wall, messages) = convert::pass(&export)?;
            (wall, 0, messages)
        }
        Layer::Settle { export } => {
            let (wall, calls) = settle::pass(&export)?;
            (wall, 0, calls)
        }
    };
    println!("{} {bytes} {count}", wall.as_secs_f64());
    Ok(())
}

fn measure(messages: u64, quick: bool) -> Result<(), Box<dyn Error>> {
    let export = cached(messages)?;
    let packed = fs::metadata(&export)?.len();
    println!("\n{} messages, zip of {} MB", grouped(messages), packed / 1_000_000);
    let mut rows = Vec::new();
    let mut inflate = layer("inflate", "inflate", &export);
    let mut parse = layer("inflate and parse typed", "parse", &export);
    let size = Size { messages: parse.messages, bytes: parse.bytes };
    inflate.messages = size.messages;
    parse.share = share(parse.rate(size.bytes), inflate.rate(size.bytes), "inflate");
    let limit = parse.rate(size.messages);
    rows.extend([inflate, parse]);
    for mut row in [program::inspect(&export, size), program::plan(&export, size)] {
        row.share = share(row.rate(size.messages), limit, "parse");
        rows.push(row);
    }
    rows.insert(2, converting(&export));
    rows.push(settling(&export));
    let bare = bare_http(if quick { 20_000 } else { 200_000 });
    let mut migrated = program::migrate(&export, size);
    migrated.share = share(migrated.rate(migrated.calls), bare.rate(bare.calls), "bare");
    rows.extend([bare, migrated]);
    println!("{}", render(&rows));
    Ok(())
}

/// Prints how near the schedule comes to what the quotas allow.
fn schedules(sizes: &[u64]) -> Result<(), Box<dyn Error>> {
    let mut exports = Vec::new();
    for messages in sizes {
        exports.push((grouped(*messages), cached(*messages)?));
    }
    let exports: Vec<_> =
        exports.iter().map(|(name, path)| (name.as_str(), path.as_path())).collect();
    println!("\n{}", schedule::table(&exports, &cached(SMALL)?));
    Ok(())
}

fn share(rate: f64, below: f64, of: &'static str) -> Option<(f64, &'static str)> {
    (below > 0.0).then(|| (rate / below, of))
}

/// Returns the export of that size, made at the first call.
fn cached(messages: u64) -> Result<PathBuf, Box<dyn Error>> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../bench-data");
    fs::create_dir_all(&home)?;
    let path = home.join(format!("export-{messages}-{EDITION}.zip"));
    if !path.exists() {
        let unfinished = path.with_extension("unfinished");
        make(&unfinished, Shape::of(messages, 1))?;
        fs::rename(unfinished, &path)?;
    }
    Ok(path)
}

fn myself(layer: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap_or_default());
    command.args(["row", layer]);
    command
}

fn layer(what: &str, name: &str, export: &Path) -> Row {
    let done = run(myself(name).arg(export));
    done.and_then(|done| told(what, done)).unwrap_or_else(|why| Row::failed(what, why))
}

/// Conversion alone. Its process also reads, so that its processor time says nothing here.
fn converting(export: &Path) -> Row {
    let mut row = layer("convert, one thread", "convert", export);
    row.costs.iter_mut().for_each(|(_, cost)| cost.cpu = None);
    row
}

/// The ledger alone: what its process planned before stays out of the time, and of the table.
fn settling(export: &Path) -> Row {
    let mut row = layer("ledger settles, alone", "settle", export);
    row.calls = std::mem::take(&mut row.messages);
    row.costs.iter_mut().for_each(|(_, cost)| cost.cpu = None);
    row
}

/// Reads the line that [`row`] prints.
fn told(what: &str, done: Done) -> Result<Row, String> {
    let words: Vec<_> = done.stdout.split_whitespace().collect();
    let [wall, bytes, messages] = words[..] else {
        return Err(format!("unreadable: {}", done.stdout));
    };
    let number = |word: &str| word.parse().map_err(|_| format!("no number: {word}"));
    Ok(Row {
        what: what.to_owned(),
        wall: wall.parse().map_err(|_| format!("no number: {wall}"))?,
        bytes: number(bytes)?,
        messages: number(messages)?,
        costs: vec![("", done.cost)],
        ..Row::default()
    })
}

fn bare_http(requests: u64) -> Row {
    let what = "bare client, bare server";
    let measured = || -> Result<Row, String> {
        let server = Server::start(&mut myself("serve"))?;
        let done = run(myself("send").arg(&server.line).arg(requests.to_string()))?;
        let served: Cost = server.cost();
        let mut row = told(what, done)?;
        row.calls = std::mem::take(&mut row.messages);
        row.costs = vec![("client", row.costs.remove(0).1), ("server", served)];
        Ok(row)
    };
    measured().unwrap_or_else(|why| Row::failed(what, why))
}
