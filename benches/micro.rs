//! The small steps of which the commands are made, each in a loop: tokens, locators, the look-up, the formatting of
//! records. Whole processes are compared beside their peers by `benches/peers/run`. `cargo bench --bench micro`.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot begin says where")]

use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use divan::Bencher;
use divan::counter::ItemsCount;
use sessionctl::output::{Format, SESSION, Ui, UiOptions, session_record};
use sessionctl_core::model::clock::FixedClock;
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::session::{Client, Kind, Session, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::{LocatorKey, Token, TokenForm};
use sessionctl_core::store::{Access, AuthenticatedAt, NewStore, StoreFactory as _};
use sessionctl_core::store::{NewSession, SessionStore as _};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

const START: i64 = 1_800_000_000;
const SESSIONS: u32 = 10_000;
/// Prime to the number of sessions, so that the tokens are met in a scattered order.
const STRIDE: usize = 7_919;

fn main() {
    divan::main();
}

fn key() -> LocatorKey {
    LocatorKey::new(&[7; 16])
}

fn id() -> SessionId {
    SessionId::new(1_234_567).unwrap()
}

fn token() -> Token {
    Token::assemble(key().seal(id(), [9; 8]), [3; 16], TokenForm::Bare)
}

mod tokens {
    use super::*;

    #[divan::bench]
    fn assemble(bencher: Bencher<'_, '_>) {
        let locator = key().seal(id(), [9; 8]);
        bencher.bench_local(|| Token::assemble(black_box(locator), black_box([3; 16]), TokenForm::Bare));
    }

    #[divan::bench]
    fn expose(bencher: Bencher<'_, '_>) {
        let token = token();
        bencher.bench_local(|| black_box(&token).expose());
    }

    #[divan::bench]
    fn parse(bencher: Bencher<'_, '_>) {
        let text = token().expose();
        bencher.bench_local(|| Token::parse(black_box(text.as_bytes())));
    }

    #[divan::bench]
    fn digest(bencher: Bencher<'_, '_>) {
        let token = token();
        bencher.bench_local(|| black_box(&token).digest());
    }

    #[divan::bench]
    fn digest_compare(bencher: Bencher<'_, '_>) {
        let digest = token().digest();
        bencher.bench_local(|| black_box(&digest).matches(black_box(&digest)));
    }
}

mod locator {
    use super::*;

    #[divan::bench]
    fn seal(bencher: Bencher<'_, '_>) {
        let (key, id) = (key(), id());
        bencher.bench_local(|| key.seal(black_box(id), black_box([9; 8])));
    }

    #[divan::bench]
    fn open(bencher: Bencher<'_, '_>) {
        let (key, locator) = (key(), token().locator());
        bencher.bench_local(|| key.open(black_box(locator)));
    }
}

mod store {
    use super::*;

    struct Filled {
        store: SqliteStore,
        tokens: Vec<Token>,
        // Removed when it is dropped.
        _folder: tempfile::TempDir,
    }

    fn filled() -> Filled {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let event = |action| Event::new(action, "bench");
        let clock = FixedClock::new(Timestamp::from_unix(START));
        let factory = SqliteFactory::new(&path, Arc::new(clock));
        let fresh = NewStore {
            locator_key: [7; 16],
            attempt_key: [8; 32],
            sandbox: true,
            event: event(Action::DatabaseCreated),
        };
        assert!(factory.create(&fresh).unwrap());
        let mut store = factory.open_sqlite(Access::Write).unwrap();
        let random: Vec<[u8; 24]> = (0..SESSIONS)
            .map(|n| {
                let mut bytes = [0; 24];
                bytes[..4].copy_from_slice(&n.to_be_bytes());
                bytes
            })
            .collect();
        let issued = store.create(&plan(), &random, event(Action::SessionCreated)).unwrap();
        let tokens = issued.into_iter().map(|issued| issued.token).collect();
        drop(store);
        Filled { store: factory.open_sqlite(Access::Read).unwrap(), tokens, _folder: folder }
    }

    fn plan() -> NewSession {
        NewSession {
            kind: Kind::Anonymous,
            user: None,
            parent: None,
            scopes: Vec::new(),
            client: Client::default(),
            authenticated_at: AuthenticatedAt::Never,
            idle_timeout: Some(Duration::from_secs(600)),
            lifetime: Duration::from_secs(3_600),
            form: TokenForm::Bare,
            logins_max: None,
        }
    }

    #[divan::bench]
    fn look_up(bencher: Bencher<'_, '_>) {
        let filled = filled();
        let mut place = 0;
        bencher.bench_local(|| {
            place = (place + STRIDE) % filled.tokens.len();
            assert!(filled.store.look_up(&filled.tokens[place]).unwrap().is_some());
        });
    }

    #[divan::bench]
    fn look_up_of_a_stranger(bencher: Bencher<'_, '_>) {
        let filled = filled();
        let stranger = Token::unstored([5; 32], TokenForm::Bare);
        bencher.bench_local(|| assert!(filled.store.look_up(black_box(&stranger)).unwrap().is_none()));
    }
}

mod records {
    use super::*;

    const COUNT: usize = 1_000;

    fn session() -> Session {
        let at = |seconds| Timestamp::from_unix(START + seconds);
        Session {
            id: id(),
            kind: Kind::Web,
            user: "alice".parse().ok(),
            scopes: Vec::new(),
            parent: None,
            client: Client {
                app: Some("shop".to_owned()),
                label: None,
                ip: "203.0.113.7".parse().ok(),
                user_agent: Some(
                    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".to_owned(),
                ),
            },
            created_at: at(0),
            authenticated_at: Some(at(0)),
            last_seen_at: at(60),
            idle_timeout: Some(Duration::from_secs(1_800)),
            absolute_expires_at: at(28_800),
            scheduled_at: None,
            deadline: at(1_860),
            revoked_at: None,
            revoke_reason: None,
            revoked_by: None,
            last_ip: None,
        }
    }

    fn list(bencher: Bencher<'_, '_>, format: Format) {
        let (session, now) = (session(), Timestamp::from_unix(START + 120));
        let options = UiOptions { format, now, ..UiOptions::default() };
        let mut ui = Ui::new(Box::new(io::sink()), Box::new(io::sink()), options);
        bencher.counter(ItemsCount::new(COUNT)).bench_local(|| {
            let mut list = ui.list(&SESSION).unwrap();
            for _ in 0..COUNT {
                list.push(session_record(session.clone(), now)).unwrap();
            }
            list.finish(None).unwrap();
        });
    }

    #[divan::bench]
    fn jsonl(bencher: Bencher<'_, '_>) {
        list(bencher, Format::Jsonl);
    }

    #[divan::bench]
    fn csv(bencher: Bencher<'_, '_>) {
        list(bencher, Format::Csv);
    }

    #[divan::bench]
    fn table(bencher: Bencher<'_, '_>) {
        list(bencher, Format::Table);
    }

    #[divan::bench]
    fn record_alone(bencher: Bencher<'_, '_>) {
        let (session, now) = (session(), Timestamp::from_unix(START + 120));
        bencher.bench_local(|| session_record(black_box(&session).clone(), now));
    }
}
