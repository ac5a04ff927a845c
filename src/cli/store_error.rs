//! How an error of the store becomes a message, a hint and an exit code: by its kind, with where the database is and what to
//! do next. The errors of the layers above it are in `error`.

use std::io;

use super::report::{Database, FAILED, Report, words};
use crate::commands::Outcome;
use crate::host::actor::sudo_name;
use sessionctl_core::store::{StoreError, StoreUrl};

/// A store's error by kind, with where the database is and what to do next.
pub(super) fn store(error: &StoreError, database: Database<'_>) -> Report {
    let path = database.path;
    let words = words(error);
    let on_server = StoreUrl::new(path).is_on_server();
    let (message, hint) = match error {
        StoreError::Missing if on_server => (
            database.name_variable(format!("there is no session database at {path}")),
            Some(
                "create the database on the server, then `sessionctl db init` creates its tables; other programs' sessions \
                 are read in SQLite files only, so use no database of theirs",
            ),
        ),
        StoreError::Busy if on_server => {
            (words, Some("try again; `pg_stat_activity` shows who holds a lock"))
        }
        StoreError::ReadOnly(_) if on_server => {
            (words, Some("name the primary, or all hosts: postgres://HOST1,HOST2/DATABASE"))
        }
        StoreError::Unreachable(why) => (
            database.name_variable(format!("cannot reach {path}: {why}")),
            Some(
                "check the address, and that the server runs; where it has no connections left, put PgBouncer in front of it",
            ),
        ),
        StoreError::Denied(_) => (
            database.name_variable(format!("{path}: {words}")),
            Some(
                "the role of the URL needs its password (PGPASSWORD, ~/.pgpass), and the privileges that `sessionctl db roles` \
                 prints: a verifier's to verify and list, an issuer's also to log in, generate, rotate and revoke, an \
                 administrator's for the rest",
            ),
        ),
        StoreError::Moved { to } => {
            let hint = format!("name the new place: `--db {to}`, or SESSIONCTL_DB");
            return Report { message: format!("{path}: {words}"), hint: Some(hint), code: FAILED };
        }
        StoreError::Moving { to } => {
            let hint = format!(
                "when the copy has ended, name the new place; `sessionctl db copy --abandon {path} {to}` makes this one \
                 usable again"
            );
            return Report { message: format!("{path}: {words}"), hint: Some(hint), code: FAILED };
        }
        StoreError::JournalBeside => {
            let hint = format!(
                "keep a copy of both files; if another SQLite program was killed while it changed this database, \
                 `sqlite3 {path} .tables` finishes its work; otherwise {path}-journal is left over from another database: \
                 remove it"
            );
            let message =
                format!("cannot use {path}: a change that was not finished is beside it, in {path}-journal");
            return Report { message: database.name_variable(message), hint: Some(hint), code: FAILED };
        }
        StoreError::OlderVersion { .. } => (
            format!("{path}: {words}"),
            Some("`sessionctl db migrate`, as the owner of the schema, updates it"),
        ),
        StoreError::NoReplica if on_server => (
            words,
            Some(
                "set synchronous_standby_names on the server, or `sessionctl db policy store.durability local`",
            ),
        ),
        StoreError::NoReplica => (words, Some("a file has no replica: `db copy` moves it to a server")),
        StoreError::OneLocatorKey => {
            ("cannot rotate the locator key: a database in a file keeps one key".to_owned(), None)
        }
        StoreError::TooOld(_) => (format!("{path}: {words}"), Some("PostgreSQL 15 or newer is needed")),
        StoreError::OutcomeUnknown { event } => {
            let hint = format!(
                "when the server answers again, `sessionctl log --event {event}` shows it if it was made"
            );
            return Report { message: words, hint: Some(hint), code: FAILED };
        }
        StoreError::Unfenced { .. } => (words, Some("run the command again: it continues where it ended")),
        StoreError::Missing => (
            database.name_variable(format!("there is no session database at {path}")),
            Some("`sessionctl db init` creates one; so does the first command that writes"),
        ),
        StoreError::Refused(why) => (database.name_variable(format!("cannot use {path}: {why}")), None),
        StoreError::OtherOwner { uid } => {
            let why = "it belongs to another user; a database is opened by its owner only";
            return Report {
                message: database.name_variable(format!("cannot use {path}: {why}")),
                hint: Some(format!("sudo -u {} sessionctl …", sudo_name(*uid))),
                code: FAILED,
            };
        }
        StoreError::NewerVersion { .. } => {
            (format!("{path}: {words}"), Some("use the newer sessionctl that wrote it"))
        }
        StoreError::Busy => (words, Some("try again; `fuser` shows who holds the file")),
        StoreError::Full => (words, Some("free some space, or raise the limit, and try again")),
        StoreError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            (words, Some("check the owner and the mode of the file and of its directory"))
        }
        StoreError::ReadOnly(_) => {
            (words, Some("check the owner and the mode of the file and of its directory"))
        }
        StoreError::Corrupt(_) if on_server => (
            words,
            Some("run `sessionctl db check` for details; a backup is restored with the server's own tools"),
        ),
        StoreError::Corrupt(_) => (
            words,
            Some(
                "run `sessionctl db check` for details; to go back to a backup, move the file, its -wal and its -shm \
                 away first, and then run `sessionctl db restore`",
            ),
        ),
        StoreError::UnusableCopy(_) => (
            words,
            Some(
                "`sessionctl --db COPY db check` examines it; a copy of another database needs --other-database",
            ),
        ),
        StoreError::Replaced => (words, Some("run the command again")),
        StoreError::CountMismatch { active: Some(1..), .. } => (
            words,
            Some(
                "`sessionctl list` without --all or ids shows active sessions only; --state active selects only those",
            ),
        ),
        StoreError::ClockBehind { .. } => (
            format!("{words}: no answer and no change until the clock is correct"),
            Some(
                "set the clock if it is wrong; if it is right, `sessionctl db clock` corrects a false future; revoke, \
                 logout and user disable work all the same",
            ),
        ),
        _ => (words, None),
    };
    // A number that was not expected is the contract's "refused".
    let code = match error {
        StoreError::CountMismatch { .. } => Outcome::Refused.code(),
        _ => FAILED,
    };
    Report { message, hint: hint.map(str::to_owned), code }
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
