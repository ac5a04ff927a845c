//! How a command's end becomes a message, a hint and an exit code. Every kind of error is matched by its variant, never
//! by its text. No command's own words belong here.

use std::io;
use std::time::Duration;

use super::redact::redact_message;
use super::report::{Database, FAILED, Report, words};
use super::store_error::{is_of_opening, store};
use crate::commands::context::TIME_WITH_ZONE;
use crate::commands::{CommandError, CommandResult, Failure, Outcome};
use crate::host::{HostError, LocationError};
use crate::output::Ui;
use sessionctl_core::model::policy::{Key, PolicyError};
use sessionctl_core::model::time::format_duration;
use sessionctl_core::ops::{HashError, OpsError, RequestError};
use sessionctl_core::store::StoreError;
use sessionctl_startup::stdout_was_closed;

/// What is reported where the caller closed standard output.
pub(super) const STDOUT_CLOSED: &str = "standard output is closed";
pub(super) const STDOUT_CLOSED_HINT: &str =
    "let the command write somewhere, `> /dev/null` where the result is not wanted";

const USAGE: u8 = 2;

impl Report {
    /// The report of an error of a command on this database.
    fn new(error: &CommandError, database: Database<'_>) -> Self {
        let plain = |code| Report { message: words(error), hint: None, code };
        let mut report = match error {
            CommandError::Failure(Failure { code, hint, .. }) => {
                Report { hint: hint.clone(), ..plain(*code) }
            }
            CommandError::Host(HostError::Store(error))
            | CommandError::Store(error)
            | CommandError::Ops(OpsError::Store(error)) => store(error, database),
            CommandError::At(path, error) => store(error, Database { path, variable: None }),
            CommandError::Host(error) => host(error, database),
            CommandError::Ops(error) => operation(error),
            CommandError::Policy(PolicyError::UnknownSetting) => {
                Report { hint: Some("`sessionctl db policy` shows all settings".to_owned()), ..plain(USAGE) }
            }
            CommandError::Field(_) | CommandError::Policy(_) | CommandError::Time(_) => plain(USAGE),
            CommandError::Randomness(_) | CommandError::Output(_) | CommandError::System(_) => plain(FAILED),
        };
        report.message = redact_message(&report.message).into_owned();
        report.hint = report.hint.map(|hint| redact_message(&hint).into_owned());
        report
    }
}

fn host(error: &HostError, database: Database<'_>) -> Report {
    let usage = |hint: &str| Report { message: words(error), hint: Some(hint.to_owned()), code: USAGE };
    let path = |hint| Report { message: database.name_variable(words(error)), ..usage(hint) };
    match error {
        HostError::Location(LocationError::NoHome) => {
            usage("set HOME or XDG_DATA_HOME, or give the database's path with --db")
        }
        HostError::Location(LocationError::RelativeHome) => {
            usage("set HOME to an absolute path, or give the database's path with --db")
        }
        HostError::Location(LocationError::MissingHome(_)) => {
            usage("it is never created: correct HOME, or give the database's path with --db")
        }
        HostError::Location(LocationError::InMemory) => {
            path("give a path with --db; `sessionctl tour` plays on a scratch database")
        }
        HostError::Location(LocationError::UnknownScheme(_)) => path("give the path of a database with --db"),
        HostError::Location(LocationError::PasswordInArguments) => usage(
            "leave it out and set PGPASSWORD, write it into ~/.pgpass, or give the whole URL in SESSIONCTL_DB",
        ),
        HostError::Location(LocationError::Url(_)) => path(
            "a server is named as postgres://USER@HOST/DATABASE, a socket as postgres:///DATABASE?host=/FOLDER",
        ),
        HostError::Location(LocationError::TokenAsName) => path("give the path of a database with --db"),
        HostError::Location(LocationError::FileUri) => path("give the path alone: --db sessions.db"),
        HostError::NotSandbox => Report {
            message: "--now would change what really happened: only a sandbox can be written at another time"
                .to_owned(),
            ..usage("`sessionctl --db PATH db init --sandbox` creates one")
        },
        HostError::UnknownZone => usage(TIME_WITH_ZONE),
        HostError::PastOutsideSandbox => usage(
            "`list --active-at TIME` shows which sessions were active then; `log --until TIME` shows the events before",
        ),
        HostError::SealKey(_) => Report {
            code: FAILED,
            ..usage("`openssl genpkey -algorithm ed25519 -out FILE` makes a key; `chmod 600` it")
        },
        HostError::Randomness(_) | HostError::Store(_) => {
            Report { message: words(error), hint: None, code: FAILED }
        }
    }
}

