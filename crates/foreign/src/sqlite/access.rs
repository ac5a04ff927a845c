//! The locks and the shared memory with which a file is read beside its program.

use super::header::{Version, WalVersion};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Rollback mode: ordinary locks.
    Locks,
    /// WAL mode with its program running: the shared memory is used and not created.
    SharedMemory,
    /// WAL mode without its program and without a WAL: no lock and no file is created, because the `-wal` and
    /// `-shm` of a reader would belong to the reader, and the program could not write any more.
    Immutable(Version),
    /// WAL mode with a WAL and without shared memory, as in a copy: no lock is taken and no file is created, and the
    /// index of the WAL is built in this process, so that its newest commits are read.
    PrivateIndex(Version, WalVersion),
}
