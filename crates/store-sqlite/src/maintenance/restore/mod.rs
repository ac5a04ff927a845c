//! Putting a copy in the place of the database. The copy is staged beside the database, checked, and brought up to date
//! with what took access away since; then, while nobody can write to or open the old file, both change names in one
//! step. What the acts since the copy were is in `takings`; the files are in `swap`.

pub(crate) mod swap;
mod takings;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{
    CopyProgress, LogHead, LostEvents, RestoreReport, RestoreRequest, StoreError, Takings,
};

use super::backup::{copy, sync};
use super::check::check;
use super::moving;
use crate::audit::append::append;
use crate::audit::chain;
use crate::connect::connect;
use crate::error::{SqliteError, io};
use crate::file_checks::validate;
use crate::folder_checks::validate_folder;
use crate::immutable::immutable_uri;
use crate::open;
use crate::open_files::FileId;
use crate::paths::resolve;
use crate::sidecar_checks::ensure_no_sidecars;
use crate::staged_file::StagedFile;
use crate::store::WriteTx;

/// The name under which the database is kept that a copy replaced.
const BEFORE_RESTORE: &str = ".before-restore-";

/// The last event of a copy and its link.
type Head = (i64, [u8; 32]);

/// Puts a copy in the place of the database at `path`.
pub(crate) fn restore(
    path: &Path,
    request: &RestoreRequest<'_>,
    clock: &Arc<dyn Clock>,
    progress: CopyProgress<'_>,
) -> Result<RestoreReport, SqliteError> {
    let path = resolve(path)?;
    validate_folder(&path)?;
    let is_present = fs::symlink_metadata(&path).is_ok();
    if !is_present {
        ensure_no_sidecars(&path)?;
    }
    // The copy is looked at first: an unusable one is refused whatever is in its place.
    let staged = StagedFile::create(&path)?;
    let copied = stage(request.from, &path, &staged, progress)?;
    verify(&staged, clock)?;
    if !is_present {
        return into_an_empty_place(staged, &path, copied, request, clock);
    }
    let current = open::writer(&path, clock)?;
    let replaced = chain::head(current.conn())?;
    moving::refuse_change(&path)?;
    let locked = current.lock_to_replace()?;
    moving::refuse_change(&path)?;
    locked.tx.time.grant()?;
    let (head, since, lost) = bring_up_to_date(&staged, &path, copied, request, (clock, locked.tx.time.now))?;
    let report = |kept| RestoreReport {
        copy: head.clone(),
        replaced: Some(replaced.clone()),
        kept,
        lost_sessions: lost.sessions,
        lost_users: lost.users,
        lost_events: lost.events,
        since: since.clone(),
    };
    if request.dry_run {
        return Ok(report(None));
    }
    sync(staged.path())?;
    let kept = swap::exchange(staged, &path, &locked, BEFORE_RESTORE)?;
    Ok(report(Some(kept)))
}

