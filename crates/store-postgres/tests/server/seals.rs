//! Seals of the audit log beside transactions that are open.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, State};
use sessionctl_core::ops::verify::REUSED;
use sessionctl_core::store::{EventFilter, LogVerdict, NewSession, Signatures};
use sessionctl_postgres_fixture::shared;
use sessionctl_store_postgres::SealKey;

use crate::env::{Database, event, new_session};

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

const KEYS: [&str; 2] = [
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banWbDRuwRTg9bim/neaT/plqY2j1gqOib\n-----END PRIVATE KEY-----",
];

#[test]
fn signed_seal_names_its_key_and_a_changed_signature_breaks_the_log() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let [key, other] = KEYS.map(|pem| SealKey::from_pem(pem).unwrap());
    let (public, foreign) = (key.public(), other.public());
    let mut store = database.signing(key);
    store.record(event(Action::LoginFailed)).unwrap();
    assert_eq!(store.seal().unwrap(), 2);
    assert_eq!(store.signatures(&public).unwrap(), Signatures { events: 2, other: None });
    assert_eq!(store.signatures(&foreign).unwrap(), Signatures { events: 0, other: Some(1) });
    let mut unsigned = database.store();
    unsigned.record(event(Action::LoginFailed)).unwrap();
    unsigned.seal().unwrap();
    assert_eq!(store.signatures(&public).unwrap().events, 2);
    assert_eq!(events(&store.verify_log().unwrap()), 3);
    let mut client = database.client();
    client.execute("UPDATE sessionctl.seal SET signature = sha512('x') WHERE number = 1", &[]).unwrap();
    match store.verify_log().unwrap() {
        LogVerdict::Broken { why, .. } => assert_eq!(why, "seal 1 has a wrong signature"),
        other => panic!("{other:?}"),
    }
    client.execute("UPDATE sessionctl.seal SET signature = NULL WHERE number = 1", &[]).unwrap();
    assert!(matches!(store.verify_log().unwrap(), LogVerdict::Broken { .. }), "half a signature");
}

#[test]
fn alarm_revokes_the_family_once_however_many_seal_at_once() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let user = database.user("bob");
    let parent = database.create(&new_session(Kind::Sso, Some(user))).unwrap().id;
    let [one, two] = [(); 2].map(|()| {
        let child = NewSession { parent: Some(parent), ..new_session(Kind::Web, Some(user)) };
        database.create(&child).unwrap().id
    });
    let bystander = database.create(&new_session(Kind::Anonymous, None)).unwrap().id;
    let reused = event(Action::TokenReused).detail(REUSED.to_owned());
    assert!(database.store().raise_alarm(one, &reused).unwrap());
    assert!(!database.store().raise_alarm(one, &event(Action::UserAdded)).unwrap(), "no alarm of this kind");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| database.store().seal().unwrap());
        }
    });
    for id in [parent, one, two] {
        assert_eq!(database.state(id), State::Revoked, "{id}");
    }
    assert_eq!(database.state(bystander), State::Active);
    let filter = EventFilter { actions: vec!["token.reused".to_owned()], ..EventFilter::default() };
    let mut found = Vec::new();
    let store = database.store();
    let mut each = |event: sessionctl_core::model::event::LoggedEvent| {
        found.push((event.user, event.subjects.count()));
        std::ops::ControlFlow::Continue(())
    };
    store.events(&filter, &mut each).unwrap();
    assert_eq!(found, [(Some("bob".to_owned()), 3)]);
}
