//! The queue of writers. SQLite makes waiting writers retry, and chance decides which is next: hundreds retry so often
//! that the writer at work makes little progress. So a writer that finds another at work sleeps in the kernel's queue
//! for a lock of our own, and only the first in it retries at SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;

/// The queue is not quite fair: a writer that comes while the first in it wakes up may go before it. So a writer that
/// waited this long retries at SQLite without the lock, and has a chance whenever another is done.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
/// The stack of a thread that only sleeps.
const WAITER_STACK_BYTES: usize = 64 << 10;

/// The first place in the queue, until it is dropped; empty where there is no queue.
pub(crate) struct WriteGuard {
    _held: Option<File>,
}

impl WriteGuard {
    /// Waits for this writer's place in the queue of the database that has this WAL.
    ///
    /// The WAL serves as the lock because SQLite holds no lock on it: closing a file drops all locks of its process on
    /// it, which excludes the database and its `-shm`.
    pub(crate) fn acquire(wal: &Path) -> Self {
        let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let Ok(wal) = OpenOptions::new().read(true).custom_flags(careful).open(wal) else {
            return WriteGuard { _held: None };
        };
        let held = match wal.try_lock() {
            Ok(()) => Some(wal),
            Err(TryLockError::WouldBlock) => queue_up(wal),
            Err(TryLockError::Error(_)) => None,
        };
        WriteGuard { _held: held }
    }
}

/// Waits in a thread, because the kernel's queue has no timeout. A thread that is left there releases the lock as soon
/// as it gets it.
fn queue_up(wal: File) -> Option<File> {
    let (locked, acquired) = mpsc::sync_channel(1);
    let wait = move || {
        while wal.lock().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {}
        let _ = locked.send(wal);
    };
    thread::Builder::new().stack_size(WAITER_STACK_BYTES).spawn(wait).ok()?;
    acquired.recv_timeout(QUEUE_TIMEOUT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn write_guards_are_acquired_one_at_a_time_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let wal = folder.path().join("wal");
        File::create(&wal).unwrap();
        let first = WriteGuard::acquire(&wal);
        let (order, ordered) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..5 {
                let (order, wal) = (order.clone(), &wal);
                scope.spawn(move || {
                    let guard = WriteGuard::acquire(wal);
                    order.send(number).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    assert!(File::open(wal).unwrap().try_lock().is_err(), "two at a time");
                    drop(guard);
                });
                thread::sleep(Duration::from_millis(50));
            }
            assert!(ordered.try_recv().is_err(), "a writer did not wait");
            drop(first);
        });
        assert_eq!(ordered.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn acquire_without_wal_does_not_wait() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WriteGuard::acquire(&folder.path().join("none"))._held.is_none());
    }
}
