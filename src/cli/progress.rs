//! Bars on a terminal: an overall bar, what there is to say, and a line per active lane.

use super::board::{Board, remark};
use super::frame::{Frame, frame};
use crate::clock::Clock;
use crate::event::{Event, Monitor};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

/// Ten pictures a second: more tears on slow connections, fewer feels stuck.
const EVERY: Duration = Duration::from_millis(100);
const WIDE: &str = "{wide_bar:.cyan/dim} {head}\n{rest}";
const NARROW: &str = "{head}\n{rest}";

type Size = Box<dyn Fn() -> (u16, u16) + Send + Sync>;

struct Inner {
    board: Board,
    bar: ProgressBar,
    size: Size,
    ended: AtomicBool,
}

/// The bars. Events only change numbers; a thread of its own draws them.
pub struct Bars {
    inner: Arc<Inner>,
    ticker: Option<JoinHandle<()>>,
}

impl fmt::Debug for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bars").field("board", &self.inner.board).finish_non_exhaustive()
    }
}

impl Bars {
    /// Draws on standard error until dropped.
    pub fn start(clock: Arc<dyn Clock>) -> Self {
        let size: Size = Box::new(|| console::Term::stderr().size());
        let mut bars = Self::on(ProgressDrawTarget::stderr_with_hz(20), clock, size);
        let inner = Arc::clone(&bars.inner);
        bars.ticker =
            std::thread::Builder::new().name("bars".to_owned()).spawn(move || inner.tick()).ok();
        bars
    }

    /// Draws on any target when told to.
    fn on(target: ProgressDrawTarget, clock: Arc<dyn Clock>, size: Size) -> Self {
        let bar = ProgressBar::with_draw_target(Some(1), target);
        let inner = Inner { board: Board::new(clock), bar, size, ended: AtomicBool::new(false) };
        Self { inner: Arc::new(inner), ticker: None }
    }

    /// Runs something that prints, with the bars out of its way.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.inner.bar.suspend(print)
    }

    /// Takes the bars off the screen for good.
    pub fn end(&self) {
        if !self.inner.ended.swap(true, Relaxed) {
            if let Some(ticker) = &self.ticker {
                ticker.thread().unpark();
            }
            self.inner.bar.finish_and_clear();
        }
    }
}

impl Inner {
    fn tick(&self) {
        while !self.ended.load(Relaxed) {
            self.draw();
            std::thread::park_timeout(EVERY);
        }
    }

    fn draw(&self) {
        let view = self.board.view();
        if view == super::board::View::default() {
            return;
        }
        let (rows, cols) = (self.size)();
        self.show(frame(&view, rows, cols));
    }

    /// Everything goes into one bar and one update, so a picture reaches the screen whole.
    fn show(&self, frame: Frame) {
        let Ok(style) = ProgressStyle::with_template(if frame.wide { WIDE } else { NARROW }) else {
            return;
        };
        let Frame { bar: (done, all), head, lines, .. } = frame;
        let rest = lines.join("\n");
        let write = |text: String| {
            move |_: &ProgressState, to: &mut dyn fmt::Write| {
                to.write_str(&text).unwrap_or_default();
            }
        };
        self.bar.set_style(
            style.progress_chars("━╸─").with_key("head", write(head)).with_key("rest", write(rest)),
        );
        self.bar.update(|state| {
            state.set_len(all);
            state.set_pos(done);
        });
    }
}

