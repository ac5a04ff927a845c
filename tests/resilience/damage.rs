//! Damage in the database, its WAL and a backup: no panic, no hang, no token is verified that was not active,
//! and `db check` reports whatever reads wrong.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::corruption::{Prng, damage_bytes, ends_of_transactions};
use crate::deadline;
use crate::harness::TestEnv;
use crate::report::{report, trials};
use crate::template::{Template, hold_open};
use crate::verdict_after::{Answer, ask_library, ask_program};

/// The files of a database in use, and of its backup, before the damage.
struct Files {
    db: Vec<u8>,
    wal: Vec<u8>,
    backup: Vec<u8>,
}

/// The damaged file.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Which {
    Database,
    Log,
    Backup,
}

struct Scene {
    template: Template,
    files: Files,
    tokens: Vec<String>,
    now: i64,
    /// The answers of the library after each transaction of the WAL; the last is the present.
    states: Vec<Answer>,
    /// The answers of the program after each transaction.
    printed: Vec<Answer>,
}

impl Scene {
    fn new() -> Self {
        let template = Template::new();
        let env = &template.env;
        env.run_with_stdin(&["logout", "-"], &template.web).ok();
        let spent = env.generate(&["--kind", "anonymous"]);
        env.run(&["expire", &env.id_of(&spent), "--yes"]).ok();
        // Another process that has the database open keeps the WAL there. Ending a session empties it all the same.
        let other = hold_open(&env.db());
        let live = env.login("bob");
        env.run_with_stdin(&["data", "set", "-", "cart", "[1]"], &live).ok();
        let renewed = env.run_with_stdin(&["rotate", "-"], &live).ok().stdout();
        env.run(&["generate", "--kind", "anonymous", "-n", "50"]).ok();
        env.login("bob");
        let unknown = "0123456789abcdef".repeat(4);
        let tokens = vec![template.web.clone(), template.revoked.clone(), live, renewed, unknown, spent];
        env.run(&["db", "backup", "copy.db"]).ok();
        drop(other);
        let read = |name: &str| fs::read(env.path(name)).unwrap();
        let files = Files { db: read("sessions.db"), wal: read("sessions.db-wal"), backup: read("copy.db") };
        let made = fs::metadata(env.path("copy.db")).unwrap().modified().unwrap();
        let now = made.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
        let mut scene = Scene { files, tokens, now, states: Vec::new(), printed: Vec::new(), template };
        let ends = ends_of_transactions(&scene.files.wal);
        assert!(ends.len() > 3 && ends.last() == Some(&scene.files.wal.len()), "hardly a WAL");
        for end in [0].into_iter().chain(ends) {
            let db = scene.template.env.path("state.db");
            put(&db, &scene.files.db, &scene.files.wal[..end]);
            scene.states.push(ask_library(&db, &scene.tokens, now));
            scene.printed.push(ask_program(&scene.template.env, &db, &scene.tokens, now, "nothing"));
        }
        let present = scene.states.last().unwrap();
        let words: Vec<_> = present.words.iter().map(|word| word.as_deref().unwrap()).collect();
        assert_eq!(words, ["revoked", "revoked", "revoked", "active", "unknown", "expired"]);
        assert!(scene.states.iter().chain(&scene.printed).all(|state| state.sound));
        scene
    }
}

fn put(db: &Path, bytes: &[u8], wal: &[u8]) {
    for (path, bytes) in [(format!("{}-wal", db.display()), wal), (db.display().to_string(), bytes)] {
        let _ = fs::remove_file(&path);
        if !bytes.is_empty() || path == db.display().to_string() {
            let mut file = fs::OpenOptions::new();
            let mut file = file.write(true).create_new(true).mode(0o600).open(&path).unwrap();
            std::io::Write::write_all(&mut file, bytes).unwrap();
        }
    }
    let _ = fs::remove_file(format!("{}-shm", db.display()));
}

/// Whether an answer matches one of the undamaged database. An unknown token is no wrong answer: only the
/// digest shows which token a session has.
fn is(answer: &Answer, state: &Answer) -> bool {
    let unknown = Some("unknown".to_owned());
    answer.sessions == state.sessions
        && answer.words.iter().zip(&state.words).all(|(word, sound)| word == sound || *word == unknown)
}

