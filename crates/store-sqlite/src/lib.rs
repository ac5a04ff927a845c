//! The SQLite store: one file, one writer at a time, many readers. SQL stays in this crate; what a change means is
//! decided in `sessionctl-core`.
//!
//! At the top are the files that open and guard a database (`paths`, `connect`, `file_checks`, `open`, `migrate`)
//! and [`SqliteStore`] itself; `traits` defines which function answers each method of the store traits. Below it,
//! `read` looks up and lists, `write` changes, `audit` keeps the audit log, and `maintenance` looks after the file.

mod audit;
mod connect;
mod error;
mod factory;
mod file_checks;
mod folder_checks;
mod immutable;
mod layout;
mod maintenance;
mod migrate;
mod open;
mod open_files;
mod paths;
mod place;
mod read;
mod sidecar_checks;
mod staged_file;
mod store;
mod traits;
mod write;
mod write_tx;

pub use factory::SqliteFactory;
pub use file_checks::is_in_transit;
pub use folder_checks::check_folder;
pub use store::SqliteStore;
