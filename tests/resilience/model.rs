//! Any sequence of acts, against a model of a few lines: what is revoked never revives, what is expired is never
//! let in, and of each session only the newest token opens it.

use std::ops::ControlFlow;
use std::time::Duration;

use proptest::prelude::*;
use sessionctl::domain::random::{Randomness, RandomnessError};
use sessionctl::domain::selector::Selector;
use sessionctl::domain::session::{Client, Kind, SessionId};
use sessionctl::domain::time::Timestamp;
use sessionctl::ops::generate::{self, Request};
use sessionctl::ops::{Lifetime, Quiet, Sweep, Workbench, expire, prune, revoke, rotate, verify};
use sessionctl::store::Swept;
use sessionctl::store::sqlite::{Fresh, SqliteStore};

use crate::report::{tell, times};

const IDLE: i64 = 600;
const ABSOLUTE: i64 = 3_000;

#[derive(Clone, Debug)]
enum Act {
    Make,
    Verify(usize),
    Rotate(usize),
    /// Show a token that was rotated away.
    Reuse(usize),
    Revoke(usize),
    ExpireIn(usize, i64),
    Wait(i64),
    Prune,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let one = prop_oneof![
        3 => Just(Act::Make),
        6 => (0..8_usize).prop_map(Act::Verify),
        3 => (0..8_usize).prop_map(Act::Rotate),
        1 => (0..8_usize).prop_map(Act::Reuse),
        2 => (0..8_usize).prop_map(Act::Revoke),
        2 => (0..8_usize, 0..2_000_i64).prop_map(|(which, span)| Act::ExpireIn(which, span)),
        4 => (0..900_i64).prop_map(Act::Wait),
        1 => Just(Act::Prune),
    ];
    proptest::collection::vec(one, 1..40)
}

/// What a session is known to be.
struct Known {
    id: SessionId,
    token: String,
    retired: Vec<String>,
    seen: i64,
    end: i64,
    scheduled: Option<i64>,
    revoked: bool,
    gone: bool,
}

impl Known {
    fn deadline(&self) -> i64 {
        self.scheduled.unwrap_or((self.seen + IDLE).min(self.end))
    }

    fn is_active(&self, now: i64) -> bool {
        !self.revoked && !self.gone && now < self.deadline()
    }
}

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

struct World {
    store: SqliteStore,
    random: Counter,
    now: i64,
    known: Vec<Known>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.db");
        let now = 1_800_000_000;
        let event = sessionctl::domain::event::Event::new(
            Timestamp::from_unix(now),
            sessionctl::domain::event::Action::DatabaseCreated,
            "model",
        );
        let fresh = Fresh { locator_key: [1; 16], attempt_key: [2; 32], sandbox: true, event };
        assert!(SqliteStore::create(&path, &fresh).unwrap());
        let store = SqliteStore::open_to_write(&path).unwrap();
        World { store, random: Counter(1), now, known: Vec::new(), _folder: folder }
    }

    fn act<T>(&mut self, act: impl FnOnce(&mut Workbench<'_>) -> T) -> T {
        act(&mut Workbench {
            store: &mut self.store,
            now: Timestamp::from_unix(self.now),
            random: &mut self.random,
            actor: "model",
            narrator: &mut Quiet,
        })
    }

    fn make(&mut self) {
        let request = Request {
            kind: Kind::Anonymous,
            remember: false,
            user: None,
            scopes: Vec::new(),
            client: Client::default(),
            lifetime: Lifetime {
                ttl: Some(Duration::from_secs(ABSOLUTE as u64)),
                idle: Some(Duration::from_secs(IDLE as u64)),
            },
            under: None,
            count: 1,
        };
        let mut made = Vec::new();
        self.act(|bench| {
            generate::generate(bench, &request, &mut |issued| {
                made.extend(issued.iter().map(|one| (one.id, one.token.expose().to_string())));
                ControlFlow::Continue(())
            })
            .unwrap()
        });
        let now = self.now;
        self.known.extend(made.into_iter().map(|(id, token)| Known {
            id,
            token,
            retired: Vec::new(),
            seen: now,
            end: now + ABSOLUTE,
            scheduled: None,
            revoked: false,
            gone: false,
        }));
    }

    fn verdict(&mut self, token: &str) -> &'static str {
        let touching = verify::Requirements { touch: true, ..Default::default() };
        self.act(|bench| match verify::verify(bench, token.as_bytes(), &touching).unwrap().verdict {
            verify::Verdict::Active(_) => "active",
            verify::Verdict::Expired(_) => "expired",
            verify::Verdict::Revoked(_) | verify::Verdict::RotatedAway(_) => "revoked",
            _ => "unknown",
        })
    }

    /// Every token there ever was, asked without leaving a trace.
    fn check(&mut self) -> Result<(), TestCaseError> {
        use sessionctl::store::{SessionStore as _, Upkeep as _};
        let now = Timestamp::from_unix(self.now);
        for known in &self.known {
            let found = self.store.session(known.id).unwrap();
            prop_assert_eq!(found.is_none(), known.gone);
            if let Some((session, _)) = found {
                let active = session.state(now) == sessionctl::domain::session::State::Active;
                prop_assert_eq!(active, known.is_active(self.now), "session {}", known.id);
                prop_assert_eq!(session.revoked_at.is_some(), known.revoked, "session {}", known.id);
            }
        }
        prop_assert_eq!(self.store.check(now).unwrap(), Vec::<String>::new());
        Ok(())
    }
}

