//! Whether the process runs, and whether it can answer.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use sessionctl_core::ops::clock;

use crate::front::Front;
use crate::reply::Reply;

/// A database that takes longer to read cannot answer the gate.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// The process runs.
pub(crate) fn healthz() -> Reply {
    Reply::text("healthz", StatusCode::OK, "ok\n")
}

/// What is counted, for a Prometheus on this machine.
pub(crate) fn metrics(front: &Front) -> Reply {
    let pending = i64::try_from(front.touches.pending()).unwrap_or(i64::MAX);
    front.metrics.touches_pending.set(pending);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Reply::empty("metrics", StatusCode::OK).body(kind, front.metrics.text())
}

/// The database answers in time, and the clock can be used.
pub(crate) async fn readyz(front: &Arc<Front>) -> Reply {
    let reading = front.read_elsewhere(clock::guard);
    match tokio::time::timeout(READ_TIMEOUT, reading).await {
        Ok(Ok(())) => Reply::text("readyz", StatusCode::OK, "ok\n"),
        _ => Reply::unavailable("readyz"),
    }
}