/// Restores where there is no database to compare with.
fn into_an_empty_place(
    staged: StagedFile,
    path: &Path,
    copied: Head,
    request: &RestoreRequest<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<RestoreReport, SqliteError> {
    let mut conn = connect(staged.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch("PRAGMA synchronous = FULL;")?;
    let tx = begin(&mut conn, clock)?;
    let head = head_of(&tx, copied)?;
    append(&tx, &request.event.clone().detail(format!("from a copy at event {}", copied.0)))?;
    tx.commit()?;
    close(conn)?;
    let report = RestoreReport {
        copy: head,
        replaced: None,
        kept: None,
        lost_sessions: 0,
        lost_users: 0,
        lost_events: None,
        since: Takings::default(),
    };
    if !request.dry_run {
        sync(staged.path())?;
        if !staged.persist(path)? {
            return Err(refused("a database appeared in its place meanwhile; try again"));
        }
    }
    Ok(report)
}

fn refused(why: &str) -> SqliteError {
    StoreError::Refused(why.to_owned()).into()
}

fn unusable(error: SqliteError) -> SqliteError {
    let why = match error.0 {
        StoreError::Refused(why) | StoreError::Corrupt(why) => why,
        StoreError::Missing => "there is no such file".to_owned(),
        StoreError::OtherOwner { .. } => "it belongs to another user".to_owned(),
        busy_or_full @ (StoreError::Busy | StoreError::Full) => return busy_or_full.into(),
        other => other.to_string(),
    };
    StoreError::UnusableCopy(why).into()
}

/// Copies the copy beside the database, and returns its last event. The copy itself is only read, as a file that nobody
/// changes: SQLite would leave files beside it otherwise.
fn stage(
    from: &Path,
    path: &Path,
    staged: &StagedFile,
    progress: CopyProgress<'_>,
) -> Result<Head, SqliteError> {
    let is_itself = match (fs::metadata(from), fs::metadata(path)) {
        (Ok(from), Ok(path)) => FileId::of(&from) == FileId::of(&path),
        _ => false,
    };
    if is_itself {
        return Err(StoreError::UnusableCopy("it is the database itself".to_owned()).into());
    }
    let (from, _open, _hold) = validate(from).map_err(unusable)?;
    ensure_no_sidecars(&from).map_err(unusable)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let source = connect(&immutable_uri(&from), flags).map_err(unusable)?;
    let length = fs::metadata(&from).map_err(|error| io("cannot look at", &from, error))?.len();
    // SQLite reads what is missing of the last page as zeros.
    if length < bytes_of(&source).map_err(unusable)? {
        return Err(StoreError::UnusableCopy("its end is missing".to_owned()).into());
    }
    copy(&source, staged.path(), progress).map_err(unusable)?;
    let sql = "SELECT id, link FROM event ORDER BY id DESC LIMIT 1";
    let head = source.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional();
    head.map_err(|error| unusable(error.into()))?
        .ok_or_else(|| StoreError::UnusableCopy("its audit log is empty".to_owned()).into())
}

/// The length of a database, as its header has it.
fn bytes_of(conn: &Connection) -> Result<u64, SqliteError> {
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

/// Brings the staged copy to the current layout, and checks all of it.
fn verify(staged: &StagedFile, clock: &Arc<dyn Clock>) -> Result<(), SqliteError> {
    let store = open::writer(staged.path(), clock).map_err(unusable)?;
    match check(&store).map_err(unusable)?.first() {
        None => Ok(()),
        Some(problem) => Err(StoreError::UnusableCopy(format!("its check finds: {problem}")).into()),
    }
}

/// Applies to the staged copy what took access away since, and records the restore. Returns the head of the copy, what
/// was applied, and what is lost.
fn bring_up_to_date(
    staged: &StagedFile,
    path: &Path,
    copied: Head,
    request: &RestoreRequest<'_>,
    (clock, now): (&Arc<dyn Clock>, Timestamp),
) -> Result<(LogHead, Takings, Lost), SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI;
    let mut conn = connect(staged.path(), flags)?;
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    // Only to read: the write lock on it is held.
    let uri = crate::immutable::uri(path, "mode=ro");
    conn.execute("ATTACH DATABASE ?1 AS old", [uri.to_string_lossy()])?;
    let mut tx = begin(&mut conn, clock)?;
    // No earlier than the latest event of the database that is replaced.
    tx.time.now = tx.time.now.max(now);
    let head = head_of(&tx, copied)?;
    let common = common_event(&tx)?;
    let is_same = common == Some(copied.0) || ids_agree(&tx)?;
    if !is_same && !request.other_database {
        let why = "it is a copy of another database, of which nothing since is known";
        return Err(StoreError::UnusableCopy(why.to_owned()).into());
    }
    let lost = lost(&tx, common.unwrap_or(0))?;
    tx.execute("UPDATE main.meta SET time_floor = max(coalesce(time_floor, ?1), ?1)", [tx.time.now.unix()])?;
    let since = match is_same && !request.as_is {
        true => takings::apply(&tx, common.unwrap_or(0), &request.event.actor)?,
        false => Takings::default(),
    };
    raise_sequences(&tx)?;
    append(&tx, &request.event.clone().detail(detail(&tx, copied, request)?))?;
    tx.commit()?;
    conn.execute("DETACH DATABASE old", [])?;
    close(conn)?;
    Ok((head, since, lost))
}

/// Begins the change of the staged copy; its clock must not be behind either.
fn begin<'a>(conn: &'a mut Connection, clock: &Arc<dyn Clock>) -> Result<WriteTx<'a>, SqliteError> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tx = WriteTx::at(tx, clock.now())?;
    match tx.time.grant() {
        // The clock of the database was found right, or there is none: the copy is of a false future.
        Err(StoreError::ClockBehind { now, latest }) => {
            let why =
                format!("its latest event was at {latest}, and it is {now}: accept the clock in it first");
            Err(StoreError::UnusableCopy(why).into())
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(tx),
    }
}

/// Closes the staged copy so that the one file is all of it.
fn close(conn: Connection) -> Result<(), SqliteError> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    conn.close().map_err(|(_, error)| error)?;
    Ok(())
}

