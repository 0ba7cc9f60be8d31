//! The program as a process that a test watches while it works, and sends signals to.

use crate::rig::Rig;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A command under way. Its lines are read as they come, so that it never waits for a reader.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    lines: UnboundedReceiver<(From, String)>,
    stdout: String,
    stderr: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    Stdout,
    Stderr,
}

impl Running {
    /// Starts a command that makes one call after the other.
    pub(crate) fn start(rig: &Rig, words: &[&str]) -> Self {
        let mut command = rig.command(words);
        command.env("CHATFERRY_LANES", "1").env("CHATFERRY_WINDOW", "1");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let (tell, lines) = unbounded_channel();
        read(child.stdout.take().expect("a pipe"), From::Stdout, tell.clone());
        read(child.stderr.take().expect("a pipe"), From::Stderr, tell);
        Self { child, lines, stdout: String::new(), stderr: String::new() }
    }

    /// Returns the next line it says, and keeps it; none at the end.
    async fn line(&mut self) -> Option<String> {
        let (from, line) = self.lines.recv().await?;
        let kept = if from == From::Stdout { &mut self.stdout } else { &mut self.stderr };
        *kept += &line;
        kept.push('\n');
        Some(line)
    }

    /// Waits for a line that says this.
    pub(crate) async fn says(&mut self, what: &str) -> String {
        while let Some(line) = self.line().await {
            if line.contains(what) {
                return line;
            }
        }
        panic!("it ended without saying {what}:\n{}{}", self.stdout, self.stderr);
    }

    /// Waits until the emulator has counted so many calls of a method.
    pub(crate) async fn calls(&mut self, rig: &Rig, method: &str, goal: u64) {
        while rig.emulator().stats().of(method) < goal {
            assert!(self.is_alive(), "it ended before {goal} calls of {method}");
            tokio::task::yield_now().await;
        }
    }

    /// Tells whether it has not ended.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }

    /// Sends a signal, by its name without SIG.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([format!("-{name}"), pid]).status();
        assert!(sent.expect("kill").success(), "{name}");
    }

    /// Waits until it is held up by SIGSTOP.
    pub(crate) async fn is_stopped(&self) {
        let stat = format!("/proc/{}/stat", self.child.id());
        let state = || {
            let text = std::fs::read_to_string(&stat).expect("it lives");
            text.rsplit(") ").next().map(|rest| rest.starts_with('T'))
        };
        while state() != Some(true) {
            tokio::task::yield_now().await;
        }
    }

    /// Waits for its end.
    pub(crate) async fn end(mut self) -> Output {
        while self.line().await.is_some() {}
        let Self { mut child, stdout, stderr, .. } = self;
        let ended = tokio::task::spawn_blocking(move || child.wait().expect("it ends"));
        let status = ended.await.expect("no panic");
        Output { status, stdout: stdout.into_bytes(), stderr: stderr.into_bytes() }
    }
}

/// Reads lines on a thread of their own.
fn read(from: impl Read + Send + 'static, which: From, tell: UnboundedSender<(From, String)>) {
    std::thread::spawn(move || {
        let lines = BufReader::new(from).lines().map_while(Result::ok);
        lines.map(|line| tell.send((which, line))).take_while(Result::is_ok).for_each(drop);
    });
}
