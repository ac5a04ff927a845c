//! The two ways out side by side: results to standard output, messages to standard error. Each can be borrowed
//! alone, so that a message can be printed while a list is being written. How either prints does not belong here.

use std::io::{self, Write};
use std::rc::Rc;

use super::list::List;
use super::messages::Messages;
use super::options::UiOptions;
use super::record::Record;
use super::results::Results;
use super::stdout::Stdout;
use super::view::{FieldError, View};

/// Results and messages, with what most commands need of both at hand.
pub struct Ui {
    /// Records and lists, on standard output.
    pub results: Results,
    /// Status, warnings and errors, on standard error.
    pub messages: Messages,
    options: Rc<UiOptions>,
}

impl Ui {
    /// A user interface on these two streams, neither of which has to be buffered.
    #[must_use]
    pub fn new(stdout: Box<dyn Write>, stderr: Box<dyn Write>, options: UiOptions) -> Self {
        let (out, options) = (Stdout::new(stdout), Rc::new(options));
        Ui {
            results: Results::new(out.clone(), Rc::clone(&options)),
            messages: Messages::new(out, stderr, Rc::clone(&options)),
            options,
        }
    }

    /// The options.
    #[must_use]
    pub fn options(&self) -> &UiOptions {
        &self.options
    }

    /// Changes the options, for a command that goes on while the present moves.
    pub fn update_options(&mut self, change: impl FnOnce(&mut UiOptions)) {
        let mut options = UiOptions::clone(&self.options);
        change(&mut options);
        self.options = Rc::new(options);
        self.results.options = Rc::clone(&self.options);
        self.messages.options = Rc::clone(&self.options);
    }

    /// [`Results::check_fields`].
    ///
    /// # Errors
    /// [`FieldError`].
    pub fn check_fields(&self, view: &View) -> Result<(), FieldError> {
        self.results.check_fields(view)
    }

    /// [`Results::record`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn record(&mut self, view: &View, record: Record) -> io::Result<()> {
        self.results.record(view, record)
    }

    /// [`Results::json_record`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_record(&mut self, view: &View, record: &Record) -> io::Result<()> {
        self.results.json_record(view, record)
    }

    /// [`Results::list`]. A command that prints messages or acts meanwhile begins the list on `results` itself.
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list(&mut self, view: &View) -> io::Result<List<'_>> {
        self.results.list(view)
    }

    /// [`Results::list_count`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn list_count(&mut self, number: u64) -> io::Result<()> {
        self.results.list_count(number)
    }

    /// [`Results::bare`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn bare(&mut self, text: &str) -> io::Result<()> {
        self.results.bare(text)
    }

    /// [`Results::json_text`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn json_text(&mut self, json: &str) -> io::Result<()> {
        self.results.json_text(json)
    }

    /// [`Results::write_raw`].
    ///
    /// # Errors
    /// Standard output could not be written.
    pub fn write_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.results.write_raw(bytes)
    }

    /// [`Results::flush`].
    ///
    /// # Errors
    /// Standard output could not be written, now or at any time before.
    pub fn flush(&mut self) -> io::Result<()> {
        self.results.flush()
    }

    /// [`Messages::status`].
    pub fn status(&mut self, message: &str) {
        self.messages.status(message);
    }

    /// [`Messages::detail`].
    pub fn detail(&mut self, message: &str) {
        self.messages.detail(message);
    }

    /// [`Messages::warn`].
    pub fn warn(&mut self, message: &str) {
        self.messages.warn(message);
    }

    /// [`Messages::hint`].
    pub fn hint(&mut self, message: &str) {
        self.messages.hint(message);
    }

    /// [`Messages::explain_unless_explained`].
    pub fn explain_unless_explained(&mut self, step: &str) {
        self.messages.explain_unless_explained(step);
    }

    /// [`Messages::explain`].
    pub fn explain(&mut self, step: &str) {
        self.messages.explain(step);
    }

    /// [`Messages::error`].
    pub fn error(&mut self, message: &str) {
        self.messages.error(message);
    }
}

#[cfg(test)]
#[path = "ui_tests.rs"]
mod tests;
