//! Errors of the server and of the connection as a [`StoreError`], and what may be tried again. Decisions depend on the
//! five characters of SQLSTATE, not on the text of a message.

use sessionctl_core::store::{RowError, StoreError};

use crate::certificate_fault::certificate_fault;
use tokio_postgres::error::SqlState;

/// What may come of trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Nothing else.
    Never,
    /// Another transaction was preferred: run the change again from its start.
    Change,
    /// The server has no room just now: try again after a moment.
    Connect,
    /// The connection ended. Whether a change that was being committed was applied is not known.
    Reconnect,
}

/// A [`StoreError`] made from what the server or the connection reported. A type of this crate, because `From` between
/// two foreign types cannot be implemented here.
#[derive(Debug)]
pub(crate) struct PostgresError {
    pub(crate) error: StoreError,
    pub(crate) retry: Retry,
    /// The code of the server's error, where it is one.
    pub(crate) code: Option<SqlState>,
}

impl PostgresError {
    /// Whether the server reported this code.
    pub(crate) fn is(&self, code: &SqlState) -> bool {
        self.code.as_ref() == Some(code)
    }
}

impl From<StoreError> for PostgresError {
    fn from(error: StoreError) -> Self {
        PostgresError { error, retry: Retry::Never, code: None }
    }
}

impl RowError for PostgresError {
    fn into_corrupt(self) -> Result<String, Self> {
        match self {
            PostgresError { error: StoreError::Corrupt(why), .. } => Ok(why),
            other => Err(other),
        }
    }
}

impl From<PostgresError> for StoreError {
    fn from(error: PostgresError) -> Self {
        error.error
    }
}

impl From<tokio_postgres::Error> for PostgresError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(reported) = error.as_db_error() {
            let (store_error, retry) = of_code(reported.code(), text(reported.message()));
            return PostgresError { error: store_error, retry, code: Some(reported.code().clone()) };
        }
        let words = certificate_fault(&error).map_or_else(|| with_causes(&error), str::to_owned);
        if error.is_closed() || is_io(&error) {
            return PostgresError {
                error: StoreError::Unreachable(words),
                retry: Retry::Reconnect,
                code: None,
            };
        }
        // A value of another type or length than the schema has, or NULL.
        if std::error::Error::source(&error).is_some_and(|cause| cause.is::<tokio_postgres::types::WasNull>())
        {
            return corrupt("nothing where a value belongs");
        }
        StoreError::Engine(words).into()
    }
}

fn of_code(code: &SqlState, message: String) -> (StoreError, Retry) {
    let never = |error| (error, Retry::Never);
    match code.code() {
        "40001" | "40P01" => (StoreError::Busy, Retry::Change),
        // After a failover, a number is drawn again that is in use; the next one is free.
        "23505" if ["event_pkey", "session_pkey"].iter().any(|key| message.contains(key)) => {
            (StoreError::Busy, Retry::Change)
        }
        "53300" => (StoreError::Unreachable(message), Retry::Connect),
        "57P03" => (StoreError::Unreachable(message), Retry::Connect),
        "55P03" | "57014" => never(StoreError::Busy),
        "53100" | "53200" => never(StoreError::Full),
        "25006" => never(StoreError::ReadOnly("only a replica answers".to_owned())),
        "28000" if message.ends_with("no encryption") => never(StoreError::Denied(format!(
            "{message}: the server wants TLS (sslmode=verify-full in the URL)"
        ))),
        "28P01" | "28000" | "42501" => never(StoreError::Denied(message)),
        "3D000" | "3F000" | "42P01" => never(StoreError::Missing),
        "XX001" | "XX002" => never(StoreError::Corrupt(message)),
        "26000" | "42P05" => never(StoreError::Refused(format!(
            "{message}: behind a pooler in transaction mode, leave statements=named out of the URL"
        ))),
        // PgBouncer reports nearly everything under this code, so that only its words tell what cannot get better.
        "08P01" if message.contains("statement pooling mode") => never(StoreError::Refused(format!(
            "{message}: a change needs a transaction, so the pooler must be in transaction mode"
        ))),
        // The transaction, or the connection, was idle for too long: the one was taken back, and the other ended.
        "25P03" | "25P04" | "57P01" | "57P02" | "57P05" => {
            (StoreError::Unreachable(message), Retry::Reconnect)
        }
        "08P01" if message.contains("no more connections allowed") => {
            (StoreError::Unreachable(message), Retry::Connect)
        }
        class if class.starts_with("08") => (StoreError::Unreachable(message), Retry::Reconnect),
        code => never(StoreError::Engine(format!("{message} (SQLSTATE {code})"))),
    }
}

/// Text of the server without control characters, of a bounded length: the server may be hostile.
fn text(message: &str) -> String {
    const MAX_MESSAGE_CHARACTERS: usize = 300;
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_MESSAGE_CHARACTERS).collect()
}

/// The last cause is the one that says why: "Connection refused", "invalid peer certificate".
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    text(&last.to_string())
}

fn is_io(error: &dyn std::error::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<std::io::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The error of a row that no program of ours could have written.
pub(crate) fn corrupt(what: &str) -> PostgresError {
    StoreError::Corrupt(format!("a row holds {what}")).into()
}
