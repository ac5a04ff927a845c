//! The sockets: those that the configuration names, or those that systemd passes, and the loop that accepts connections.

use std::fs;
use std::io;
use std::net::TcpListener as StdTcpListener;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};

use crate::client::Peer;
use crate::config::Address;
use crate::connection;
use crate::dispatch::Surface;
use crate::front::Front;

/// Connections that are open at once. Each further one waits in the queue of the kernel.
pub(crate) const MAX_CONNECTIONS: u32 = 16_384;
/// Where no file descriptor is free, accepting again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A socket that is bound, outside of a runtime.
pub(crate) enum Bound {
    Tcp(StdTcpListener),
    Unix(StdUnixListener),
}

/// The sockets that systemd passed.
///
/// # Errors
/// The operating system's.
pub(crate) fn passed() -> io::Result<Vec<(Surface, Bound)>> {
    // systemd names the sockets in the order in which it passes them.
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut sockets = ListenFd::from_env();
    let mut bound = Vec::new();
    for index in 0..sockets.len() {
        let surface = if names.next() == Some("api") { Surface::Api } else { Surface::Pages };
        let socket = match sockets.take_tcp_listener(index) {
            Ok(socket) => socket.map(Bound::Tcp),
            Err(_) => sockets.take_unix_listener(index)?.map(Bound::Unix),
        };
        bound.extend(socket.map(|socket| (surface, socket)));
    }
    Ok(bound)
}

/// Binds an address.
///
/// # Errors
/// The operating system's.
pub(crate) fn bind(address: &Address) -> io::Result<Bound> {
    match address {
        Address::Tcp(address) => StdTcpListener::bind(address).map(Bound::Tcp),
        Address::Unix { path, mode } => bind_unix(path, *mode).map(Bound::Unix),
    }
}

/// A socket that a killed process left behind is replaced; one on which somebody answers is not.
fn bind_unix(path: &Path, mode: u32) -> io::Result<StdUnixListener> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|meta| meta.file_type().is_socket());
    if is_socket
        && StdUnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    {
        fs::remove_file(path)?;
    }
    let socket = StdUnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(socket)
}

impl Bound {
    /// The address, for the message at the start.
    pub(crate) fn shown(&self) -> String {
        match self {
            Bound::Tcp(socket) => {
                socket.local_addr().map(|address| format!("http://{address}")).unwrap_or_default()
            }
            Bound::Unix(socket) => {
                let path = socket.local_addr().ok();
                let path = path.as_ref().and_then(|address| address.as_pathname());
                path.map(|path| format!("unix:{}", path.display())).unwrap_or_default()
            }
        }
    }

    /// Accepts connections until `stop` is set.
    ///
    /// # Errors
    /// Where the socket cannot be used in the runtime.
    pub(crate) async fn accept(
        self,
        front: Arc<Front>,
        surface: Surface,
        permits: Arc<Semaphore>,
        mut stop: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let socket = match self {
            Bound::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                Listener::Tcp(TcpListener::from_std(socket)?)
            }
            Bound::Unix(socket) => {
                socket.set_nonblocking(true)?;
                Listener::Unix(UnixListener::from_std(socket)?)
            }
        };
        let again = stop.clone();
        let accept = async {
            loop {
                // Never closed: the permits live as long as the server.
                let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
                if socket.serve_one(&front, surface, permit, &again).await.is_err() {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        };
        tokio::select! {
            () = accept => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        Ok(())
    }
}

/// A socket in the runtime.
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Accepts one connection and serves it in a task of its own.
    async fn serve_one(
        &self,
        front: &Arc<Front>,
        surface: Surface,
        permit: tokio::sync::OwnedSemaphorePermit,
        stop: &watch::Receiver<bool>,
    ) -> io::Result<()> {
        let (front, stop) = (Arc::clone(front), stop.clone());
        match self {
            Listener::Tcp(socket) => {
                let (stream, address) = socket.accept().await?;
                // Answers are small and whole; waiting for more would only delay them.
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    connection::run(front, stream, Peer::Tcp(address), surface, stop).await;
                    drop(permit);
                });
            }
            Listener::Unix(socket) => {
                let (stream, _) = socket.accept().await?;
                let account = stream.peer_cred().ok().map(|peer| peer.uid());
                tokio::spawn(async move {
                    connection::run(front, stream, Peer::Unix(account), surface, stop).await;
                    drop(permit);
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_socket_is_replaced_only_where_nobody_answers() {
        let name = format!("sessionctl-listen-{}.sock", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_file(&path);
        let first = bind_unix(&path, 0o640).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(bind_unix(&path, 0o660).is_err(), "somebody answers");
        drop(first);
        assert!(bind_unix(&path, 0o660).is_ok());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "no socket").unwrap();
        assert!(bind_unix(&path, 0o660).is_err());
        fs::remove_file(&path).unwrap();
    }
}
