//! The fence of bulk work.

use std::ops::ControlFlow;

use sessionctl_core::model::clock::FixedClock;
use sessionctl_core::model::hash_limit::Unlimited;
use sessionctl_core::model::random::{Randomness, RandomnessError};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_core::ops::revoke::revoke;
use sessionctl_core::ops::{BulkRequest, NoTrace, OpContext, Totals};
use sessionctl_postgres_fixture::shared;

use crate::env::{Database, new_session, waits_for};

/// Revoking draws nothing.
struct NoRandomness;

impl Randomness for NoRandomness {
    fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomnessError> {
        panic!("randomness was drawn")
    }
}

fn revoke_all(database: &Database) -> Totals {
    let (mut store, clock) = (database.store(), FixedClock::new(database.now()));
    let mut cx = OpContext {
        store: store.as_mut(),
        clock: &clock,
        random: &mut NoRandomness,
        hashing: &Unlimited,
        actor: "tester",
        tracer: &mut NoTrace,
    };
    let request = BulkRequest::of(Selector { all: true, ..Selector::default() });
    revoke(&mut cx, &request, "test", &mut |_| ControlFlow::Continue(())).expect("it can be revoked")
}

/// What a login does: it draws its id within its transaction, and commits it later than others that drew a higher one.
fn insert_session(login: &mut postgres::Client) -> SessionId {
    let sql = "BEGIN; SELECT pg_current_xact_id()";
    login.batch_execute(sql).expect("a transaction can be begun");
    let sql = "INSERT INTO sessionctl.session (id, token_digest, kind, created_at, last_seen_at, absolute_expires_at, \
               deadline) SELECT nextval('sessionctl.session_id'), sha256('x'), 0, n.at, n.at, n.at + 3600, n.at + 3600 \
               FROM (SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS at) n RETURNING id";
    let id = login.query_one(sql, &[]).expect("a session can be inserted").get(0);
    SessionId::new(id).expect("an id")
}

#[test]
fn revoke_all_ends_a_session_whose_login_was_not_committed_when_it_began() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut login = database.client();
    let escaping = insert_session(&mut login);
    let later = database.create(&new_session(Kind::Anonymous, None)).unwrap().id;
    assert!(later > escaping, "the login drew the lower id");
    let totals = waits_for(&mut login, || revoke_all(&database));
    assert_eq!([escaping, later].map(|id| database.state(id)), [State::Revoked; 2]);
    assert_eq!(
        (totals.changed, totals.finished),
        (2, true),
        "what the last pass finds is counted in addition"
    );
}

#[test]
fn revoke_all_on_an_empty_database_ends_a_login_that_was_going_on() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let mut login = database.client();
    let escaping = insert_session(&mut login);
    waits_for(&mut login, || revoke_all(&database));
    assert_eq!(database.state(escaping), State::Revoked);
}
