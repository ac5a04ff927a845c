//! A connection: how long it may be idle, and how it is served. What it is doing is in `progress`, its stream in
//! `watched`.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1::{self, Connection, Parts};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response};
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::answer_body::AnswerBody;
use crate::client::Peer;
use crate::dispatch::Surface;
use crate::front::Front;
use crate::progress::{Progress, RunningBody};
use crate::watched::{Socket, Watched};

/// For the beginning of a request, and then for the rest of its head. It is longer than the 60 s for which nginx keeps
/// an idle connection; the number of connections bounds the slow ones.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// For the next request of a connection that is open when the front is to stop. hyper would close an idle one at once,
/// also one that was just accepted, whose request is on its way.
const LINGER: Duration = Duration::from_millis(500);
/// A connection that is idle for this long, seen twice, gives its buffers back: they are four fifths of what it takes.
const REST_AFTER: Duration = Duration::from_millis(250);
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEAD_FIELDS: usize = 100;

/// Serves a connection until it is closed, or until its running request is answered after `stop` is set.
pub(crate) async fn run<S: Socket>(
    front: Arc<Front>,
    stream: S,
    peer: Peer,
    surface: Surface,
    mut stop: watch::Receiver<bool>,
) {
    let _open = Open::new(Arc::clone(&front));
    let progress = Arc::new(Progress::new(front.delivery()));
    let mut io = Watched::new(stream, Arc::clone(&progress));
    let (stopping, served) = (stop.clone(), Arc::clone(&progress));
    let mut service = service_fn(move |request| {
        let (front, stopping, running) = (Arc::clone(&front), stopping.clone(), served.begin());
        let progress = Arc::clone(&served);
        // Boxed: the room for an answer is needed while there is one only.
        Box::pin(async move {
            let mut response = front.answer_on(surface, request, peer, &progress.delivery).await;
            if *stopping.borrow() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            let response: Response<RunningBody<AnswerBody>> =
                response.map(|body| RunningBody { body, _running: running });
            Ok::<_, std::convert::Infallible>(response)
        })
    });
    while arrives(&io, &mut stop).await {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(MAX_HEAD_BYTES)
            .max_headers(MAX_HEAD_FIELDS);
        let connection = builder.serve_connection(io, service);
        let Some(rested) = serve(connection, &progress, &mut stop).await else { return };
        (io, service) = (rested.io, rested.service);
        io.put_back(rested.read_buf);
    }
}

/// Waits for the beginning of a request, with no room for it. Whether one came.
async fn arrives<S: Socket>(io: &Watched<S>, stop: &mut watch::Receiver<bool>) -> bool {
    let arrived = tokio::select! {
        biased;
        arrived = timeout(HEAD_TIMEOUT, io.arrival()) => Some(arrived),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    let arrived = match arrived {
        Some(arrived) => arrived,
        None => timeout(LINGER, io.arrival()).await,
    };
    matches!(arrived, Ok(Ok(())))
}

/// Serves requests. Returns the parts of a connection that is idle; `None` once it is closed.
async fn serve<S, V>(
    mut connection: Connection<Watched<S>, V>,
    progress: &Progress,
    stop: &mut watch::Receiver<bool>,
) -> Option<Parts<Watched<S>, V>>
where
    S: Socket,
    V: Service<Request<Incoming>, Response = Response<RunningBody<AnswerBody>>> + Unpin,
    V::Future: Unpin,
    V::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (begun, mut before) = (progress.requests(), None);
    loop {
        tokio::select! {
            biased;
            // A client that breaks off is no error of ours.
            _ = &mut connection => return None,
            _ = stop.wait_for(|stop| *stop) => break,
            () = sleep(REST_AFTER) => {}
        }
        let now = progress.idle_after();
        // What has come without being a request yet stays here: at a new beginning a slow head would have its time
        // again.
        if now == before && now.is_some_and(|requests| requests > begun) {
            // At once, because nothing is being answered.
            Pin::new(&mut connection).graceful_shutdown();
            let ended = connection.poll_without_shutdown(&mut Context::from_waker(Waker::noop()));
            if ended.is_ready() {
                return Some(connection.into_parts());
            }
        }
        before = now;
    }
    if timeout(LINGER, &mut connection).await.is_err() {
        Pin::new(&mut connection).graceful_shutdown();
        let _ = connection.await;
    }
    None
}

/// Counts a connection as long as it is open.
struct Open(Arc<Front>);

impl Open {
    fn new(front: Arc<Front>) -> Self {
        front.metrics.connections.inc();
        Open(front)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics.connections.dec();
    }
}
