//! Whether the process runs, whether it can answer, and what it has counted.

use std::sync::Arc;
use std::time::Duration;

use hyper::header::ALLOW;
use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::ops::clock;

use crate::front::Front;
use crate::reply::Reply;

/// A database that takes longer to read cannot answer the gate.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// Answers a question about the health of the front; `None` where the path is another.
pub(crate) async fn answer(front: &Arc<Front>, head: &Parts) -> Option<Reply> {
    let route = match head.uri.path() {
        "/healthz" => "healthz",
        "/readyz" => "readyz",
        _ => return None,
    };
    Some(match route {
        _ if !is_read(&head.method) => not_read(route),
        "healthz" => Reply::text(route, StatusCode::OK, "ok\n"),
        _ => readyz(front).await,
    })
}

/// Whether a request only looks at what is there.
pub(crate) fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The answer to every other request.
pub(crate) fn not_read(route: &'static str) -> Reply {
    Reply::text(route, StatusCode::METHOD_NOT_ALLOWED, "see Allow\n").with(ALLOW, "GET, HEAD")
}

/// What is counted, for a Prometheus on this machine.
pub(crate) fn metrics(front: &Front) -> Reply {
    let pending = i64::try_from(front.touches.pending()).unwrap_or(i64::MAX);
    front.metrics.touches_pending.set(pending);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Reply::empty("metrics", StatusCode::OK).body(kind, front.metrics.text())
}

/// The database answers in time, and the clock can be used.
async fn readyz(front: &Arc<Front>) -> Reply {
    let reading = front.read_elsewhere(|cx| {
        clock::guard(cx)?;
        // Whichever it is: the gate reads sessions.
        Ok(SessionId::new(1).map(|id| cx.store.session(id)).transpose()?.is_some())
    });
    match tokio::time::timeout(READ_TIMEOUT, reading).await {
        Ok(Ok(_)) => Reply::text("readyz", StatusCode::OK, "ok\n"),
        _ => Reply::unavailable("readyz"),
    }
}
