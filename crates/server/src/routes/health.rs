//! Whether the process runs, and whether it can answer.

use std::sync::Arc;

use hyper::StatusCode;
use sessionctl_core::ops::clock;

use super::Reply;
use crate::front::Front;

/// The process runs.
pub(super) fn healthz() -> Reply {
    Reply::text("healthz", StatusCode::OK, "ok\n")
}

/// The database answers, and the clock can be used.
pub(super) async fn readyz(front: &Arc<Front>) -> Reply {
    match front.read(clock::guard).await {
        Ok(()) => Reply::text("readyz", StatusCode::OK, "ok\n"),
        Err(_) => Reply::unavailable("readyz"),
    }
}
