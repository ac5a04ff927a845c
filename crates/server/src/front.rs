//! The front: what all requests share, and how an operation is run. Which request is answered by what is in `dispatch`.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sessionctl_core::model::clock::Clock;
use sessionctl_core::model::hash_limit::{HashLimit, HashPermit};
use sessionctl_core::model::random::{Randomness, RandomnessError};
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::verify::{Requirements, Verification, verify_each_in_snapshot, verify_in_snapshot};
use sessionctl_core::ops::{NoTrace, OpContext, OpsError};
use sessionctl_core::store::{Store, StoreError, StoreFactory};

use crate::codes::Codes;
use crate::config::Config;
use crate::deliver::{Delivery, Undelivered};
use crate::demo::state::Demo;
use crate::hashes::Hashes;
use crate::limiter::Limiter;
use crate::log::Log;
use crate::lookups::Lookups;
use crate::metrics::Metrics;
use crate::stores::Stores;
use crate::streams::Streams;
use crate::touches::Touches;

/// A change that takes longer is answered with 503. It may still happen; a new token of it is revoked.
const CHANGE_TIMEOUT: Duration = Duration::from_secs(5);

tokio::task_local! {
    /// The era of the stores in which a request arrived.
    static ERA: u64;
}

/// Returns the operating system's randomness for one change.
pub type MakeRandomness = Arc<dyn Fn() -> Box<dyn Randomness + Send> + Send + Sync>;

/// What a front needs of the machine.
#[derive(Clone)]
pub struct Machine {
    /// Opens the stores.
    pub factory: Arc<dyn StoreFactory>,
    /// The clock by which reads are answered.
    pub clock: Arc<dyn Clock>,
    /// The randomness of each change.
    pub random: MakeRandomness,
    /// The limit of passwords hashed at once, which other processes share.
    pub hashing: Arc<dyn HashLimit>,
    /// The number of the account that runs the front: an administrator of the API, as root is.
    pub account: u32,
}

/// A web front.
pub struct Front {
    pub(crate) config: Config,
    pub(crate) stores: Stores,
    pub(crate) machine: Machine,
    pub(crate) touches: Touches,
    pub(crate) undelivered: Arc<Undelivered>,
    pub(crate) logins: Limiter,
    /// Of new anonymous sessions.
    pub(crate) starts: Limiter,
    pub(crate) codes: Codes,
    pub(crate) streams: Streams,
    pub(crate) hashes: Hashes,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) requests: AtomicU64,
    pub(crate) demo: Option<Demo>,
    lookups: OnceLock<Lookups>,
}

/// Reading draws no randomness.
struct NoRandomness;

impl Randomness for NoRandomness {
    fn fill(&mut self, _bytes: &mut [u8]) -> Result<(), RandomnessError> {
        Err(RandomnessError("none is drawn to read".to_owned()))
    }
}

async fn finished<T>(task: tokio::task::JoinHandle<Result<T, OpsError>>) -> Result<T, OpsError> {
    task.await.unwrap_or_else(|_| Err(StoreError::Engine("a read did not finish".to_owned()).into()))
}

impl Front {
    /// A front on an existing store. `readers` is the number of threads that answer requests.
    ///
    /// # Errors
    /// The store's: missing, of another program, newer, or not readable.
    pub fn new(config: Config, machine: Machine, readers: usize) -> Result<Self, StoreError> {
        let stores = Stores::open(Arc::clone(&machine.factory), readers)?;
        Ok(Front {
            undelivered: Arc::new(Undelivered::new(stores.shared_era())),
            stores,
            machine,
            touches: Touches::default(),
            logins: Limiter::default(),
            starts: Limiter::default(),
            codes: Codes::default(),
            streams: Streams::default(),
            hashes: Hashes::new(config.hashes),
            log: Log::start(config.log),
            metrics: Metrics::new(&config.sites),
            requests: AtomicU64::new(u64::from(std::process::id()) << 40),
            demo: None,
            lookups: OnceLock::new(),
            config,
        })
    }

    /// The same with the demo's application behind it.
    #[must_use]
    pub fn with_demo(self, demo: Demo) -> Self {
        Front { demo: Some(demo), ..self }
    }

    /// Starts threads that answer about all tokens that wait at once, where the store cannot be called in the runtime.
    ///
    /// # Errors
    /// The operating system's.
    pub(crate) fn start_lookups(self: &Arc<Self>) -> io::Result<()> {
        if !self.machine.factory.reads_inline() {
            // Started once, by whoever serves.
            let front = Arc::downgrade(self);
            let lookups = Lookups::start(move |presented| {
                let front = front.upgrade()?;
                Some(front.read_here(|cx| verify_each_in_snapshot(cx, presented)))
            })?;
            let _ = self.lookups.set(lookups);
        }
        Ok(())
    }

    /// Verifies a token, with all that is read of one moment.
    ///
    /// # Errors
    /// The operation's.
    pub(crate) async fn verify(
        self: &Arc<Self>,
        token: Token,
        requirements: Requirements,
    ) -> Result<Verification, OpsError> {
        match self.lookups.get() {
            Some(lookups) => lookups.verify(token, requirements).await,
            None => self.read(move |cx| verify_in_snapshot(cx, &token, &requirements)).await,
        }
    }

