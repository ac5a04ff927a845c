//! A database on a server, stores on it, and a connection by hand that holds transactions open.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, Config, NoTls};
use sessionctl_core::model::clock::{Clock, FixedClock};
use sessionctl_core::model::event::{Action, Event};
use sessionctl_core::model::selector::Selector;
use sessionctl_core::model::session::{Client as SessionClient, Kind, SessionId, State};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::TokenForm;
use sessionctl_core::model::user::{UserId, UserName};
use sessionctl_core::store::{
    Access, AuthenticatedAt, Batch, EndSessions, Issued, LogIn, NewSession, NewStore, RANDOM_PER_TOKEN,
    Reauthentication, Store, StoreFactory, StoreUrl,
};
use sessionctl_postgres_fixture::PostgresServer;
use sessionctl_store_postgres::{PostgresFactory, SealKey, ServerClock};

pub(crate) const HASH: &str = "hash";
/// How long something that comes is waited for, on a busy machine.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(180);
/// Whether a store waits: for a lock, or in the loop of a fence.
const WAITS: &str = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'sessionctl' \
                     AND datname = current_database() AND (wait_event_type = 'Lock' OR query LIKE '%pg_snapshot_xmin%'))";

/// A database, whose changes the server's clock decides.
pub(crate) struct Database {
    factory: PostgresFactory,
    config: Config,
    pub(crate) name: String,
}

impl Database {
    pub(crate) fn new(server: &PostgresServer) -> Self {
        let name = server.create_database();
        // What this machine's clock shows does not matter.
        let machine = Arc::new(FixedClock::new(Timestamp::from_unix(0)));
        let clock = ServerClock::new(machine as Arc<dyn Clock>);
        let factory = PostgresFactory::new(StoreUrl::new(server.url(&name)), clock).expect("the URL is one");
        let event = event(Action::DatabaseCreated);
        let new = NewStore { locator_key: [7; 16], attempt_key: [8; 32], sandbox: false, event };
        assert!(factory.create(&new).expect("the database can be created"));
        let mut config = Config::new();
        config.host_path(server.socket_folder()).user("postgres").dbname(&name);
        Database { factory, config, name }
    }

    /// The same database by way of another address.
    pub(crate) fn at(&self, url: String) -> Self {
        let machine = Arc::new(FixedClock::new(Timestamp::from_unix(0)));
        let clock = ServerClock::new(machine as Arc<dyn Clock>);
        let factory = PostgresFactory::new(StoreUrl::new(url), clock).expect("the URL is one");
        Database { factory, config: self.config.clone(), name: self.name.clone() }
    }

    pub(crate) fn store(&self) -> Box<dyn Store> {
        self.factory.open(Access::Write).expect("the database can be opened")
    }

    /// A store that signs what it seals.
    pub(crate) fn signing(&self, key: SealKey) -> Box<dyn Store> {
        let factory = self.factory.clone().signing_with(Some(Arc::new(key)));
        factory.open(Access::Write).expect("the database can be opened")
    }

    /// A connection by hand.
    pub(crate) fn client(&self) -> Client {
        self.config.connect(NoTls).expect("the server can be reached")
    }

    /// The server's time.
    pub(crate) fn now(&self) -> Timestamp {
        let sql = "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint";
        Timestamp::from_unix(self.client().query_one(sql, &[]).expect("the clock can be read").get(0))
    }

    pub(crate) fn state(&self, id: SessionId) -> State {
        let (session, _) = self.store().session(id).expect("it can be read").expect("it exists");
        session.state(self.now())
    }

    pub(crate) fn user(&self, name: &str) -> UserId {
        let name: UserName = name.parse().expect("a name");
        let added = self.store().add_user(&name, Some(HASH), event(Action::UserAdded));
        added.expect("it can be added").expect("it is new")
    }

    pub(crate) fn create(&self, new: &NewSession) -> Option<Issued> {
        let created = self.store().create(new, &[random()], event(Action::SessionCreated));
        created.expect("the store works").pop()
    }

    pub(crate) fn revoke(&self, selector: &Selector) {
        revoke(self.store().as_mut(), selector);
    }
}

/// Revokes what a selector matches.
pub(crate) fn revoke(store: &mut dyn Store, selector: &Selector) {
    let up_to = SessionId::new(i64::MAX).expect("an id");
    let batch = Batch { selector, after: None, up_to, limit: 1_000, expect: None };
    store.revoke(&batch, "test", event(Action::SessionRevoked)).expect("it can be revoked");
}

pub(crate) fn event(action: Action) -> Event {
    Event::new(action, "tester")
}

pub(crate) fn only(id: SessionId) -> Selector {
    Selector { ids: vec![id], ..Selector::default() }
}

pub(crate) fn random() -> [u8; RANDOM_PER_TOKEN] {
    rand::random()
}

pub(crate) fn end_sessions() -> EndSessions {
    EndSessions { reason: "account".to_owned(), event: event(Action::SessionRevoked) }
}

/// A session with a lifetime of an hour and no idle timeout.
pub(crate) fn new_session(kind: Kind, user: Option<UserId>) -> NewSession {
    NewSession {
        kind,
        user,
        parent: None,
        scopes: Vec::new(),
        client: SessionClient::default(),
        authenticated_at: AuthenticatedAt::Never,
        idle_timeout: None,
        lifetime: Duration::from_secs(3_600),
        form: TokenForm::Bare,
        logins_max: None,
    }
}

/// A login with the right password.
pub(crate) fn log_in(user: UserId, sessions_max: u64) -> LogIn {
    LogIn {
        session: new_session(Kind::Web, Some(user)),
        random: random(),
        sessions_max,
        evict_oldest: false,
        ends: Vec::new(),
        upgrade: None,
        checked: Reauthentication { user, checked_hash: HASH.to_owned(), attempt_key: [9; 32] },
        rehash: None,
        event: event(Action::LoginSucceeded),
    }
}

/// Returns when a store waits in the database of `client`; `ended` is whether none can any more.
pub(crate) fn until_one_waits(client: &mut Client, ended: impl Fn() -> bool) {
    let begun = Instant::now();
    loop {
        // Within a transaction, the server shows what it showed first.
        client.batch_execute("SELECT pg_stat_clear_snapshot()").expect("the server answers");
        if client.query_one(WAITS, &[]).expect("the server answers").get(0) {
            return;
        }
        assert!(!ended(), "it did not wait for the open transaction");
        assert!(begun.elapsed() < TIMEOUT, "it neither waits nor ends");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Runs `act` in a thread, checks that it waits for the transaction of `holder`, commits that transaction, and returns
/// what `act` returned.
pub(crate) fn waits_for<T: Send>(holder: &mut Client, act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let waiting = scope.spawn(act);
        until_one_waits(holder, || waiting.is_finished());
        holder.batch_execute("COMMIT").expect("the transaction can be committed");
        waiting.join().expect("it ends without a panic")
    })
}
