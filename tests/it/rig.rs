//! The program as its user runs it, against an emulator in the test's own process.

use crate::emulator_client::Api;
use chatferry::emulator::{Emulator, Options, Person, Quotas};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use tempfile::TempDir;

/// The admin of the emulated organisation.
pub(crate) const ADMIN: &str = "admin@example.com";

/// An emulator, and a folder for work. At its end the audit must find nothing.
#[derive(Debug)]
pub(crate) struct Rig {
    /// The emulator, and a way to speak with it beside the program.
    pub(crate) api: Api,
    home: TempDir,
    forgiven: Mutex<BTreeSet<&'static str>>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let forgiven = self.forgiven.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = self.emulator().audit();
        found.retain(|finding| !forgiven.contains(finding.rule));
        assert!(std::thread::panicking() || found.is_empty(), "the audit found: {found:#?}");
    }
}

impl Rig {
    /// Starts an emulator in whose Directory these people are, `@example.com`.
    pub(crate) async fn start(people: &[&str]) -> Self {
        Self::with(people, Options::default()).await
    }

    /// Starts an emulator whose people have addresses in another domain.
    pub(crate) async fn of_domain(people: &[&str], domain: &str) -> Self {
        Self::build(people, domain, Options::default()).await
    }

    /// Starts an emulator with options; quotas are off.
    pub(crate) async fn with(people: &[&str], options: Options) -> Self {
        Self::build(people, "example.com", options).await
    }

    /// Starts an emulator whose quotas are those of the options.
    pub(crate) async fn paced(people: &[&str], options: Options) -> Self {
        Self::set_up(people, "example.com", options).await
    }

    async fn build(people: &[&str], domain: &str, options: Options) -> Self {
        Self::set_up(people, domain, Options { quotas: Quotas::Off, ..options }).await
    }

    async fn set_up(people: &[&str], domain: &str, options: Options) -> Self {
        let person = |handle: &&str| Person {
            email: format!("{handle}@{domain}"),
            name: (*handle).to_owned(),
            ..Person::default()
        };
        let directory = people.iter().map(person).collect();
        let options = Options { directory, admin: ADMIN.to_owned(), ..options };
        let api = Api::start(options).await;
        let home = TempDir::new().expect("a temporary folder");
        let rig = Self { api, home, forgiven: Mutex::default() };
        write_private(&rig.key(), rig.emulator().key_json());
        rig
    }

    /// Returns the emulator.
    pub(crate) const fn emulator(&self) -> &Emulator {
        &self.api.emulator
    }

    /// Forgives what the test itself does to the world, by the audit's rules.
    pub(crate) fn forgive(&self, rules: &[&'static str]) {
        self.forgiven.lock().expect("no panic").extend(rules);
    }

    /// Writes the settings file of the work folder.
    pub(crate) fn settings(&self, settings: &str) {
        fs::create_dir_all(self.work()).expect("a folder");
        fs::write(self.work().join("settings.toml"), settings).expect("a file");
    }

    /// Returns the present members of every space, by the space's name.
    pub(crate) fn members(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut spaces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut space = String::new();
        for line in self.emulator().canonical().lines() {
            let line: Value = serde_json::from_str(line).expect("the dump is JSON");
            if line["space"].is_string() {
                line["name"].as_str().unwrap_or_default().clone_into(&mut space);
                spaces.entry(space.clone()).or_default();
            } else if let Some(member) = line["member"].as_str() {
                spaces.entry(space.clone()).or_default().insert(member.to_owned());
            }
        }
        spaces
    }

    /// Returns the work folder's path.
    pub(crate) fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    fn key(&self) -> PathBuf {
        self.home.path().join("key.json")
    }

    /// Returns a command of ours, aimed at the emulator. `complete` says yes to whatever `access`
    /// shows at that moment, unless it is told what to say; the name T1 becomes the migration's mark.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_in(words, &self.work())
    }

    /// Returns the migration's name with the mark of its spaces, as `undo` wants it.
    pub(crate) fn mark(&self) -> String {
        let output = self.bare(&["undo", "--yes", "?"]).output().expect("it starts");
        let told = text(&output.stderr);
        let mark = told.split("this migration is ").nth(1).and_then(|rest| rest.split(',').next());
        mark.unwrap_or_else(|| panic!("it says its mark: {told}")).to_owned()
    }

    /// Returns such a command for another work folder.
    pub(crate) fn command_in(&self, words: &[&str], work: &Path) -> Command {
        let mark = words.contains(&"T1").then(|| self.mark());
        let words: Vec<&str> = words
            .iter()
            .map(|word| mark.as_deref().filter(|_| *word == "T1").unwrap_or(word))
            .collect();
        let words = words.as_slice();
        let mut command = self.bare(words);
        command.env("CHATFERRY_WORK", work);
        let told = words.contains(&"--yes") || words.contains(&"--dry-run");
        if words.first() == Some(&"complete") && !told {
            command.args(self.hash_in(words, work).iter().flat_map(|hash| ["--yes", hash]));
        }
        command
    }

