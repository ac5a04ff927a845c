//! Whether the process runs, and whether it can answer.

use std::sync::Arc;

use hyper::StatusCode;
use sessionctl_core::ops::clock;

use super::Reply;
use crate::front::Front;

/// The process runs.
pub(crate) fn healthz() -> Reply {
    Reply::text("healthz", StatusCode::OK, "ok\n")
}

/// What is counted, for a Prometheus on this machine.
pub(crate) fn metrics(front: &Front) -> Reply {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Reply::empty("metrics", StatusCode::OK).body(kind, front.metrics.text())
}

/// The database answers, and the clock can be used.
pub(crate) async fn readyz(front: &Arc<Front>) -> Reply {
    match front.read(clock::guard).await {
        Ok(()) => Reply::text("readyz", StatusCode::OK, "ok\n"),
        Err(_) => Reply::unavailable("readyz"),
    }
}
