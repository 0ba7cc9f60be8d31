//! The log of one command: a file of its own in the work folder, never the terminal.

use crate::chat::redact;
use crate::ids::{Micros, rfc3339};
use crate::settings::{Detail, WorkFolder};
use anyhow::Context;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Libraries that would write tokens or noise; pinned whatever the setting says.
const PINNED: [&str; 6] =
    ["hyper=warn", "hyper_util=warn", "reqwest=warn", "h2=warn", "rustls=warn", "tower=warn"];

/// The open log; what is still on its way is written when it is dropped.
pub struct Logs {
    path: PathBuf,
    _guard: WorkerGuard,
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What a log is called and how much it tells.
#[derive(Debug, Clone, Copy)]
pub struct LogOptions<'a> {
    /// The command, part of the file's name.
    pub command: &'a str,
    /// When it began.
    pub started: Micros,
    /// How much it tells.
    pub detail: Detail,
    /// JSON lines instead of text.
    pub json: bool,
}

impl Logs {
    /// Opens `logs/<command>-<time>-<process>.log` and sends every event of this process there.
    pub fn start(work: &WorkFolder, options: &LogOptions<'_>) -> anyhow::Result<Self> {
        let (logs, dispatch) = Self::open(work, options)?;
        // A second log in one process happens in tests only; the first one stays.
        tracing::dispatcher::set_global_default(dispatch).ok();
        Ok(logs)
    }

    fn open(
        work: &WorkFolder,
        options: &LogOptions<'_>,
    ) -> anyhow::Result<(Self, tracing::Dispatch)> {
        let stamp: String =
            rfc3339(options.started).chars().filter(char::is_ascii_alphanumeric).take(15).collect();
        let name = format!("logs/{}-{stamp}-{}.log", options.command, std::process::id());
        let file = work.append(&name)?;
        let (writer, guard) =
            NonBlockingBuilder::default().lossy(false).thread_name("log").finish(Redacting(file));
        let dispatch = dispatch(writer, options)?;
        Ok((Self { path: work.path(&name), _guard: guard }, dispatch))
    }

    /// Returns where the log is.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

fn dispatch<W>(writer: W, options: &LogOptions<'_>) -> anyhow::Result<tracing::Dispatch>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let mut filter = EnvFilter::try_new(options.detail.as_str()).context("the log filter")?;
    for pin in PINNED {
        filter = filter.add_directive(pin.parse().context("a pinned log level")?);
    }
    let base =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    Ok(if options.json { base.json().into() } else { base.into() })
}

/// Cleans each line on its way to the file: the last net under "no secrets in logs".
struct Redacting<W>(W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(json: bool, detail: Detail) -> String {
        let dir = tempfile::tempdir().expect("a folder");
        let work = WorkFolder::create(dir.path()).expect("empty");
        let options = LogOptions { command: "run", started: 1_551_441_602_000_200, detail, json };
        let (logs, dispatch) = Logs::open(&work, &options).expect("opens");
        tracing::dispatcher::with_default(&dispatch, || {
            tracing::info!(lane = 7, "opened");
            tracing::warn!(url = "https://x/f?t=xoxe-1-SECRET", "refused");
            tracing::debug!("every call");
            tracing::debug!(target: "hyper_util::client", "token ya29.SECRET");
        });
        let path = logs.path().to_owned();
        assert!(path.ends_with(format!("logs/run-20190301T120002-{}.log", std::process::id())));
        drop((logs, dispatch));
        std::fs::read_to_string(path).expect("written")
    }

    #[test]
    fn h2_the_log_says_what_happened_without_secrets() {
        let text = logged(false, Detail::Debug);
        assert!(text.contains("opened lane=7") && text.contains("every call"), "{text}");
        assert!(!text.contains("SECRET") && !text.contains("hyper_util"), "{text}");
    }

    #[test]
    fn h3_a_log_can_be_json_and_say_less() {
        let text = logged(true, Detail::Warn);
        let line: serde_json::Value = serde_json::from_str(text.trim()).expect("one line of JSON");
        assert_eq!(line["fields"]["message"], "refused");
        assert_eq!(line["fields"]["url"], "https://x/f?t=[redacted]");
    }
}
