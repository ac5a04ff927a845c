//! `kill -9` at any moment of work that takes long: what was acknowledged is there, what was not is whole or absent,
//! as the log tells, and the same call made again finishes. Creation stands for migration as long as there is one
//! layout.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use sessionctl::domain::event::Subjects;
use sessionctl::store::sqlite::SqliteStore;
use sessionctl::store::{EventFilter, LogStore as _};

use crate::harness::{Call, Place};
use crate::hurt::Dice;
use crate::report::{tell, times};

/// More than the first slice of bulk work holds, so that there are two.
const SESSIONS: usize = 3_000;

/// `generate` makes so many at once.
const BATCH: usize = 10_000;

/// How often each kind of work is killed.
fn kills() -> usize {
    times(17, 1_700)
}

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

/// What was told before the end.
struct Told {
    /// The whole lines on standard output.
    out: String,
    err: String,
}

/// Kills a call after a time, and gives what it told; nothing where it ended before. What is not read meanwhile
/// stands in a pipe, and once that is full, the work stands still between two of its steps.
fn killed(call: Call, after: Duration, is_read: bool) -> Option<Told> {
    let mut child = call.start();
    let mut out = child.stdout.take().unwrap();
    let (kill, may_read) = std::sync::mpsc::channel::<()>();
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        if !is_read {
            let _ = may_read.recv();
        }
        out.read_to_end(&mut text).unwrap();
        text
    });
    thread::sleep(after);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    drop(kill);
    let (mut out, mut err) = (String::from_utf8(reader.join().unwrap()).unwrap(), String::new());
    out.truncate(out.rfind('\n').map_or(0, |end| end + 1));
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(ended.code().is_none_or(|code| code == 0), "it failed by itself: {err}");
    ended.code().is_none().then_some(Told { out, err })
}

/// Kills the same work again and again, at moments drawn over the time that it takes, and then lets it finish.
/// `ready` makes sure that there is something to do, `look` judges what was left, given what was told.
fn again_and_again(call: &dyn Fn() -> Call, ready: &dyn Fn(), mut look: impl FnMut(&Told)) -> usize {
    ready();
    let begun = Instant::now();
    call().run().ok();
    let mut longest = begun.elapsed();
    let mut dice = Dice(7);
    let (mut struck, mut missed) = (0, 0);
    while struck < kills() {
        ready();
        let is_read = dice.roll(2) == 0;
        let share = dice.roll(1_000) as f64 / 1_000.0 + if is_read { 0.0 } else { 0.5 };
        match killed(call(), longest.mul_f64(share), is_read) {
            Some(told) => {
                look(&told);
                struck += 1;
            }
            None => {
                // The first time it took longer than it does.
                missed += 1;
                longest = longest.mul_f64(0.97).max(Duration::from_millis(5));
                assert!(missed < 40 + struck * 20, "it ends before it can be killed");
            }
        }
    }
    ready();
    call().run().ok();
    struck
}

fn is_sound(place: &Place, db: &Path) {
    for check in [["db", "check"], ["log", "verify"]] {
        place.call(&check).env("SESSIONCTL_DB", db).run().ok();
    }
}

