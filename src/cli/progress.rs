//! How long work is told of while it goes on: a bar on a terminal, a line every five seconds elsewhere. What is
//! worked at is the command's matter.

use std::io::Write as _;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::commands::context::Progress;
use crate::output::escape::escape_text;

/// Work that is over sooner shows no bar, which would only flicker.
const PATIENCE: Duration = Duration::from_millis(400);
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Nothing is told.
pub(super) struct Silent(Instant);

impl Silent {
    pub(super) fn new() -> Self {
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
pub(super) struct Bar {
    bar: ProgressBar,
    begun: Instant,
}

impl Bar {
    pub(super) fn new(what: &str, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match total {
            Some(_) => "{msg} [{bar:30}] {human_pos}/{human_len} {rate}, {eta} left",
            None => "{msg} {spinner} {human_pos} {rate}, {elapsed}",
        };
        // The template is a constant, so that reading it does not fail; if it did, the usual style serves.
        if let Ok(style) = ProgressStyle::with_template(template) {
            // Whole ones a second: indicatif's own shows four digits behind the point.
            let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
            };
            bar.set_style(style.progress_chars("=> ").tick_chars("-\\|/-").with_key("rate", rate));
        }
        bar.set_message(escape_text(what).into_owned());
        Bar { bar, begun: Instant::now() }
    }
}

impl Progress for Bar {
    fn reached(&mut self, done: u64) {
        if self.bar.is_hidden() && self.begun.elapsed() >= PATIENCE {
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
        // Also where the work failed: the message would otherwise stand behind the bar.
        self.finish();
    }
}

/// A line on standard error now and then.
pub(super) struct Lines {
    what: String,
    total: Option<u64>,
    begun: Instant,
    told: Instant,
}

impl Lines {
    pub(super) fn new(what: &str, total: Option<u64>) -> Self {
        let now = Instant::now();
        Lines { what: escape_text(what).into_owned(), total, begun: now, told: now }
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
        if self.told.elapsed() >= BETWEEN_LINES {
            self.told = Instant::now();
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
    fn a_line_tells_how_far_it_is() {
        assert_eq!(Lines::new("pruning", Some(10)).line(4), "pruning: 4 of 10\n");
        assert_eq!(Lines::new("a\nb", None).line(4), "a\\nb: 4\n");
    }

    #[test]
    fn short_work_shows_no_bar() {
        let mut bar = Bar::new("pruning", Some(10));
        bar.reached(5);
        assert!(bar.bar.is_hidden());
        bar.finish();
        assert!(bar.bar.is_finished());
    }
}
