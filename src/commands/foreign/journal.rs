//! The audit log of acts on other programs' tables: events in a database of our own.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::open::Database;
use crate::commands::{CommandError, CommandResult, Context, Failure, Outcome};
use crate::host::HostError;
use crate::output::escape::escape_text;
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::store::{EventFilter, Store, StoreError};
use sessionctl_foreign::ops::{self, Entry, Journal, Place};
use sessionctl_foreign::source::SourceFactory as _;

/// Writes entries as events.
struct StoreJournal {
    store: Box<dyn Store>,
    actor: String,
    /// The place of the other program's database.
    place: String,
}

/// The audit log of an act, or none where the user declined it.
pub(super) struct Log {
    journal: Option<StoreJournal>,
    /// Where our own database is.
    path: String,
}

impl Log {
    /// Reports where an act was recorded: under which number its outcome, or what there is of it.
    pub(super) fn report(&self, act: &str, context: &mut Context) {
        let Some(journal) = &self.journal else {
            context.ui.status("not recorded: --no-log");
            return;
        };
        let event = journal.event_of(act).map_or(String::new(), |event| format!("as event {event} "));
        context.ui.status(&format!("recorded {event}in {}", self.path));
    }
}

impl Journal for Log {
    fn record(&mut self, entry: &Entry) -> Result<(), String> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.record(entry))
    }
}

impl StoreJournal {
    /// The newest event of an act.
    fn event_of(&self, act: &str) -> Option<i64> {
        let filter = EventFilter { actions: vec!["foreign".to_owned()], ..EventFilter::default() };
        let mut found = None;
        // The act itself is done and recorded, whatever comes of this look-up.
        let _ = self.store.events(&filter, &mut |event| {
            if event.detail.as_deref().and_then(ops::act_of) != Some(act) {
                return ControlFlow::Continue(());
            }
            found = Some(event.id);
            ControlFlow::Break(())
        });
        found
    }
}

impl Journal for StoreJournal {
    fn record(&mut self, entry: &Entry) -> Result<(), String> {
        let action = match entry.action {
            ops::Action::Revoking => Action::ForeignRevoking,
            ops::Action::Revoked => Action::ForeignRevoked,
            ops::Action::Pruning => Action::ForeignPruning,
            ops::Action::Pruned => Action::ForeignPruned,
        };
        let event = Event::new(action, &self.actor).detail(format!("{}: {}", self.place, entry.detail()));
        self.store.record(event).map_err(|error| error.to_string())
    }
}

/// A number for an act: random, because several programs may act on one table at once.
pub(super) fn new_act(context: &mut Context) -> CommandResult<String> {
    let mut bytes = [0; 4];
    context.random.fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Opens the audit log, or none where the user declined it.
pub(super) fn open(no_log: bool, database: &Database, context: &Context) -> CommandResult<Log> {
    let (log, foreign) = (database.log_host.database(), context.host.database());
    let path = log.display().to_string();
    if no_log {
        return Ok(Log { journal: None, path });
    }
    check_log(log, foreign)?;
    let store = database.log_host.open_to_write().map_err(|error| not_opened(log, &error))?;
    let place = Place::of(foreign, database.factory.identity()).text();
    Ok(Log { journal: Some(StoreJournal { store, actor: context.actor.clone(), place }), path })
}

/// Reports where an act would be recorded.
pub(super) fn report_plan(no_log: bool, database: &Database, context: &mut Context) -> CommandResult<()> {
    if no_log {
        context.ui.status("would not be recorded: --no-log");
        return Ok(());
    }
    let log = database.log_host.database();
    check_log(log, context.host.database())?;
    match database.log_host.open_to_read() {
        // The first act creates it.
        Ok(_) | Err(HostError::Store(StoreError::Missing)) => {}
        Err(error) => return Err(not_opened(log, &error).into()),
    }
    context.ui.status(&format!("would be recorded in {}", log.display()));
    Ok(())
}

fn not_opened(log: &Path, error: &HostError) -> Failure {
    let message = format!(
        "the act could not be recorded in {}, so nothing was changed: {error}",
        escape_text(&log.display().to_string())
    );
    Failure::of(Outcome::Failed, message)
        .hint("SESSIONCTL_LOG_DB names another file for the audit log; --no-log records nothing")
}

fn check_log(log: &Path, foreign: &Path) -> Result<(), Failure> {
    if !belongs_to(log, foreign) {
        return Ok(());
    }
    let failure = Failure::usage("the audit log cannot be kept in another program's database");
    Err(failure.hint("set SESSIONCTL_LOG_DB to a file of its own"))
}

/// Refuses a backup that cannot be created, or where the program's database or our log keeps a file of its own.
pub(super) fn check_backup(file: Option<&Path>, database: &Database, context: &Context) -> CommandResult<()> {
    let others = [context.host.database(), database.log_host.database()];
    match file {
        Some(file) if others.iter().any(|other| belongs_to(file, other)) => {
            Err(Failure::usage("--backup names a file of a database: its program would take it for its own")
                .into())
        }
        Some(file) if file.symlink_metadata().is_ok() => {
            let name = escape_text(&file.display().to_string()).into_owned();
            Err(no_backup(&format!("{name} exists")))
        }
        Some(file) => {
            let whole = whole(file);
            let folder = whole.parent().unwrap_or(&whole);
            match access(folder, Access::WRITE_OK | Access::EXEC_OK) {
                Ok(()) => Ok(()),
                Err(error) => {
                    let name = escape_text(&folder.display().to_string()).into_owned();
                    Err(no_backup(&format!("folder {name}: {}", io::Error::from(error))))
                }
            }
        }
        None => Ok(()),
    }
}

fn no_backup(why: &str) -> CommandError {
    let message = format!("the backup could not be written: {why}; nothing was changed");
    Failure::of(Outcome::Failed, message).into()
}

/// Whether a path is a database, or a file that SQLite keeps beside it.
fn belongs_to(path: &Path, database: &Path) -> bool {
    let path = whole(path);
    [database.to_owned(), whole(database)].iter().any(|database| {
        ["", "-wal", "-shm", "-journal"].iter().any(|suffix| {
            let mut name = database.clone().into_os_string();
            name.push(suffix);
            whole(Path::new(&name)) == path
        })
    })
}

/// The path without links; of a file that does not exist, its folder's.
fn whole(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.canonicalize().unwrap_or_else(|_| match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name),
        _ => absolute.clone(),
    })
}
