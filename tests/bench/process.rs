//! Child processes and what they cost: time on the wall, processor time, peak memory.
//!
//! Linux tells a process's peak in `/proc/PID/status` for as long as it lives, and its processor time in
//! `/proc/PID/stat` even after its end, until it is waited for. Elsewhere those cells stay empty.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a child's memory is looked at; its peak is kept by the kernel, so few looks do.
const LOOK: Duration = Duration::from_millis(10);
/// The unit of `/proc/PID/stat`; every Linux reports hundredths of a second.
const TICKS: f64 = 100.0;

/// What a process cost.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// Seconds of processor time, in and below the process.
    pub(crate) cpu: Option<f64>,
    pub(crate) peak_kib: Option<u64>,
}

/// A process that ended well.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) cost: Cost,
    pub(crate) stdout: String,
}

/// A process that serves until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    started: Instant,
    /// The first line that it printed.
    pub(crate) line: String,
}

/// Runs a command to its end; the error says how it ended and what it said last.
pub(crate) fn run(command: &mut Command) -> Result<Done, String> {
    let started = now();
    let mut child = spawn(command)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let stdout = thread::spawn(move || text(stdout));
    let stderr = thread::spawn(move || text(stderr));
    let mut cost = Cost::default();
    while !look(&child, &mut cost) {
        thread::sleep(LOOK);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    cost.wall = started.elapsed();
    let (stdout, stderr) = (stdout.join().unwrap_or_default(), stderr.join().unwrap_or_default());
    if status.success() {
        return Ok(Done { cost, stdout });
    }
    let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no word of why");
    Err(format!("{status}: {last}"))
}

impl Server {
    /// Starts a command and waits for its first line.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        let started = now();
        let mut child = spawn(command.stderr(Stdio::null()))?;
        let out: ChildStdout = child.stdout.take().ok_or("no output")?;
        let mut out = BufReader::new(out);
        let mut line = String::new();
        out.read_line(&mut line).map_err(|error| error.to_string())?;
        // What else it prints must not block it.
        thread::spawn(move || text(Some(out)));
        let mut server = Self { child, started, line: line.trim().to_owned() };
        if server.line.is_empty() {
            let status = server.child.wait().map_err(|error| error.to_string())?;
            return Err(format!("{status}, before it said where it listens"));
        }
        Ok(server)
    }

    /// Returns what it has cost so far.
    pub(crate) fn cost(&self) -> Cost {
        let mut cost = Cost { wall: self.started.elapsed(), ..Cost::default() };
        look(&self.child, &mut cost);
        cost
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn spawn(command: &mut Command) -> Result<Child, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))
}

fn text(from: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        let _ = from.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Notes memory and processor time; true once the process has ended and waits to be waited for.
fn look(child: &Child, cost: &mut Cost) -> bool {
    let folder = format!("/proc/{}", child.id());
    let Ok(stat) = fs::read_to_string(format!("{folder}/stat")) else {
        return true;
    };
    // The name in parentheses may hold anything; the fields after it do not.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    if let (Some(user), Some(system)) = (ticks(11), ticks(12)) {
        cost.cpu = Some((user + system) as f64 / TICKS);
    }
    let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next()?.parse().ok());
    cost.peak_kib = cost.peak_kib.max(peak);
    fields.first() == Some(&"Z")
}
