//! A relay between a client and a server, which can lose one commit on the way.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::PostgresServer;
use crate::server::SUPERUSER;

/// What becomes of the next commit of a change, and of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Nothing happens to it.
    None = 0,
    /// The server never gets it, and the connection ends.
    CutBefore = 1,
    /// The server gets it; the connection ends, and with it the answer.
    CutAfter = 2,
    /// The server never gets it, and the connection stays.
    SilentBefore = 3,
    /// The server gets it; nothing comes back, and the connection stays.
    SilentAfter = 4,
}

/// A relay in a folder of its own; it lasts as long as the process.
#[derive(Debug)]
pub struct Relay {
    folder: TempDir,
    loss: Arc<AtomicU8>,
}

impl Relay {
    /// Starts one before a server.
    ///
    /// # Panics
    /// Where its socket cannot be made.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that has no relay fails")]
    pub fn before(server: &PostgresServer) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be created");
        let listener =
            UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket can be bound");
        let target = server.socket_folder().join(".s.PGSQL.5432");
        let loss = Arc::new(AtomicU8::new(Loss::None as u8));
        let shared = Arc::clone(&loss);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (target, loss) = (target.clone(), Arc::clone(&shared));
                // What cannot be passed on ends the connection, as the network does.
                thread::spawn(move || pass_on(&client, &target, &loss));
            }
        });
        Relay { folder, loss }
    }

    /// The URL of a database of the server, by way of the relay.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://{SUPERUSER}@{folder}/{database}")
    }

    /// What becomes of the next commit of a change.
    pub fn lose(&self, loss: Loss) {
        self.loss.store(loss as u8, Ordering::SeqCst);
    }

    /// Whether a commit was lost since.
    #[must_use]
    pub fn has_lost(&self) -> bool {
        self.loss.load(Ordering::SeqCst) == Loss::None as u8
    }
}

/// What becomes of the server's answers: the client gets them, …
const PASSED_ON: u8 = 0;
/// … or none of them, …
const WITHHELD: u8 = 1;
/// … or none of them, and the end of the connection as soon as the server has committed.
const CUT_AT_THE_COMMIT: u8 = 2;

/// The end of the server's answer to a commit (PostgreSQL's protocol, CommandComplete).
const COMMITTED: &[u8] = b"COMMIT\0";

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

/// Passes on what both sides write, until one of them ends or a commit is lost.
fn pass_on(client: &UnixStream, target: &Path, loss: &AtomicU8) -> Option<()> {
    let server = UnixStream::connect(target).ok()?;
    let (mut from_server, mut to_client) = (server.try_clone().ok()?, client.try_clone().ok()?);
    let answers = Arc::new(AtomicU8::new(PASSED_ON));
    let becomes = Arc::clone(&answers);
    thread::spawn(move || {
        let (mut buffer, mut withheld) = ([0; 65_536], Vec::new());
        while let Ok(read @ 1..) = from_server.read(&mut buffer) {
            match becomes.load(Ordering::SeqCst) {
                PASSED_ON => {
                    let _ = to_client.write_all(&buffer[..read]);
                }
                CUT_AT_THE_COMMIT => {
                    withheld.extend_from_slice(&buffer[..read]);
                    // Not before: the client would ask what became of its change before the server has made it.
                    if contains(&withheld, COMMITTED) {
                        let _ = to_client.shutdown(Shutdown::Both);
                    }
                }
                // Read all the same: without a reader, the server would give up before the commit, which comes with the
                // statements before it.
                _ => {}
            }
        }
        // It stays open where the server's silence is meant.
        if becomes.load(Ordering::SeqCst) != WITHHELD {
            let _ = to_client.shutdown(Shutdown::Both);
        }
    });
    let (mut from_client, mut to_server) = (client.try_clone().ok()?, server.try_clone().ok()?);
    let (mut buffer, mut changes) = ([0; 65_536], false);
    while let Ok(read @ 1..) = from_client.read(&mut buffer) {
        let bytes = &buffer[..read];
        // Not the one at the end of what was only read.
        changes |= contains(bytes, b"INSERT INTO sessionctl.event");
        let lost = if contains(bytes, b"COMMIT\0") && std::mem::take(&mut changes) {
            loss.swap(Loss::None as u8, Ordering::SeqCst)
        } else {
            Loss::None as u8
        };
        match lost {
            lost if lost == Loss::CutBefore as u8 => break,
            lost if lost == Loss::CutAfter as u8 => {
                answers.store(CUT_AT_THE_COMMIT, Ordering::SeqCst);
                let _ = to_server.write_all(bytes);
                let _ = to_server.shutdown(Shutdown::Write);
                return Some(());
            }
            lost if lost == Loss::SilentBefore as u8 => {
                answers.store(WITHHELD, Ordering::SeqCst);
                // What the client writes is lost until it leaves.
                while let Ok(1..) = from_client.read(&mut buffer) {}
                // As behind a firewall that forgot the connection, the server does not learn that.
                std::mem::forget((from_client, server, to_server));
                return Some(());
            }
            lost if lost == Loss::SilentAfter as u8 => answers.store(WITHHELD, Ordering::SeqCst),
            _ => {}
        }
        if to_server.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
    Some(())
}
