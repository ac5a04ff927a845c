//! The stores of a front: some to read, which answer on the spot, and some to write, each borrowed by one change at a
//! time. Where another file has taken the database's place, all are closed and opened again. What is read or changed
//! does not belong here.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sessionctl_core::store::{Access, Store, StoreError, StoreFactory};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Changes that are made at once. More only wait for the same lock.
const WRITE_STORES: usize = 4;
/// Reads of many rows that are made at once. They have stores of their own, so that the gate never waits for one of
/// them.
const LONG_READERS: usize = 2;
/// A change that gets no store for longer is refused.
pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(5);

/// A store that is opened when it is first used, and the generation in which it was.
type Slot = Option<(u64, Box<dyn Store>)>;

/// All stores of a front.
pub(crate) struct Stores {
    factory: Arc<dyn StoreFactory>,
    readers: Readers,
    long_readers: Readers,
    long_permits: Arc<Semaphore>,
    writers: Mutex<Vec<Box<dyn Store>>>,
    write_permits: Arc<Semaphore>,
    /// Rises where all stores are opened again.
    generation: AtomicU64,
    /// Rises where another database takes the place: the ids that were read before name other sessions there.
    era: Arc<AtomicU64>,
    database_id: Mutex<Option<[u8; 16]>>,
    available: AtomicBool,
}

impl Stores {
    /// Opens the first store.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn open(factory: Arc<dyn StoreFactory>, readers: usize) -> Result<Self, StoreError> {
        let stores = Stores {
            factory,
            readers: Readers::new(readers),
            long_readers: Readers::new(LONG_READERS),
            long_permits: Arc::new(Semaphore::new(LONG_READERS)),
            writers: Mutex::default(),
            write_permits: Arc::new(Semaphore::new(WRITE_STORES)),
            generation: AtomicU64::new(0),
            era: Arc::default(),
            database_id: Mutex::default(),
            available: AtomicBool::new(true),
        };
        let id = stores.read(|store| store.latest_event_at().map(|_| database_id(store)))?;
        *locked(&stores.database_id) = id;
        Ok(stores)
    }

    /// Runs `read` on a store, on this thread.
    ///
    /// # Errors
    /// [`StoreError::Missing`] while the database is replaced, or the store's.
    pub(crate) fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&mut dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        self.read_with(self.readers.free(), read)
    }

    /// The same for what may read many rows, on a thread that may block, for the holder of a permit.
    ///
    /// # Errors
    /// As [`Stores::read`].
    pub(crate) fn read_long<T, E: From<StoreError>>(
        &self,
        _permit: OwnedSemaphorePermit,
        read: impl FnOnce(&mut dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        self.read_with(self.long_readers.free(), read)
    }

    fn read_with<T, E: From<StoreError>>(
        &self,
        mut slot: MutexGuard<'_, Slot>,
        read: impl FnOnce(&mut dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        // Looked at behind the lock: `reopen` changes it before it takes the locks.
        if !self.available.load(Ordering::Acquire) {
            return Err(StoreError::Missing.into());
        }
        let generation = self.generation.load(Ordering::Acquire);
        if slot.as_ref().is_some_and(|(opened, _)| *opened != generation) {
            *slot = None;
        }
        let (_, store) = match &mut *slot {
            Some(opened) => opened,
            empty => empty.insert((generation, self.open_reader()?)),
        };
        read(store.as_mut())
    }

    fn open_reader(&self) -> Result<Box<dyn Store>, StoreError> {
        let mut store = self.factory.open(Access::Read)?;
        store.limit_lock_wait()?;
        Ok(store)
    }

    /// Waits for one of the stores that write.
    ///
    /// # Errors
    /// [`StoreError::Busy`] after [`STORE_TIMEOUT`].
    pub(crate) async fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        acquire(&self.write_permits).await
    }

    /// Waits for one of the stores that read many rows, so that no thread does.
    ///
    /// # Errors
    /// As [`Stores::permit`].
    pub(crate) async fn long_permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        acquire(&self.long_permits).await
    }

    /// The era: it is another one where another database has taken the place meanwhile.
    pub(crate) fn era(&self) -> u64 {
        self.era.load(Ordering::Acquire)
    }

    /// The era, for what outlives a request.
    pub(crate) fn shared_era(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.era)
    }

    /// Runs `change` on a store that writes, on this thread, for the holder of a permit. What follows from something
    /// that was read before names the era in which it was read.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] where another database has taken the place since, and as [`Stores::read`].
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        _permit: OwnedSemaphorePermit,
        read_in: u64,
        change: impl FnOnce(&mut dyn Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let generation = self.generation.load(Ordering::Acquire);
        if !self.available.load(Ordering::Acquire) {
            return Err(StoreError::Missing.into());
        }
        let idle = locked(&self.writers).pop();
        let mut store = match idle {
            Some(store) => store,
            None => self.factory.open(Access::Write)?,
        };
        // Behind the opening: whatever takes the place from here on, the store itself notices.
        self.ensure_era(read_in)?;
        let result = change(store.as_mut());
        let mut writers = locked(&self.writers);
        if self.generation.load(Ordering::Acquire) == generation {
            writers.push(store);
        }
        result
    }

    /// Fails where the place has another database than the one that was read, or where that is not known yet.
    fn ensure_era(&self, read_in: u64) -> Result<(), StoreError> {
        // `open` and `reopen` leave a store in the first slot.
        match &*self.readers.first() {
            Some((_, reader)) if !reader.is_replaced() => {}
            Some(_) => return Err(StoreError::Replaced),
            None => return Err(StoreError::Missing),
        }
        // At last: `reopen` raises it before it fills the slot.
        if read_in == self.era() { Ok(()) } else { Err(StoreError::Replaced) }
    }

    /// Whether events are added to the chain of the log after they were written.
    pub(crate) fn seals_later(&self) -> bool {
        self.factory.seals_later()
    }

    /// Whether the database can be used.
    pub(crate) fn is_available(&self) -> bool {
        self.available.load(Ordering::Acquire)
    }

    /// Opens everything again where another file has taken the database's place, or where that failed before. Returns
    /// whether something changed.
    ///
    /// # Errors
    /// Why the database cannot be used; the next call tries again.
    pub(crate) fn follow_replacement(&self) -> Result<bool, StoreError> {
        let is_replaced = || -> Result<bool, StoreError> {
            let mut slot = self.readers.free();
            match &mut *slot {
                Some((_, store)) => Ok(store.is_replaced()),
                empty => {
                    *empty = Some((self.generation.load(Ordering::Acquire), self.open_reader()?));
                    Ok(false)
                }
            }
        };
        if self.is_available() && matches!(is_replaced(), Ok(false)) {
            return Ok(false);
        }
        self.reopen()?;
        Ok(true)
    }

    /// Closes every store and opens the first one again.
    ///
    /// # Errors
    /// The store's. Everything is refused until a later call succeeds.
    pub(crate) fn reopen(&self) -> Result<(), StoreError> {
        self.available.store(false, Ordering::Release);
        let generation = self.generation.fetch_add(1, Ordering::AcqRel) + 1;
        self.readers.close();
        // Where one reads, it is opened again when that is over: nobody waits for it.
        self.long_readers.close_idle();
        locked(&self.writers).clear();
        let mut first = self.open_reader()?;
        // A store that can be opened is not one that can be read.
        first.with_snapshot(&mut |view| view.policy().map(drop))?;
        let (id, mut known) = (database_id(first.as_ref()), locked(&self.database_id));
        if id.is_none() || id != *known {
            *known = id;
            self.era.fetch_add(1, Ordering::AcqRel);
        }
        drop(known);
        *self.readers.first() = Some((generation, first));
        self.available.store(true, Ordering::Release);
        Ok(())
    }
}

