//! What every command that sends has in common: folder, ledger, listener, connection, and the
//! report at the end.

mod ends;

pub(super) use ends::{again, fatal, name, next};

use super::args::Common;
use super::bound::lower_bound;
use super::connection::{self, Connection};
use super::ending::Tasks;
use super::folder::Opened;
use super::hint::Tell;
use super::pacing::pacing;
use super::reasons::explain;
use super::reconciled::left_behind;
use super::report::ReportContext;
use super::rules::{self, Rules, Why};
use super::{Exit, LogOptions, Logs, Look, Stop, Watch, close, ledger};
use crate::clock::{Clock, SystemClock};
use crate::crash::point;
use crate::event::{Event, Monitor};
use crate::forecast::Bound;
use crate::ids::Micros;
use crate::ledger::{Ledger, Relief, SpacesLog, Stage, Writer};
use crate::pace::Pacer;
use crate::plan::{self, Bench};
use crate::send::{Groups, Health, Options, Rest, Run, Turns};
use crate::settings::{SPACES, Settings};
use std::sync::Arc;
use tokio::time::Instant;

/// So far this clock may be ahead of Google's where something has to be past, in microseconds.
const MINUTE: Micros = 60_000_000;

/// A command under way.
#[derive(Debug)]
pub(super) struct Session<'a> {
    /// The command's name.
    command: &'static str,
    common: &'a Common,
    /// The work folder and its settings.
    pub(super) opened: Opened,
    /// Whoever watches.
    pub(super) watch: Watch,
    /// The time.
    pub(super) clock: Arc<dyn Clock>,
    /// Stops on request.
    pub(super) stop: Stop,
    /// Whoever watches what is sent, the admin's rules among them.
    pub(super) rules: Arc<Rules>,
    /// When nothing is to be begun.
    pub(super) rest: Arc<Rest>,
    /// What the report says in any case.
    pub(super) remark: Option<String>,
    /// Commands to suggest after this one.
    pub(super) next: Vec<String>,
    /// The work folder goes with the command.
    pub(super) temporary: bool,
    began: Instant,
    _logs: Logs,
}

/// Makes the runtime of a command.
pub(super) fn runtime() -> anyhow::Result<Tasks> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map(Tasks::of).tell(Exit::Unexpected, "")
}

