//! What is due while requests are answered: once a second the touches are written and the database's place is looked
//! at; and undelivered tokens are revoked at once.

use std::sync::Arc;
use std::time::Duration;

use sessionctl_core::counted;
use sessionctl_core::ops::OpsError;
use sessionctl_core::ops::revoke::revoke_undelivered;
use sessionctl_core::store::StoreError;

use crate::front::Front;

const TICK: Duration = Duration::from_secs(1);

/// Runs until it is dropped.
pub(crate) async fn every_second(front: Arc<Front>) {
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut was_available, mut seals, mut writes) = (true, true, true);
    loop {
        tick.tick().await;
        let followed = follow(&front).await;
        // Said once, and not each second.
        match followed {
            Ok(true) => front.log.notice("the session database is open again"),
            Err(error) if was_available => {
                front
                    .log
                    .notice(format!("every request gets 503: the session database cannot be used: {error}"));
            }
            _ => {}
        }
        was_available = front.stores.is_available();
        match write_touches(&front).await {
            Touched::Nothing => {}
            Touched::Written => writes = true,
            Touched::Failed(why) => {
                if writes {
                    front.log.notice(why);
                }
                writes = false;
            }
        }
        let sealed = seal(&front).await;
        if let (Err(error), true) = (&sealed, seals) {
            front.log.notice(format!("the audit log cannot be sealed: {error}"));
        }
        seals = sealed.is_ok();
    }
}

/// Binds the events of the last second into the chain of the log, and answers what readers reported, where the store
/// does not do it with each event.
async fn seal(front: &Arc<Front>) -> Result<(), OpsError> {
    if !front.stores.seals_later() || !front.stores.is_available() {
        return Ok(());
    }
    front.change("web".to_owned(), |cx| Ok(cx.store.seal().map(drop)?)).await
}

async fn follow(front: &Arc<Front>) -> Result<bool, StoreError> {
    let front = Arc::clone(front);
    let looked = tokio::task::spawn_blocking(move || front.stores.follow_replacement());
    looked.await.unwrap_or(Ok(false))
}

/// What became of the touches so far.
pub(crate) enum Touched {
    Nothing,
    Written,
    /// Why some were left out.
    Failed(String),
}

/// Writes the touches so far. Those that cannot be written are left out: the idle time of their sessions continues.
pub(crate) async fn write_touches(front: &Arc<Front>) -> Touched {
    let (era, mut touches) = front.touches.take();
    if touches.is_empty() {
        return Touched::Nothing;
    }
    let written = front.change_in(era, "web".to_owned(), move |cx| Ok(touches.flush(cx))).await;
    match written.map(|failures| failures.touches) {
        Ok(None) => Touched::Written,
        Ok(Some((number, error))) => {
            let sessions = counted(number, "session was", "sessions were");
            Touched::Failed(format!("writing that {sessions} used failed: {error}"))
        }
        Err(error) => Touched::Failed(format!("writing that sessions were used failed: {error}")),
    }
}

/// Revokes the sessions whose tokens reached nobody, as soon as there is one. Runs until it is dropped.
pub(crate) async fn revoke_undelivered_soon(front: Arc<Front>) {
    loop {
        front.undelivered.added().await;
        if !revoke_now(&front).await {
            tokio::time::sleep(TICK).await;
        }
    }
}

/// Revokes what is undelivered now; whether that succeeded. What failed is kept for the next time.
pub(crate) async fn revoke_now(front: &Arc<Front>) -> bool {
    let undelivered = front.undelivered.take();
    let Some(era) = undelivered.first().map(|new| new.era) else { return true };
    let ids: Vec<_> = undelivered.iter().map(|new| new.id).collect();
    let revoked = front.change_in(era, "web".to_owned(), move |cx| revoke_undelivered(cx, &ids)).await;
    if let Err(error) = &revoked {
        front.log.notice(format!("revoking {} undelivered sessions failed: {error}", undelivered.len()));
        front.undelivered.add(&undelivered);
    }
    revoked.is_ok()
}