fn step(world: &mut World, act: &Act) -> Result<(), TestCaseError> {
    let which = |number: usize| (!world.known.is_empty()).then(|| number % world.known.len());
    let now = world.now;
    let nothing = &mut |_: &Swept| ControlFlow::Continue(());
    match *act {
        Act::Make => world.make(),
        Act::Wait(span) => world.now += span,
        Act::Verify(number) => {
            let Some(i) = which(number) else { return Ok(()) };
            let token = world.known[i].token.clone();
            let word = world.verdict(&token);
            let known = &mut world.known[i];
            let expected = match (known.gone, known.revoked) {
                (true, _) => "unknown",
                (_, true) => "revoked",
                _ if known.is_active(now) => "active",
                _ => "expired",
            };
            prop_assert_eq!(word, expected);
            // To within the interval at which a session is noted as seen.
            if word == "active" && now - known.seen >= 60 {
                known.seen = now;
            }
        }
        Act::Rotate(number) => {
            let Some(i) = which(number) else { return Ok(()) };
            let token = world.known[i].token.clone();
            let outcome = world.act(|bench| rotate::rotate(bench, token.as_bytes(), Duration::ZERO).unwrap());
            let active = world.known[i].is_active(now);
            match outcome {
                rotate::Outcome::Rotated(issued) => {
                    prop_assert!(active, "a dead session got a token");
                    let known = &mut world.known[i];
                    known.retired.push(token);
                    known.token = issued.token.expose().to_string();
                    if now - known.seen >= 60 {
                        known.seen = now;
                    }
                }
                rotate::Outcome::NotActive(_) => prop_assert!(!active, "a live session got none"),
            }
        }
        Act::Reuse(number) => {
            let Some(i) = which(number) else { return Ok(()) };
            let Some(token) = world.known[i].retired.last().cloned() else { return Ok(()) };
            let word = world.verdict(&token);
            prop_assert_ne!(word, "active", "a retired token opened its session");
            let known = &mut world.known[i];
            if known.is_active(now) {
                known.revoked = true;
            }
        }
        Act::Revoke(number) => {
            let Some(i) = which(number) else { return Ok(()) };
            let sweep = Sweep::of(Selector { ids: vec![world.known[i].id], ..Selector::default() });
            world.act(|bench| revoke::revoke(bench, &sweep, "model", nothing).unwrap());
            let known = &mut world.known[i];
            if known.is_active(now) {
                known.revoked = true;
            }
        }
        Act::ExpireIn(number, span) => {
            let Some(i) = which(number) else { return Ok(()) };
            let sweep = Sweep::of(Selector { ids: vec![world.known[i].id], ..Selector::default() });
            let at = Some(Timestamp::from_unix(now + span));
            world.act(|bench| expire::expire(bench, &sweep, at, nothing).unwrap());
            let known = &mut world.known[i];
            if known.is_active(now) {
                known.scheduled = Some((now + span).min(known.end));
            }
        }
        Act::Prune => {
            let sweep = Sweep::of(Selector::default());
            world
                .act(|bench| prune::prune(bench, &sweep, Some(Duration::from_secs(5_000)), nothing).unwrap());
            use sessionctl::store::SessionStore as _;
            for i in 0..world.known.len() {
                let gone = world.store.session(world.known[i].id).unwrap().is_none();
                prop_assert!(!gone || !world.known[i].is_active(now), "a live session was deleted");
                world.known[i].gone = gone;
            }
        }
    }
    world.check()
}

#[test]
fn whatever_is_done_the_rules_hold() {
    let cases = times(60, 20_000);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases as u32));
    let checked = runner.run(&acts(), |acts| {
        let mut world = World::new();
        for act in &acts {
            step(&mut world, act)?;
        }
        Ok(())
    });
    checked.unwrap();
    tell("sequences of acts against a model", cases, "revoked never revives, expired never verifies");
}
