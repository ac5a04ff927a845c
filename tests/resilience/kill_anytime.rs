//! `kill -9` at any moment of work that takes long: what was acknowledged is there, what was not is whole or absent,
//! as the log tells, and the same call made again finishes. Creation stands for migration as long as there is one
//! layout.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use sessionctl_core::model::event::Subjects;
use sessionctl_core::store::{AuditStore as _, EventFilter};

use crate::harness::TestEnv;
use crate::report::tell;
use crate::retry::{Told, again_and_again, is_sound, killed_once_it_tells};

/// More than the first slice of bulk work holds, so that there are two.
const SESSIONS: usize = 3_000;

/// `generate` makes so many at once.
const BATCH: usize = 10_000;

/// A session's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Active,
    Expired,
    Revoked,
}

/// What the database holds: each session's state, and the number of events.
struct Held {
    sessions: BTreeMap<i64, Is>,
    events: i64,
}

impl Held {
    fn by(db: &Path) -> Self {
        let conn = rusqlite::Connection::open(db).unwrap();
        let sql = "SELECT id, ended_at IS NOT NULL, deadline <= unixepoch() FROM session";
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| {
            let is = match (row.get(1)?, row.get(2)?) {
                (true, _) => Is::Revoked,
                (false, true) => Is::Expired,
                (false, false) => Is::Active,
            };
            Ok((row.get(0)?, is))
        });
        let sessions = rows.unwrap().map(Result::unwrap).collect();
        let events = conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
        Held { sessions, events }
    }

    fn of(&self, is: Is) -> usize {
        self.sessions.values().filter(|state| **state == is).count()
    }
}

/// Those that the events since then are about.
fn logged_since(env: &TestEnv, events: i64, action: &str) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let store = crate::scene::open_to_read(&env.db());
    let each = &mut |event: sessionctl_core::model::event::LoggedEvent| {
        if event.id <= events {
            return ControlFlow::Break(());
        }
        assert_eq!(event.action, action);
        match event.subjects {
            Subjects::Many(many) => ids.extend(many.iter().map(|id| id.get())),
            other => ids.extend(other.bounds().map(|(a, b)| a.get()..=b.get()).into_iter().flatten()),
        }
        ControlFlow::Continue(())
    };
    store.events(&EventFilter::default(), each).unwrap();
    ids
}

