//! Commits whose answer is lost on the way: a relay between the store and the server ends the connection at the COMMIT,
//! before or after the server gets it.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;
use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{EventFilter, Store};
use sessionctl_postgres_fixture::{PostgresServer, shared};

use crate::env::{Database, new_session, only};

/// What the relay does to the next COMMIT.
#[derive(Clone, Copy)]
enum Cut {
    Nothing = 0,
    /// The server never gets it.
    Before = 1,
    /// The server gets it, and the answer is lost.
    After = 2,
}

/// How long the server may take to commit.
const COMMIT_TIME: Duration = Duration::from_millis(200);

/// A relay in a folder of its own; it lasts as long as the process.
struct Relay {
    folder: tempfile::TempDir,
    cut: Arc<AtomicU8>,
}

impl Relay {
    fn before(server: &PostgresServer) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be created");
        let listener =
            UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket can be bound");
        let target = server.socket_folder().join(".s.PGSQL.5432");
        let cut = Arc::new(AtomicU8::new(Cut::Nothing as u8));
        let shared = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (target, cut) = (target.clone(), Arc::clone(&shared));
                thread::spawn(move || relay(client, &target, &cut));
            }
        });
        Relay { folder, cut }
    }

    fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@{}/{database}",
            self.folder.path().display().to_string().replace('/', "%2F")
        )
    }

    fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

/// Passes on what both sides write, until one of them ends or a COMMIT is cut.
fn relay(client: UnixStream, target: &Path, cut: &AtomicU8) {
    let Ok(server) = UnixStream::connect(target) else { return };
    let clone = |stream: &UnixStream| stream.try_clone().expect("a socket can be cloned");
    let (mut from_server, mut to_client) = (clone(&server), clone(&client));
    thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
    let (mut from_client, mut to_server) = (clone(&client), clone(&server));
    let (mut buffer, mut changes) = ([0; 65_536], false);
    while let Ok(read @ 1..) = from_client.read(&mut buffer) {
        let bytes = &buffer[..read];
        let has = |words: &[u8]| bytes.windows(words.len()).any(|window| window == words);
        // Not the one at the end of what was only read.
        changes |= has(b"INSERT INTO sessionctl.event");
        if has(b"COMMIT\0") && std::mem::take(&mut changes) {
            match cut.swap(Cut::Nothing as u8, Ordering::SeqCst) {
                1 => break,
                2 => {
                    let _ = client.shutdown(std::net::Shutdown::Both);
                    let _ = to_server.write_all(bytes);
                    thread::sleep(COMMIT_TIME);
                    break;
                }
                _ => {}
            }
        }
        if to_server.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = (client.shutdown(std::net::Shutdown::Both), server.shutdown(std::net::Shutdown::Both));
}

fn count(store: &dyn Store, action: Action) -> usize {
    let filter = EventFilter { action: Some(action.as_str().to_owned()), ..EventFilter::default() };
    let mut found = 0;
    let counted = store.events(&filter, &mut |_| {
        found += 1;
        std::ops::ControlFlow::Continue(())
    });
    counted.expect("the log can be read");
    found
}

/// The events of a revocation, and of an abandoned change, after a revocation whose connection is cut at the COMMIT.
fn events_of_a_revocation_that_is_cut(server: &PostgresServer, cut: Cut) -> [usize; 2] {
    let database = Database::new(server);
    let id = database.create(&new_session(Kind::Anonymous, None)).expect("the server answers").id;
    let relay = Relay::before(server);
    let relayed = database.at(relay.url(&database.name));
    let mut store = relayed.store();
    relay.cut(cut);
    crate::env::revoke(store.as_mut(), &only(id));
    assert_eq!(database.state(id), State::Revoked);
    store.verify_log().expect("the log can be read");
    [Action::SessionRevoked, Action::ChangeAbandoned].map(|action| count(store.as_ref(), action))
}

#[test]
fn change_whose_answer_is_lost_after_the_commit_is_reported_as_done_and_made_once() {
    let Some(server) = shared() else { return };
    assert_eq!(events_of_a_revocation_that_is_cut(server, Cut::After), [1, 0]);
}

#[test]
fn change_whose_commit_never_arrives_is_abandoned_under_its_number_and_made_again() {
    let Some(server) = shared() else { return };
    let counts = events_of_a_revocation_that_is_cut(server, Cut::Before);
    assert_eq!(counts, [1, 1], "certainty needs the first attempt's number");
}

#[test]
fn login_whose_answer_is_lost_creates_one_session_whose_token_is_right() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let user = database.user("bob");
    let relay = Relay::before(server);
    let relayed = database.at(relay.url(&database.name));
    for cut in [Cut::Before, Cut::After] {
        let mut store = relayed.store();
        relay.cut(cut);
        let outcome = store.log_in(crate::env::log_in(user, 20)).unwrap();
        let sessionctl_core::store::LogInOutcome::Done { issued, .. } = outcome else {
            panic!("{outcome:?}")
        };
        let found = store.look_up(&issued.token).unwrap().expect("the token is the session's");
        assert_eq!(found.session.id, issued.id);
    }
    let mut client = database.client();
    let sessions: i64 = client.query_one("SELECT count(*) FROM sessionctl.session", &[]).unwrap().get(0);
    assert_eq!(sessions, 2);
}