    /// Watches the new tokens of one connection.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        Delivery::new(Arc::clone(&self.undelivered))
    }

    /// The clock.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.machine.clock.as_ref()
    }

    /// Reads: on this thread where the store can be called here, else on one that may block.
    ///
    /// # Errors
    /// The operation's.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError> + Send + 'static,
    ) -> Result<T, OpsError> {
        if self.machine.factory.reads_inline() {
            return self.read_here(act);
        }
        self.read_elsewhere(act).await
    }

    /// Reads on a thread that may block.
    ///
    /// # Errors
    /// The operation's.
    pub(crate) async fn read_elsewhere<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError> + Send + 'static,
    ) -> Result<T, OpsError> {
        let front = Arc::clone(self);
        finished(tokio::task::spawn_blocking(move || front.read_here(act))).await
    }

    /// Reads what may be many rows, on a thread that may block and a store that the gate does not need.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where others read for too long, or the operation's.
    pub(crate) async fn read_long<T: Send + 'static>(
        self: &Arc<Self>,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError> + Send + 'static,
    ) -> Result<T, OpsError> {
        let permit = self.stores.long_permit().await?;
        let front = Arc::clone(self);
        let read = move || front.stores.read_long(permit, |store| front.reading(store, act));
        finished(tokio::task::spawn_blocking(read)).await
    }

    /// Reads on this thread, which may block where the store does.
    ///
    /// # Errors
    /// The operation's.
    pub(crate) fn read_here<T>(
        &self,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError>,
    ) -> Result<T, OpsError> {
        self.stores.read(|store| self.reading(store, act))
    }

    fn reading<T>(&self, store: &mut dyn Store, act: impl FnOnce(&mut OpContext<'_>) -> T) -> T {
        act(&mut OpContext {
            store,
            clock: self.clock(),
            random: &mut NoRandomness,
            hashing: self.machine.hashing.as_ref(),
            actor: "web",
            tracer: &mut NoTrace,
        })
    }

    /// The era in which this request arrived, or, outside of one, the present.
    pub(crate) fn era(&self) -> u64 {
        ERA.try_with(|era| *era).unwrap_or_else(|_| self.stores.era())
    }

    /// Goes on with a request that arrived in this era, in a task of its own.
    pub(crate) fn in_era<F: Future>(era: u64, act: F) -> impl Future<Output = F::Output> {
        ERA.scope(era, act)
    }

    /// Makes a change, on a thread that may block. What `act` returns is dropped where nobody waits for it any more.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where it takes too long, [`StoreError::Replaced`] where another database has taken the
    /// place since the request arrived, or the operation's.
    pub(crate) async fn change<T: Send + 'static>(
        self: &Arc<Self>,
        actor: String,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError> + Send + 'static,
    ) -> Result<T, OpsError> {
        self.change_in(self.era(), actor, act).await
    }

    /// The same, where what was read before was read in this era.
    ///
    /// # Errors
    /// As [`Front::change`].
    pub(crate) async fn change_in<T: Send + 'static>(
        self: &Arc<Self>,
        era: u64,
        actor: String,
        act: impl FnOnce(&mut OpContext<'_>) -> Result<T, OpsError> + Send + 'static,
    ) -> Result<T, OpsError> {
        let permit = self.stores.permit().await?;
        let front = Arc::clone(self);
        let task = tokio::task::spawn_blocking(move || {
            front.stores.write(permit, era, |store| front.with(store, &actor, act))
        });
        let started = Instant::now();
        let finished = tokio::time::timeout(CHANGE_TIMEOUT, task).await;
        self.metrics.change_seconds.observe(started.elapsed().as_secs_f64());
        match finished {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(StoreError::Engine("a change did not finish".to_owned()).into()),
            Err(_) => Err(StoreError::Busy.into()),
        }
    }

    /// Runs an operation that changes something, on this thread.
    pub(crate) fn with<T>(
        &self,
        store: &mut dyn Store,
        actor: &str,
        act: impl FnOnce(&mut OpContext<'_>) -> T,
    ) -> T {
        let mut random = (self.machine.random)();
        act(&mut OpContext {
            store,
            clock: self.clock(),
            random: random.as_mut(),
            hashing: self.machine.hashing.as_ref(),
            actor,
            tracer: &mut NoTrace,
        })
    }

    /// The account that runs the front.
    pub(crate) fn account(&self) -> u32 {
        self.machine.account
    }

    /// Waits for a permit to hash a password, on a thread that may block.
    pub(crate) fn hash_permit(&self, at_once: u64) -> HashPermit {
        self.machine.hashing.acquire(at_once)
    }

    /// Random bytes outside of a change.
    ///
    /// # Errors
    /// The source's.
    pub(crate) fn draw<const N: usize>(&self) -> Result<[u8; N], RandomnessError> {
        let mut bytes = [0; N];
        (self.machine.random)().fill(&mut bytes)?;
        Ok(bytes)
    }
}
