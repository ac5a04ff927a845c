//! What can go wrong with a store, in words that name no engine.

use std::path::PathBuf;

use thiserror::Error;

/// Why something could not be read or written. Nothing was changed then, unless the text says so.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no database.
    #[error("there is no session database at {}; `sessionctl db init` makes one", .0.display())]
    Missing(PathBuf),
    /// The file is not one of ours, or must not be trusted.
    #[error("cannot use {}: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
    /// The file was written by a newer program.
    #[error("{} has layout {found}, newer than this program's {known}; use a newer sessionctl", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: u32,
        /// The newest layout this program knows.
        known: u32,
    },
    /// Other processes hold it.
    #[error("the database is busy: another process has been writing for too long; try again")]
    Busy,
    /// The disk, a quota or a file limit is full.
    #[error(
        "the disk is full or a file limit is reached: nothing was changed; free some space and try again"
    )]
    Full,
    /// The file or its folder cannot be written.
    #[error("the database cannot be written ({0}); check the owner and mode of the file and its folder")]
    ReadOnly(String),
    /// What was read makes no sense.
    #[error("the database is damaged: {0}; `sessionctl db check` tells more, a backup mends it")]
    Damaged(String),
    /// Another number of sessions matches than was expected.
    #[error("{found} sessions match, not {expected}; nothing was changed")]
    Unexpected {
        /// What was expected.
        expected: u64,
        /// What matches.
        found: u64,
    },
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, on what.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Anything else the engine said.
    #[error("the database engine failed: {0}")]
    Engine(String),
}
