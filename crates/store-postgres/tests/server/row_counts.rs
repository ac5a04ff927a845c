//! The numbers of rows in a description of the store: small tables are counted, large ones are estimated.

use sessionctl_postgres_fixture::shared;

use crate::env::Database;

const USERS: u64 = 390_000;
const REMOVED: u64 = 90_000;

#[test]
fn rows_of_a_large_table_are_estimated_before_and_after_the_server_looked_at_it() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let info = || database.store().info().unwrap();
    assert_eq!((info().users, info().rows_are_estimates), (0, false));
    let mut client = database.client();
    let add = |from: u64, to: u64| {
        format!(
            "INSERT INTO sessionctl.account (id, name, name_key, created_at, removed_at) \
             SELECT i, 'user ' || i, 'user ' || i, 1, CASE WHEN i % 13 < 3 THEN 1 END FROM generate_series({from}, {to}) i"
        )
    };
    client.batch_execute("ALTER TABLE sessionctl.account SET (autovacuum_enabled = false)").unwrap();
    client.batch_execute(&add(1, 1_300)).unwrap();
    assert_eq!((info().users, info().rows_are_estimates), (1_000, false));
    client.batch_execute(&add(1_301, USERS)).unwrap();
    let is_near = |what: &str, truth: u64| {
        let (found, is_estimate) = (info().users, info().rows_are_estimates);
        let share = found as f64 / truth as f64;
        // Of 500 pages that are expected, another number is looked at.
        assert!(is_estimate && (0.8..=1.2).contains(&share), "{what}: {found} of {truth}");
    };
    let live = USERS - REMOVED;
    is_near("never looked at", live);
    client.batch_execute("ANALYZE sessionctl.account").unwrap();
    is_near("analyzed", live);
    client.batch_execute(&add(USERS + 1, 2 * USERS)).unwrap();
    is_near("grown since", 2 * live);
}
