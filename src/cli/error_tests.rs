//! What each kind of error prints, and how it ends.

use sessionctl_core::model::time::TimeError;

use super::*;
use crate::output::capture::{Captured, capture, options};
use crate::output::{Format, UiOptions};

const DATABASE: Database<'_> = Database { path: "/x/sessions.db", variable: None };

fn report(error: impl Into<CommandError>) -> (String, u8) {
    let report = Report::new(&error.into(), DATABASE);
    (report.message, report.code)
}

#[test]
fn failure_keeps_its_code_and_hint() {
    let failure = Failure::of(Outcome::NotFound, "no user 'bob'").hint("`sessionctl user list` shows all");
    let (out, err) = capture(options(Format::Table), |ui| {
        assert_eq!(finish(ui, Err(failure.into()), DATABASE, false), 3);
    });
    assert_eq!(out, "");
    assert_eq!(err, "error: no user 'bob'\nhint: `sessionctl user list` shows all\n");
}

#[test]
fn database_of_another_user_names_the_account_to_become() {
    let error = CommandError::from(StoreError::OtherOwner { uid: 0 });
    assert_eq!(Report::new(&error, DATABASE).hint.as_deref(), Some("sudo -u root sessionctl …"));
}

#[test]
fn rejected_words_are_usage_and_failures_are_1() {
    assert_eq!(report(TimeError::TooLong).1, 2);
    assert_eq!(report(HostError::from(LocationError::NoHome)).1, 2);
    assert_eq!(report(HostError::NotSandbox).1, 2);
    assert_eq!(report(StoreError::Busy).1, 1);
    assert_eq!(report(CommandError::io("cannot read x")(io::Error::other("odd"))).1, 1);
}

#[test]
fn store_error_is_reported_alike_from_every_layer() {
    for error in [
        CommandError::from(StoreError::Busy),
        HostError::from(StoreError::Busy).into(),
        OpsError::from(StoreError::Busy).into(),
    ] {
        assert_eq!(Report::new(&error, DATABASE), Report::new(&StoreError::Busy.into(), DATABASE));
    }
}

#[test]
fn unexpected_count_is_refused() {
    assert_eq!(report(StoreError::CountMismatch { expected: 1, found: 2, active: None }).1, 6);
}

#[test]
fn cause_is_printed_once() {
    let source = io::Error::from(io::ErrorKind::NotFound);
    let error = StoreError::Io { what: "cannot open /x".into(), source };
    assert_eq!(report(error).0, "cannot open /x: entity not found");
    let error = CommandError::io("cannot read y")(io::Error::from(io::ErrorKind::NotFound));
    assert_eq!(report(error).0, "cannot read y: entity not found");
}

#[test]
fn message_never_repeats_a_token() {
    let token = "0123456789abcdef".repeat(4);
    let (message, _) = report(Failure::usage(format!("no user '{token}'")));
    assert_eq!(message, "no user '[hidden]'");
}

fn finish_into_closed_pipe(result: CommandResult<Outcome>, changed: bool) -> u8 {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut ui = Ui::new(Box::new(writer), Box::new(io::sink()), UiOptions::default());
    ui.bare("text").unwrap();
    finish(&mut ui, result, DATABASE, changed)
}

#[test]
fn closed_pipe_is_no_failure_unless_something_was_changed() {
    let closed = || Err(io::Error::from(io::ErrorKind::BrokenPipe).into());
    assert_eq!(finish_into_closed_pipe(Ok(Outcome::Done), false), 0);
    assert_eq!(finish_into_closed_pipe(closed(), false), 0);
    assert_eq!(finish_into_closed_pipe(Ok(Outcome::Expired), false), 4);
    assert_eq!(finish_into_closed_pipe(Ok(Outcome::Done), true), 1);
    assert_eq!(finish_into_closed_pipe(closed(), true), 1);
}

#[test]
fn full_device_is_reported_once() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let err = Captured::default();
    let mut ui = Ui::new(Box::new(full()), Box::new(err.clone()), UiOptions::default());
    ui.bare("text").unwrap();
    let error = ui.flush().unwrap_err();
    assert_eq!(finish(&mut ui, Err(error.into()), DATABASE, false), 1);
    assert_eq!(err.text().lines().count(), 1, "{}", err.text());
    assert!(err.text().starts_with("error: standard output could not be written: "));
}

#[test]
fn error_about_the_database_names_its_path_and_variable() {
    assert_eq!(report(StoreError::Missing).0, "there is no session database at /x/sessions.db");
    let database = Database { variable: Some("SESSIONCTL_DB"), ..DATABASE };
    let message = |error: CommandError| Report::new(&error, database).message;
    assert_eq!(
        message(StoreError::Missing.into()),
        "there is no session database at /x/sessions.db (from SESSIONCTL_DB)"
    );
    assert!(message(HostError::from(LocationError::InMemory).into()).ends_with("(from SESSIONCTL_DB)"));
}
