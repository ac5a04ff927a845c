//! The schema: what must not be in it, and its creation by many at once.

use std::sync::{Arc, Barrier};
use std::thread;

use sessionctl_core::model::clock::FixedClock;
use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::{Access, NewStore, StoreFactory, StoreUrl, Touch};
use sessionctl_postgres_fixture::shared;
use sessionctl_store_postgres::PostgresFactory;

use crate::env::{Database, event, new_session};

const CREATORS: usize = 24;

#[test]
fn of_many_that_create_a_database_at_once_one_does_and_all_can_open_it() {
    let Some(server) = shared() else { return };
    let url = StoreUrl::new(server.url(&server.create_database()));
    let start = Barrier::new(CREATORS);
    let created = thread::scope(|scope| {
        let threads: Vec<_> = (0..CREATORS)
            .map(|_| {
                scope.spawn(|| {
                    let clock = Arc::new(FixedClock::new(Timestamp::from_unix(1_800_000_000)));
                    let factory = PostgresFactory::with_clock(url.clone(), clock).unwrap();
                    let event = event(Action::DatabaseCreated);
                    let new = NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox: false, event };
                    start.wait();
                    let created = factory.create(&new).unwrap();
                    factory.open(Access::Write).unwrap();
                    created
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|created| *created).count()
    });
    assert_eq!(created, 1);
}

#[test]
fn no_index_holds_a_column_that_every_touch_writes() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut client = database.client();
    let touched = "SELECT count(*) FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid \
                   AND a.attnum = ANY(x.indkey) WHERE x.indrelid = 'sessionctl.session'::regclass \
                   AND a.attname IN ('last_seen_at', 'deadline', 'last_ip')";
    assert_eq!(client.query_one(touched, &[]).unwrap().get::<_, i64>(0), 0);
    let issued = database.create(&new_session(Kind::Anonymous, None)).unwrap();
    let mut store = database.store();
    for _ in 0..20 {
        let touch = Touch::new(issued.id, database.now());
        store.touch(&[touch], &event(Action::NetworkChanged)).unwrap();
    }
    drop(store);
    client.batch_execute("SELECT pg_stat_force_next_flush()").unwrap();
    let hot = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_all_tables WHERE relid = 'sessionctl.session'::regclass";
    let row = client.query_one(hot, &[]).unwrap();
    let (all, hot): (i64, i64) = (row.get(0), row.get(1));
    assert_eq!(all, hot, "a touch wrote an index");
}

#[test]
fn check_finds_what_was_planted_in_the_schema() {
    let Some(server) = shared() else { return };
    for (sql, expected) in [
        (
            "CREATE INDEX late ON sessionctl.session (deadline)",
            "the index late is on a column that every touch writes",
        ),
        ("ALTER TABLE sessionctl.session ENABLE ROW LEVEL SECURITY", "the table session has row security"),
        (
            "CREATE RULE r AS ON UPDATE TO sessionctl.session DO INSTEAD NOTHING",
            "the table session has the rule r",
        ),
        (
            "CREATE FUNCTION sessionctl.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; \
             CREATE TRIGGER t BEFORE UPDATE ON sessionctl.session FOR EACH ROW EXECUTE FUNCTION sessionctl.f()",
            "the table session has the trigger t",
        ),
    ] {
        let database = Database::new(server);
        database.client().batch_execute(sql).unwrap();
        let problems = database.store().check().unwrap();
        assert!(problems.iter().any(|problem| problem == expected), "{sql}: {problems:?}");
    }
}
