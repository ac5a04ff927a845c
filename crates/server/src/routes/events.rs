//! The event streams of the pages with a table (server-sent events, HTML §9.2): the id of the newest event, whenever
//! there is a newer one. Nothing else is revealed, and every change is in the page that is asked for afterwards.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{HeaderName, RETRY_AFTER};
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::{OpContext, OpsError};
use sessionctl_core::store::EventFilter;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::standing::{Standing, standing};
use super::visit::{Visit, active_session};
use crate::answer_body::{AnswerBody, BrokenStream};
use crate::front::Front;
use crate::reply::Reply;
use crate::streams::OpenStream;

const ROUTE: &str = "events";
/// How often the session is checked, so that a stream ends within 2 s.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The shortest time between two reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(2);
/// A comment after this time of silence keeps the connection open behind proxies, which close idle ones after 60 s.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(20);
/// Milliseconds until a browser connects again.
const RETRY_MILLIS: u64 = 5_000;

/// Whose page is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// The user's own.
    User,
    /// The administrators'.
    Administrator,
}

/// A stream, and what it depends on.
struct Watch {
    front: Arc<Front>,
    place: Option<usize>,
    token: Token,
    audience: Audience,
}

/// Opens a stream.
pub(super) async fn answer(visit: &Visit<'_>, audience: Audience) -> Reply {
    let current = match visit.logged_in().await {
        Err(_) => return Reply::unavailable(ROUTE),
        Ok(current) => current,
    };
    let Some((current, user)) = current.and_then(|current| {
        let user = current.session.user.clone()?;
        Some((current, user))
    }) else {
        return Reply::empty(ROUTE, StatusCode::UNAUTHORIZED);
    };
    let id = current.session.id;
    let (front, place) = (Arc::clone(visit.front), visit.place);
    let watch = Watch { front, place, token: current.token, audience };
    let newest = match watch.newest().await {
        Err(_) => return Reply::unavailable(ROUTE),
        Ok(None) => return Reply::empty(ROUTE, StatusCode::FORBIDDEN),
        Ok(Some(newest)) => newest,
    };
    let Some(open) = visit.front.streams.open(&user) else {
        visit.front.metrics.limited_streams.inc();
        return Reply::empty(ROUTE, StatusCode::TOO_MANY_REQUESTS).with(RETRY_AFTER, "60");
    };
    let (sender, body) = AnswerBody::stream();
    tokio::spawn(watch.run(open, sender, newest));
    Reply::empty(ROUTE, StatusCode::OK)
        .stream("text/event-stream", body)
        .with(HeaderName::from_static("x-accel-buffering"), "no")
        .with(HeaderName::from_static("x-content-type-options"), "nosniff")
        .about(Some(id))
}

impl Watch {
    /// The newest event; `None` where the session may no longer watch. That a page is open is no use of its session.
    async fn newest(&self) -> Result<Option<i64>, OpsError> {
        let current = active_session(&self.front, self.place, self.token.clone()).await?;
        let Some(current) = current.filter(|current| current.session.user.is_some()) else { return Ok(None) };
        if self.audience == Audience::Administrator
            && standing(&self.front, &current.session).await? != Standing::Fresh
        {
            return Ok(None);
        }
        self.front.read(newest_event).await.map(Some)
    }

    /// Reports until the session ends, the client goes, the front stops, or the answer cannot be determined.
    async fn run(
        self,
        mut open: OpenStream,
        sender: mpsc::Sender<Result<Bytes, BrokenStream>>,
        mut newest: i64,
    ) {
        let mut reported = Instant::now();
        if sender.send(Ok(report(newest))).await.is_err() {
            return;
        }
        let mut tick = interval(CHECK_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = sender.closed() => return,
                () = open.stopped() => return,
                _ = tick.tick() => {}
            }
            let Ok(Some(latest)) = self.newest().await else { return };
            let silence = reported.elapsed();
            let part = if latest != newest && silence >= REPORT_INTERVAL {
                newest = latest;
                report(newest)
            } else if silence >= SILENCE_TIMEOUT {
                Bytes::from_static(b":\n\n")
            } else {
                continue;
            };
            reported = Instant::now();
            // A client that reads nothing is no reason to look at the database.
            tokio::select! {
                sent = sender.send(Ok(part)) => if sent.is_err() { return },
                () = open.stopped() => return,
            }
        }
    }
}

/// The id of the newest event; 0 where there is none.
pub(super) fn newest_event(cx: &mut OpContext<'_>) -> Result<i64, OpsError> {
    let mut newest = 0;
    let filter = EventFilter { limit: Some(1), ..EventFilter::default() };
    cx.store.events(&filter, &mut |event| {
        newest = event.id;
        ControlFlow::Break(())
    })?;
    Ok(newest)
}

fn report(event: i64) -> Bytes {
    format!("retry: {RETRY_MILLIS}\nid: {event}\ndata: {event}\n\n").into()
}
