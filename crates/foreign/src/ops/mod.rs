//! The acts on a foreign table. Each gets a context from a front; none prints, parses arguments or has a clock of
//! its own. What an act does is reported as typed steps.

mod info;
mod inspect;
mod journal;
mod known_users;
mod list;
mod locate;
mod place;
mod prune;
mod recorded;
mod resolve;
mod revoke;
mod scan;
mod stats;
mod verify;

use std::fmt;

use sessionctl_core::counted;
use sessionctl_core::model::time::Timestamp;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::codec::{check_signature, split_signed};
use crate::detect::Detected;
use crate::filter::Filter;
use crate::layout::LiveProof;
use crate::plan::{Plan, Reading, Users};
use crate::source::{Source, SourceError, SourceFactory};
use crate::time::Moment;
use crate::token::TokenError;

pub use info::{Info, info};
pub use inspect::{Check, Inspection, inspect};
pub use journal::{Action, Entry, Journal, NoJournal, act_of};
pub use known_users::{UnknownUser, unknown_user};
pub use list::{Cursor, ListRequest, Listed, Order, list};
pub use place::Place;
pub use prune::{PruneRequest, Pruned, prunable, prune};
pub use recorded::Recorded;
pub use resolve::{Named, Resolved, Words, named, resolve};
pub use revoke::{MAX_TRANSACTION_ROWS, Options, Preview, Revoked, Target, TargetOutcome, preview, revoke};
pub use stats::{By, Group, Stats, stats};
pub use verify::{Answer, Verified, verify};

/// What an act works with.
pub struct Context<'a> {
    /// The database.
    pub factory: &'a dyn SourceFactory,
    /// The layout that describes it.
    pub detected: &'a Detected,
    /// The present.
    pub now: Timestamp,
    /// The program's secrets, one or several.
    pub secrets: &'a [Zeroizing<String>],
    /// Who listens to the steps.
    pub trace: &'a mut dyn FnMut(&Step),
}

/// One step of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Rows were read in pages, each in a transaction of its own.
    Scanned {
        /// The table.
        table: String,
        /// The rows.
        rows: u64,
    },
    /// A token was followed to a column.
    Followed {
        /// The columns that were searched.
        columns: Vec<String>,
    },
    /// The act was recorded before anything was changed.
    Recorded {
        /// The action.
        action: &'static str,
    },
    /// One write transaction was committed.
    Committed {
        /// The rows that were ended.
        rows: u64,
    },
    /// The rows were looked for again on a new connection.
    LookedAgain {
        /// The rows that were there again.
        back: u64,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Scanned { table, rows } => {
                let rows = counted(*rows, "row", "rows");
                write!(f, "read {rows} of {table} in pages; between two pages the program can write")
            }
            Step::Followed { columns } => {
                write!(f, "followed the token's steps to a value, and searched it in {}", columns.join(", "))
            }
            Step::Recorded { action } => {
                write!(f, "recorded {action} in the audit log, before anything is changed")
            }
            Step::Committed { rows } => {
                write!(f, "ended {} in one transaction", counted(*rows, "row", "rows"))
            }
            Step::LookedAgain { back } => {
                let back = counted(*back, "was", "were");
                write!(f, "looked for the rows again on a new connection: {back} back")
            }
        }
    }
}

