//! Every call of a run: when the way is open, with a permit, and heard by all.

use super::Run;
use super::health::{Change, Lack};
use crate::chat::{Doubt, Outcome, TokenError, Why};
use crate::event::Event;
use crate::pace::Class;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// A clock that is off by more is worth a word, in seconds.
const WORTH_A_WORD: i64 = 30;
/// An answer that takes longer comes from a server that can't keep up.
const SLOW: Duration = Duration::from_secs(10);
/// With a clock that is off by more nothing goes on: tokens and dates would be wrong.
const TOO_FAR: i64 = 5 * 60;

/// What a call is for, as far as waiting goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand<'a> {
    /// Which quota pays.
    pub(super) class: Class,
    /// Which space's.
    pub(super) space: Option<&'a str>,
    /// The step, to tell one bad step from an outage.
    pub(super) step: i64,
}

impl Run {
    /// Makes a call as soon as the admin's limits allow it, there is a way to Google, and a permit;
    /// none when the run is to stop.
    pub(super) async fn call<T, F>(
        &self,
        errand: Errand<'_>,
        call: impl FnOnce() -> F,
    ) -> Option<Result<T, Outcome>>
    where
        F: Future<Output = Result<T, Outcome>>,
    {
        let pass = loop {
            if !self.rested().await {
                return None;
            }
            let pass = self.health.pass(self.clock.as_ref(), &self.stop).await?;
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return None,
                () = self.pacer.permit(errand.class, errand.space) => {}
            }
            // The way may have closed while the permit was waited for, or the admin's hours.
            if pass.holds() && !self.rests() {
                break pass;
            }
        };
        if let Some(wrong) = self.wrong_clock().await {
            return Some(Err(Outcome::Token(wrong)));
        }
        let began = self.clock.mono();
        let result = call().await;
        let took = self.clock.mono().saturating_duration_since(began);
        self.mind_the_pace(errand, result.as_ref().map(|_| ()), took);
        self.heard(errand, result.as_ref().map(|_| ()));
        drop(pass);
        Some(result)
    }

    /// Makes a read that belongs to no step; a stop counts as not sent.
    pub(super) async fn read<T, F>(
        &self,
        class: Class,
        space: &str,
        call: impl FnOnce() -> F,
    ) -> Result<T, Outcome>
    where
        F: Future<Output = Result<T, Outcome>>,
    {
        let errand = Errand { class, space: Some(space), step: 0 };
        let stopped = Why::unanswered(Doubt::Transport("stopped"));
        self.call(errand, call).await.unwrap_or(Err(Outcome::NotSent(stopped)))
    }

    /// A server that fails, or takes long to answer, gets fewer calls of that kind. A file may take
    /// its time.
    fn mind_the_pace(&self, errand: Errand<'_>, outcome: Result<(), &Outcome>, took: Duration) {
        let late = took >= SLOW && errand.class != Class::Upload;
        let fails =
            matches!(outcome, Err(Outcome::Ambiguous(why)) if why.doubt == Doubt::ServerError);
        if fails || (late && outcome.is_ok()) {
            self.pacer.slow(errand.class, errand.space);
        }
    }

    fn heard(&self, errand: Errand<'_>, outcome: Result<(), &Outcome>) {
        if outcome.is_ok() {
            self.pacer.succeeded(errand.class, errand.space);
            self.mind_the_clock();
        }
        let now = self.clock.mono();
        let event = match self.health.hear(errand.step, outcome, now, &self.backoff) {
            None => return,
            Some((Change::Closed, lasted)) => Event::Resumed { after: lasted },
            Some((Change::Opened(lack, why), _)) => waiting(lack, why),
        };
        tracing::warn!(?event, "the way to Google");
        self.monitor.observe(&event);
    }

    /// One odd date stops nothing: where an answer showed a difference, the clock is asked for anew.
    async fn wrong_clock(&self) -> Option<TokenError> {
        let too_far = |seconds: &i64| seconds.abs() > TOO_FAR;
        self.client.skew().filter(too_far)?;
        let skew = self.client.measured_skew().await.filter(too_far)?;
        Some(TokenError::Clock { skew: Some(skew) })
    }

    fn mind_the_clock(&self) {
        let worth_a_word = |seconds: &i64| seconds.abs() > WORTH_A_WORD;
        let Some(seconds) = self.client.skew().filter(worth_a_word) else { return };
        if !self.health.skew_said.swap(true, Relaxed) {
            let what = format!(
                "this machine's clock is {} s off; above {TOO_FAR} s nothing can go on",
                seconds.abs()
            );
            tracing::warn!(seconds, "the clock is off");
            self.monitor.observe(&Event::Warned { what });
        }
    }
}

fn waiting(lack: Lack, why: String) -> Event {
    let (on, why) = match lack {
        Lack::Network => ("network", why),
        Lack::Google => ("Google", why),
        Lack::Trust => {
            ("network", format!("answers come from something that is not Google: {why}"))
        }
    };
    Event::Waiting { on, why }
}
