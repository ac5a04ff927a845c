//! Bringing an older schema up to date, and what is done with a newer one.

use std::sync::{Arc, Barrier};
use std::thread;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::Action;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Access, EventFilter, StoreError, StoreFactory as _, StoreUrl};
use sessionctl_postgres_fixture::{PostgresServer, shared};
use sessionctl_store_postgres::{PostgresFactory, ServerClock};

const FIRST_LAYOUT: &str = include_str!("../../src/migrations/0001_init.sql");
const MIGRATORS: usize = 12;

/// A database as the first layout's programs left it.
fn first_layout(server: &PostgresServer) -> (PostgresFactory, String) {
    let name = server.create_database();
    let rows = "INSERT INTO sessionctl.meta (id, database_id, sandbox, created_at, oldest_program) \
                VALUES (1, decode(repeat('ab', 16), 'hex'), false, 1, 1); \
                INSERT INTO sessionctl.migration VALUES (1, 1); \
                INSERT INTO sessionctl.locator_key (version, key, created_at) VALUES (1, decode(repeat('07', 16), 'hex'), 1); \
                INSERT INTO sessionctl.secret VALUES (1, decode(repeat('08', 32), 'hex')); \
                INSERT INTO sessionctl.heartbeat VALUES (1, 1)";
    server.sql(&name, &format!("{FIRST_LAYOUT} {rows}"));
    let machine: Arc<dyn Clock> = Arc::new(FixedClock::new(Timestamp::from_unix(0)));
    let factory = PostgresFactory::new(StoreUrl::new(server.url(&name)), ServerClock::new(machine));
    (factory.expect("the URL is one"), name)
}

#[test]
fn older_layout_is_refused_until_it_is_migrated_by_one_of_many() {
    let Some(server) = shared() else { return };
    let (factory, _) = first_layout(server);
    let refused = factory.open(Access::Read).map(drop);
    assert!(matches!(refused, Err(StoreError::OlderVersion { found: 1, needed: 4 })), "{refused:?}");
    let start = Barrier::new(MIGRATORS);
    thread::scope(|scope| {
        for _ in 0..MIGRATORS {
            scope.spawn(|| {
                start.wait();
                assert_eq!(factory.migrate("tester").expect("it can be migrated").1, 4);
            });
        }
    });
    let store = factory.open(Access::Write).unwrap();
    assert_eq!(store.info().unwrap().schema_version, 4);
    assert_eq!(store.check().unwrap(), [] as [String; 0]);
    let filter =
        EventFilter { actions: vec![Action::DatabaseMigrated.as_str().to_owned()], ..EventFilter::default() };
    let mut details = Vec::new();
    let mut each = |event: sessionctl_core::model::event::LoggedEvent| {
        details.push(event.detail.unwrap_or_default());
        std::ops::ControlFlow::Continue(())
    };
    store.events(&filter, &mut each).unwrap();
    assert_eq!(details, ["schema version 3 to 4", "schema version 2 to 3", "schema version 1 to 2"]);
    assert_eq!(factory.migrate("tester").unwrap(), (4, 4));
}

#[test]
fn newer_layout_is_used_where_it_allows_this_program_and_refused_where_not() {
    let Some(server) = shared() else { return };
    let (factory, name) = first_layout(server);
    factory.migrate("tester").unwrap();
    server.sql(&name, "INSERT INTO sessionctl.migration VALUES (9, 1)");
    factory.open(Access::Write).unwrap();
    server.sql(&name, "UPDATE sessionctl.meta SET oldest_program = 9");
    for refused in [factory.open(Access::Read).map(drop), factory.migrate("tester").map(drop)] {
        assert!(matches!(refused, Err(StoreError::NewerVersion { found: 9, known: 4 })), "{refused:?}");
    }
}
