//! Long work killed at random moments: acknowledged work is kept, the rest is complete or absent as the audit
//! log records, and the same command finishes when it is run again.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use sessionctl_core::model::event::Subjects;
use sessionctl_core::store::{AuditStore as _, EventFilter};

use crate::harness::TestEnv;
use crate::report::report;
use crate::retry::{PartialOutput, assert_sound, kill_after_first_output, kill_repeatedly};

/// More than the first batch of bulk work, so that there are two.
const SESSIONS: usize = 3_000;

/// The batch size of `generate`.
const BATCH: usize = 10_000;

/// A session's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Active,
    Expired,
    Revoked,
}

/// The content of the database: each session's state, and the number of events.
struct Content {
    sessions: BTreeMap<i64, Is>,
    events: i64,
}

impl Content {
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
        Content { sessions, events }
    }

    fn of(&self, is: Is) -> usize {
        self.sessions.values().filter(|state| **state == is).count()
    }
}

/// The sessions of the events since then.
fn logged_since(env: &TestEnv, events: i64, action: &str) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let store = crate::scene::factory(&env.db()).open_sqlite(sessionctl_core::store::Access::Read).unwrap();
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

/// Kills bulk work that changes sessions from one state to another, or deletes them. Returns the number of
/// kills.
fn bulk(args: &[&str], action: &str, from: Is, to: Option<Is>) -> usize {
    let env = TestEnv::new();
    let args = [args, &["--yes", "--format", "jsonl"]].concat();
    let before = RefCell::new(None);
    let ready = || {
        let mut held = Content::by(&env.db());
        let lacking = SESSIONS.saturating_sub(held.of(from));
        // Finished sessions are pruned, so that the thousandth kill takes no longer than the first.
        if lacking > 0 {
            env.run(&["prune", "--all", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
            env.generate_many(if from == Is::Active { lacking } else { SESSIONS });
            if from == Is::Revoked {
                env.run(&["revoke", "--all", "--state", "active", "--yes", "-q", "--format", "count"]).ok();
            }
            held = Content::by(&env.db());
        }
        *before.borrow_mut() = Some(held);
    };
    let (mut none, mut some) = (0, 0);
    let look = |printed: &PartialOutput| {
        let now = Content::by(&env.db());
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
        assert_eq!(changed, logged_since(&env, before.events, action), "the audit log differs");
        for line in printed.out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(changed.contains(&line["id"].as_i64().unwrap()), "acknowledged and lost: {line}");
        }
        assert_sound(&env, &env.db());
        match before.of(from) - changed.len() {
            0 => {}
            left if left == before.of(from) => none += 1,
            _ => some += 1,
        }
        none > 0 && some > 0
    };
    let struck = kill_repeatedly(&|| env.cmd(&args), &ready, look);
    assert_eq!(Content::by(&env.db()).of(from), 0, "the repeated command did not finish");
    struck
}

#[test]
fn killed_bulk_revoke_keeps_acknowledged_sessions() {
    let revoked =
        bulk(&["revoke", "--all", "--state", "active"], "session.revoked", Is::Active, Some(Is::Revoked));
    report("killed at a random moment of a bulk revoke", revoked, "every acknowledged id is revoked");
}

#[test]
fn killed_bulk_expire_keeps_acknowledged_sessions() {
    let expired =
        bulk(&["expire", "--all", "--state", "active"], "session.expiry_set", Is::Active, Some(Is::Expired));
    report("killed at a random moment of a bulk expire", expired, "every acknowledged id is expired");
}

#[test]
fn killed_prune_keeps_acknowledged_sessions() {
    let pruned = bulk(&["prune", "--all", "--older-than", "0s"], "session.pruned", Is::Revoked, None);
    report("killed at a random moment of a prune", pruned, "every acknowledged id is gone");
}

#[test]
fn killed_generate_keeps_every_printed_token() {
    let env = TestEnv::new();
    let before = RefCell::new(BTreeSet::new());
    let ids = || Content::by(&env.db()).sessions.into_keys().collect::<BTreeSet<i64>>();
    let ready = || {
        if ids().len() > 5 * SESSIONS {
            env.run(&["revoke", "--all", "--yes", "-q", "--format", "count"]).ok();
            env.run(&["prune", "--all", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
        }
        *before.borrow_mut() = ids();
    };
    let made_since = |printed: &PartialOutput| {
        if !printed.out.is_empty() {
            let answers =
                env.run_with_stdin(&["verify", "--batch", "--no-touch"], &printed.out).ok().stdout();
            assert_eq!(answers.lines().count(), printed.out.lines().count());
            assert!(answers.lines().all(|answer| answer == "active"), "a printed token is unknown");
        }
        assert_sound(&env, &env.db());
        ids().difference(&before.take()).count()
    };
    let generate = |number: usize| env.cmd(&["generate", "--kind", "anonymous", "-n", &number.to_string()]);
    let (mut none, mut all) = (0, 0);
    let look = |printed: &PartialOutput| {
        match made_since(printed) {
            0 => none += 1,
            SESSIONS => all += 1,
            some => panic!("{some} of a batch"),
        }
        none > 0 && all > 0
    };
    let struck = kill_repeatedly(&|| generate(SESSIONS), &ready, look);
    // With more than one batch, the first is printed before the second is created.
    ready();
    assert_eq!(made_since(&kill_after_first_output(generate(BATCH + 500))), BATCH);
    report("killed at a random moment of a bulk generate", struck, "every token that was printed is known");
}

#[test]
fn killed_creation_and_backup_leave_all_or_nothing() {
    let env = TestEnv::new();
    env.generate_many(SESSIONS);
    let held = Content::by(&env.db()).sessions.len();
    let made = env.path("made.db");
    let names = || {
        let names = std::fs::read_dir(env.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).filter(|name| name.starts_with("made.db"))
    };
    let staged_files = || names().filter(|name| name.contains(".new-")).count();
    // The next run starts without the file, and leftovers look old enough to be removed.
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
    let (mut whole, staged) = (0, Cell::new(0));
    let mut look = |printed: &PartialOutput, sessions: usize| {
        staged.set(staged.get() + staged_files());
        let log = names().find(|name| name == "made.db-wal" || name == "made.db-journal");
        assert!(made.exists() || log.is_none(), "a WAL without a database");
        assert!(made.exists() || printed.err.is_empty(), "acknowledged and lost: {}", printed.err);
        if made.exists() {
            whole += 1;
            assert_sound(&env, &made);
            assert_eq!(Content::by(&made).sessions.len(), sessions);
        }
        staged.get() > 0
    };
    let init = || env.cmd(&["db", "init"]).env("SESSIONCTL_DB", &made);
    let created = kill_repeatedly(&init, &ready, |printed| look(printed, 0));
    assert_eq!(staged_files(), 0, "a staged database is never removed");
    staged.set(0);
    let backup = || env.cmd(&["db", "backup", "made.db"]);
    let copied = kill_repeatedly(&backup, &ready, |printed| look(printed, held));
    assert_eq!(staged_files(), 0, "a staged copy is never removed");
    assert_sound(&env, &env.db());
    report("killed at a random moment of a creation", created, "whole or not there");
    report(
        "killed at a random moment of a backup",
        copied,
        format!("whole or not there; {whole} of both were there"),
    );
}
