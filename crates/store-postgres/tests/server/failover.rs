//! Acknowledged means kept: with a synchronous replica, no acknowledged revocation is lost where the primary dies, and
//! each change has one answer, the right one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::env::{Database, event, new_session, only, random, revoke};

const CLIENTS: usize = 8;
const REVOCATIONS_PER_CLIENT: usize = 30;
/// The revocations that are acknowledged before the primary dies.
const BEFORE_THE_FAILOVER: usize = 40;

fn socket(server: &PostgresServer) -> String {
    server.socket_folder().display().to_string().replace('/', "%2F")
}

#[test]
fn acknowledged_revocations_survive_a_failover_to_a_synchronous_replica() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["max_connections=50".to_owned()] };
    let primary = PostgresServer::start(&programs, &settings);
    let replica = primary.replica(&settings);
    let direct = Database::new(&primary);
    primary.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
    primary.sql("postgres", "SELECT pg_reload_conf()");
    let url = format!("postgres://postgres@{},{}/{}", socket(&primary), socket(&replica), direct.name);
    let database = direct.at(url);
    let random: Vec<_> = (0..CLIENTS * REVOCATIONS_PER_CLIENT).map(|_| random()).collect();
    let new = new_session(Kind::Anonymous, None);
    let created = database.store().create(&new, &random, event(Action::SessionCreated)).unwrap();
    let sessions: Vec<SessionId> = created.iter().map(|issued| issued.id).collect();
    let acknowledged = AtomicUsize::new(0);
    let files = thread::scope(|scope| {
        for part in sessions.chunks(REVOCATIONS_PER_CLIENT) {
            let (database, acknowledged) = (&database, &acknowledged);
            scope.spawn(move || {
                let mut store = database.store();
                for id in part {
                    revoke(store.as_mut(), &only(*id));
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < BEFORE_THE_FAILOVER {
            thread::sleep(Duration::from_millis(1));
        }
        let files = primary.kill();
        replica.promote();
        files
    });
    drop(files);
    assert_eq!(acknowledged.into_inner(), sessions.len());
    let store = database.store();
    for id in &sessions {
        let (session, _) = store.session(*id).unwrap().unwrap();
        assert_eq!(session.state(session.created_at), State::Revoked, "{id} was acknowledged and is lost");
    }
    let events = "SELECT count(*) FROM sessionctl.event WHERE action = 'session.revoked'";
    assert_eq!(replica.sql(&direct.name, events), sessions.len().to_string(), "a revocation was made twice");
}