fn operation(error: &OpsError) -> Report {
    let failed = |hint: &str| Report { message: words(error), hint: Some(hint.to_owned()), code: FAILED };
    match error {
        OpsError::Request(request) => {
            Report { message: words(error), hint: request_hint(request), code: USAGE }
        }
        OpsError::Password(_) => Report { message: words(error), hint: None, code: USAGE },
        OpsError::Hash(HashError::NotAHash | HashError::TooCostly) => {
            failed("`sessionctl user passwd NAME` sets a new password")
        }
        OpsError::Hash(HashError::NoMemory) => {
            failed("free some memory, or lower password.memory with `sessionctl db policy`")
        }
        OpsError::Key(_) => {
            failed("run `sessionctl db check` for details, and `sessionctl db restore` a backup")
        }
        _ => Report { message: words(error), hint: None, code: FAILED },
    }
}

/// What to write instead of what cannot be.
fn request_hint(error: &RequestError) -> Option<String> {
    let hint = match error {
        RequestError::TooLong { setting, max, .. } => {
            let longer =
                if setting.starts_with("web.") { "; --kind api and --remember live longer" } else { "" };
            // No advice to raise a limit that is at its bound.
            let bound = Key::named(setting).map(|key| Duration::from_secs(key.setting().max));
            let way = match bound {
                Ok(bound) if *max >= bound => {
                    format!("; the policy cannot allow more than {}", format_duration(bound))
                }
                _ => format!(", or allow more: `sessionctl db policy {setting} DURATION`"),
            };
            return Some(format!("ask for less{way}{longer}"));
        }
        RequestError::ScopeMissing => "name what it may do: --scope orders:read; it may be repeated",
        RequestError::ScopeElsewhere => "add --kind api, or leave --scope out",
        RequestError::UserMissing(_) => "add --user NAME, or choose --kind anonymous",
        RequestError::UserOfAnonymous => "leave --user out, or choose --kind web",
        RequestError::EndInThePast => "--in 2h and --at 23:00 set an end in the future",
        RequestError::NoAudience => "name the party that will verify it: --audience NAME",
        RequestError::JwtTooLong(_) => "`sessionctl generate --kind api` creates a token that can be revoked",
        RequestError::ReservedName => "choose a name without \"(removed …)\" at its end",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Passes on the rest of the output, reports what went wrong, and returns the exit code.
///
/// A closed pipe is quiet: its reader has chosen to stop. It is still a 1 where the command `needs_reader`: it may have
/// changed something, and the reader does not know what; or its exit code repeats an answer that nobody got.
pub(super) fn finish(
    ui: &mut Ui,
    result: CommandResult<Outcome>,
    database: Database<'_>,
    needs_reader: bool,
) -> u8 {
    // The output remembers a failure, so this also reports what went wrong earlier.
    let written = ui.flush();
    let stopped = written.as_ref().is_err_and(is_closed);
    let code = match result {
        Ok(outcome) => outcome.code(),
        Err(CommandError::Output(error)) if stopped && is_closed(&error) => 0,
        // The output's own failure is reported below.
        Err(CommandError::Output(_)) if written.is_err() => FAILED,
        Err(error) => {
            if let Some(error) = of_the_database(&error) {
                let step = format!(
                    "open the session database {}: its owner, its mode and its header are checked before anything is read",
                    database.path
                );
                if is_of_opening(error) { ui.explain(&step) } else { ui.explain_unless_explained(&step) }
            }
            let report = Report::new(&error, database);
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
            if needs_reader && code == 0 {
                ui.error("the reader of standard output has gone before everything was written");
                FAILED
            } else {
                code
            }
        }
        Err(error) => {
            ui.error(&match stdout_was_closed() {
                true => STDOUT_CLOSED.to_owned(),
                false => format!("standard output could not be written: {error}"),
            });
            if stdout_was_closed() {
                ui.hint(STDOUT_CLOSED_HINT);
            }
            FAILED
        }
    }
}

/// The error of the database that the command was given, if it is one.
fn of_the_database(error: &CommandError) -> Option<&StoreError> {
    match error {
        CommandError::Host(HostError::Store(error))
        | CommandError::Store(error)
        | CommandError::Ops(OpsError::Store(error)) => Some(error),
        _ => None,
    }
}

/// Whether an error means that the reader has gone.
pub(super) fn is_closed(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
