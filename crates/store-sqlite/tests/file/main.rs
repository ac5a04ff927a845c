//! What only a file can be asked: which files are opened, what is in them and beside them, how they are copied and
//! checked, and how writers wait for each other. What every store must do is in `sessionctl-contract`.

#![expect(clippy::unwrap_used, reason = "a test that fails shows where")]

mod backup;
mod batches;
mod check;
mod damaged_rows;
mod env;
mod locks;
mod migration;
mod opening;
mod secrets;
mod waiting;
mod wal;
mod write_queue;
