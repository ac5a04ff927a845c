//! The sockets: those that the configuration names, or those that systemd passes, and the loop that accepts
//! connections.

use std::fs::{self, File};
use std::io;
use std::net::TcpListener as StdTcpListener;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener as StdUnixListener, UnixStream as StdUnixStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use listenfd::ListenFd;
use rustix::fs::Mode;
use rustix::process::umask;
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

/// For another process that looks at the same socket.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);
const TURN_PAUSE: Duration = Duration::from_millis(10);

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

/// A socket that a killed process left behind is replaced; one on which somebody answers, or another file, is not.
fn bind_unix(path: &Path, mode: u32) -> io::Result<StdUnixListener> {
    // Of two that start at once, the second would remove the socket that the first has just made.
    let _turn = take_turn(path);
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.file_type().is_socket() => {
            let message = "a file that is no socket has this name";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        Ok(_) if is_left_behind(path) => fs::remove_file(path)?,
        _ => {}
    }
    // Nobody may connect before the permissions are set.
    let before = umask(Mode::from_raw_mode(!mode & 0o777));
    let bound = StdUnixListener::bind(path);
    umask(before);
    let socket = bound?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(socket)
}

fn is_left_behind(path: &Path) -> bool {
    StdUnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// The lock of the socket's folder, for as long as the result lives. Whoever cannot have it goes on without.
fn take_turn(path: &Path) -> Option<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = File::open(folder).ok()?;
    let began = Instant::now();
    while folder.try_lock().is_err() {
        // Any account that reads the folder could hold it for ever.
        if began.elapsed() > TURN_TIMEOUT {
            return None;
        }
        thread::sleep(TURN_PAUSE);
    }
    Some(folder)
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
        let refused = bind_unix(&path, 0o660).map(drop).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "no socket");
        fs::remove_file(&path).unwrap();
    }

    #[test]
    fn socket_left_behind_is_replaced_by_one_of_many_that_start_at_once() {
        let name = format!("sessionctl-turn-{}.sock", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_file(&path);
        for _ in 0..20 {
            drop(StdUnixListener::bind(&path).unwrap());
            let bound: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| bind_unix(&path, 0o600).ok())).collect();
                threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
            });
            assert_eq!(bound.len(), 1);
            assert!(StdUnixStream::connect(&path).is_ok(), "the one that is bound is reached");
            drop(bound);
            fs::remove_file(&path).unwrap();
        }
    }
}
