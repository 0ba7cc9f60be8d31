//! The breaker: whether calls may go at all, judged by what the last ones came to. Pure: it is
//! told what happened and when.

use crate::chat::{Doubt, Outcome, TokenError};
use std::time::Duration;
use tokio::time::Instant;

/// So many steps in a row without an answer of Google's, and only a probe goes now and then.
const STEPS: usize = 5;
/// So many where somebody else answers in Google's place.
const STRANGERS: usize = 3;

/// What is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// Nothing can be reached, whatever the call.
    Network,
    /// The server fails, or does not answer in time.
    Google,
    /// Answers come, but not from Google: a portal, a proxy.
    Trust,
}

/// What a call shows of the way to Google.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Contact {
    /// Google answered, whatever it said.
    Made,
    /// It did not, and why.
    Lacking(Lack, String),
    /// The call shows nothing.
    Unknown,
}

/// Reads from an outcome what it shows of the way to Google.
pub(super) fn contact(outcome: &Outcome) -> Contact {
    match outcome {
        Outcome::Token(TokenError::Transient(why)) => Contact::Lacking(Lack::Network, why.clone()),
        // Any other word of the token endpoint is an answer too.
        Outcome::Applied(_)
        | Outcome::Rejected(_)
        | Outcome::Throttled { .. }
        | Outcome::Token(_) => Contact::Made,
        Outcome::NotSent(why) => match why.doubt {
            Doubt::Unsendable | Doubt::Source => Contact::Unknown,
            _ => Contact::Lacking(Lack::Network, why.to_string()),
        },
        Outcome::Ambiguous(why) => match why.doubt {
            Doubt::Redirect | Doubt::NotJson | Doubt::Shape | Doubt::Foreign => {
                Contact::Lacking(Lack::Trust, why.to_string())
            }
            _ => Contact::Lacking(Lack::Google, why.to_string()),
        },
    }
}

/// What changed by an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing goes any more but probes.
    Opened(Lack, String),
    /// All goes again.
    Closed,
}

/// Whether a call may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// It may.
    Open,
    /// It may, alone: what becomes of it decides for all.
    Probe,
    /// Not before that moment.
    Until(Instant),
    /// Not before the probe under way has ended.
    Probing,
}

/// The state. Named as electricians do: an open circuit lets nothing through.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    steps: Vec<i64>,
    strangers: Vec<i64>,
    network: usize,
    open: Option<Broken>,
    outages: u64,
}

#[derive(Debug)]
struct Broken {
    next: Instant,
    probing: bool,
}

impl Circuit {
    /// Tells whether a call may go; whoever gets [`Gate::Probe`] owes an answer or a withdrawal.
    pub(super) fn gate(&mut self, now: Instant) -> Gate {
        match &mut self.open {
            None => Gate::Open,
            Some(broken) if broken.probing => Gate::Probing,
            Some(broken) if now >= broken.next => {
                broken.probing = true;
                Gate::Probe
            }
            Some(broken) => Gate::Until(broken.next),
        }
    }

    /// Tells whether nothing stands in the way.
    pub(super) fn is_closed(&self) -> bool {
        self.open.is_none()
    }

    /// Counts how often it opened: doubts from before are those of an outage.
    pub(super) fn outages(&self) -> u64 {
        self.outages
    }

    /// Takes back a probe that was not made.
    pub(super) fn withdraw(&mut self) {
        if let Some(broken) = &mut self.open {
            broken.probing = false;
        }
    }

    /// Hears what a step's call came to. The next probe is due `every` after the last.
    pub(super) fn hear(
        &mut self,
        step: i64,
        contact: Contact,
        now: Instant,
        every: Duration,
    ) -> Option<Change> {
        let (lack, why) = match contact {
            Contact::Unknown => return None,
            Contact::Made => {
                let was_open = self.open.is_some();
                *self = Self { outages: self.outages, ..Self::default() };
                return was_open.then_some(Change::Closed);
            }
            Contact::Lacking(lack, why) => (lack, why),
        };
        if let Some(broken) = &mut self.open {
            broken.next = now + every;
            return None;
        }
        self.count(step, lack);
        let full =
            self.steps.len() >= STEPS || self.network >= STEPS || self.strangers.len() >= STRANGERS;
        if !full {
            return None;
        }
        let open = Some(Broken { next: now + every, probing: false });
        *self = Self { open, outages: self.outages + 1, ..Self::default() };
        Some(Change::Opened(lack, why))
    }