/// Bulk work over sessions: `from` one state `to` another, or gone. Gives how often it was killed.
fn bulk(args: &[&str], action: &str, from: Is, to: Option<Is>) -> usize {
    let env = TestEnv::new();
    let args = [args, &["--yes", "--format", "jsonl"]].concat();
    let before = RefCell::new(None);
    let ready = || {
        let mut held = Held::by(&env.db());
        let lacking = SESSIONS.saturating_sub(held.of(from));
        // What is done with goes, so that the thousandth kill takes no longer than the first.
        if lacking > 0 {
            env.run(&["prune", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
            env.generate_many(if from == Is::Active { lacking } else { SESSIONS });
            if from == Is::Revoked {
                env.run(&["revoke", "--all", "--state", "active", "--yes", "-q", "--format", "count"]).ok();
            }
            held = Held::by(&env.db());
        }
        *before.borrow_mut() = Some(held);
    };
    let (mut none, mut some) = (0, 0);
    let look = |told: &Told| {
        let now = Held::by(&env.db());
        let before = before.take().unwrap();
        let changed: BTreeSet<i64> = before
            .sessions
            .iter()
            .filter(|(id, is)| now.sessions.get(id) != Some(is))
            .map(|(id, _)| *id)
            .collect();
        for id in &changed {
            assert_eq!((before.sessions[id], now.sessions.get(id)), (from, to.as_ref()), "session {id}");
        }
        assert!(now.sessions.keys().all(|id| before.sessions.contains_key(id)));
        assert_eq!(changed, logged_since(&env, before.events, action), "the log tells something else");
        for line in told.out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(changed.contains(&line["id"].as_i64().unwrap()), "acknowledged and lost: {line}");
        }
        is_sound(&env, &env.db());
        match before.of(from) - changed.len() {
            0 => {}
            left if left == before.of(from) => none += 1,
            _ => some += 1,
        }
        none > 0 && some > 0
    };
    let struck = again_and_again(&|| env.cmd(&args), &ready, look);
    assert_eq!(Held::by(&env.db()).of(from), 0, "it was made again and did not finish");
    struck
}

#[test]
fn killed_bulk_work_keeps_acknowledged_sessions() {
    let revoked =
        bulk(&["revoke", "--all", "--state", "active"], "session.revoked", Is::Active, Some(Is::Revoked));
    tell("killed at a random moment of a bulk revoke", revoked, "every acknowledged id is revoked");
    let expired =
        bulk(&["expire", "--all", "--state", "active"], "session.expiry_set", Is::Active, Some(Is::Expired));
    tell("killed at a random moment of a bulk expire", expired, "every acknowledged id is expired");
    let pruned = bulk(&["prune", "--older-than", "0s"], "session.pruned", Is::Revoked, None);
    tell("killed at a random moment of a prune", pruned, "every acknowledged id is gone");
}

#[test]
fn killed_generate_keeps_every_printed_token() {
    let env = TestEnv::new();
    let before = RefCell::new(BTreeSet::new());
    let ids = || Held::by(&env.db()).sessions.into_keys().collect::<BTreeSet<i64>>();
    let ready = || {
        if ids().len() > 5 * SESSIONS {
            env.run(&["revoke", "--all", "--yes", "-q", "--format", "count"]).ok();
            env.run(&["prune", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
        }
        *before.borrow_mut() = ids();
    };
    let made_since = |told: &Told| {
        if !told.out.is_empty() {
            let answers = env.run_with_stdin(&["verify", "--batch", "--no-touch"], &told.out).ok().stdout();
            assert_eq!(answers.lines().count(), told.out.lines().count());
            assert!(
                answers.lines().all(|answer| answer == "active"),
                "a token was handed out that nobody knows"
            );
        }
        is_sound(&env, &env.db());
        ids().difference(&before.take()).count()
    };
    let generate = |number: usize| env.cmd(&["generate", "--kind", "anonymous", "-n", &number.to_string()]);
    let (mut none, mut all) = (0, 0);
    let look = |told: &Told| {
        match made_since(told) {
            0 => none += 1,
            SESSIONS => all += 1,
            some => panic!("{some} of a batch"),
        }
        none > 0 && all > 0
    };
    let struck = again_and_again(&|| generate(SESSIONS), &ready, look);
    // With more than a batch, the first is handed out before the second is made.
    ready();
    assert_eq!(made_since(&killed_once_it_tells(generate(BATCH + 500))), BATCH);
    tell("killed at a random moment of a bulk generate", struck, "every token that was printed is known");
}

#[test]
fn killed_creation_and_backup_leave_all_or_nothing() {
    let env = TestEnv::new();
    env.generate_many(SESSIONS);
    let held = Held::by(&env.db()).sessions.len();
    let made = env.path("made.db");
    let names = || {
        let names = std::fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("made.db"))
    };
    let drafts = || names().filter(|name| name.contains(".new-")).count();
    // The next finds nothing, and what the one before left is no longer new.
    let ready = || {
        for name in names() {
            let path = env.path(&name);
            if name.contains(".new-") {
                let long_ago = std::time::SystemTime::UNIX_EPOCH;
                std::fs::File::options().write(true).open(path).unwrap().set_modified(long_ago).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
    };
    let (mut whole, half_made) = (0, Cell::new(0));
    let mut look = |told: &Told, sessions: usize| {
        half_made.set(half_made.get() + drafts());
        let log = names().find(|name| name == "made.db-wal" || name == "made.db-journal");
        assert!(made.exists() || log.is_none(), "a log without a database");
        assert!(made.exists() || told.err.is_empty(), "acknowledged and lost: {}", told.err);
        if made.exists() {
            whole += 1;
            is_sound(&env, &made);
            assert_eq!(Held::by(&made).sessions.len(), sessions);
        }
        half_made.get() > 0
    };
    let init = || env.cmd(&["db", "init"]).env("SESSIONCTL_DB", &made);
    let created = again_and_again(&init, &ready, |told| look(told, 0));
    assert_eq!(drafts(), 0, "a half-made database is left for good");
    half_made.set(0);
    let backup = || env.cmd(&["db", "backup", "made.db"]);
    let copied = again_and_again(&backup, &ready, |told| look(told, held));
    assert_eq!(drafts(), 0, "half a copy is left for good");
    is_sound(&env, &env.db());
    tell("killed at a random moment of a creation", created, "whole or not there");
    tell(
        "killed at a random moment of a backup",
        copied,
        format!("whole or not there; {whole} of both were there"),
    );
}
