//! Ctrl-C and SIGTERM: the first drains, within a bound; the second stops at once. Both say how to
//! go on. The admin's own rules drain like a first signal.

use super::rules::Why;
use crate::clock::Clock;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long calls under way may take after the first signal.
const BOUND: Duration = Duration::from_secs(30);

/// The two stops.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    drain: CancellationToken,
    now: CancellationToken,
    rule: CancellationToken,
    why: Arc<OnceLock<Why>>,
}

impl Stop {
    /// Listens to the process's signals; `say` gets the lines to show, `resume` is the command
    /// that goes on. Wants a tokio runtime.
    pub fn listen(resume: &str, say: impl Fn(&str) + Send + 'static) -> std::io::Result<Self> {
        let (tell, signals) = mpsc::channel(4);
        spawn_signals(tell)?;
        let stop = Self::default();
        tokio::spawn(stop.clone().obey(signals, resume.to_owned(), say));
        Ok(stop)
    }

    /// Stops as a first signal does, once so long has passed.
    pub fn after(&self, span: Duration, clock: &dyn Clock) {
        let (stop, wait) = (self.clone(), clock.sleep(span));
        tokio::spawn(async move {
            wait.await;
            stop.by_rule(Why::Time(span));
        });
    }

    /// Stops as a first signal does, by a rule of the admin's; the first reason counts.
    pub fn by_rule(&self, why: Why) {
        if self.why.set(why).is_ok() {
            self.rule.cancel();
        }
    }

    /// Returns why it stops, if it was asked to.
    pub fn why(&self) -> Option<Why> {
        self.why.get().copied()
    }

    /// Cancelled at the first signal: start nothing new.
    pub fn draining(&self) -> CancellationToken {
        self.drain.clone()
    }

    /// Tells whether a stop was asked for.
    pub fn asked(&self) -> bool {
        self.drain.is_cancelled()
    }

    /// Waits for the work, or gives up on it at the second signal. What was under way is owed
    /// still, and a resumed run sends the same requests again.
    pub async fn unless_now<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.now.run_until_cancelled(work).await
    }

    async fn obey(self, mut signals: mpsc::Receiver<()>, resume: String, say: impl Fn(&str)) {
        tokio::select! {
            signal = signals.recv() => {
                if signal.is_none() {
                    return;
                }
                // A rule may have come first, by a hair.
                let _ = self.why.set(Why::Asked);
            }
            () = self.rule.cancelled() => {}
        }
        let stopping = self.why().unwrap_or(Why::Asked).says();
        say(&format!(
            "{stopping}: calls under way are finished first, for {} s at most. Press Ctrl-C again to stop at once.",
            BOUND.as_secs()
        ));
        say(&format!("Nothing is lost; {resume}"));
        self.drain.cancel();
        let how = match tokio::time::timeout(BOUND, signals.recv()).await {
            Ok(None) => return,
            Ok(Some(())) => "Stopped at once.",
            Err(_) => "Stopped, though some calls had no answer yet.",
        };
        say(&format!("{how} Nothing is lost or sent twice; {resume}"));
        self.now.cancel();
    }
}

#[cfg(unix)]
fn spawn_signals(tell: mpsc::Sender<()>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if tell.send(()).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn spawn_signals(tell: mpsc::Sender<()>) -> std::io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() && tell.send(()).await.is_ok() {}
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[tokio::test(start_paused = true)]
    async fn b13_the_first_signal_drains_and_the_second_cuts() {
        let stop = Stop::default();
        let said = Arc::new(Mutex::new(Vec::new()));
        let (tell, signals) = mpsc::channel(4);
        let to = Arc::clone(&said);
        let say = move |line: &str| to.lock().expect("one thread").push(line.to_owned());
        let obeying =
            tokio::spawn(stop.clone().obey(signals, "chatferry run --work w".to_owned(), say));

        tell.send(()).await.expect("listens");
        stop.draining().cancelled().await;
        assert!(stop.asked());
        assert_eq!(stop.unless_now(async { 7 }).await, Some(7));

        tell.send(()).await.expect("listens");
        let endless = stop.unless_now(std::future::pending::<()>());
        let cut = tokio::time::timeout(Duration::from_mins(1), endless).await;
        assert_eq!(cut.expect("does not wait for the work"), None);
        obeying.await.expect("ends");
        let said = said.lock().expect("one thread");
        assert_eq!(said.iter().filter(|line| line.contains("chatferry run --work w")).count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rule_drains_like_a_first_signal_and_a_signal_then_cuts() {
        let stop = Stop::default();
        let said = Arc::new(Mutex::new(Vec::new()));
        let (tell, signals) = mpsc::channel(4);
        let to = Arc::clone(&said);
        let say = move |line: &str| to.lock().expect("one thread").push(line.to_owned());
        let obeying = tokio::spawn(stop.clone().obey(signals, "go on".to_owned(), say));
        let began = tokio::time::Instant::now();
        stop.after(Duration::from_hours(6), &crate::clock::SystemClock);
        stop.draining().cancelled().await;
        assert_eq!(began.elapsed(), Duration::from_hours(6));
        assert_eq!(stop.why(), Some(Why::Time(Duration::from_hours(6))));
        stop.by_rule(Why::Errors(1));
        assert_eq!(stop.why().map(Why::name), Some("max_duration"), "the first reason counts");
        tell.send(()).await.expect("listens");
        let endless = stop.unless_now(std::future::pending::<()>());
        let cut = tokio::time::timeout(Duration::from_mins(1), endless).await;
        assert_eq!(cut.expect("does not wait for the work"), None);
        obeying.await.expect("ends");
        let said = said.lock().expect("one thread");
        assert!(said[0].starts_with("Stopping after 6 h (max_duration): calls"), "{said:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn b13_draining_has_a_bound() {
        let stop = Stop::default();
        let (tell, signals) = mpsc::channel(4);
        let obeying = tokio::spawn(stop.clone().obey(signals, String::new(), |_| ()));
        tell.send(()).await.expect("listens");
        let began = tokio::time::Instant::now();
        let endless = stop.unless_now(std::future::pending::<()>());
        let cut = tokio::time::timeout(Duration::from_mins(10), endless).await;
        assert_eq!(cut.expect("does not wait for the work"), None);
        assert_eq!(began.elapsed(), BOUND);
        obeying.await.expect("ends");
    }
}
