//! The server's clock, read when a change holds its locks.

use std::thread;
use std::time::Duration;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::store::{NewSession, Rotation};
use sessionctl_postgres_fixture::shared;

use crate::env::{Database, event, new_session, random, until_one_waits};

#[test]
fn change_that_waited_past_the_deadline_is_refused() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let short = NewSession { lifetime: Duration::from_secs(2), ..new_session(Kind::Anonymous, None) };
    let issued = database.create(&short).unwrap();
    let mut holder = database.client();
    // It only holds the lock and changes nothing, so that no condition is evaluated again after the wait.
    holder.batch_execute("BEGIN; SELECT 1 FROM sessionctl.session FOR NO KEY UPDATE").unwrap();
    let rotated = thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let rotation = Rotation {
                id: issued.id,
                digest: issued.token.digest(),
                random: random(),
                grace: Duration::ZERO,
                reauthentication: None,
                event: event(Action::SessionRotated),
            };
            database.store().rotate(&rotation).unwrap()
        });
        until_one_waits(&mut holder, || waiting.is_finished());
        let deadline = "SELECT pg_sleep(greatest(0, max(deadline) + 0.1 - extract(epoch FROM clock_timestamp()))) FROM sessionctl.session";
        holder.batch_execute(deadline).unwrap();
        assert!(!waiting.is_finished(), "it did not wait");
        holder.batch_execute("ROLLBACK").unwrap();
        waiting.join().unwrap()
    });
    assert!(rotated.is_none(), "an expired session got a token");
    assert_eq!(database.state(issued.id), State::Expired);
}
