//! Servers that are not what they seem, and statements with names.

use std::os::unix::net::UnixListener;
use std::time::Instant;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::Kind;
use sessionctl_core::store::{Access, StoreError, StoreFactory as _, StoreUrl};
use sessionctl_postgres_fixture::shared;
use sessionctl_store_postgres::{PostgresFactory, ServerClock};

use crate::env::{Database, TIMEOUT, event, new_session};

fn encoded(folder: &std::path::Path) -> String {
    folder.display().to_string().replace('/', "%2F")
}

#[test]
fn server_that_accepts_and_falls_silent_is_given_up_and_the_next_host_is_asked() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let folder = tempfile::tempdir().unwrap();
    let _silent = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
    let (silent, real) = (encoded(folder.path()), encoded(server.socket_folder()));
    let clock = || {
        ServerClock::new(std::sync::Arc::new(sessionctl_core::model::clock::FixedClock::new(database.now())))
    };
    let alone = StoreUrl::new(format!("postgres://postgres@{silent}/{}?connect_timeout=1", database.name));
    let begun = Instant::now();
    let refused = PostgresFactory::new(alone, clock()).unwrap().open(Access::Write).map(drop);
    assert!(matches!(refused, Err(StoreError::Unreachable(_))), "{refused:?}");
    assert!(begun.elapsed() < TIMEOUT, "{:?}", begun.elapsed());
    let both =
        database.at(format!("postgres://postgres@{silent},{real}/{}?connect_timeout=1", database.name));
    assert!(both.store().newest().unwrap().is_none());
}

#[test]
fn statements_get_names_where_the_url_asks_for_it() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let named = database.at(format!("{}?statements=named", server.url(&database.name)));
    let mut store = named.store();
    for _ in 0..3 {
        let issued = store.create(
            &new_session(Kind::Anonymous, None),
            &[crate::env::random()],
            event(Action::SessionCreated),
        );
        let issued = issued.unwrap().pop().unwrap();
        assert_eq!(store.look_up(&issued.token).unwrap().unwrap().session.id, issued.id);
    }
    assert_eq!(store.check().unwrap(), [] as [String; 0]);
}
