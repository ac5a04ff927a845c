//! Messages on standard error: status, warnings, hints, traced steps and errors. Results do not belong here.

use std::borrow::Cow;
use std::io::Write;
use std::rc::Rc;

use super::escape::{escape_sentence, to_ascii};
use super::format::Format;
use super::json;
use super::local_time::replace_times;
use super::options::UiOptions;
use super::paint;
use super::record::Value;
use super::shorten::shortened_message;
use super::stdout::Stdout;
use super::steps;
use super::wrap::wrap_hanging;
use sessionctl_core::ops::Step;

/// Prints messages. Each takes one line of text and escapes it itself. A message that cannot be written is lost, because
/// there is no other place to report it.
pub struct Messages {
    out: Stdout,
    err: Box<dyn Write>,
    pub(super) options: Rc<UiOptions>,
    /// Whether a step was printed.
    has_explained: bool,
    /// Whether it was explained why the clock is compared with the audit log.
    has_explained_clock: bool,
}

impl Messages {
    pub(super) fn new(out: Stdout, err: Box<dyn Write>, options: Rc<UiOptions>) -> Self {
        Messages { out, err, options, has_explained: false, has_explained_clock: false }
    }

    /// Reports what was done; nothing with `--quiet`.
    pub fn status(&mut self, message: &str) {
        if !self.options.quiet {
            self.write("", "", message);
        }
    }

    /// Sums up what was done where standard output could not take it; also with `--quiet`, which leaves a summary.
    pub fn summary(&mut self, message: &str) {
        self.write("", "", message);
    }

    /// Reports more than is usually wanted; only with `--verbose`.
    pub fn detail(&mut self, message: &str) {
        if self.options.verbose && !self.options.quiet {
            self.write("", "", message);
        }
    }

    /// Warns; nothing with `--quiet`.
    pub fn warn(&mut self, message: &str) {
        if !self.options.quiet {
            self.write(paint::YELLOW, "warning: ", message);
        }
    }

    /// Suggests what to do next; nothing with `--quiet`.
    pub fn hint(&mut self, message: &str) {
        if !self.options.quiet {
            self.write(paint::CYAN, "hint: ", message);
        }
    }

    /// Whether steps are printed: `--explain`.
    #[must_use]
    pub fn explains(&self) -> bool {
        self.options.explain
    }

    /// Prints a step as it is taken; only with `--explain`.
    pub fn explain(&mut self, step: &str) {
        self.has_explained |= self.options.explain;
        match self.options.format {
            _ if !self.options.explain => {}
            Format::Json | Format::Jsonl => self.json_line(Ok(serde_json::json!({"step": "note"})), step),
            Format::Table | Format::Csv | Format::Ids | Format::Count => {
                self.write("", if self.options.unicode { "· " } else { "- " }, step);
            }
        }
    }

    /// Prints the step that failed, where it was the first; only with `--explain`.
    pub fn explain_unless_explained(&mut self, step: &str) {
        if !self.has_explained {
            self.explain(step);
        }
    }

    /// Prints a step of an act as it is taken; only with `--explain`. Where results are JSON, it is a JSON object on a line
    /// of its own, with its sentence as `text`.
    pub fn trace(&mut self, step: &Step) {
        if !self.options.explain {
            return;
        }
        self.has_explained = true;
        let sentence = match step {
            // A command of two acts reads it twice, and the reason is the same.
            Step::ClockRead { now, latest: Some(_) } if self.has_explained_clock => {
                format!("read the clock again: {now}")
            }
            _ => steps::sentence(step),
        };
        self.has_explained_clock |= matches!(step, Step::ClockRead { latest: Some(_), .. });
        match self.options.format {
            Format::Json | Format::Jsonl => self.json_line(serde_json::to_value(step), &sentence),
            Format::Table | Format::Csv | Format::Ids | Format::Count => self.explain(&sentence),
        }
    }

    fn json_line(&mut self, step: serde_json::Result<serde_json::Value>, text: &str) {
        // A step has no map with other keys than text, so it is always an object.
        let mut object = step.unwrap_or_default();
        object["text"] = text.into();
        let mut line = Vec::new();
        json::value(&mut line, &Value::Json(object));
        line.push(b'\n');
        self.write_bytes(&line);
    }

    /// Reports what went wrong; nothing silences it.
    pub fn error(&mut self, message: &str) {
        self.write(paint::RED, "error: ", message);
    }

    fn write(&mut self, color: &str, prefix: &str, message: &str) {
        // Beside a result that a script reads, the times stay as they are there.
        let message = self.options.with_database(message);
        let message = match self.options.format {
            Format::Table => replace_times(&message, |moment| self.options.present().clock_with_zone(moment)),
            _ => Cow::Borrowed(&*message),
        };
        let message = shortened_message(&message);
        let message = escape_sentence(&message);
        let message = if self.options.unicode { message } else { to_ascii(&message).into_owned().into() };
        let text = format!("{prefix}{message}");
        let mut text = match self.options.stderr_width {
            Some(width) => wrap_hanging(&text, usize::from(width)),
            None => text,
        };
        if self.options.stderr_color && !color.is_empty() {
            text.insert_str(prefix.len(), paint::PLAIN);
            text.insert_str(0, color);
        }
        text.push('\n');
        self.write_bytes(text.as_bytes());
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        // Where both streams are shown together, what was printed first must be there first. Standard output remembers
        // a failure.
        if self.options.stdout_is_terminal || self.options.shared_streams {
            let _ = self.out.flush_pending();
        }
        let _ = self.err.write_all(bytes).and_then(|()| self.err.flush());
    }
}
