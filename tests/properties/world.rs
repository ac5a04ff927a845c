//! A database in a temporary folder, the operations on it, and a clock that is set by hand.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::hash_limit::Unlimited;
use sessionctl_core::model::random::{Randomness, RandomnessError};
use sessionctl_core::model::session::{Client, Kind, SessionId};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_core::ops::generate::{self, Request};
use sessionctl_core::ops::{Lifetime, NoTrace, OpContext, user, verify};
use sessionctl_core::store::{Access, Maintenance as _, NewStore, StoreFactory as _};
use sessionctl_store_sqlite::{SqliteFactory, SqliteStore};

pub(crate) const IDLE: i64 = 600;
pub(crate) const ABSOLUTE: i64 = 3_000;
/// The time at which every database starts.
const START: i64 = 1_800_000_000;

struct Counter(u64);

impl Randomness for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessError> {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(())
    }
}

pub(crate) struct ModelDatabase {
    pub(crate) store: SqliteStore,
    pub(crate) now: i64,
    clock: Arc<FixedClock>,
    random: Counter,
    _folder: tempfile::TempDir,
}

impl ModelDatabase {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.db");
        copy_of_template(&path);
        let clock = Arc::new(FixedClock::new(Timestamp::from_unix(START)));
        let factory = SqliteFactory::new(&path, Arc::clone(&clock) as Arc<dyn Clock>);
        let store = factory.open_sqlite(Access::Write).unwrap();
        ModelDatabase { store, now: START, clock, random: Counter(1), _folder: folder }
    }

    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut OpContext<'_>) -> T) -> T {
        self.clock.set(Timestamp::from_unix(self.now));
        act(&mut OpContext {
            store: &mut self.store,
            clock: self.clock.as_ref(),
            random: &mut self.random,
            hashing: &Unlimited,
            actor: "model",
            tracer: &mut NoTrace,
        })
    }

    /// Creates a session and returns its id and token; none if the user is disabled or the parent has ended.
    pub(crate) fn make(&mut self, kind: Kind, under: Option<SessionId>) -> Option<(SessionId, String)> {
        let request = Request {
            kind,
            remember: false,
            user: (kind == Kind::Sso).then(|| "alice".parse().unwrap()),
            scopes: Vec::new(),
            client: Client::default(),
            lifetime: Lifetime {
                ttl: Some(Duration::from_secs(ABSOLUTE as u64)),
                idle: Some(Duration::from_secs(IDLE as u64)),
            },
            under,
            count: 1,
        };
        let mut made = None;
        self.act(|cx| {
            generate::generate(cx, &request, &mut |issued| {
                made = issued.first().map(|one| (one.id, one.token.expose().to_string()));
                ControlFlow::Continue(())
            })
            .unwrap()
        });
        made
    }

    /// The word of a verification that records that the session was seen.
    pub(crate) fn verdict(&mut self, token: &str) -> &'static str {
        let touching = verify::Requirements { touch: true, ..Default::default() };
        let token = Token::parse(token.as_bytes()).unwrap();
        self.act(|cx| verify::verify(cx, &token, &touching).unwrap().verdict.word())
    }
}

/// Copies an empty database with one user. Creating it takes longer than using it, so it is created once.
fn copy_of_template(path: &Path) {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let event = Event::new(Action::DatabaseCreated, "model");
        let fresh = NewStore { locator_key: [1; 16], attempt_key: [2; 32], sandbox: true, event };
        let clock = Arc::new(FixedClock::new(Timestamp::from_unix(START)));
        let factory = SqliteFactory::new(&path, Arc::clone(&clock) as Arc<dyn Clock>);
        assert!(factory.create(&fresh).unwrap());
        let mut store = factory.open_sqlite(Access::Write).unwrap();
        let mut cx = OpContext {
            store: &mut store,
            clock: clock.as_ref(),
            random: &mut Counter(2),
            hashing: &Unlimited,
            actor: "model",
            tracer: &mut NoTrace,
        };
        user::add(&mut cx, &"alice".parse().unwrap(), None).unwrap();
        store.erase_deleted().unwrap();
        drop(store);
        std::fs::read(&path).unwrap()
    });
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