fn head_of(conn: &Connection, (event, link): Head) -> Result<LogHead, SqliteError> {
    let sql = "SELECT database_id FROM main.meta WHERE id = 1";
    Ok(LogHead { database_id: conn.query_row(sql, [], |row| row.get(0))?, event, link })
}

/// The last event that the copy and the database have in common.
fn common_event(conn: &Connection) -> Result<Option<i64>, SqliteError> {
    let sql = "SELECT max(n.id) FROM main.event n JOIN old.event o ON o.id = n.id AND o.link = n.link";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

fn ids_agree(conn: &Connection) -> Result<bool, SqliteError> {
    let sql = "SELECT (SELECT database_id FROM main.meta) = (SELECT database_id FROM old.meta)";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

/// What the copy lacks.
struct Lost {
    /// The active sessions that were created since.
    sessions: u64,
    /// The users that were added since.
    users: u64,
    /// The events since.
    events: Option<LostEvents>,
}

/// What was created since the copy, whose last event in common with the database is `common`.
fn lost(tx: &WriteTx<'_>, common: i64) -> Result<Lost, SqliteError> {
    let sessions = "SELECT count(*) FROM old.session WHERE ended_at IS NULL AND deadline > ?1 \
        AND id > coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'session'), 0)";
    let users = "SELECT count(*) FROM old.user WHERE removed_at IS NULL AND ?1 \
        AND id > coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'user'), 0)";
    let count = |sql| tx.query_row(sql, [tx.time.now.unix()], |row| row.get(0));
    let sql = "SELECT count(*), min(at), max(at) FROM old.event WHERE id > ?1";
    let events = tx.query_row(sql, [common], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (number, first, last): (u64, Option<i64>, Option<i64>) = events;
    let events = first.zip(last).map(|(first, last)| LostEvents {
        count: number,
        first_at: Timestamp::from_unix(first),
        last_at: Timestamp::from_unix(last),
    });
    Ok(Lost { sessions: count(sessions)?, users: count(users)?, events })
}

/// No id of a session or of a user is given again.
fn raise_sequences(tx: &WriteTx<'_>) -> Result<(), SqliteError> {
    for name in ["session", "user"] {
        let sql = "SELECT seq FROM old.sqlite_sequence WHERE name = ?1";
        let Some(reached) = tx.query_row(sql, [name], |row| row.get::<_, i64>(0)).optional()? else {
            continue;
        };
        let sql = "UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1";
        if tx.execute(sql, params![name, reached])? == 0 {
            tx.execute(
                "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?1, ?2)",
                params![name, reached],
            )?;
        }
    }
    Ok(())
}

fn detail(tx: &WriteTx<'_>, copied: Head, request: &RestoreRequest<'_>) -> Result<String, SqliteError> {
    let sql = "SELECT id, link FROM old.event ORDER BY id DESC LIMIT 1";
    let (event, link): (i64, [u8; 32]) = tx.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let as_is = if request.as_is { ", as it was" } else { "" };
    // Not all of the link: that many digits look like a token, and are hidden.
    let link = hex::encode(&link[..16]);
    Ok(format!("from a copy at event {}{as_is}; replaced event {event}, link {link}…", copied.0))
}
