//! The life of a front as a process: it listens, reports that it is ready, follows signals, and stops without losing
//! what it has gathered.

use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use sd_notify::NotifyState;
use sessionctl_core::store::StoreError;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use crate::background::{self, Touched};
use crate::config::{Address, Config};
use crate::demo::Demo;
use crate::dispatch::Surface;
use crate::front::{Front, Machine};
use crate::listen::{self, Bound, MAX_CONNECTIONS};
use crate::lookups::LOOKUP_THREADS;

/// More threads only wait for the same memory.
const MAX_WORKERS: usize = 4;
/// Threads that may block: changes, hashes, and what is due each second.
const MAX_BLOCKING_THREADS: usize = 32;
/// For requests that run when the front is to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a front does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: Address,
        /// Why.
        source: io::Error,
    },
    /// The operating system refused threads, signals or sockets.
    #[error("the server could not be started")]
    System(#[from] io::Error),
}

/// Serves until SIGTERM or SIGINT, with the demo's application where one is given; the demo ends at SIGHUP as well.
/// `started` gets the addresses once the database answers and all sockets listen.
///
/// # Errors
/// [`ServeError`] where it cannot start.
pub fn serve(
    config: Config,
    machine: Machine,
    demo: Option<Demo>,
    started: impl FnOnce(&[String]),
) -> Result<(), ServeError> {
    let workers = available_parallelism().map_or(1, usize::from).min(MAX_WORKERS);
    let mut bound = listen::passed()?;
    // Before anything listens: whoever finds nobody there tries another front.
    // On threads of their own, further reads wait less.
    let readers = if machine.factory.reads_inline() { workers } else { LOOKUP_THREADS + workers };
    let front = Front::new(config, machine, readers)?;
    let front = Arc::new(match demo {
        Some(demo) => front.with_demo(demo),
        None => front,
    });
    front.start_lookups()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .enable_all()
        .build()?;
    // A signal that comes when somebody can connect already finds its handler.
    let signals = runtime.block_on(async { Signals::handled() })?;
    let config = &front.config;
    for (surface, addresses) in [(Surface::Pages, &config.listen), (Surface::Api, &config.api)] {
        if bound.iter().any(|(passed, _)| *passed == surface) {
            continue;
        }
        for address in addresses {
            let listen = |source| ServeError::Listen { address: address.clone(), source };
            bound.push((surface, listen::bind(address).map_err(listen)?));
        }
    }
    let served = runtime.block_on(run(Arc::clone(&front), bound, signals, started));
    // The stores are closed behind the runtime: closing one may wait, which no thread of a runtime may.
    drop(runtime);
    drop(front);
    served
}

/// The signals that a front follows.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn handled() -> io::Result<Self> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }
}

async fn run(
    front: Arc<Front>,
    bound: Vec<(Surface, Bound)>,
    mut signals: Signals,
    started: impl FnOnce(&[String]),
) -> Result<(), ServeError> {
    let (stop, stopped) = watch::channel(false);
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let shown: Vec<String> = bound.iter().map(|(_, socket)| socket.shown()).collect();
    for (surface, socket) in bound {
        tokio::spawn(socket.accept(Arc::clone(&front), surface, Arc::clone(&permits), stopped.clone()));
    }
    let ticking = tokio::spawn(background::every_second(Arc::clone(&front)));
    let revoking = tokio::spawn(background::revoke_undelivered_soon(Arc::clone(&front)));
    started(&shown);
    // Without systemd there is nobody to notify.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => break,
            _ = signals.interrupt.recv() => break,
            // The demo ends with its terminal: what it keeps is of no use to anybody else.
            _ = signals.hang_up.recv() => {
                if front.demo.as_ref().is_some_and(|demo| demo.ends_with_terminal) {
                    break;
                }
                reopen(&front).await;
            }
        }
    }
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    let _ = stop.send(true);
    front.streams.end_all();
    let all_closed = permits.acquire_many(MAX_CONNECTIONS);
    if tokio::time::timeout(STOP_TIMEOUT, all_closed).await.is_err() {
        front.log.notice("stopped while requests were still running");
    }
    ticking.abort();
    revoking.abort();
    if let Touched::Failed(why) = background::write_touches(&front).await {
        front.log.notice(why);
    }
    background::revoke_now(&front).await;
    Ok(())
}

async fn reopen(front: &Arc<Front>) {
    let again = Arc::clone(front);
    let reopened = tokio::task::spawn_blocking(move || again.stores.reopen()).await;
    front.log.notice(match reopened {
        Ok(Ok(())) => "the session database is open again".to_owned(),
        Ok(Err(error)) => format!("every request gets 503: the session database cannot be used: {error}"),
        Err(_) => "the session database could not be opened again".to_owned(),
    });
}
