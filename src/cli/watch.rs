//! Chooses who listens: bars on a terminal, plain lines elsewhere, JSON where asked, or nobody.

use super::jsonl::Json;
use super::plain::Plain;
use super::progress::Bars;
use super::safe::display_safe;
use crate::clock::Clock;
use crate::event::{Monitor, Silent};
use std::io::{Write, stderr, stdout};
use std::sync::Arc;

/// How a command shows what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Bars on standard error.
    Bars,
    /// A line every ten seconds on standard error.
    Plain,
    /// A JSON object a line on standard output.
    Json,
    /// Nothing.
    Quiet,
}

impl Look {
    /// Chooses by flags and by what standard error is.
    pub fn choose(json: bool, quiet: bool) -> Self {
        match (json, quiet) {
            (true, _) => Self::Json,
            (_, true) => Self::Quiet,
            // Also false where the terminal can't move its cursor.
            _ if !indicatif::ProgressDrawTarget::stderr().is_hidden() => Self::Bars,
            _ => Self::Plain,
        }
    }
}

/// The listener of a command, and a voice that never tears its bars.
#[derive(Debug, Clone)]
pub struct Watch {
    monitor: Arc<dyn Monitor>,
    bars: Option<Arc<Bars>>,
}

impl Watch {
    /// Starts listening.
    pub fn start(look: Look, clock: Arc<dyn Clock>) -> Self {
        let quiet = |monitor: Arc<dyn Monitor>| Self { monitor, bars: None };
        match look {
            Look::Quiet => quiet(Arc::new(Silent)),
            Look::Plain => quiet(Arc::new(Plain::new(stderr(), clock))),
            Look::Json => quiet(Arc::new(Json::new(stdout(), clock))),
            Look::Bars => {
                let bars = Arc::new(Bars::start(clock));
                Self { monitor: Arc::clone(&bars) as Arc<dyn Monitor>, bars: Some(bars) }
            }
        }
    }

    /// Returns the listener.
    pub fn monitor(&self) -> &dyn Monitor {
        self.monitor.as_ref()
    }

    /// Returns the listener for tasks of their own.
    pub fn shared(&self) -> Arc<dyn Monitor> {
        Arc::clone(&self.monitor)
    }

    /// Says a line on standard error, above the bars if there are any.
    pub fn say(&self, line: &str) {
        let line = display_safe(line);
        // Standard error may be closed; there is nobody left to tell.
        let print = || drop(writeln!(stderr(), "{line}"));
        match &self.bars {
            Some(bars) => bars.suspend(print),
            None => print(),
        }
    }

    /// Ends the bars, so that a report can be printed.
    pub fn end(&self) {
        if let Some(bars) = &self.bars {
            bars.end();
        }
    }
}
