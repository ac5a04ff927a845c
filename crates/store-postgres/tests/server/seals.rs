//! Seals of the audit log beside transactions that are open.

use sessionctl_core::model::event::Action;
use sessionctl_core::store::LogVerdict;
use sessionctl_postgres_fixture::shared;

use crate::env::{Database, event};

fn events(verdict: &LogVerdict) -> u64 {
    match verdict {
        LogVerdict::Consistent { events, .. } => *events,
        other => panic!("{other:?}"),
    }
}

#[test]
fn event_that_commits_after_a_higher_one_was_sealed_falls_into_a_later_seal() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut slow = database.client();
    slow.batch_execute(
        "BEGIN; WITH e AS (INSERT INTO sessionctl.event (id, at, action, actor) \
         VALUES (nextval('sessionctl.event_id'), 1, 'slow', 'x') RETURNING id) \
         INSERT INTO sessionctl.unsealed SELECT id FROM e",
    )
    .unwrap();
    let mut store = database.store();
    store.record(event(Action::LoginFailed)).unwrap();
    let before = store.head().unwrap();
    assert_eq!(events(&store.verify_log().unwrap()), 2, "the database's first event and the later one");
    slow.batch_execute("COMMIT").unwrap();
    assert_eq!(store.unsealed().unwrap().events, 1);
    assert_eq!(events(&store.verify_log().unwrap()), 3);
    assert!(store.contains_head(&before).unwrap());
}

#[test]
fn store_that_stays_open_seals_what_it_wrote_within_a_second_of_writing() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut store = database.store();
    store.record(event(Action::LoginFailed)).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    store.record(event(Action::LoginFailed)).unwrap();
    assert_eq!(store.unsealed().unwrap().events, 0);
}

#[test]
fn program_that_ends_seals_what_it_wrote() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    database.store().record(event(Action::LoginFailed)).unwrap();
    let mut client = database.client();
    let count = |client: &mut postgres::Client, table: &str| -> i64 {
        client.query_one(&format!("SELECT count(*) FROM sessionctl.{table}"), &[]).unwrap().get(0)
    };
    assert_eq!((count(&mut client, "unsealed"), count(&mut client, "seal")), (0, 1));
    // While another program seals, it is left to that one.
    let mut sealer = database.client();
    sealer.batch_execute("BEGIN; SELECT 1 FROM sessionctl.heartbeat FOR UPDATE").unwrap();
    database.store().record(event(Action::LoginFailed)).unwrap();
    assert_eq!(count(&mut client, "unsealed"), 1);
}
