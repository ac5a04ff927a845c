//! Changes that depend on each other: each race has its remedy in a lock, and its test fails without it.

use std::sync::Barrier;
use std::thread;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::store::{LogInOutcome, NewSession, Rotation, Store};
use sessionctl_postgres_fixture::shared;

use crate::env::{Database, end_sessions, event, log_in, new_session, only, random, waits_for};

fn parent(database: &Database) -> (SessionId, NewSession) {
    let bob = database.user("bob");
    let parent = database.create(&new_session(Kind::Sso, Some(bob))).expect("it is created").id;
    (parent, NewSession { parent: Some(parent), ..new_session(Kind::Web, Some(bob)) })
}

#[test]
fn revoke_of_a_parent_ends_a_child_that_is_being_created() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let (parent, _) = parent(&database);
    let mut creator = database.client();
    creator.batch_execute("BEGIN").unwrap();
    creator.query("SELECT 1 FROM sessionctl.session WHERE id = $1 FOR SHARE", &[&parent.get()]).unwrap();
    let sql = "INSERT INTO sessionctl.session (id, token_digest, kind, user_id, parent_id, created_at, last_seen_at, \
               absolute_expires_at, deadline) SELECT nextval('sessionctl.session_id'), token_digest, 1, user_id, id, \
               created_at, last_seen_at, absolute_expires_at, deadline FROM sessionctl.session WHERE id = $1 RETURNING id";
    let child: i64 = creator.query_one(sql, &[&parent.get()]).unwrap().get(0);
    waits_for(&mut creator, || database.revoke(&only(parent)));
    let child = SessionId::new(child).unwrap();
    assert_eq!([parent, child].map(|id| database.state(id)), [State::Revoked; 2]);
}

#[test]
fn child_is_not_created_while_its_parent_is_being_revoked() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let (parent, child) = parent(&database);
    let mut revoker = database.client();
    revoker.batch_execute("BEGIN").unwrap();
    let sql = "UPDATE sessionctl.session SET deadline = created_at, ended_at = created_at, end_reason = 'x' WHERE id = $1";
    revoker.execute(sql, &[&parent.get()]).unwrap();
    assert!(
        waits_for(&mut revoker, || database.create(&child)).is_none(),
        "an active child of a revoked parent"
    );
}

#[test]
fn login_beside_a_disable_creates_no_session() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let bob = database.user("bob");
    let mut administrator = database.client();
    administrator.batch_execute("BEGIN; UPDATE sessionctl.account SET disabled_at = 1").unwrap();
    let outcome = waits_for(&mut administrator, || database.store().log_in(log_in(bob, 20)).unwrap());
    assert!(matches!(outcome, LogInOutcome::UserGone), "{outcome:?}");
}

#[test]
fn token_generated_beside_a_disable_is_refused() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let bob = database.user("bob");
    let mut administrator = database.client();
    administrator.batch_execute("BEGIN; UPDATE sessionctl.account SET disabled_at = 1").unwrap();
    let created = waits_for(&mut administrator, || database.create(&new_session(Kind::Api, Some(bob))));
    assert!(created.is_none(), "an active session of a disabled user");
}

#[test]
fn disable_ends_the_session_of_a_login_that_is_going_on() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let bob = database.user("bob");
    let mut login = database.client();
    login.batch_execute("BEGIN; SELECT 1 FROM sessionctl.account FOR NO KEY UPDATE").unwrap();
    let sql = "INSERT INTO sessionctl.session (id, token_digest, kind, user_id, created_at, last_seen_at, \
               absolute_expires_at, deadline) SELECT nextval('sessionctl.session_id'), sha256('x'), 1, $1, n.at, n.at, \
               n.at + 3600, n.at + 3600 FROM (SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS at) n RETURNING id";
    let id: i64 = login.query_one(sql, &[&bob.0]).unwrap().get(0);
    let ended = waits_for(&mut login, || {
        database.store().disable_user(bob, end_sessions(), event(Action::UserDisabled)).unwrap()
    });
    assert_eq!(ended, Some(vec![SessionId::new(id).unwrap()]));
}

/// Runs `act` in many threads at once, each with a store of its own.
fn at_once<T: Send>(database: &Database, count: usize, act: impl Fn(&mut dyn Store) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|_| {
                scope.spawn(|| {
                    let mut store = database.store();
                    start.wait();
                    act(store.as_mut())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("it ends without a panic")).collect()
    })
}

#[test]
fn of_16_logins_at_once_as_many_succeed_as_the_limit_allows() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let bob = database.user("bob");
    let outcomes = at_once(&database, 16, |store| store.log_in(log_in(bob, 5)).unwrap());
    let done = outcomes.iter().filter(|outcome| matches!(outcome, LogInOutcome::Done { .. })).count();
    let refused = outcomes.iter().filter(|outcome| matches!(outcome, LogInOutcome::TooMany(5))).count();
    assert_eq!((done, refused), (5, 11), "{outcomes:?}");
}

#[test]
fn of_32_rotations_at_once_one_succeeds() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let issued = database.create(&new_session(Kind::Anonymous, None)).unwrap();
    let tokens = at_once(&database, 32, |store| {
        let rotation = Rotation {
            id: issued.id,
            digest: issued.token.digest(),
            random: random(),
            grace: std::time::Duration::ZERO,
            reauthentication: None,
            event: event(Action::SessionRotated),
        };
        store.rotate(&rotation).unwrap()
    });
    let winners: Vec<_> = tokens.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert!(database.store().look_up(&winners[0]).unwrap().is_some());
}

/// Locks a session when a store waits for a lock.
const LOCK_WHEN_ONE_WAITS: &str = "DO $$ BEGIN FOR i IN 1..6000 LOOP PERFORM pg_stat_clear_snapshot(); \
     IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() \
         AND application_name = 'sessionctl' AND wait_event_type = 'Lock') THEN \
         PERFORM 1 FROM sessionctl.session WHERE id = $1 FOR NO KEY UPDATE; RETURN; END IF; \
     PERFORM pg_sleep(0.01); END LOOP; RAISE 'no store waited'; END $$";

#[test]
fn two_changes_that_lock_in_different_orders_both_succeed() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let (parent, child) = parent(&database);
    let child = database.create(&child).unwrap().id;
    // Whoever waits looks for a deadlock once: the store when the other one waits as well, and the other one never.
    server.sql("postgres", &format!("ALTER DATABASE {} SET deadlock_timeout = '2s'", database.name));
    let mut other = database.client();
    other.batch_execute("BEGIN; SET LOCAL deadlock_timeout = '1h'").unwrap();
    let lock = "SELECT 1 FROM sessionctl.session WHERE id = $1 FOR NO KEY UPDATE";
    other.query(lock, &[&child.get()]).unwrap();
    thread::scope(|scope| {
        let revoking = scope.spawn(|| database.revoke(&only(parent)));
        // The revocation holds the parent and waits for the child: a deadlock, which ends its wait. The server looks by
        // itself, because a question by this process may take longer.
        other.batch_execute(&LOCK_WHEN_ONE_WAITS.replace("$1", &parent.to_string())).unwrap();
        other.batch_execute("COMMIT").unwrap();
        revoking.join().unwrap();
    });
    assert_eq!([parent, child].map(|id| database.state(id)), [State::Revoked; 2]);
}
