//! How an error of the store becomes a message, a hint and an exit code: by its kind, with where the database is and what to
//! do next. The errors of the layers above it are in `error`.

use std::io;

use super::report::{Database, FAILED, Report, words};
use crate::commands::Outcome;
use crate::host::actor::sudo_name;
use sessionctl_core::store::{StoreError, StoreUrl};

/// A store's error by kind, with where the database is and what to do next.
pub(super) fn store(error: &StoreError, database: Database<'_>) -> Report {
    let on_server = StoreUrl::new(database.path).is_on_server();
    let hint = if on_server { hint_on_server(error) } else { hint_on_file(error) };
    let hint = hint.or_else(|| hint_anywhere(error)).map(str::to_owned);
    let hint = hint.or_else(|| hint_with_names(error, database.path));
    // A number that was not expected is the contract's "refused".
    let code = match error {
        StoreError::CountMismatch { .. } => Outcome::Refused.code(),
        _ => FAILED,
    };
    Report { message: message(error, database), hint, code }
}

/// What happened, and where.
fn message(error: &StoreError, database: Database<'_>) -> String {
    let (path, words) = (database.path, words(error));
    let unusable = |why: &str| database.name_variable(format!("cannot use {path}: {why}"));
    match error {
        StoreError::Missing => database.name_variable(format!("there is no session database at {path}")),
        StoreError::Unreachable(why) => database.name_variable(format!("cannot reach {path}: {why}")),
        StoreError::Denied(_) => database.name_variable(format!("{path}: {words}")),
        StoreError::Moved { .. }
        | StoreError::Moving { .. }
        | StoreError::OlderVersion { .. }
        | StoreError::NewerVersion { .. }
        | StoreError::TooOld(_) => format!("{path}: {words}"),
        StoreError::JournalBeside => {
            unusable(&format!("a change that was not finished is beside it, in {path}-journal"))
        }
        StoreError::Refused(why) => unusable(why),
        StoreError::OtherOwner { .. } => {
            unusable("it belongs to another user; a database is opened by its owner only")
        }
        StoreError::OneLocatorKey => {
            "cannot rotate the locator key: a database in a file keeps one key".to_owned()
        }
        StoreError::ClockBehind { .. } => {
            format!("{words}: no answer and no change until the clock is correct")
        }
        _ => words,
    }
}

/// What to do next where the database is on a server.
fn hint_on_server(error: &StoreError) -> Option<&'static str> {
    Some(match error {
        StoreError::Missing => {
            "create the database on the server, then `sessionctl db init` creates its tables; other programs' sessions \
             are read in SQLite files only, so use no database of theirs"
        }
        StoreError::Busy => "try again; `pg_stat_activity` shows who holds a lock",
        StoreError::ReadOnly(_) => "name the primary, or all hosts: postgres://HOST1,HOST2/DATABASE",
        StoreError::NoReplica => {
            "set synchronous_standby_names on the server, or `sessionctl db policy store.durability local`"
        }
        StoreError::Corrupt(_) => {
            "run `sessionctl db check` for details; a backup is restored with the server's own tools"
        }
        _ => return None,
    })
}

/// What to do next where the database is a file.
fn hint_on_file(error: &StoreError) -> Option<&'static str> {
    Some(match error {
        StoreError::Missing => "`sessionctl db init` creates one; so does the first command that writes",
        StoreError::Busy => "try again; `fuser` shows who holds the file",
        StoreError::NoReplica => "a file has no replica: `db copy` moves it to a server",
        StoreError::Corrupt(_) => {
            "run `sessionctl db check` for details; to go back to a backup, move the file, its -wal and its -shm \
             away first, and then run `sessionctl db restore`"
        }
        _ => return None,
    })
}

/// What to do next, with a name that the error or the command line gave.
fn hint_with_names(error: &StoreError, path: &str) -> Option<String> {
    Some(match error {
        StoreError::Moved { to } => format!("name the new place: `--db {to}`, or SESSIONCTL_DB"),
        StoreError::Moving { to } => format!(
            "when the copy has ended, name the new place; `sessionctl db copy --abandon {path} {to}` makes this one \
             usable again"
        ),
        StoreError::JournalBeside => format!(
            "keep a copy of both files; if another SQLite program was killed while it changed this database, \
             `sqlite3 {path} .tables` finishes its work; otherwise {path}-journal is left over from another database: \
             remove it"
        ),
        StoreError::OutcomeUnknown { event } => {
            format!("when the server answers again, `sessionctl log --event {event}` shows it if it was made")
        }
        StoreError::OtherOwner { uid } => format!("sudo -u {} sessionctl …", sudo_name(*uid)),
        _ => return None,
    })
}

/// What to do next, wherever the database is.
fn hint_anywhere(error: &StoreError) -> Option<&'static str> {
    Some(match error {
        StoreError::Unreachable(_) => {
            "check the address, and that the server runs; where it has no connections left, put PgBouncer in front of it"
        }
        StoreError::Denied(_) => {
            "the role of the URL needs its password (PGPASSWORD, ~/.pgpass), and the privileges that `sessionctl db roles` \
             prints: a verifier's to verify and list, an issuer's also to log in, generate, rotate and revoke, an \
             administrator's for the rest"
        }
        StoreError::OlderVersion { .. } => "`sessionctl db migrate`, as the owner of the schema, updates it",
        StoreError::NewerVersion { .. } => "use the newer sessionctl that wrote it",
        StoreError::TooOld(_) => "PostgreSQL 15 or newer is needed",
        StoreError::Unfenced { .. } => "run the command again: it continues where it ended",
        StoreError::Full => "free some space, or raise the limit, and try again",
        error if is_denied_by_modes(error) => "check the owner and the mode of the file and of its directory",
        StoreError::UnusableCopy(_) => {
            "`sessionctl --db COPY db check` examines it; a copy of another database needs --other-database"
        }
        StoreError::Replaced => "run the command again",
        StoreError::CountMismatch { active: Some(1..), .. } => {
            "`sessionctl list` without --all or ids shows active sessions only; --state active selects only those"
        }
        StoreError::ClockBehind { .. } => {
            "set the clock if it is wrong; if it is right, `sessionctl db clock` corrects a false future; revoke, \
             logout and user disable work all the same"
        }
        _ => return None,
    })
}

/// Whether the modes of a file or of its directory refuse what was tried.
fn is_denied_by_modes(error: &StoreError) -> bool {
    match error {
        StoreError::ReadOnly(_) => true,
        StoreError::Io { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
        _ => false,
    }
}

/// Whether a database was not even opened.
pub(super) fn is_of_opening(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Missing
            | StoreError::Refused(_)
            | StoreError::OtherOwner { .. }
            | StoreError::NewerVersion { .. }
            | StoreError::OlderVersion { .. }
            | StoreError::Moved { .. }
            | StoreError::Moving { .. }
            | StoreError::JournalBeside
            | StoreError::Unreachable(_)
            | StoreError::Denied(_)
            | StoreError::TooOld(_)
    )
}
