//! The audit log of acts on other programs' tables: events in a database of our own.

use std::path::Path;

use super::open::Database;
use crate::commands::{CommandResult, Context, Failure};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::store::Store;
use sessionctl_foreign::ops::{self, Entry, Journal, NoJournal};

/// Writes entries as events.
struct StoreJournal {
    store: Box<dyn Store>,
    actor: String,
    path: String,
}

impl Journal for StoreJournal {
    fn record(&mut self, entry: &Entry) -> Result<(), String> {
        let action = match entry.action {
            ops::Action::Revoking => Action::ForeignRevoking,
            ops::Action::Revoked => Action::ForeignRevoked,
            ops::Action::Pruning => Action::ForeignPruning,
            ops::Action::Pruned => Action::ForeignPruned,
        };
        let event = Event::new(action, &self.actor).detail(format!("{}: {}", self.path, entry.detail()));
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
pub(super) fn open(no_log: bool, database: &Database, context: &Context) -> CommandResult<Box<dyn Journal>> {
    if no_log {
        return Ok(Box::new(NoJournal));
    }
    let (log, foreign) = (database.log_host.database(), context.host.database());
    if is_same(log, foreign) {
        let failure = Failure::usage("the audit log cannot be kept in another program's database");
        return Err(failure.hint("set SESSIONCTL_LOG_DB to a file of its own").into());
    }
    let store = database.log_host.open_to_write()?;
    let path = foreign.display().to_string();
    Ok(Box::new(StoreJournal { store, actor: context.actor.clone(), path }))
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}
