//! How long work is reported while it goes on: a bar on a terminal, a line every five seconds elsewhere. What the work
//! is does not belong here.

use std::io::Write as _;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState};

use crate::commands::interaction::{Progress, StartProgress};
use crate::output::escape::escape_sentence;

/// Shorter work shows no bar, which would only flicker.
const BAR_DELAY: Duration = Duration::from_millis(400);
const LINE_INTERVAL: Duration = Duration::from_secs(5);

/// How long work is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProgressStyle {
    /// A bar on a terminal.
    Bar,
    /// A line every few seconds.
    Lines,
    /// Not at all.
    Silent,
}

impl StartProgress for ProgressStyle {
    fn start(&self, what: &str, total: Option<u64>) -> Box<dyn Progress> {
        match self {
            ProgressStyle::Bar => Box::new(Bar::new(what, total)),
            ProgressStyle::Lines => Box::new(Lines::new(what, total)),
            ProgressStyle::Silent => Box::new(Silent::new()),
        }
    }
}

/// Reports nothing.
struct Silent(Instant);

impl Silent {
    fn new() -> Self {
        Silent(Instant::now())
    }
}

impl Progress for Silent {
    fn reached(&mut self, _done: u64) {}

    fn finish(&mut self) -> Duration {
        self.0.elapsed()
    }
}

/// A bar with the count, the rate and the time that is left, on standard error.
struct Bar {
    bar: ProgressBar,
    begun: Instant,
}

impl Bar {
    fn new(what: &str, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => "{msg} [{bar:30}] {human_pos}/{human_len} {rate}, {eta} left",
            None => "{msg} {spinner} {human_pos} {rate}, {elapsed}",
        };
        // The template is a constant and parses; if it did not, the default style would serve.
        if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
            // Whole numbers a second: indicatif's own rate shows four decimal places.
            let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
            };
            bar.set_style(style.progress_chars("=> ").tick_chars("-\\|/-").with_key("rate", rate));
        }
        bar.set_message(escape_sentence(what).into_owned());
        Bar { bar, begun: Instant::now() }
    }
}

impl Progress for Bar {
    fn reached(&mut self, done: u64) {
        if self.bar.is_hidden() && self.begun.elapsed() >= BAR_DELAY {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }

    fn finish(&mut self) -> Duration {
        self.bar.finish_and_clear();
        self.begun.elapsed()
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        // Also if the work failed: the message would otherwise follow the bar on its line.
        self.finish();
    }
}

/// A line on standard error now and then.
struct Lines {
    what: String,
    total: Option<u64>,
    begun: Instant,
    reported_at: Instant,
}

impl Lines {
    fn new(what: &str, total: Option<u64>) -> Self {
        let now = Instant::now();
        Lines { what: escape_sentence(what).into_owned(), total, begun: now, reported_at: now }
    }

    fn line(&self, done: u64) -> String {
        match self.total {
            Some(total) => format!("{}: {done} of {total}\n", self.what),
            None => format!("{}: {done}\n", self.what),
        }
    }
}

impl Progress for Lines {
    fn reached(&mut self, done: u64) {
        if self.reported_at.elapsed() >= LINE_INTERVAL {
            self.reported_at = Instant::now();
            let _ = std::io::stderr().write_all(self.line(done).as_bytes());
        }
    }

    fn finish(&mut self) -> Duration {
        self.begun.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_report_done_and_total() {
        assert_eq!(Lines::new("pruning", Some(10)).line(4), "pruning: 4 of 10\n");
        assert_eq!(Lines::new("a\nb", None).line(4), "a\\nb: 4\n");
    }

    #[test]
    fn bar_stays_hidden_for_short_work() {
        let mut bar = Bar::new("pruning", Some(10));
        bar.reached(5);
        assert!(bar.bar.is_hidden() || bar.begun.elapsed() >= BAR_DELAY);
        bar.finish();
        assert!(bar.bar.is_finished());
    }
}
