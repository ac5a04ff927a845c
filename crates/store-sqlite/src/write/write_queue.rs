//! Whose write_queue it is to write. SQLite lets those who wait ask again and again, and chance decides who is next: of
//! hundreds, all together ask so often that the one who is at work hardly gets on. So whoever finds somebody at work
//! sleeps in the kernel's queue for a lock of their own, and only the first in it asks SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fs::OFlags;

/// The queue is not quite just: who comes while the first in it is still waking up may go before it. So whoever has
/// waited for so long asks SQLite without a write_queue, and has a chance whenever somebody is done.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);
/// For a thread that only sleeps.
const WAITER_STACK_BYTES: usize = 64 << 10;

/// A write_queue, until it is dropped; or none, where there is no queue to stand in.
pub(crate) struct WriteGuard {
    _held: Option<File>,
}

impl WriteGuard {
    /// Waits for the write_queue to write to the database that has this write-ahead log.
    ///
    /// The log serves as the lock because it is there and nobody else's, and because SQLite holds no lock on it:
    /// closing a file drops all locks of its process on it, so that neither the database nor its `-shm` would do.
    pub(crate) fn acquire(log: &Path) -> Self {
        let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let Ok(log) = OpenOptions::new().read(true).custom_flags(careful).open(log) else {
            return WriteGuard { _held: None };
        };
        let held = match log.try_lock() {
            Ok(()) => Some(log),
            Err(TryLockError::WouldBlock) => queue_up(log),
            Err(TryLockError::Error(_)) => None,
        };
        WriteGuard { _held: held }
    }
}

/// In a thread, because the kernel's queue knows no patience. Who is left in it lets go as soon as it is the first.
fn queue_up(log: File) -> Option<File> {
    let (write_queue, turns) = mpsc::sync_channel(1);
    let wait = move || {
        while log.lock().is_err_and(|error| error.kind() == std::io::ErrorKind::Interrupted) {}
        let _ = write_queue.send(log);
    };
    thread::Builder::new().stack_size(WAITER_STACK_BYTES).spawn(wait).ok()?;
    turns.recv_timeout(QUEUE_TIMEOUT).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_first_is_first_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        File::create(&log).unwrap();
        let first = WriteGuard::acquire(&log);
        let (order, ordered) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..5 {
                let (order, log) = (order.clone(), &log);
                scope.spawn(move || {
                    let write_queue = WriteGuard::acquire(log);
                    order.send(number).unwrap();
                    thread::sleep(Duration::from_millis(20));
                    assert!(File::open(log).unwrap().try_lock().is_err(), "two at a time");
                    drop(write_queue);
                });
                thread::sleep(Duration::from_millis(50));
            }
            assert!(ordered.try_recv().is_err(), "somebody did not wait");
            drop(first);
        });
        assert_eq!(ordered.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn without_a_log_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WriteGuard::acquire(&folder.path().join("none"))._held.is_none());
    }
}