async fn acquire(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
    match tokio::time::timeout(STORE_TIMEOUT, Arc::clone(permits).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(StoreError::Busy),
    }
}

/// Stores that read, each for one reader at a time.
struct Readers {
    slots: Vec<Mutex<Slot>>,
    next: AtomicUsize,
}

impl Readers {
    fn new(number: usize) -> Self {
        Readers { slots: (0..number.max(1)).map(|_| Mutex::default()).collect(), next: AtomicUsize::new(0) }
    }

    /// One that nobody uses; where there is none, it waits for the first.
    fn free(&self) -> MutexGuard<'_, Slot> {
        let first = self.next.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let (before, from) = self.slots.split_at(first);
        let unused = from.iter().chain(before).find_map(|slot| slot.try_lock().ok());
        unused.unwrap_or_else(|| locked(&self.slots[first]))
    }

    fn first(&self) -> MutexGuard<'_, Slot> {
        locked(&self.slots[0])
    }

    fn close(&self) {
        self.slots.iter().for_each(|slot| *locked(slot) = None);
    }

    fn close_idle(&self) {
        self.slots.iter().filter_map(|slot| slot.try_lock().ok()).for_each(|mut slot| *slot = None);
    }
}

/// Which database it is; `None` where the account may not read that.
fn database_id(store: &dyn Store) -> Option<[u8; 16]> {
    store.head().ok().map(|head| head.database_id)
}

/// A store that was in use during a panic has ended its transaction.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use sessionctl_core::testing::Fixture;

    use super::*;

    fn stores() -> Stores {
        Stores::open(Arc::new(Fixture::new().factory.clone()), 1).unwrap()
    }

    fn permits(stores: &Stores, number: usize) -> Vec<OwnedSemaphorePermit> {
        (0..number).map(|_| Arc::clone(&stores.long_permits).try_acquire_owned().unwrap()).collect()
    }

    #[test]
    fn long_reads_take_no_store_of_the_gate() {
        let stores = stores();
        let permits = permits(&stores, LONG_READERS);
        assert!(Arc::clone(&stores.long_permits).try_acquire_owned().is_err(), "a thread would wait");
        thread::scope(|scope| {
            let (begun, has_begun) = channel();
            let ends: Vec<_> = permits
                .into_iter()
                .map(|permit| {
                    let ((end, ended), begun, stores) = (channel::<()>(), begun.clone(), &stores);
                    scope.spawn(move || {
                        stores.read_long(permit, |_| {
                            begun.send(()).unwrap();
                            ended.recv().unwrap();
                            Ok::<_, StoreError>(())
                        })
                    });
                    end
                })
                .collect();
            (0..LONG_READERS).for_each(|_| has_begun.recv().unwrap());
            // All of them run, and neither the gate nor a new beginning waits for one.
            let read = || stores.read(|store| store.policy()).is_ok();
            assert!(read());
            stores.reopen().unwrap();
            assert!(read());
            ends.iter().for_each(|end| end.send(()).unwrap());
        });
    }

    #[test]
    fn long_read_uses_no_store_of_before_a_new_beginning() {
        let stores = stores();
        let opened = || {
            let permit = permits(&stores, 1).remove(0);
            stores.read_long(permit, |_| Ok::<_, StoreError>(())).unwrap();
            let slots = stores.long_readers.slots.iter();
            slots
                .filter_map(|slot| locked(slot).as_ref().map(|(generation, _)| *generation))
                .collect::<Vec<_>>()
        };
        assert_eq!(opened(), [0]);
        stores.reopen().unwrap();
        assert_eq!(opened(), [1]);
    }
}