impl Monitor for Bars {
    fn observe(&self, event: &Event) {
        self.inner.board.observe(event);
        if let Some(remark) = remark(event) {
            self.inner.bar.println(remark);
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.end();
        if let Some(ticker) = self.ticker.take() {
            // A panic of the drawing thread spoils a picture, nothing else.
            ticker.join().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::VirtualClock;
    use crate::draft::StepKind;
    use crate::event::Calls;
    use indicatif::InMemoryTerm;

    fn bars(rows: u16, cols: u16) -> (Bars, InMemoryTerm) {
        let term = InMemoryTerm::new(rows, cols);
        let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
        (
            Bars::on(
                target,
                Arc::new(VirtualClock::starting_at(0)),
                Box::new(move || (rows, cols)),
            ),
            term,
        )
    }

    fn open_lanes(bars: &Bars, names: &[&str]) {
        let owed = Calls { posts: 24_924, reactions: 9_000, others: 76 };
        let paid = Calls { posts: 4_000, reactions: 0, others: 10 };
        bars.observe(&Event::RunStarted { owed, paid, lanes: names.len() as u64 });
        for (lane, name) in (1..).zip(names) {
            let owed = Calls { posts: 1_000, ..Calls::default() };
            bars.observe(&Event::LaneOpened { lane, name: (*name).to_owned(), owed });
        }
    }

    async fn send(bars: &Bars, lane: i64, posts: u64) {
        for _ in 0..posts {
            bars.observe(&Event::StepDone { lane, kind: StepKind::Post });
        }
        tokio::time::advance(Duration::from_secs(10)).await;
        bars.inner.draw();
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_shows_its_sums_what_google_says_and_its_lanes() {
        let (bars, term) = bars(24, 80);
        open_lanes(&bars, &["general", "ランダム", "evil\u{1b}[2Jname"]);
        bars.observe(&Event::StepWedged { lane: 1, kind: StepKind::Post, reason: "x".to_owned() });
        send(&bars, 1, 500).await;
        bars.observe(&Event::Throttled { what: "posts", wait: Duration::from_secs(12) });
        bars.inner.draw();
        insta::assert_snapshot!(term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_shows_when_it_ends_and_when_it_was_planned_to() {
        let (bars, term) = bars(24, 80);
        open_lanes(&bars, &["general"]);
        let hour = 3_600_000_000;
        bars.observe(&Event::Forecast { ends: Some(51 * hour), planned: Some(35 * hour) });
        send(&bars, 1, 500).await;
        insta::assert_snapshot!(term.contents());
        bars.observe(&Event::Forecast { ends: None, planned: Some(35 * hour) });
        bars.inner.draw();
        assert!(term.contents().contains("hardly moves: no end in sight"), "{}", term.contents());
        assert!(!term.contents().contains(" left"), "no other guess: {}", term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn a_narrow_and_low_window_shows_what_fits() {
        let (bars, term) = bars(8, 40);
        open_lanes(&bars, &["a-channel-with-a-very-long-name-indeed", "b", "c", "d", "e", "f"]);
        send(&bars, 1, 500).await;
        insta::assert_snapshot!(term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn planning_shows_what_was_read() {
        let (bars, term) = bars(24, 80);
        bars.observe(&Event::PlanStarted { conversations: 3 });
        bars.observe(&Event::Planned { conversation: "general".to_owned(), messages: 1_234 });
        bars.observe(&Event::ConversationPlanned { conversation: "general".to_owned() });
        bars.inner.draw();
        insta::assert_snapshot!(term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn reading_back_counts_messages_read_and_conversations() {
        let (bars, term) = bars(24, 80);
        bars.observe(&Event::ReadingStarted { lanes: 3, messages: 48_213 });
        for (lane, name) in [(1, "general"), (2, "random")] {
            let owed = Calls { posts: 20_000, ..Calls::default() };
            bars.observe(&Event::LaneOpened { lane, name: name.to_owned(), owed });
            bars.observe(&Event::ReadBack { lane, messages: 1_000 });
        }
        bars.observe(&Event::LaneVerified { lane: 2, name: "random".to_owned(), clean: false });
        bars.inner.draw();
        insta::assert_snapshot!(term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn completion_counts_spaces_and_members() {
        let (bars, term) = bars(24, 80);
        let owed = Calls { others: 12, ..Calls::default() };
        bars.observe(&Event::RunStarted { owed, paid: Calls::default(), lanes: 2 });
        for (lane, name) in [(1, "general"), (2, "random")] {
            let owed = Calls { others: 6, ..Calls::default() };
            bars.observe(&Event::LaneOpened { lane, name: name.to_owned(), owed });
            bars.observe(&Event::StepDone { lane, kind: StepKind::Complete });
        }
        bars.observe(&Event::StepDone { lane: 1, kind: StepKind::Member });
        bars.observe(&Event::LaneCompleted { lane: 1, name: "general".to_owned() });
        bars.inner.draw();
        insta::assert_snapshot!(term.contents());
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_said_meanwhile_stays_above_and_the_end_leaves_nothing() {
        let (bars, term) = bars(24, 80);
        open_lanes(&bars, &["general"]);
        send(&bars, 1, 5).await;
        assert_eq!(bars.suspend(|| term.contents()), "", "the bars are out of the way");
        bars.inner.draw();
        assert!(term.contents().contains("general"));
        bars.end();
        bars.inner.draw();
        assert_eq!(term.contents(), "");
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_is_too_small() {
        for (rows, cols) in [(0, 0), (1, 1), (3, 12), (200, 300)] {
            let (bars, _) = bars(rows.max(1), cols.max(1));
            open_lanes(&bars, &["general"; 40]);
            send(&bars, 1, 5).await;
        }
    }
}
