//! What can go wrong with a store, by kind, in words that name no engine, no path and no command. A front adds where
//! the store is and what to do next.

use thiserror::Error;

use crate::counted;
use crate::model::time::Timestamp;

/// Why something could not be read or written. Nothing was changed, unless the text says otherwise.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no session database.
    #[error("there is no session database")]
    Missing,
    /// The database is not one of ours, or must not be trusted.
    #[error("cannot use the database: {0}")]
    Refused(String),
    /// There is a file where a new one was to be written, which replaces none.
    #[error("the file already exists; a backup never overwrites a file")]
    FileExists,
    /// The database belongs to another account of the operating system.
    #[error("cannot use the database: it belongs to another user; a database is opened by its owner only")]
    OtherOwner {
        /// The number of that account.
        uid: u32,
    },
    /// A copy cannot be brought back.
    #[error("cannot restore the copy: {0}; nothing was changed")]
    UnusableCopy(String),
    /// The database was replaced, or a file beside it removed, while it was open.
    #[error("the database was replaced while it was open; nothing was changed")]
    Replaced,
    /// The database was moved elsewhere, and answers nothing any more.
    #[error("the database was moved to {to}")]
    Moved {
        /// Where.
        to: String,
    },
    /// The database is being moved elsewhere: it answers, and takes no change.
    #[error("the database is being moved to {to}; nothing was changed")]
    Moving {
        /// Where.
        to: String,
    },
    /// A change that another program did not finish is beside the database, or a part of another database: nothing
    /// tells one from the other.
    #[error("a rollback journal is beside the database")]
    JournalBeside,
    /// The database was written by a newer program.
    #[error("the database has schema version {found}, newer than this program's {known}")]
    NewerVersion {
        /// The database's schema version.
        found: u32,
        /// The newest schema version that this program knows.
        known: u32,
    },
    /// The database was written by an older program, and is brought up to date only on request.
    #[error("the database has schema version {found}, older than this program's {needed}")]
    OlderVersion {
        /// The database's schema version.
        found: u32,
        /// The schema version that this program needs.
        needed: u32,
    },
    /// Other processes held the database for too long.
    #[error("the database is busy: another process has been writing for too long")]
    Busy,
    /// The policy asks for a replica that confirms each change, and there is none.
    #[error(
        "no replica confirms a change, and the policy store.durability asks for one; nothing was changed"
    )]
    NoReplica,
    /// The store keeps one locator key, as long as it exists.
    #[error("cannot rotate the locator key: this database keeps one key")]
    OneLocatorKey,
    /// The disk, a quota or a file limit is full.
    #[error("the disk is full or a file limit is reached; nothing was changed")]
    Full,
    /// The database cannot be written.
    #[error("the database cannot be written ({0})")]
    ReadOnly(String),
    /// What was read contradicts itself.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Another number of sessions matches than was expected.
    #[error("{}, not {expected}; nothing was changed", matching(*found, *active))]
    CountMismatch {
        /// The number that was expected.
        expected: u64,
        /// The number that matches.
        found: u64,
        /// How many of these are active, where others are among them and `ops` has counted.
        active: Option<u64>,
    },
    /// The clock is so far behind the latest event that expired sessions could come back to life.
    #[error("the clock shows {now}, but the latest event was at {latest}")]
    ClockBehind {
        /// The time that the clock shows.
        now: Timestamp,
        /// The time of the latest event.
        latest: Timestamp,
    },
    /// The server could not be reached, or ended the connection.
    #[error("the database server cannot be reached: {0}")]
    Unreachable(String),
    /// The server refused the login of this program, or a privilege that the operation needs.
    #[error("the database server refused access: {0}")]
    Denied(String),
    /// The server is older than this program supports.
    #[error("{0} is older than this program supports")]
    TooOld(String),
    /// The connection ended while the change was being committed, and no server answered since.
    #[error(
        "it is not known whether the change was made: the server fell silent while it was being committed"
    )]
    OutcomeUnknown {
        /// The number of the event that records it, if it was made.
        event: i64,
    },
    /// A change of somebody else went on for too long, so that a session that it creates may have escaped bulk work.
    #[error("a login may have escaped: another transaction has been running for {seconds} s")]
    Unfenced {
        /// How long it has been running.
        seconds: u64,
    },
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, on what.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Any other failure of the engine.
    #[error("the database engine failed: {0}")]
    Engine(String),
}

/// What a count that was not expected says, up to the expected one.
fn matching(found: u64, active: Option<u64>) -> String {
    let ended = |active| format!(" ({active} active, {} ended)", found.saturating_sub(active));
    let states = active.map(ended).unwrap_or_default();
    format!("{}{states}", counted(found, "session matches", "sessions match"))
}