    /// One bad step is no outage: only different ones count, but where nothing was reached at all.
    fn count(&mut self, step: i64, lack: Lack) {
        let note = |list: &mut Vec<i64>| {
            if !list.contains(&step) {
                list.push(step);
            }
        };
        note(&mut self.steps);
        match lack {
            Lack::Network => self.network += 1,
            Lack::Trust => note(&mut self.strangers),
            Lack::Google => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Why;

    const EVERY: Duration = Duration::from_secs(30);

    fn fails() -> Contact {
        let why = Why::answered(Doubt::ServerError, 503);
        contact(&Outcome::Ambiguous(why))
    }

    fn portal() -> Contact {
        contact(&Outcome::Ambiguous(Why::answered(Doubt::NotJson, 200)))
    }

    fn unreachable() -> Contact {
        contact(&Outcome::NotSent(Why::unanswered(Doubt::Transport("no connection"))))
    }

    #[test]
    fn five_steps_in_a_row_open_it_and_one_bad_step_never_does() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..50 {
            assert_eq!(circuit.hear(7, fails(), now, EVERY), None, "one poison step");
        }
        for step in 1..4 {
            assert_eq!(circuit.hear(step, fails(), now, EVERY), None);
        }
        assert_eq!(circuit.hear(9, Contact::Made, now, EVERY), None);
        for step in 1..5 {
            assert_eq!(circuit.hear(step, fails(), now, EVERY), None, "a success came between");
        }
        let opened = circuit.hear(5, fails(), now, EVERY);
        assert!(matches!(opened, Some(Change::Opened(Lack::Google, _))), "{opened:?}");
        assert_eq!(circuit.outages(), 1);
    }

    #[test]
    fn what_reaches_nothing_counts_from_one_step_too() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..4 {
            assert_eq!(circuit.hear(7, unreachable(), now, EVERY), None);
        }
        let opened = circuit.hear(7, unreachable(), now, EVERY);
        assert_eq!(opened, Some(Change::Opened(Lack::Network, "no connection".to_owned())));
    }

    #[test]
    fn three_strangers_are_enough() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        circuit.hear(1, portal(), now, EVERY);
        circuit.hear(1, portal(), now, EVERY);
        assert_eq!(circuit.hear(2, portal(), now, EVERY), None);
        let opened = circuit.hear(3, portal(), now, EVERY);
        assert!(matches!(opened, Some(Change::Opened(Lack::Trust, _))), "{opened:?}");
    }

    #[test]
    fn one_probe_goes_at_a_time_and_its_success_lets_all_go() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        for step in 0..5 {
            circuit.hear(step, fails(), now, EVERY);
        }
        assert_eq!(circuit.gate(now), Gate::Until(now + EVERY));
        let later = now + EVERY;
        assert_eq!(circuit.gate(later), Gate::Probe);
        assert_eq!(circuit.gate(later), Gate::Probing);
        circuit.hear(1, fails(), later, EVERY);
        circuit.withdraw();
        assert_eq!(circuit.gate(later), Gate::Until(later + EVERY));
        assert_eq!(circuit.gate(later + EVERY), Gate::Probe);
        assert_eq!(circuit.hear(1, Contact::Made, later, EVERY), Some(Change::Closed));
        assert_eq!(circuit.gate(later), Gate::Open);
    }

    #[test]
    fn a_probe_that_was_not_made_is_anybodys_again() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..5 {
            circuit.hear(0, unreachable(), now, EVERY);
        }
        assert_eq!(circuit.gate(now + EVERY), Gate::Probe);
        circuit.withdraw();
        assert_eq!(circuit.gate(now + EVERY), Gate::Probe);
    }

    #[test]
    fn a_refusal_of_credentials_is_an_answer() {
        assert_eq!(contact(&Outcome::Token(TokenError::Key)), Contact::Made);
        let down = Outcome::Token(TokenError::Transient("no connection".to_owned()));
        assert!(matches!(contact(&down), Contact::Lacking(Lack::Network, _)));
    }
}
