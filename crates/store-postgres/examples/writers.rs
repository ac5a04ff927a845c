//! For `benches/postgres/run`: connections that revoke one session after another, each with its event, and print how
//! many they revoked a second. `writers URL CONNECTIONS SECONDS SESSIONS`

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::clock::FixedClock;
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Access, Batch, StoreError, StoreFactory as _, StoreUrl};
use sessionctl_store_postgres::{PostgresFactory, ServerClock};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [url, connections, seconds, sessions] = &args[..] else {
        return Err("writers URL CONNECTIONS SECONDS SESSIONS".into());
    };
    let (connections, sessions): (usize, i64) = (connections.parse()?, sessions.parse()?);
    // The server's clock decides.
    let clock = ServerClock::new(Arc::new(FixedClock::new(Timestamp::from_unix(0))));
    let factory = PostgresFactory::new(StoreUrl::new(url.as_str()), clock)?;
    let (next, done) = (AtomicI64::new(1), AtomicU64::new(0));
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds.parse()?);
    thread::scope(|scope| {
        let writers: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| -> Result<(), StoreError> {
                    let mut store = factory.open(Access::Write)?;
                    while Instant::now() < until {
                        let id = next.fetch_add(1, Ordering::Relaxed);
                        let Some(id) = SessionId::new(id).filter(|_| id <= sessions) else { break };
                        let selector = Selector { ids: vec![id], ..Selector::default() };
                        let batch =
                            Batch { selector: &selector, after: None, up_to: id, limit: 1, expect: None };
                        store.revoke(&batch, "bench", Event::new(Action::SessionRevoked, "bench"))?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        writers.into_iter().try_for_each(|writer| writer.join().expect("a writer does not panic"))
    })?;
    let rate = done.into_inner() as f64 / begun.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{rate:.0} a second")?;
    Ok(())
}
