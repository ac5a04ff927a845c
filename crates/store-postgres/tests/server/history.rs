//! Ids after a failover: what was given out once, and acknowledged, never names anything else. A replica may not know
//! the last numbers that its primary drew, nor the rows that they are of.

use std::time::Instant;

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings, shared};

use crate::env::{Database, TIMEOUT, event, new_session, only, random, revoke};

/// How many sessions a lost primary created that its replica never saw.
const LOST: usize = 200;

/// The newest event's number, and an account's and a session's that are created now.
fn draw(database: &Database, name: &str) -> [i64; 3] {
    let user = database.user(name).0;
    let session = database.create(&new_session(Kind::Anonymous, None)).expect("it is created").id.get();
    [database.store().newest_event().expect("it can be read"), user, session]
}

/// Lets a replica follow nobody any more, and returns when it does not.
fn cut_off(replica: &PostgresServer) {
    replica.sql("postgres", "ALTER SYSTEM SET primary_conninfo = ''");
    replica.sql("postgres", "SELECT pg_reload_conf()");
    let begun = Instant::now();
    while replica.sql("postgres", "SELECT count(*) FROM pg_stat_wal_receiver") != "0" {
        assert!(begun.elapsed() < TIMEOUT, "it still follows: {}", replica.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Returns when a replica has everything that its primary wrote.
fn until_it_has_all(primary: &PostgresServer, replica: &PostgresServer) {
    let written = primary.sql("postgres", "SELECT pg_current_wal_lsn()");
    let has = format!("SELECT pg_last_wal_replay_lsn() >= '{written}'");
    let begun = Instant::now();
    while replica.sql("postgres", &has) != "t" {
        assert!(begun.elapsed() < TIMEOUT, "it does not follow: {}", replica.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn ids_that_a_lost_primary_gave_name_nothing_else_after_the_failover() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings::fast();
    let primary = PostgresServer::start(&programs, &settings);
    let replica = primary.replica(&settings);
    let database = Database::new(&primary);
    draw(&database, "kept");
    until_it_has_all(&primary, &replica);
    cut_off(&replica);
    let randoms: Vec<_> = (0..LOST).map(|_| random()).collect();
    let new = new_session(Kind::Anonymous, None);
    let lost =
        database.store().create(&new, &randoms, event(Action::SessionCreated)).expect("they are created");
    let last = draw(&database, "lost");
    drop(primary.kill());
    replica.promote();
    let moved = database.at(replica.url(&database.name));
    let next = draw(&moved, "next");
    assert!(
        std::iter::zip(last, next).all(|(last, next)| next > last),
        "an event, an account or a session has a number that another one was given: {last:?}, {next:?}"
    );
    // What an administrator noted before the failover ends nothing else, and its token is unknown.
    let noted: SessionId = lost[0].id;
    assert!(moved.store().session(noted).expect("it can be read").is_none());
    revoke(moved.store().as_mut(), &only(noted));
    assert!(moved.store().look_up(&lost[0].token).expect("it can be read").is_none());
    // The jump is made once.
    let [_, user, session] = draw(&moved, "after");
    assert_eq!((user - next[1], session - next[2]), (1, 1));
}

#[test]
fn of_many_that_draw_after_a_failover_one_lets_the_numbers_jump() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    let first = database.create(&new_session(Kind::Anonymous, None)).expect("it is created").id.get();
    server.sql(
        &database.name,
        "UPDATE sessionctl.meta SET history = '00000009/' || split_part(history, '/', 2)",
    );
    let ids: Vec<i64> = std::thread::scope(|scope| {
        let create = || {
            let created = database.create(&new_session(Kind::Anonymous, None));
            created.expect("it is created").id.get()
        };
        let drawing: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
        drawing.into_iter().map(|drawn| drawn.join().expect("it ends without a panic")).collect()
    });
    let (lowest, highest) = (ids.iter().min().copied(), ids.iter().max().copied());
    let (lowest, highest) = lowest.zip(highest).expect("there are some");
    assert!(lowest > first + 1_000_000 && lowest < first + 2_000_000, "{ids:?}");
    assert!(highest - lowest < 1_000, "it jumped more than once: {ids:?}");
    assert_eq!(database.store().check().expect("it can be checked"), [] as [String; 0]);
}

#[test]
fn ids_that_were_given_after_a_dump_name_nothing_else_where_it_is_brought_back() {
    let Some(server) = shared() else { return };
    let database = Database::new(server);
    draw(&database, "before");
    let dump = server.dump(&database.name);
    let last = draw(&database, "after");
    let restored = server.create_database();
    // A dump is more than an argument holds.
    let file = server.socket_folder().join(format!("{restored}.sql"));
    std::fs::write(&file, dump).expect("it can be written");
    server.sql(&restored, &format!("\\i {}", file.display()));
    let next = draw(&database.at(server.url(&restored)), "after the restore");
    assert!(std::iter::zip(last, next).all(|(last, next)| next > last + 1_000_000), "{last:?}, {next:?}");
}
