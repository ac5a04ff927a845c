//! The fence of bulk work: a login that drew its id before a `revoke --all` began, and commits after it, would escape.
//! So the last pass begins when every transaction that was running at the beginning has ended.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{Fence, StoreError};

use crate::dialect::{ASSIGN_TRANSACTION, NEXT_TRANSACTION, OLDEST_RUNNING, OLDEST_TRANSACTION_AGE};
use crate::error::PostgresError;
use crate::store::PostgresStore;

/// A transaction of any program in the cluster keeps the fence waiting, so there is a limit.
const FENCE_TIMEOUT: Duration = Duration::from_secs(30);
const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Sets the fence; none where no id was ever drawn.
pub(crate) fn set(store: &PostgresStore) -> Result<Option<Fence>, PostgresError> {
    // The ids first: whoever drew one of them had its transaction's number before, and that is below the one that is
    // drawn next. The snapshot's own upper bound would not do: it is below the newest transaction that is running.
    let sql = "SELECT last_value FROM sessionctl.session_id WHERE is_called";
    let Some(drawn) = store.query_opt(sql, &[])? else { return Ok(None) };
    let Some(up_to) = SessionId::new(drawn.try_get(0)?) else { return Ok(None) };
    let mark = store.query_one(&format!("SELECT {ASSIGN_TRANSACTION}"), &[])?.try_get(0)?;
    Ok(Some(Fence { up_to, mark }))
}

/// Waits until every transaction that is running now has ended.
pub(crate) fn drain(store: &PostgresStore) -> Result<(), PostgresError> {
    let mark: i64 = store.query_one(&format!("SELECT {ASSIGN_TRANSACTION}"), &[])?.try_get(0)?;
    match wait_for(store, mark) {
        Err(PostgresError { error: StoreError::Unfenced { .. }, .. }) => Err(StoreError::Busy.into()),
        waited => waited,
    }
}

/// Waits until every transaction that was running when the fence was set has ended.
pub(crate) fn pass(store: &PostgresStore, fence: &Fence) -> Result<(), PostgresError> {
    wait_for(store, fence.mark)
}

fn wait_for(store: &PostgresStore, mark: i64) -> Result<(), PostgresError> {
    let begun = Instant::now();
    let sql = format!("SELECT {OLDEST_RUNNING}, {NEXT_TRANSACTION}");
    loop {
        let found = store.query_one(&sql, &[])?;
        let (oldest, next): (i64, i64) = (found.try_get(0)?, found.try_get(1)?);
        if oldest >= mark {
            return Ok(());
        }
        // A replica that became the primary does not know the last numbers of the old one.
        if next <= mark {
            store.query_one(&format!("SELECT {ASSIGN_TRANSACTION}"), &[])?;
        }
        if begun.elapsed() > FENCE_TIMEOUT {
            let age: i64 = store.query_one(OLDEST_TRANSACTION_AGE, &[])?.try_get(0)?;
            return Err(StoreError::Unfenced { seconds: u64::try_from(age).unwrap_or(0) }.into());
        }
        thread::sleep(PAUSE_BETWEEN_LOOKS);
    }
}