    /// Returns the hash of who will see what, as the program itself tells it; none where there is
    /// nothing to tell.
    pub(crate) fn access_hash(&self) -> Option<String> {
        self.hash_in(&[], &self.work())
    }

    /// Returns such a hash of some conversations.
    pub(crate) fn access_of(&self, words: &[&str]) -> Option<String> {
        self.hash_in(words, &self.work())
    }

    fn hash_in(&self, words: &[&str], work: &Path) -> Option<String> {
        let mut command = self.bare(&["access", "--json"]);
        let chooses = |pair: &&[&str]| ["--wave", "--only", "--except"].contains(&pair[0]);
        command.args(words.windows(2).filter(chooses).flatten());
        let told = command.env("CHATFERRY_WORK", work).output().expect("it starts");
        let told = text(&told.stdout);
        let last: Value = serde_json::from_str(told.lines().last()?).expect("JSON");
        last["hash"].as_str().map(str::to_owned)
    }

    /// Returns a command of ours, aimed at the emulator, with no word added.
    pub(crate) fn bare(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatferry"));
        command
            .args(words)
            .env("CHATFERRY_WORK", self.work())
            .env("CHATFERRY_KEY", self.key())
            .env("CHATFERRY_API", self.emulator().url())
            .env("CHATFERRY_ADMIN", ADMIN)
            .env("CHATFERRY_PACE", "off")
            .env("NO_COLOR", "1")
            .env_remove("CHATFERRY_TRIALS")
            .env_remove("CHATFERRY_SEED")
            .stdin(Stdio::null());
        command
    }

    /// Returns a command of ours that signs without a key, on a machine of the emulator's.
    pub(crate) fn keyless(&self, words: &[&str]) -> Command {
        let mut command = self.command(words);
        command
            .env_remove("CHATFERRY_KEY")
            .env("CHATFERRY_SERVICE_ACCOUNT", self.emulator().service_account())
            .env("HOME", self.home.path())
            .env_remove("CLOUDSDK_CONFIG")
            .env_remove("GOOGLE_APPLICATION_CREDENTIALS");
        command
    }

    /// Writes a file that is its owner's alone, beside the work folder.
    pub(crate) fn secret(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.home.path().join(name);
        write_private(&path, contents);
        path
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, words: &[&str]) -> Output {
        end(self.command(words)).await
    }

    /// Runs a command that makes one call after the other.
    pub(crate) async fn in_order(&self, words: &[&str]) -> Output {
        let mut command = self.command(words);
        command.env("CHATFERRY_LANES", "1").env("CHATFERRY_WINDOW", "1");
        end(command).await
    }

    /// Runs a command that must succeed; returns what it printed.
    pub(crate) async fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        let text = format!("{}{}", text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{words:?}: {:?}\n{text}", output.status.code());
        text
    }

    /// Returns the account of everything, as `status` tells it.
    pub(crate) async fn account(&self) -> Value {
        let output = self.run(&["status", "--json"]).await;
        let line = text(&output.stdout);
        let last = line.lines().last().expect("a report");
        serde_json::from_str::<Value>(last).expect("JSON")["account"].clone()
    }

    /// Sends, verifies and completes an export.
    pub(crate) async fn whole(&self, export: &Path) {
        self.ok(&["run", &export.display().to_string()]).await;
        self.ok(&["verify"]).await;
        self.ok(&["complete"]).await;
    }

    /// Goes on with what is planned: sends, verifies and completes.
    pub(crate) async fn whole_again(&self) {
        for command in ["run", "verify", "complete"] {
            self.ok(&[command]).await;
        }
    }

    /// Starts a command, and kills it with SIGKILL once the emulator has counted so many requests
    /// more; returns whether it was killed before its end.
    pub(crate) async fn kill_after(&self, requests: u64, words: &[&str]) -> bool {
        let goal = self.emulator().stats().total() + requests;
        let mut command = self.command(words);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child: Child = command.spawn().expect("it starts");
        while self.emulator().stats().total() < goal {
            if child.try_wait().expect("it can be asked").is_some() {
                return false;
            }
            tokio::task::yield_now().await;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        true
    }
}

/// Runs a command to its end, beside the emulator.
pub(crate) async fn end(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("it starts"))
        .await
        .expect("it ends")
}

fn write_private(path: &Path, contents: &str) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .expect("a new file");
    file.write_all(contents.as_bytes()).expect("room on the disk");
}

/// Tells how many items of a kind are in each state, without the states that none is in.
pub(crate) fn tally(account: &Value, kind: &str) -> Value {
    let mut tally = account["items"][kind].clone();
    tally.as_object_mut().expect("a tally").retain(|_, count| *count != 0);
    tally
}

/// Returns a process's output as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
