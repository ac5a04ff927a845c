//! The socket of a link, which counts what the server may still send: memory is bounded by it, whatever lengths the
//! server claims and however many messages it sends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream, lookup_host};

use crate::url::HostName;

/// After this time without an answer to what was sent, the connection counts as lost.
#[cfg(target_os = "linux")]
const TCP_USER_TIMEOUT_MILLIS: u32 = 10_000;
/// An idle connection is asked for a sign of life after this time, so that a firewall does not forget it.
const TCP_KEEPALIVE_IDLE: Duration = Duration::from_secs(60);

/// The bytes that a server may still send.
#[derive(Clone)]
pub(crate) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    pub(crate) fn new(bytes: usize) -> Self {
        Allowance(Arc::new(AtomicUsize::new(bytes)))
    }

    /// Begins a new answer.
    pub(crate) fn renew(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Takes away what was sent, or what it takes in memory.
    pub(crate) fn spend(&self, bytes: usize) {
        self.0.store(self.0.load(Ordering::Relaxed).saturating_sub(bytes), Ordering::Relaxed);
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// What both kinds of sockets are.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A socket whose other side may send a number of bytes.
pub(crate) struct Socket {
    stream: Box<dyn Stream>,
    allowance: Allowance,
}

/// Opens one. Of several addresses of a name, the first that answers is taken.
pub(crate) async fn open((host, port): &(HostName, u16), allowance: Allowance) -> io::Result<Socket> {
    let stream: Box<dyn Stream> = match host {
        HostName::Socket(folder) => {
            Box::new(UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await?)
        }
        HostName::Tcp(name) => Box::new(open_tcp(name, *port).await?),
    };
    Ok(Socket { stream, allowance })
}

async fn open_tcp(name: &str, port: u16) -> io::Result<TcpStream> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in lookup_host((name, port)).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                sockopt::set_socket_keepalive(&stream, true)?;
                sockopt::set_tcp_keepidle(&stream, TCP_KEEPALIVE_IDLE)?;
                #[cfg(target_os = "linux")]
                sockopt::set_tcp_user_timeout(&stream, TCP_USER_TIMEOUT_MILLIS)?;
                return Ok(stream);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.allowance.is_used_up() {
            return Poll::Ready(Err(io::Error::other("the server sends too much")));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.allowance.spend(buffer.filled().len() - before);
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