impl<'a> Session<'a> {
    /// Begins: log, listener, signals. Wants a runtime.
    pub(super) fn begin(
        command: &'static str,
        common: &'a Common,
        opened: Opened,
    ) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let options =
            LogOptions { command, started: clock.wall(), detail: opened.settings.log, json: false };
        let logs = Logs::start(&opened.work, &options)?;
        let watch = Watch::start(Look::choose(common.json, common.quiet), Arc::clone(&clock));
        let voice = watch.clone();
        let resume = match command {
            "rehearse" => "a rehearsal can't be resumed: start it again".to_owned(),
            command => format!("to go on later: {}", again(common, command)),
        };
        let stop = Stop::listen(&resume, move |line| voice.say(line)).tell(Exit::Unexpected, "")?;
        let settings = &opened.settings;
        let (mut most, mut rest) = (0, Rest::default());
        if rules::obeys(command) {
            most = settings.max_errors;
            rest = Rest::new(settings.between.clone(), Some(opened.work.clone()));
            settings.max_duration.into_iter().for_each(|span| stop.after(span, clock.as_ref()));
        }
        let rules = Arc::new(Rules::over(watch.shared(), most, stop.clone()));
        let rest = Arc::new(if rules::asks(command) { rest.unarmed() } else { rest });
        let (remark, next, began, temporary) = (None, Vec::new(), Instant::now(), false);
        if let Err(error) = opened.work.stow_ballast() {
            tracing::warn!(%error, "no room is kept for a full disk");
        }
        point("begun");
        tracing::info!(command, version = env!("CARGO_PKG_VERSION"), "begins");
        Ok(Self {
            command,
            common,
            opened,
            watch,
            clock,
            stop,
            rules,
            rest,
            remark,
            next,
            temporary,
            began,
            _logs: logs,
        })
    }

    /// Tells whether standard output is for machines.
    pub(super) fn json(&self) -> bool {
        self.common.json
    }

    /// Returns what every command takes.
    pub(super) const fn common(&self) -> &Common {
        self.common
    }

    /// Returns the settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.opened.settings
    }

    /// Opens the ledger of a folder that was planned.
    pub(super) fn ledger(&self) -> anyhow::Result<Ledger> {
        ledger::open(&self.opened.work)
    }

    /// Connects, and makes sure that the ledger belongs to this customer, realm and admin.
    pub(super) async fn connect(
        &self,
        ledger: &mut Ledger,
        name: String,
    ) -> anyhow::Result<Connection> {
        let connection = connection::connect(self.settings(), &self.clock)?;
        ledger.recognise(&connection.admin)?;
        let told = |line: &str| self.watch.say(line);
        let draining = self.stop.draining();
        let (listed, customer) = tokio::select! {
            read = connection.directory(self.clock.as_ref(), &told) => read?,
            () = draining.cancelled() => {
                return Err(super::told(Exit::Stopped, "stopped before anything was sent", ""));
            }
        };
        ledger.claim(&connection.owner(self.settings(), name, customer)?)?;
        ledger.set_directory(&listed)?;
        tracing::info!(accounts = listed.len(), "the Directory is read");
        self.opened.keep()?;
        Ok(connection)
    }

    /// Puts together everything that sending needs. The ledger moves to its writing thread.
    pub(super) fn run(
        &self,
        connection: Connection,
        ledger: Ledger,
        bench: Option<Bench>,
    ) -> anyhow::Result<Run> {
        let settings = self.settings();
        ledger.secure()?;
        let work = &self.opened.work;
        let (clock, stop) = (Arc::clone(&self.clock), self.stop.draining());
        let relief = Relief::new(clock, Arc::clone(&self.rules) as Arc<_>, stop, work.ballast());
        let (writer, _) = Writer::start_with(ledger, Some(relief));
        let path = work.ledger();
        drop(self.opened.work.append(SPACES)?);
        let stage = bench.map(|bench| {
            Arc::new(
                plan::Stager::new(Arc::new(bench), path, writer.clone())
                    .until(self.stop.draining())
                    .ended_by(self.clock.wall() - MINUTE),
            ) as Arc<dyn Stage>
        });
        let (quotas, backoff) = pacing(settings, self.command);
        if let Some(says) = rules::says(settings).filter(|_| rules::obeys(self.command)) {
            self.rules.observe(&Event::Limited { says });
        }
        Ok(Run {
            writer,
            client: connection.client,
            pacer: Pacer::new(quotas, Arc::clone(&self.clock)),
            backoff,
            stage,
            spaces: SpacesLog::open(&self.opened.work.spaces())?,
            clock: Arc::clone(&self.clock),
            monitor: Arc::clone(&self.rules) as Arc<_>,
            rest: Arc::clone(&self.rest),
            health: Health::default(),
            turns: Turns::default(),
            groups: Groups::default(),
            admin: connection.admin,
            options: Options {
                lanes: settings.lanes,
                window: settings.window,
                attempts: settings.max_attempts,
                unavailable: settings.unavailable,
            },
            links: settings.link_template.clone(),
            stop: self.stop.draining(),
        })
    }

    /// Prints the report, keeps a copy in the folder, and returns how the command ends.
    pub(super) fn report(
        &self,
        ledger: &Ledger,
        first_line: &str,
        exit: Option<Exit>,
    ) -> anyhow::Result<Exit> {
        self.watch.end();
        let mut account = ledger.account()?;
        explain(&mut account);
        let lanes = ledger.lanes()?;
        let next = match exit {
            Some(Exit::Stopped) if self.command == "rehearse" => Vec::new(),
            _ if self.command == "rehearse" => self.next.clone(),
            _ => next(&account).map(|words| self.command(&words)).into_iter().collect(),
        };
        let left = left_behind(&self.opened.work, ledger)?;
        let emoji = super::emoji::remark(ledger)?;
        let exit = exit.map(|exit| self.ended(exit));
        let why = self.stop.why().filter(|_| matches!(exit, Some(Exit::Stopped | Exit::TooMany)));
        let rule = why.and_then(Why::remark);
        let remarks = rule.into_iter().chain(self.remark.iter().cloned()).chain(left).chain(emoji);
        let remark: Vec<String> = remarks.collect();
        let remark = Some(remark.join(" ")).filter(|remark| !remark.is_empty());
        let stopped_by = why.map(Why::name);
        let context = self.context(first_line, lower_bound(&lanes));
        let context = ReportContext { remark, exit, stopped_by, next, ..context };
        if stopped_by.is_none() && exit != Some(Exit::Stopped) {
            self.manifest(ledger);
        }
        let exit = close(self.common, Some(&self.opened.work), &account, &context)?;
        tracing::info!(exit = exit.code(), "ends");
        Ok(exit)
    }

    fn context(&self, first_line: &str, bound: Bound) -> ReportContext {
        ReportContext {
            command: self.command.to_owned(),
            first_line: first_line.to_owned(),
            remark: None,
            stopped_by: None,
            learnt: self.rules.learnt(),
            elapsed: self.began.elapsed(),
            google_lower_bound: Some(bound.total),
            bottleneck: Some(bound.bottleneck),
            next: Vec::new(),
            exit: None,
            now: self.clock.wall(),
            work: self.common.again().filter(|_| !self.temporary),
        }
    }

    /// Returns how a command ends that may have been stopped by a rule.
    pub(super) fn ended(&self, exit: Exit) -> Exit {
        match (exit, self.stop.why()) {
            (Exit::Stopped, Some(Why::Errors(_))) => Exit::TooMany,
            _ => exit,
        }
    }

    /// Returns a command to type next, with the folder.
    pub(super) fn command(&self, words: &str) -> String {
        again(self.common, words)
    }
}