/// Why an act failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpsError {
    /// The database could not be read or written.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The token could not be followed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A prefix names several sessions.
    #[error("`{written}` is the beginning of several ids: {}", ids.join(", "))]
    Ambiguous {
        /// What was written.
        written: String,
        /// The ids.
        ids: Vec<String>,
    },
    /// The layout cannot answer a selector.
    #[error("a {layout} table cannot answer {}", selectors.join(", "))]
    Unanswerable {
        /// The layout.
        layout: String,
        /// The selectors.
        selectors: Vec<&'static str>,
    },
    /// The rows do not prove the layout.
    #[error("{} (column {column}); the sessions are only listed", misfit(*rows, layout))]
    NotProved {
        /// The layout.
        layout: String,
        /// The rows.
        rows: usize,
        /// The column.
        column: String,
    },
    /// Sessions of this program cannot be ended in its table.
    #[error("sessions of {layout} cannot be revoked in the table: {why}")]
    Refused {
        /// The layout.
        layout: String,
        /// Why.
        why: String,
    },
    /// The program's secret does not fit.
    #[error("the program's secret does not fit these rows")]
    SecretDoesNotFit,
    /// The audit log could not be written.
    #[error("the act could not be recorded, so nothing was changed: {0}")]
    Log(String),
    /// The backup could not be written.
    #[error("the backup could not be written: {0}")]
    Backup(String),
    /// The act was done, and its outcome could not be recorded.
    #[error("the outcome could not be recorded: {0}")]
    Unrecorded(String),
    /// The user stopped the act.
    #[error("interrupted")]
    Stopped,
    /// Another number of sessions matched than was expected.
    #[error("{}, {expected} expected; nothing was changed", counted(*matched, "session matches", "sessions match"))]
    Count {
        /// How many match.
        matched: u64,
        /// How many were expected.
        expected: u64,
    },
}

/// That some of the rows examined are no sessions of a layout.
#[must_use]
pub fn misfit(rows: usize, layout: &str) -> String {
    let one = format!("of the rows examined is no {layout} session");
    counted(rows, &one, &format!("of the rows examined are no {layout} sessions"))
}

impl Context<'_> {
    pub(crate) fn plan(&self) -> &Plan {
        &self.detected.plan
    }

    /// Reads the database; once more where the program changed a file that was read as one nobody changes.
    pub(crate) fn read<T>(
        &self,
        act: &mut dyn FnMut(&dyn Source) -> Result<T, OpsError>,
    ) -> Result<T, OpsError> {
        for _ in 0..2 {
            let source = self.factory.reader()?;
            let result = act(source.as_ref())?;
            match source.finish() {
                Ok(()) => return Ok(result),
                Err(SourceError::Changed) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(SourceError::Changed.into())
    }

    pub(crate) fn reading<'s>(&'s self, source: &'s dyn Source) -> Reading<'s> {
        Reading {
            now: Moment::of(self.now),
            users: Users::new(source, self.plan().users.as_ref()),
            secrets: self.secrets,
        }
    }

    /// Refuses a filter with selectors that the layout cannot answer, before anything is read or written.
    ///
    /// # Errors
    /// [`OpsError::Unanswerable`] with all of them.
    pub fn check_answerable(&self, filter: &Filter) -> Result<(), OpsError> {
        match filter.unanswerable(self.plan()) {
            selectors if selectors.is_empty() => Ok(()),
            selectors => Err(self.unanswerable(selectors)),
        }
    }

    fn unanswerable(&self, selectors: Vec<&'static str>) -> OpsError {
        OpsError::Unanswerable { layout: self.plan().layout.name.clone(), selectors }
    }

    /// Tries the program's secret on the signatures of some rows, before anything is reported by it.
    ///
    /// # Errors
    /// [`OpsError::SecretDoesNotFit`].
    pub fn check_secret(&self) -> Result<(), OpsError> {
        if self.secrets.is_empty() || self.plan().layout.live.proof != LiveProof::Django {
            return Ok(());
        }
        let fits = self.read(&mut |source| {
            let rows = source.sample(&self.plan().query, crate::detect::PROOF_ROWS_PER_END)?;
            let mut signed = rows.iter().filter_map(|row| self.plan().payload_text(row));
            let mut signed = signed.by_ref().filter(|text| split_signed(text).is_some()).peekable();
            let any = signed.peek().is_some();
            Ok(!any || signed.any(|text| self.secrets.iter().any(|secret| check_signature(text, secret))))
        })?;
        if fits { Ok(()) } else { Err(OpsError::SecretDoesNotFit) }
    }
}
