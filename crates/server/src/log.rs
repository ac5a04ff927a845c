//! The request log: a line for each answer, on standard error. It never holds a query, cookie, body, path to return to,
//! token or typed name.

use std::fmt::Write as _;
use std::io::Write as _;
use std::str::FromStr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;

/// Lines that wait for the thread that writes them. Where standard error is slower, lines are left out, because
/// requests must not wait for it.
const MAX_WAITING_LINES: usize = 8_192;

/// Between two reports of what anybody can cause.
const REPEAT_INTERVAL: Duration = Duration::from_secs(60);

/// How requests are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Words and numbers, separated by spaces.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
    /// Not at all.
    Off,
}

impl LogFormat {
    /// The names.
    pub const NAMES: [&str; 3] = ["text", "json", "off"];
}

impl FromStr for LogFormat {
    type Err = sessionctl_core::model::session::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            "off" => Ok(LogFormat::Off),
            _ => Err(sessionctl_core::model::session::UnknownName("log format")),
        }
    }
}

/// What is logged of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: Timestamp,
    pub(crate) request: u64,
    pub(crate) route: &'static str,
    pub(crate) status: u16,
    pub(crate) took: Duration,
    pub(crate) app: Option<String>,
    pub(crate) session: Option<SessionId>,
}

impl Line {
    fn text(&self, format: LogFormat) -> String {
        let Line { at, request, route, status, took, app, session } = self;
        let micros = took.as_micros();
        let mut text = match format {
            LogFormat::Json => format!(
                "{{\"at\":\"{at}\",\"request\":\"{request:016x}\",\"route\":\"{route}\",\"status\":{status},\
                 \"micros\":{micros}"
            ),
            _ => format!("{at} {request:016x} {route} {status} {micros}us"),
        };
        let json = format == LogFormat::Json;
        // An app is one of the registered names, which need no escape. Writing to a string cannot fail.
        if let Some(app) = app {
            let _ = if json { write!(text, ",\"app\":\"{app}\"") } else { write!(text, " app={app}") };
        }
        if let Some(id) = session {
            let _ = if json { write!(text, ",\"session\":{id}") } else { write!(text, " session={id}") };
        }
        if json {
            text.push('}');
        }
        text.push('\n');
        text
    }
}

/// The request log.
pub(crate) struct Log {
    format: LogFormat,
    lines: Option<SyncSender<Entry>>,
    last_repeatable: Mutex<Option<Instant>>,
}

enum Entry {
    Answer(Line),
    /// What an administrator must know: a front that cannot read its database, for instance.
    Notice(String),
}

impl Log {
    /// A log that a thread writes to standard error.
    pub(crate) fn start(format: LogFormat) -> Self {
        let (sender, receiver) = sync_channel::<Entry>(MAX_WAITING_LINES);
        let write = move || {
            for entry in receiver {
                let text = match entry {
                    Entry::Answer(line) => line.text(format),
                    Entry::Notice(text) => format!("{text}\n"),
                };
                // Where nobody reads it, the front goes on.
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
        };
        let started = thread::Builder::new().name("log".to_owned()).spawn(write).is_ok();
        Log { format, lines: started.then_some(sender), last_repeatable: Mutex::default() }
    }

    pub(crate) fn answer(&self, line: impl FnOnce() -> Line) {
        if self.format != LogFormat::Off {
            self.send(|| Entry::Answer(line()));
        }
    }

    pub(crate) fn notice(&self, text: impl Into<String>) {
        let text = text.into();
        self.send(|| Entry::Notice(text));
    }

    /// Reports what anybody can cause, without filling the log.
    pub(crate) fn notice_once_a_minute(&self, text: &'static str) {
        let mut last = self.last_repeatable.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| last.elapsed() >= REPEAT_INTERVAL);
        if is_due {
            *last = Some(Instant::now());
            drop(last);
            self.notice(text);
        }
    }

    fn send(&self, entry: impl FnOnce() -> Entry) {
        if let Some(lines) = &self.lines {
            let _ = lines.try_send(entry());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_has_the_same_parts_in_both_formats() {
        let line = Line {
            at: Timestamp::from_unix(0),
            request: 255,
            route: "gate",
            status: 200,
            took: Duration::from_micros(12),
            app: Some("shop".to_owned()),
            session: SessionId::new(7),
        };
        let text = "1970-01-01T00:00:00Z 00000000000000ff gate 200 12us app=shop session=7\n";
        assert_eq!(line.text(LogFormat::Text), text);
        let json = "{\"at\":\"1970-01-01T00:00:00Z\",\"request\":\"00000000000000ff\",\"route\":\"gate\",\
                    \"status\":200,\"micros\":12,\"app\":\"shop\",\"session\":7}\n";
        assert_eq!(line.text(LogFormat::Json), json);
    }
}
