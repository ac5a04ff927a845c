//! The limit of passwords hashed at once, across the processes of this machine: one locked file a slot. The kernel
//! releases a lock with its process, however that ends. What is hashed does not belong here.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sessionctl_core::model::hash_limit::{HashLimit, HashPermit};

/// The slots of one database: files beside it, which exist only while a password is hashed.
pub(crate) struct HashSlots {
    database: PathBuf,
}

/// A slot that this process holds.
struct HeldSlot {
    path: PathBuf,
    _locked: File,
}

impl Drop for HeldSlot {
    /// Removes the file while it is locked: whoever waits for it finds that the path names another file, and tries
    /// again.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl HashSlots {
    /// The slots of the database at a path.
    pub(crate) fn new(database: &Path) -> Self {
        HashSlots { database: database.to_owned() }
    }

    fn path(&self, slot: u64) -> PathBuf {
        let mut name = OsString::from(&self.database);
        name.push(format!("-hash{slot}"));
        name.into()
    }

    /// A free slot, or else the turn at one that depends on the process, so that waiting processes spread.
    fn hold(&self, slots: u64) -> io::Result<HeldSlot> {
        for slot in 1..=slots {
            if let Some(held) = self.try_hold(slot, |file| file.try_lock().is_ok())? {
                return Ok(held);
            }
        }
        let slot = 1 + u64::from(std::process::id()) % slots;
        loop {
            let wait = |file: &File| loop {
                match file.lock() {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    locked => return locked.is_ok(),
                }
            };
            if let Some(held) = self.try_hold(slot, wait)? {
                return Ok(held);
            }
        }
    }

    /// The slot, unless it cannot be locked or its file was removed meanwhile.
    fn try_hold(&self, slot: u64, lock: impl Fn(&File) -> bool) -> io::Result<Option<HeldSlot>> {
        let path = self.path(slot);
        let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let mut options = OpenOptions::new();
        let file =
            options.read(true).write(true).create(true).mode(0o600).custom_flags(careful).open(&path)?;
        if !lock(&file) {
            return Ok(None);
        }
        let inode = |file: fs::Metadata| (file.dev(), file.ino());
        let held = inode(file.metadata()?);
        let is_current = fs::symlink_metadata(&path).is_ok_and(|named| inode(named) == held);
        // Only the holder may drop a slot: it removes the file that the path names.
        Ok(is_current.then(|| HeldSlot { path, _locked: file }))
    }
}

impl HashLimit for HashSlots {
    fn acquire(&self, max: u64) -> HashPermit {
        match self.hold(max.max(1)) {
            Ok(held) => HashPermit::holding(Box::new(held)),
            // A folder that takes no file would fail the login later for a better reason.
            Err(_) => HashPermit::uncounted(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn acquire_never_grants_more_than_the_limit_and_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let slots = HashSlots::new(&folder.path().join("s.db"));
        for limit in [1, 3] {
            let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            thread::scope(|scope| {
                for _ in 0..24 {
                    scope.spawn(|| {
                        let permit = slots.acquire(u64::try_from(limit).unwrap());
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        // The first ones wait for each other, on a machine that has other work.
                        let begun = Instant::now();
                        while most.load(Ordering::SeqCst) < limit && begun.elapsed() < PATIENCE {
                            thread::sleep(Duration::from_millis(3));
                        }
                        thread::sleep(Duration::from_millis(3));
                        now.fetch_sub(1, Ordering::SeqCst);
                        drop(permit);
                    });
                }
            });
            assert_eq!(most.load(Ordering::SeqCst), limit);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn acquire_grants_where_no_file_can_be_made() {
        let slots = HashSlots::new(Path::new("/nonexistent/s.db"));
        drop(slots.acquire(1));
        drop(slots.acquire(1));
    }
}
