//! A Google Chat that remembers and obeys the rules: import mode, tokens, quotas, real HTTP.
//!
//! It knows nothing of the rest of the program: what it knows of the API is Google's own
//! description, `emulator/chat.v1.facts.json`. `docs/emulator.md` says what it models, what it
//! doesn't, and what is guessed.

#![expect(clippy::disallowed_types, reason = "the one room that serves HTTP")]

mod admin;
mod adversary;
mod agenda;
mod audit;
mod caller;
mod canonical;
mod chance;
mod change;
mod chaos;
mod check;
mod coverage;
mod custom_emoji;
mod dialects;
mod directory;
mod door;
mod edits;
mod emoji;
mod exchange;
mod facts;
mod faults;
mod groups;
mod iam;
mod ids;
mod journal;
mod key;
mod listen;
mod listing;
mod mark;
mod members;
mod message_view;
mod messages;
mod multipart;
mod options;
mod people;
mod query;
mod quota;
mod reactions;
mod refusal;
mod repeats;
mod reply;
mod route;
mod script;
mod serve;
mod shared;
mod signing;
mod socket;
mod space_life;
mod space_view;
mod spaces;
mod tamper;
mod threads;
mod time;
mod token;
mod trouble;
mod trust;
mod uploads;
mod world;

pub use agenda::ChangeId;
pub use audit::{Finding, RULES, Rule};
pub use change::{BadChange, Change, Reach};
pub use chaos::{Chaos, Profile};
pub use coverage::Covered;
pub use dialects::{
    Absent, Bytes, Clash, DeadKey, Dialects, Gone, Lacking, Odd, Repeat, RequestReplay, SWITCHES,
    Switch, Throttle, Undelegated, Window,
};
pub use faults::{
    Action, BadFault, Content, Fault, FaultId, FaultStatus, Framing, Phase, Retry, Then,
};
pub use groups::Group;
pub use journal::{Entry, Lint, Stats};
pub use mark::Mark;
pub use options::{Options, Quotas};
pub use people::Person;
pub use reply::Withheld;
pub use signing::Keyless;
pub use tamper::Tamper;
pub use trust::Api;

use shared::Shared;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The header of every admin call, with [`Emulator::admin_token`] as its value.
pub const ADMIN_HEADER: &str = admin::HEADER;
/// The header by which every answer says that no Google is speaking.
pub const INSTANCE_HEADER: &str = "x-emulator-instance";

/// A running emulator. Dropping it stops it.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Emulator {
    /// Starts on a free loopback port.
    pub async fn start(options: Options) -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), options).await
    }

    /// Starts on this address.
    pub async fn start_at(addr: SocketAddr, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let url = format!("http://{}", listener.local_addr()?);
        // Making the key takes a while, and must not hold up the runtime.
        let shared = tokio::task::spawn_blocking(move || Shared::new(options, url))
            .await
            .map_err(io::Error::other)??;
        let stop = shared.stop.clone();
        let (shared, tasks) = (Arc::new(shared), TaskTracker::new());
        tasks.spawn(listen::listen(listener, shared.clone(), stop.clone(), tasks.clone()));
        Ok(Self { shared, stop, tasks })
    }

    /// Makes one that listens nowhere, only its [`router`](Self::router) answers: for simulations
    /// on paused time. All of a process share one key.
    pub fn detached(options: Options) -> io::Result<Self> {
        let shared = Arc::new(Shared::detached(options)?);
        Ok(Self { shared, stop: CancellationToken::new(), tasks: TaskTracker::new() })
    }

    /// Returns the address to use in place of Google's: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Returns a service account's key file, made for this emulator alone.
    pub fn key_json(&self) -> &str {
        &self.shared.key.json
    }

    /// Returns the service account, for whom IAM signs too.
    pub const fn service_account(&self) -> &'static str {
        key::ACCOUNT
    }

    /// Returns a file of application default credentials, made for this emulator alone: a login
    /// whose tokens IAM obeys.
    pub fn credentials_json(&self) -> String {
        self.shared.signing.adc()
    }

    /// Returns the token that `/_emulator/…` asks for.
    pub fn admin_token(&self) -> &str {
        &self.shared.admin_token
    }

    /// Returns what every answer bears in [`INSTANCE_HEADER`].
    pub fn instance(&self) -> &str {
        &self.shared.instance
    }

    /// Returns the customer id of the Directory.
    pub fn customer(&self) -> &str {
        &self.shared.customer
    }

    /// Returns everything that exists, sorted, one JSON object a line.
    pub fn canonical(&self) -> String {
        canonical::dump(&self.shared)
    }

    /// Returns what was swallowed but shouldn't have been sent.
    pub fn lints(&self) -> Vec<Lint> {
        self.shared.journal.lints()
    }

    /// Returns breaches of what must hold.
    pub fn audit(&self) -> Vec<Finding> {
        audit::findings(&self.shared)
    }

    /// Returns every behaviour that is imitated, how it is known, and how often it was met.
    pub fn coverage(&self) -> Vec<Covered> {
        self.shared.coverage.all(&self.shared.journal)
    }

    /// Returns the number of requests by method and status.
    pub fn stats(&self) -> Stats {
        self.shared.journal.stats()
    }

    /// Returns the last requests.
    pub fn journal(&self) -> Vec<Entry> {
        self.shared.journal.entries()
    }

    /// Changes the world.
    pub fn change(&self, change: &Change) -> Result<(), BadChange> {
        change::apply(&self.shared, change)
    }

    /// Changes the world after so many more calls of a method, before the last of them is
    /// answered. Methods are named as in faults.
    pub fn change_after(
        &self,
        method: &str,
        calls: u64,
        change: Change,
    ) -> Result<ChangeId, BadChange> {
        self.shared.agenda.put(&self.shared, method, calls, change)
    }

    /// Tells whether a change that was put off has happened.
    pub fn happened(&self, id: ChangeId) -> bool {
        self.shared.agenda.happened(id)
    }

    /// Adds a person to the Directory, or changes the one who has this address.
    pub fn add_person(&self, person: Person) {
        self.shared.add_person(person);
    }

    /// Adds a group to the Directory, or changes the one that has this address.
    pub fn set_group(&self, group: &Group) {
        self.shared.groups_mut().set(group, &self.shared.ids);
    }

    /// Takes a group out of the Directory.
    pub fn remove_group(&self, email: &str) {
        self.shared.groups_mut().remove(email);
    }

    /// Adds a space that another app made, and returns its name.
    pub fn add_foreign_space(&self) -> String {
        spaces::foreign(&self.shared)
    }

    /// Pushes the service's clock ahead. Assertions are still judged by the machine's time.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// Returns the emulator as a service without a socket.
    ///
    /// An answer that a fault withholds comes with the extension [`Withheld`]; one that breaks
    /// off has a body that ends with an error, or too early.
    pub fn router(&self) -> axum::Router {
        listen::router(self.shared.clone())
    }

    /// Stops listening, drops all connections and waits until they are gone.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
