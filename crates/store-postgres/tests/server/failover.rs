//! Acknowledged means kept: with a synchronous replica, no acknowledged revocation is lost where the primary dies, and
//! each change has one answer, the right one. The long form (`SESSIONCTL_LONG=1`) kills 20 primaries under 10,000
//! revocations.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_core::model::event::Action;
use sessionctl_core::model::session::{Kind, SessionId, State};
use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use crate::env::{Database, event, new_session, only, random, revoke};

const CLIENTS: usize = 8;
/// How long one change may take, a failover included.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(180);

/// How many primaries are killed, and how many revocations each client makes at each.
struct Scale {
    kills: usize,
    per_client: usize,
}

impl Scale {
    fn of_this_run() -> Self {
        if std::env::var_os("SESSIONCTL_LONG").is_some() {
            return Scale { kills: 20, per_client: 63 };
        }
        Scale { kills: 1, per_client: 30 }
    }
}

/// What one failover left.
#[derive(Debug, Default)]
struct Count {
    acknowledged: usize,
    /// Acknowledged before the primary was killed.
    before: usize,
    lost: usize,
    /// Changes whose commit was not answered and that were made again.
    abandoned: usize,
}

fn socket(server: &PostgresServer) -> String {
    server.socket_folder().display().to_string().replace('/', "%2F")
}

#[test]
fn acknowledged_revocations_survive_a_failover_to_a_synchronous_replica() {
    let Some(programs) = Programs::find() else { return };
    let scale = Scale::of_this_run();
    let mut total = Count::default();
    for kill in 0..scale.kills {
        // The kill meets another moment each time: early, in the middle, or late.
        let sessions = CLIENTS * scale.per_client;
        let moment = sessions / 6 + sessions * 4 / 6 * kill / scale.kills;
        let count = fail_over(&programs, scale.per_client, moment);
        total.acknowledged += count.acknowledged;
        total.before += count.before;
        total.lost += count.lost;
        total.abandoned += count.abandoned;
    }
    // Written directly, because the test harness captures the output of a passing test.
    let _ = writeln!(std::io::stderr(), "{} kills: {total:?}", scale.kills);
    assert_eq!(total.lost, 0, "{total:?}");
    assert_eq!(total.acknowledged, scale.kills * CLIENTS * scale.per_client, "{total:?}");
}

/// Lets the clients revoke, kills the primary after `moment` acknowledged revocations, promotes the replica, and counts.
fn fail_over(programs: &Programs, per_client: usize, moment: usize) -> Count {
    let settings = Settings { options: vec!["max_connections=50".to_owned()], ..Settings::default() };
    let primary = PostgresServer::start(programs, &settings);
    let replica = primary.replica(&settings);
    let direct = Database::new(&primary);
    primary.set(&[("synchronous_standby_names", "*")]);
    let url = format!("postgres://postgres@{},{}/{}", socket(&primary), socket(&replica), direct.name);
    let database = direct.at(url);
    let random: Vec<_> = (0..CLIENTS * per_client).map(|_| random()).collect();
    let new = new_session(Kind::Anonymous, None);
    let created =
        database.store().create(&new, &random, event(Action::SessionCreated)).expect("they are created");
    let sessions: Vec<SessionId> = created.iter().map(|issued| issued.id).collect();
    let acknowledged = AtomicUsize::new(0);
    let before = thread::scope(|scope| {
        for part in sessions.chunks(per_client) {
            let (database, acknowledged) = (&database, &acknowledged);
            scope.spawn(move || {
                let mut store = database.store();
                for id in part {
                    let begun = Instant::now();
                    revoke(store.as_mut(), &only(*id));
                    assert!(begun.elapsed() < ANSWER_TIMEOUT, "{:?}", begun.elapsed());
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < moment {
            thread::sleep(Duration::from_millis(1));
        }
        let files = primary.kill();
        let before = acknowledged.load(Ordering::SeqCst);
        replica.promote();
        drop(files);
        before
    });
    let store = database.store();
    let lost = sessions.iter().filter(|id| {
        let (session, _) = store.session(**id).expect("it can be read").expect("it exists");
        session.state(session.created_at) != State::Revoked
    });
    let events = |action: &str| -> usize {
        let sql = format!("SELECT count(*) FROM sessionctl.event WHERE action = '{action}'");
        replica.sql(&direct.name, &sql).parse().expect("a number")
    };
    // What became of a session whose revocation is not there once.
    let sql = "SELECT string_agg(format('session %s ended at %s by event %s, and has %s events', s.id, s.ended_at, \
               s.ended_event, n.events), '; ') FROM sessionctl.session s, LATERAL (SELECT count(*) AS events \
               FROM sessionctl.event e WHERE e.action = 'session.revoked' AND e.session_id = s.id) n \
               WHERE n.events <> 1 OR s.ended_at IS NULL";
    assert_eq!(
        events("session.revoked"),
        sessions.len(),
        "a revocation was made twice, or is lost: {}",
        replica.sql(&direct.name, sql)
    );
    Count {
        acknowledged: acknowledged.into_inner(),
        before,
        lost: lost.count(),
        abandoned: events(Action::ChangeAbandoned.as_str()),
    }
}