fn check_answer(answer: &Answer, states: &[Answer], which: Which, what: &str) {
    let present = &states[states.len() - 1..];
    // A WAL that is cut or damaged is read up to that place. It holds an earlier state, and that is sound.
    let sound = if which == Which::Log { states } else { present };
    // A page in an older state is consistent: one look-up cannot notice, only `db check` can.
    let possible = if what.contains("older") { states } else { sound };
    for (number, word) in answer.words.iter().enumerate() {
        let active = Some("active".to_owned());
        let may = possible.iter().any(|state| state.words[number] == active);
        assert!(*word != active || may, "token {number} is accepted: {which:?}, {what}: {answer:?}");
    }
    let right = sound.iter().any(|state| is(answer, state));
    let differs = || {
        let (now, before) = (answer.sessions.clone(), present[0].sessions.clone());
        let (now, before) = (now.unwrap_or_default(), before.unwrap_or_default());
        let lines = now.iter().filter(|line| !before.contains(line));
        let gone = before.iter().filter(|line| !now.contains(line));
        format!(
            "now: {:?}\nbefore: {:?}\nwords: {:?}",
            lines.collect::<Vec<_>>(),
            gone.collect::<Vec<_>>(),
            answer.words
        )
    };
    assert!(right || !answer.sound, "read wrong, and not reported: {which:?}, {what}\n{}", differs());
}

#[test]
fn damage_never_yields_active_and_check_finds_it() {
    let scene = Arc::new(Scene::new());
    let (tried, found) = (trials(500, 100_000), Arc::new(AtomicUsize::new(0)));
    // The program answers for some, the library for all.
    let every = trials(4, 50);
    let numbers = Arc::new(Mutex::new(0..tried));
    let worker = |name: String| {
        let (scene, numbers, found) = (Arc::clone(&scene), Arc::clone(&numbers), Arc::clone(&found));
        move || loop {
            let Some(number) = numbers.lock().unwrap().next() else { return };
            found.fetch_add(usize::from(one(&scene, number, &name, number % every == 0)), Ordering::Relaxed);
        }
    };
    let workers = ["one.db", "two.db"].map(|name| thread::spawn(worker(name.to_owned())));
    for worker in workers {
        worker.join().unwrap();
    }
    let found = found.load(Ordering::Relaxed);
    assert!(found > tried / 20, "hardly any damage was reported: {found}");
    report(
        "damage in database, WAL and backup",
        tried,
        format!("db check reported {found}; the rest reads as before, or as SECURITY.md lists"),
    );
}

/// Damages one file in one way; returns whether `db check` found it.
fn one(scene: &Arc<Scene>, number: usize, name: &str, whole: bool) -> bool {
    let mut prng = Prng(number as u64 + 1);
    prng.below(2);
    let which = [Which::Database, Which::Log, Which::Backup][number % 3];
    let Files { db, wal, backup } = &scene.files;
    let (mut db_bytes, mut wal_bytes) = match which {
        Which::Backup => (backup.clone(), Vec::new()),
        _ => (db.clone(), wal.clone()),
    };
    let what = match which {
        Which::Log => damage_bytes(&mut wal_bytes, &[], &mut prng),
        _ => damage_bytes(&mut db_bytes, db, &mut prng),
    };
    let path = scene.template.env.path(name);
    put(&path, &db_bytes, &wal_bytes);
    let what = format!("{number}: {what}");
    let answer = {
        let (scene, path) = (Arc::clone(scene), path.clone());
        deadline::within(move || ask_library(&path, &scene.tokens, scene.now), || (), &what)
    };
    check_answer(&answer, &scene.states, which, &what);
    if whole {
        put(&path, &db_bytes, &wal_bytes);
        let env: &TestEnv = &scene.template.env;
        check_answer(&ask_program(env, &path, &scene.tokens, scene.now, &what), &scene.printed, which, &what);
    }
    !answer.sound
}
