//! The stream of a connection: it reports when what was answered is written, and hands over first what was read before.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use crate::progress::Progress;

/// A socket that can be waited for without room for what it will bring.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    /// Whether there is something to read, or its end.
    fn poll_arrival(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

impl Socket for TcpStream {
    fn poll_arrival(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }
}

impl Socket for UnixStream {
    fn poll_arrival(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_read_ready(cx)
    }
}

/// A stream that confirms the delivery of what was answered, once it is written.
pub(crate) struct Watched<S> {
    stream: TokioIo<S>,
    progress: Arc<Progress>,
    /// What was read before, and belongs in front of what the socket brings.
    rest: Bytes,
}

impl<S: Socket> Watched<S> {
    pub(crate) fn new(stream: S, progress: Arc<Progress>) -> Self {
        Watched { stream: TokioIo::new(stream), progress, rest: Bytes::new() }
    }

    /// Hands this over before what the socket brings.
    pub(crate) fn put_back(&mut self, rest: Bytes) {
        self.rest = rest;
    }

    /// Returns when there is something to read, or the end of the stream.
    ///
    /// # Errors
    /// The socket's.
    pub(crate) async fn arrival(&self) -> io::Result<()> {
        if !self.rest.is_empty() {
            return Ok(());
        }
        std::future::poll_fn(|cx| self.stream.inner().poll_arrival(cx)).await
    }
}

impl<S: AsyncRead + Unpin> Read for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.rest.is_empty() {
            let part = self.rest.len().min(buf.remaining());
            buf.put_slice(&self.rest[..part]);
            self.rest.advance(part);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> Write for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.progress.writes();
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    /// hyper calls this when it has written all that it holds.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.progress.written();
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
        self.progress.writes();
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }
}
