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
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;
    use std::time::Instant;

    use super::*;

    /// How many wait for a lock on a file, as the kernel shows it.
    fn waiting(file: &Path) -> usize {
        let inode = format!(":{} ", fs::metadata(file).unwrap().ino());
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().filter(|line| line.contains("-> FLOCK") && line.contains(&inode)).count()
    }

    /// Five writers that come one after the other while a first one is at work: the order in which they get their
    /// place, and that of the first one's end.
    fn turns(wal: &Path) -> Vec<&'static str> {
        let (first, begun) = (WriteGuard::acquire(wal), Instant::now());
        let (order, ordered) = mpsc::channel();
        thread::scope(|scope| {
            for (before, writer) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
                let order = order.clone();
                scope.spawn(move || {
                    let guard = WriteGuard::acquire(wal);
                    order.send(writer).unwrap();
                    let is_locked = File::open(wal).unwrap().try_lock().is_err();
                    assert!(is_locked || guard._held.is_none(), "two at a time");
                });
                while waiting(wal) <= before && begun.elapsed() < QUEUE_TIMEOUT {
                    thread::sleep(Duration::from_millis(1));
                }
            }
            order.send("first").unwrap();
            drop(first);
        });
        ordered.try_iter().collect()
    }

    #[test]
    fn write_guards_are_acquired_one_at_a_time_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let wal = folder.path().join("wal");
        File::create(&wal).unwrap();
        for _ in 0..30 {
            let begun = Instant::now();
            let turns = turns(&wal);
            // On a machine that has other work, a writer may have waited longer than any does.
            if begun.elapsed() < QUEUE_TIMEOUT {
                assert_eq!(turns, ["first", "a", "b", "c", "d", "e"]);
                return;
            }
        }
        panic!("they always took longer than {QUEUE_TIMEOUT:?}");
    }

    #[test]
    fn acquire_without_wal_does_not_wait() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WriteGuard::acquire(&folder.path().join("none"))._held.is_none());
    }
}