/// Those that the events since then are about.
fn logged_since(place: &Place, events: i64, action: &str) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    let store = SqliteStore::open_to_read(&place.db()).unwrap();
    let each = &mut |event: sessionctl::domain::event::LoggedEvent| {
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
    let place = Place::new();
    let args = [args, &["--yes", "--format", "jsonl"]].concat();
    let before = RefCell::new(None);
    let ready = || {
        let mut held = Held::by(&place.db());
        let lacking = SESSIONS.saturating_sub(held.of(from));
        // What is done with goes, so that the thousandth kill takes no longer than the first.
        if lacking > 0 {
            place.run(&["prune", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
            place.generate_many(if from == Is::Active { lacking } else { SESSIONS });
            if from == Is::Revoked {
                place.run(&["revoke", "--all", "--state", "active", "--yes", "-q", "--format", "count"]).ok();
            }
            held = Held::by(&place.db());
        }
        *before.borrow_mut() = Some(held);
    };
    let (mut none, mut some, mut all) = (0, 0, 0);
    let look = |told: &Told| {
        let now = Held::by(&place.db());
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
        assert_eq!(changed, logged_since(&place, before.events, action), "the log tells something else");
        for line in told.out.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert!(changed.contains(&line["id"].as_i64().unwrap()), "acknowledged and lost: {line}");
        }
        is_sound(&place, &place.db());
        match before.of(from) - changed.len() {
            0 => all += 1,
            left if left == before.of(from) => none += 1,
            _ => some += 1,
        }
    };
    let struck = again_and_again(&|| place.call(&args), &ready, look);
    assert_eq!(Held::by(&place.db()).of(from), 0, "it was made again and did not finish");
    // Else the moments are no moments of the work.
    assert!(none > 0 && some > 0, "{action}: {none} before, {some} within and {all} after the work");
    struck
}

#[test]
fn revoke_expire_and_prune_keep_what_they_told_of() {
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
fn every_token_that_was_handed_out_is_on_disk() {
    let place = Place::new();
    let (before, calls) = (RefCell::new(BTreeSet::new()), Cell::new(0));
    // One batch is made in one step; now and then there are two.
    let wanted = || if calls.get() % 5 == 2 { BATCH + 500 } else { SESSIONS };
    let ids = || Held::by(&place.db()).sessions.into_keys().collect::<BTreeSet<i64>>();
    let ready = || {
        if ids().len() > 5 * SESSIONS {
            place.run(&["revoke", "--all", "--yes", "-q", "--format", "count"]).ok();
            place.run(&["prune", "--older-than", "0s", "--yes", "-q", "--format", "count"]).ok();
        }
        *before.borrow_mut() = ids();
        calls.set(calls.get() + 1);
    };
    let look = |told: &Told| {
        let made = ids().difference(&before.take()).count();
        assert!([0, BATCH, wanted()].contains(&made), "{made} of {}", wanted());
        if !told.out.is_empty() {
            let answers = place.feed(&["verify", "--batch", "--no-touch"], &told.out).ok().out();
            assert_eq!(answers.lines().count(), told.out.lines().count());
            assert!(
                answers.lines().all(|answer| answer == "active"),
                "a token was handed out that nobody knows"
            );
        }
        is_sound(&place, &place.db());
    };
    let generate = || place.call(&["generate", "--kind", "anonymous", "-n", &wanted().to_string()]);
    let struck = again_and_again(&generate, &ready, look);
    tell("killed at a random moment of a bulk generate", struck, "every token that was printed is known");
}

#[test]
fn a_database_and_its_copy_appear_whole_or_not_at_all() {
    let place = Place::new();
    place.generate_many(SESSIONS);
    let held = Held::by(&place.db()).sessions.len();
    let made = place.path("made.db");
    let clear = || {
        for entry in std::fs::read_dir(place.path("")).unwrap() {
            let name = entry.unwrap().file_name();
            if name.to_string_lossy().starts_with("made.db") {
                std::fs::remove_file(place.path("").join(name)).unwrap();
            }
        }
    };
    let mut whole = 0;
    let mut look = |told: &Told, sessions: usize| {
        let names = std::fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        let log = names.into_iter().find(|name| *name == *"made.db-wal" || *name == *"made.db-journal");
        assert!(made.exists() || log.is_none(), "a log without a database");
        assert!(made.exists() || told.err.is_empty(), "acknowledged and lost: {}", told.err);
        if made.exists() {
            whole += 1;
            is_sound(&place, &made);
            assert_eq!(Held::by(&made).sessions.len(), sessions);
        }
    };
    let init = || place.call(&["db", "init"]).env("SESSIONCTL_DB", &made);
    let created = again_and_again(&init, &clear, |told| look(told, 0));
    let backup = || place.call(&["db", "backup", "made.db"]);
    let copied = again_and_again(&backup, &clear, |told| look(told, held));
    is_sound(&place, &place.db());
    tell("killed at a random moment of a creation", created, "whole or not there");
    tell(
        "killed at a random moment of a backup",
        copied,
        format!("whole or not there; {whole} of both were there"),
    );
}
