//! What became of a change whose commit was sent and not answered. An event with the number of the change's own is
//! inserted: the server waits for the first attempt to end, and of the two one exists afterwards. Whose it is, its mark
//! says: after a failover, the number can be that of another change.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::event::Action;
use sessionctl_core::store::StoreError;

use crate::connection::{Connection, Patience};
use crate::dialect::{CLOCK, LATEST};
use crate::error::{PostgresError, Retry};
use crate::transaction::{Attempt, Commit};
use crate::value::values;

const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);
const SYNC: &str = "SELECT pg_logical_emit_message(true, 'sessionctl', '')::text";
/// The actor of the event: the program writes it on behalf of the actor of the change.
const ACTOR: &str = "sessionctl";

/// Whether the change that this event records was applied. If not, it never will be.
pub(crate) fn resolve(
    connection: &Connection,
    event: i64,
    attempt: &Attempt,
    timeout: Duration,
) -> Result<bool, PostgresError> {
    let begun = Instant::now();
    loop {
        match abandon(connection, event, attempt) {
            Ok(abandoned) => return Ok(!abandoned),
            // The first attempt has not ended yet.
            Err(PostgresError { error: StoreError::Busy, .. }) if begun.elapsed() < timeout => {}
            Err(error) if error.retry == Retry::Never && !matches!(error.error, StoreError::Busy) => {
                return Err(error);
            }
            Err(_) if begun.elapsed() < timeout => thread::sleep(PAUSE_BETWEEN_TRIES),
            Err(_) => return Err(StoreError::OutcomeUnknown { event }.into()),
        }
    }
}

/// Whether another event has the number of the change's own: the one that takes its place, now or since an earlier try
/// whose answer was lost as well, or that of another change. `false` where the change's own is there.
fn abandon(connection: &Connection, event: i64, attempt: &Attempt) -> Result<bool, PostgresError> {
    let sql = format!(
        "WITH abandoned AS (INSERT INTO sessionctl.event (id, at, action, actor, attempt) \
         SELECT $1, greatest({CLOCK}, {LATEST}), $2, $3, $4 FROM sessionctl.meta m \
         ON CONFLICT (id) DO NOTHING RETURNING id) \
         INSERT INTO sessionctl.unsealed (event_id) SELECT id FROM abandoned"
    );
    let action = Action::ChangeAbandoned.as_str();
    // The first attempt can last without end, where it waits for a replica: each statement has a time limit.
    connection.begin(Commit::Durable.begin(), Patience::Short)?;
    let inserted = connection.execute(&sql, values![event, action, ACTOR, attempt]).and_then(|_| {
        // What is there may be on this server only. A commit behind it that writes waits until a replica has both.
        connection.query(SYNC, &[])?;
        connection.commit()
    });
    if let Err(error) = inserted {
        connection.rollback();
        return Err(error);
    }
    let sql = "SELECT action = $2 OR attempt IS DISTINCT FROM $3 FROM sessionctl.event WHERE id = $1";
    Ok(connection.query_one(sql, values![event, action, attempt])?.try_get(0)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sessionctl_core::model::clock::FixedClock;
    use sessionctl_core::model::event::Event;
    use sessionctl_core::model::time::Timestamp;
    use sessionctl_core::store::{NewStore, StoreFactory as _, StoreUrl};
    use sessionctl_postgres_fixture::shared;

    use super::*;
    use crate::{PostgresFactory, Target};

    #[test]
    fn resolve_reports_what_became_of_a_change_however_often_it_is_asked() {
        let Some(server) = shared() else { return };
        let url = server.url(&server.create_database());
        let clock = Arc::new(FixedClock::new(Timestamp::from_unix(1_800_000_000)));
        let factory = PostgresFactory::with_clock(StoreUrl::new(&url), clock).unwrap();
        let event = Event::new(Action::DatabaseCreated, "tester");
        factory
            .create(&NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox: false, event })
            .unwrap();
        let connection = Connection::new(Target::parse(&url).unwrap(), true);
        let applied = |event| resolve(&connection, event, &[5; 16], Duration::ZERO).unwrap();
        connection
            .execute("UPDATE sessionctl.event SET attempt = $1 WHERE id = 1", values![[5; 16]])
            .unwrap();
        assert!(applied(1), "the event of a change that was made");
        connection
            .execute("UPDATE sessionctl.event SET attempt = $1 WHERE id = 1", values![[6; 16]])
            .unwrap();
        assert!(!applied(1), "the event of another change, after a failover");
        // The answer to the first question may be lost too.
        assert_eq!([applied(77), applied(77)], [false; 2]);
        let late = "INSERT INTO sessionctl.event (id, at, action, actor) VALUES (77, 1, 'late', 'x')";
        let error = connection.execute(late, &[]).unwrap_err();
        assert!(
            error.is(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION),
            "it can still be made: {error:?}"
        );
    }

    #[test]
    fn resolve_names_the_event_where_no_server_answers() {
        let target = Target::parse("postgres://ann@127.0.0.1:1/app").unwrap();
        let unknown = resolve(&Connection::new(target, true), 42, &[5; 16], Duration::ZERO).unwrap_err();
        assert!(matches!(unknown.error, StoreError::OutcomeUnknown { event: 42 }), "{unknown:?}");
    }
}
