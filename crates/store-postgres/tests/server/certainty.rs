//! Changes whose connection ends, and commits that are never answered.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{EventFilter, Store};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings, shared};

use crate::env::{Database, TIMEOUT, event, new_session, only};

/// Asks the server for the connections of stores that wait for this until there is one; `what` is read of each.
fn of_waiting(client: &mut postgres::Client, what: &str, waiting_for: &str) {
    let sql = format!(
        "SELECT {what} FROM pg_stat_activity WHERE application_name = 'sessionctl' \
         AND datname = current_database() AND wait_event = $1"
    );
    let begun = Instant::now();
    while client.query(&sql, &[&waiting_for]).expect("the server answers").is_empty() {
        assert!(begun.elapsed() < TIMEOUT, "no store waits for {waiting_for}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Ends the connection of the one store that is in a transaction.
fn end_backend(client: &mut postgres::Client, waiting_for: &str) {
    of_waiting(client, "pg_terminate_backend(pid)", waiting_for);
}

fn until_waiting(client: &mut postgres::Client, waiting_for: &str) {
    of_waiting(client, "pid", waiting_for);
}

fn count_events(store: &dyn Store, action: Action) -> usize {
    let filter = EventFilter { actions: vec![action.as_str().to_owned()], ..EventFilter::default() };
    let mut count = 0;
    let mut each = |_| {
        count += 1;
        std::ops::ControlFlow::Continue(())
    };
    store.events(&filter, &mut each).expect("the log can be read");
    count
}

#[test]
fn change_whose_connection_ends_before_the_commit_is_made_once() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let id = database.create(&new_session(Kind::Anonymous, None)).unwrap().id;
    let mut holder = database.client();
    holder.batch_execute("BEGIN; SELECT 1 FROM sessionctl.session FOR NO KEY UPDATE").unwrap();
    thread::scope(|scope| {
        let revoking = scope.spawn(|| database.revoke(&only(id)));
        end_backend(&mut database.client(), "transactionid");
        // On another connection, the change is begun again.
        until_waiting(&mut database.client(), "transactionid");
        holder.batch_execute("COMMIT").unwrap();
        revoking.join().unwrap();
    });
    assert_eq!(database.state(id), State::Revoked);
    assert_eq!(count_events(database.store().as_ref(), Action::SessionRevoked), 1);
}

#[test]
fn change_whose_commit_is_not_answered_is_reported_as_done_where_it_was_applied() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let database = Database::new(&server);
    let mut store = database.store();
    let wait_for_standby = |name: &str| server.set(&[("synchronous_standby_names", name)]);
    wait_for_standby("nowhere");
    thread::scope(|scope| {
        let recording = scope.spawn(|| store.record(event(Action::LoginFailed)));
        // The commit is on the disk, and waits for a standby that does not exist.
        end_backend(&mut database.client(), "SyncRep");
        wait_for_standby("");
        recording.join().unwrap().unwrap();
    });
    assert_eq!(
        count_events(database.store().as_ref(), Action::LoginFailed),
        1,
        "it was made twice, or not at all"
    );
    assert_eq!(count_events(database.store().as_ref(), Action::ChangeAbandoned), 0);
}

#[test]
fn store_connects_again_between_two_changes() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut store = database.store();
    store.record(event(Action::LoginFailed)).unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sessionctl' \
               AND datname = current_database()";
    database.client().query(sql, &[]).unwrap();
    assert!(store.newest().unwrap().is_none());
    store.record(event(Action::LoginFailed)).unwrap();
    assert_eq!(count_events(store.as_ref(), Action::LoginFailed), 2);
}

#[test]
fn commit_that_no_replica_confirms_is_given_up_and_made_certain() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let database = Database::new(&server);
    let wait_for_standby = |name: &str| server.set(&[("synchronous_standby_names", name)]);
    wait_for_standby("nowhere");
    let mut store = database.store();
    thread::scope(|scope| {
        let recording = scope.spawn(|| store.record(event(Action::LoginFailed)));
        // The first attempt waits for a replica, is given up, and is waited for by the question what became of it.
        until_waiting(&mut database.client(), "transactionid");
        assert!(!recording.is_finished(), "it was reported although no replica has it");
        wait_for_standby("");
        recording.join().unwrap().unwrap();
    });
    let store = database.store();
    let counts =
        [Action::LoginFailed, Action::ChangeAbandoned].map(|action| count_events(store.as_ref(), action));
    assert_eq!(counts, [1, 0]);
}
