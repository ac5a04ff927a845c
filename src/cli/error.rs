//! How a command's end becomes a message, a hint and an exit code. No command's own words stand here, and no
//! decision is made by looking at text.

use std::io;

use super::redact::redact_tokens;
use crate::commands::Failure;
use crate::output::{Ui, UnknownField};
use sessionctl_core::model::address::CidrError;
use sessionctl_core::model::policy::PolicyError;
use sessionctl_core::model::session::UnknownName;
use sessionctl_core::model::time::TimeError;
use sessionctl_core::model::user::UserNameError;
use sessionctl_core::ops::OpsError;

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// Why a command did not do what it was asked, in words for the user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    message: String,
    hint: Option<String>,
    code: u8,
}

impl Report {
    fn of(error: &anyhow::Error) -> Self {
        if let Some(failure) = error.downcast_ref::<Failure>() {
            let hint = failure.hint.as_deref().map(redact_tokens);
            return Report { message: words(error), hint, code: failure.code };
        }
        Report { message: words(error), hint: None, code: if is_usage(error) { USAGE } else { FAILED } }
    }
}

/// Whether what the user wrote was refused by the type it was read into.
fn is_usage(error: &anyhow::Error) -> bool {
    error.is::<UnknownField>()
        || error.is::<UnknownName>()
        || error.is::<TimeError>()
        || error.is::<CidrError>()
        || error.is::<PolicyError>()
        || error.is::<UserNameError>()
        || error.downcast_ref().is_some_and(OpsError::is_usage)
}

/// The message and its causes, without those that a message already ends with.
fn words(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.ends_with(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    redact_tokens(&text)
}

/// Passes on what is left of the output, says what went wrong, and gives the exit code.
///
/// A closed pipe is quiet: its reader has chosen to stop. It is still a 1 where the command may have `changed`
/// something, because what it did could not be told.
pub(super) fn finish(ui: &mut Ui, result: anyhow::Result<u8>, changed: bool) -> u8 {
    // The output remembers a failure, so this tells also what went wrong earlier.
    let written = ui.flush();
    let stopped = written.as_ref().is_err_and(is_closed);
    let code = match result {
        Ok(code) => code,
        Err(error) if stopped && error.downcast_ref().is_some_and(is_closed) => 0,
        // The output's own failure is told below.
        Err(error) if written.is_err() && error.is::<io::Error>() => FAILED,
        Err(error) => {
            let report = Report::of(&error);
            ui.error(&report.message);
            if let Some(hint) = &report.hint {
                ui.hint(hint);
            }
            report.code
        }
    };
    match written {
        Ok(()) => code,
        Err(_) if stopped => {
            if changed && code == 0 {
                FAILED
            } else {
                code
            }
        }
        Err(error) => {
            ui.error(&format!("standard output could not be written: {error}"));
            FAILED
        }
    }
}

/// Whether an error means that the reader has gone.
pub(super) fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use anyhow::{Context as _, anyhow};

    use super::*;
    use crate::commands::Outcome;
    use crate::output::capture::{capture, options};
    use crate::output::{Format, UiOptions};
    use sessionctl_core::store::StoreError;

    fn report(error: impl Into<anyhow::Error>) -> (String, u8) {
        let report = Report::of(&error.into());
        (report.message, report.code)
    }

    #[test]
    fn failures_keep_their_code_and_hint() {
        let failure =
            Failure::of(Outcome::NotFound, "no user 'bob'").hint("`sessionctl user list` shows all");
        let (out, err) = capture(options(Format::Table), |ui| {
            assert_eq!(finish(ui, Err(failure.into()), false), 3);
        });
        assert_eq!(out, "");
        assert_eq!(err, "error: no user 'bob'\nhint: `sessionctl user list` shows all\n");
    }

    #[test]
    fn refused_words_are_usage_and_the_rest_is_1() {
        assert_eq!(report(TimeError::TooLong).1, 2);
        assert_eq!(report(UnknownName("scope")), ("not a scope".into(), 2));
        assert_eq!(report(StoreError::Busy).1, 1);
        assert_eq!(report(anyhow!("odd")).1, 1);
    }

    #[test]
    fn causes_are_told_once() {
        let source = io::Error::from(io::ErrorKind::NotFound);
        let error = StoreError::Io { what: "cannot open /x".into(), source };
        assert_eq!(report(error).0, "cannot open /x: entity not found");
        let error =
            Err::<(), _>(io::Error::from(io::ErrorKind::NotFound)).context("cannot read y").unwrap_err();
        assert_eq!(report(error).0, "cannot read y: entity not found");
    }

    #[test]
    fn no_message_repeats_a_token() {
        let token = "0123456789abcdef".repeat(4);
        let (message, _) = report(Failure::usage(format!("no user '{token}'")));
        assert_eq!(message, "no user '[hidden]'");
    }

    fn into_closed_pipe(result: anyhow::Result<u8>, changed: bool) -> u8 {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut ui = Ui::new(Box::new(writer), Box::new(io::sink()), UiOptions::default());
        ui.bare("text").unwrap();
        finish(&mut ui, result, changed)
    }

    #[test]
    fn a_reader_that_stops_is_no_failure_unless_something_was_changed() {
        let closed = || Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
        assert_eq!(into_closed_pipe(Ok(0), false), 0);
        assert_eq!(into_closed_pipe(closed(), false), 0);
        assert_eq!(into_closed_pipe(Ok(4), false), 4);
        assert_eq!(into_closed_pipe(Ok(0), true), 1);
        assert_eq!(into_closed_pipe(closed(), true), 1);
    }

    #[test]
    fn a_full_device_is_told_once() {
        let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let err = crate::output::capture::Captured::default();
        let mut ui = Ui::new(Box::new(full()), Box::new(err.clone()), UiOptions::default());
        ui.bare("text").unwrap();
        let error = ui.flush().unwrap_err();
        assert_eq!(finish(&mut ui, Err(error.into()), false), 1);
        assert_eq!(err.text().lines().count(), 1, "{}", err.text());
        assert!(err.text().starts_with("error: standard output could not be written: "));
    }
}
