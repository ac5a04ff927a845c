//! A [`Ui`] whose two streams can be read back. For tests only.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{Format, Ui, UiOptions};
use sessionctl_core::model::time::Timestamp;

/// A stream kept in memory.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Everything written so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// 2026-11-24T01:05:00Z.
pub(crate) const NOW: i64 = 1_795_482_300;

/// Options for a test: UTC, Unicode, no colour, no terminal.
pub(crate) fn options(format: Format) -> UiOptions {
    UiOptions { format, unicode: true, now: Timestamp::from_unix(NOW), ..UiOptions::default() }
}

/// What `act` writes to standard output and to standard error.
pub(crate) fn capture(options: UiOptions, act: impl FnOnce(&mut Ui)) -> (String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let mut ui = Ui::new(Box::new(out.clone()), Box::new(err.clone()), options);
    act(&mut ui);
    ui.flush().unwrap();
    (out.text(), err.text())
}
