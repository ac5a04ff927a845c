//! The policy on where a change must be, and the level at which each kind of change is committed.

use sessionctl_core::model::event::Action;
use sessionctl_core::model::policy::Key;
use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{Store, StoreError, Touch};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::env::{Database, event, new_session, only, revoke};

fn standby_names(server: &PostgresServer, names: &str) {
    server.set(&[("synchronous_standby_names", names)]);
}

fn durability(store: &dyn Store) -> &'static str {
    store.info().expect("it can be described").server.expect("it is a server").durability
}

#[test]
fn policy_replica_refuses_each_change_where_no_replica_confirms_it() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings { options: vec!["max_connections=50".to_owned()], ..Settings::default() };
    let primary = PostgresServer::start(&programs, &settings);
    let replica = primary.replica(&settings);
    let database = Database::new(&primary);
    let id = database.create(&new_session(Kind::Anonymous, None)).unwrap().id;
    let mut store = database.store();
    let policy = || event(Action::PolicyChanged);
    let refused = store.set_policy(Key::Durability, Some(1), policy());
    assert!(matches!(refused, Err(StoreError::NoReplica)), "nothing could be changed any more: {refused:?}");
    assert_eq!(durability(store.as_ref()), "this server's disk");
    standby_names(&primary, "*");
    store.set_policy(Key::Durability, Some(1), policy()).unwrap();
    store.record(event(Action::LoginFailed)).unwrap();
    assert_eq!(durability(store.as_ref()), "this server's disk, and one replica");
    standby_names(&primary, "");
    let refused = store.record(event(Action::LoginFailed));
    assert!(matches!(refused, Err(StoreError::NoReplica)), "{refused:?}");
    // A touch promises nothing, and the way back is open.
    store.touch(&[Touch::new(id, database.now())], &event(Action::NetworkChanged)).unwrap();
    store.set_policy(Key::Durability, Some(0), policy()).unwrap();
    revoke(store.as_mut(), &only(id));
    drop(replica);
}

#[test]
fn change_is_committed_at_least_on_and_a_touch_off_whatever_the_role_is_set_to() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let database = Database::new(&server);
    let id = database.create(&new_session(Kind::Anonymous, None)).unwrap().id;
    // The statement that writes shows the level under which it runs.
    server.sql(
        &database.name,
        "CREATE TABLE levels (what text, level text); \
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO public.levels VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NEW; END $$; \
         CREATE TRIGGER note AFTER INSERT ON sessionctl.event FOR EACH ROW EXECUTE FUNCTION note(); \
         CREATE TRIGGER note AFTER UPDATE ON sessionctl.session FOR EACH ROW EXECUTE FUNCTION note()",
    );
    let levels = |role: &str| {
        let sql = format!("TRUNCATE levels; ALTER ROLE postgres SET synchronous_commit = {role}");
        server.sql(&database.name, &sql);
        let mut store = database.store();
        store.record(event(Action::LoginFailed)).unwrap();
        store.touch(&[Touch::new(id, database.now())], &event(Action::NetworkChanged)).unwrap();
        drop(store);
        server.sql(&database.name, "SELECT string_agg(DISTINCT what || ' ' || level, ', ') FROM levels")
    };
    assert_eq!(levels("off"), "event on, session off");
    assert_eq!(levels("local"), "event on, session off");
    assert_eq!(levels("remote_write"), "event on, session off");
    assert_eq!(levels("remote_apply"), "event remote_apply, session off");
}
