//! A connection: a stream that reports when what was answered is written, and how it is served.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::header::{CONNECTION, HeaderValue};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

use crate::client::Peer;
use crate::deliver::Delivery;
use crate::dispatch::Surface;
use crate::front::Front;

/// For a whole request head. hyper has one clock for a slow head, for silence and for an idle connection, so that it is
/// longer than the 60 s for which nginx keeps an idle connection; the number of connections bounds the slow ones.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// For the next request of a connection that is open when the front is to stop. hyper would close an idle one at once, also
/// one that was just accepted, whose request is on its way.
const LINGER: Duration = Duration::from_millis(500);
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEAD_FIELDS: usize = 100;

/// Serves a connection until it is closed, or until its running request is answered after `stop` is set.
pub(crate) async fn run<S>(
    front: Arc<Front>,
    stream: S,
    peer: Peer,
    surface: Surface,
    mut stop: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let _open = Open::new(Arc::clone(&front));
    let delivery = Arc::new(front.delivery());
    let io = Watched { stream: TokioIo::new(stream), delivery: Arc::clone(&delivery) };
    let stopping = stop.clone();
    let service = service_fn(move |request| {
        let (front, delivery, stopping) = (Arc::clone(&front), Arc::clone(&delivery), stopping.clone());
        async move {
            let mut response = front.answer_on(surface, request, peer, &delivery).await;
            if *stopping.borrow() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEAD_FIELDS);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    tokio::select! {
        // A client that breaks off is no error of ours.
        _ = &mut connection => return,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    if tokio::time::timeout(LINGER, connection.as_mut()).await.is_err() {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
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

/// A stream that confirms the delivery of what was answered, once it is written.
struct Watched<S> {
    stream: TokioIo<S>,
    delivery: Arc<Delivery>,
}

impl<S: AsyncRead + Unpin> Read for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> Write for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    /// hyper calls this when it has written all that it holds.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.delivery.confirm();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
