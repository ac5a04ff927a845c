//! Files of another program in every condition but the usual one: each command ends with one clear error, leaves the
//! folder as it was, and never waits for longer than a lock.
#![expect(clippy::print_stderr, reason = "a test that is skipped reports it")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::Site;

/// A command may wait for a lock twice, on a slow machine.
const MAX_COMMAND_TIME: Duration = Duration::from_secs(180);
/// A user who owns nothing here.
const OTHER_UID: u32 = 65_534;

/// The commands that act on sessions there, with a token where one is wanted.
const COMMANDS: [&[&str]; 6] = [
    &["list", "--format", "json"],
    &["stats"],
    &["revoke", "--all", "--yes"],
    &["prune", "--yes"],
    &["db", "info"],
    &["inspect", "0123456789abcdef"],
];

/// A folder with one file, and a home that no command has written to.
struct Place {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Place { folder: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() };
        for folder in [&place.folder, &place.home] {
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        }
        place
    }

    /// The same with a database as Django makes it, by these further statements.
    fn with_database(sql: &str) -> Self {
        let place = Place::new();
        fs::copy(Site::new().path(), place.file()).unwrap();
        fs::set_permissions(place.file(), Permissions::from_mode(0o644)).unwrap();
        place.connect().execute_batch(sql).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("app.sqlite3")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("app.sqlite3{suffix}"))
    }

    fn connect(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    fn cut(&self, bytes: usize) {
        let whole = fs::read(self.file()).unwrap();
        fs::write(self.file(), &whole[..bytes]).unwrap();
    }

    /// Names, kinds, sizes and times of all that is in the folder.
    fn listing(&self) -> Vec<String> {
        let describe = |entry: fs::DirEntry| {
            let meta = entry.metadata().unwrap();
            format!("{:?} {:o} {} {:?}", entry.file_name(), meta.mode(), meta.len(), meta.modified().unwrap())
        };
        let mut all: Vec<String> =
            fs::read_dir(self.folder.path()).unwrap().map(|entry| describe(entry.unwrap())).collect();
        all.sort();
        all
    }

    fn command(&self, name: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .current_dir("/")
            .arg("--db")
            .arg(name)
            .args(arguments);
        command
    }

    /// Runs a command that must fail, within the time that locks may take; what it printed.
    fn fails(&self, what: &str, name: &Path, arguments: &[&str], codes: &[i32]) -> String {
        let before = self.listing();
        let begun = Instant::now();
        let output = self.command(name, arguments).output().unwrap();
        let text = format!("{what}: {arguments:?}: {}", printed(&output));
        assert!(begun.elapsed() < MAX_COMMAND_TIME, "{text}");
        assert!(codes.contains(&output.status.code().unwrap()), "{text}");
        assert!(output.stdout.is_empty(), "{text}");
        assert_eq!(text.matches("error: ").count(), 1, "{text}");
        assert_eq!(self.listing(), before, "{text}");
        text
    }
}

fn printed(output: &Output) -> String {
    format!(
        "exit {:?}\n{}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A program that was killed while it wrote: its journal is there, and the file has pages of the transaction.
fn interrupted() -> Place {
    let writing = Place::with_database("");
    let program = writing.connect();
    program
        .execute_batch(
            "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; CREATE TABLE filled (text);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO filled SELECT hex(randomblob(500)) FROM n",
        )
        .unwrap();
    let place = Place::new();
    for suffix in ["", "-journal"] {
        fs::copy(writing.beside(suffix), place.beside(suffix)).unwrap();
    }
    place
}

#[test]
fn file_that_is_no_database_is_refused_by_each_command_and_left_alone() {
    type Make = fn(&Place);
    let makes: [(&str, Make); 10] = [
        ("folder", |place| fs::create_dir(place.file()).unwrap()),
        ("fifo", |place| {
            let made = Command::new("mkfifo").arg(place.file()).status().unwrap();
            assert!(made.success());
        }),
        ("socket", |place| drop(UnixListener::bind(place.file()).unwrap())),
        ("device", |place| symlink("/dev/null", place.file()).unwrap()),
        ("endless device", |place| symlink("/dev/zero", place.file()).unwrap()),
        ("empty file", |place| fs::write(place.file(), "").unwrap()),
        ("short text", |place| fs::write(place.file(), "hi").unwrap()),
        ("text", |place| fs::write(place.file(), "no database\n".repeat(100)).unwrap()),
        ("link to nothing", |place| symlink("nowhere", place.file()).unwrap()),
        ("link to itself", |place| symlink("app.sqlite3", place.file()).unwrap()),
    ];
    for (what, make) in makes {
        let place = Place::new();
        make(&place);
        for arguments in COMMANDS {
            // Our own parser may refuse the id before the file is looked at.
            place.fails(what, &place.file(), arguments, &[1, 2]);
        }
        let named = place.fails(what, &place.file(), &["--from", "django", "list"], &[1]);
        assert!(!named.contains("is for another"), "{named}");
    }
}

#[test]
fn damaged_database_is_reported_as_damaged_by_each_command() {
    let whole = fs::metadata(Place::with_database("").file()).unwrap().len() as usize;
    // The header only, one page, half of the file, and a last page of which a part is missing.
    for bytes in [100, 4_096, whole / 2 / 4_096 * 4_096, whole - 1_000, whole - 1] {
        let place = Place::with_database("");
        place.cut(bytes);
        for arguments in COMMANDS {
            let text = place.fails("cut", &place.file(), arguments, &[1]);
            assert!(text.contains("the file is damaged"), "{bytes} of {whole}: {text}");
        }
    }
    // A program that lets its file grow in chunks: what is behind the last page is no damage.
    let place = Place::with_database("");
    let file = fs::OpenOptions::new().write(true).open(place.file()).unwrap();
    file.set_len(1_000_000).unwrap();
    let listed = place.command(&place.file(), &["list", "--format", "count"]).output().unwrap();
    assert_eq!(listed.stdout, b"2\n", "{}", printed(&listed));
    let place = Place::with_database("PRAGMA journal_mode = wal");
    place.cut(whole - 1_000);
    let text = place.fails("cut in WAL mode", &place.file(), &["list"], &[1]);
    assert!(text.contains("the file is damaged"), "{text}");
}

#[test]
fn interrupted_program_is_not_rolled_back_by_any_command() {
    let place = interrupted();
    for arguments in COMMANDS {
        let text = place.fails("hot journal", &place.file(), arguments, &[1]);
        assert!(
            text.contains("interrupted while writing") && text.contains("start the program once"),
            "{text}"
        );
    }
}

#[test]
fn locked_database_is_named_after_the_wait() {
    let place = Place::with_database("");
    let program = place.connect();
    for (lock, commands) in [("BEGIN EXCLUSIVE", &COMMANDS[..2]), ("BEGIN IMMEDIATE", &COMMANDS[2..3])] {
        program.execute_batch(lock).unwrap();
        let journal = place.beside("-journal");
        for arguments in commands {
            let text = place.fails(lock, &place.file(), arguments, &[1]);
            assert!(text.contains("locked by another program") && text.contains("app.sqlite3: "), "{text}");
            assert!(arguments[0] != "revoke" || text.contains("nothing was changed"), "{text}");
        }
        program.execute_batch("ROLLBACK").unwrap();
        assert!(!journal.exists());
    }
}

/// Whether this process may become another user.
fn is_root() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0);
    if !is_root {
        eprintln!("skipped: only root can become another user");
    }
    is_root
}

/// The same as another user, with a home of that user's own.
fn as_other(place: &Place, arguments: &[&str]) -> Output {
    std::os::unix::fs::chown(place.home.path(), Some(OTHER_UID), Some(OTHER_UID)).unwrap();
    // The binary may be in a folder that only root can enter.
    let copy = place.home.path().join("sessionctl");
    if !copy.exists() {
        fs::copy(env!("CARGO_BIN_EXE_sessionctl"), &copy).unwrap();
        fs::set_permissions(&copy, Permissions::from_mode(0o755)).unwrap();
    }
    loop {
        let run = Command::new(&copy)
            .env_clear()
            .env("HOME", place.home.path())
            .current_dir("/")
            .arg("--db")
            .arg(place.file())
            .args(arguments)
            .uid(OTHER_UID)
            .gid(OTHER_UID)
            .output();
        match run {
            // Another thread that starts a process holds the copied file open for writing for a moment.
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            run => return run.unwrap(),
        }
    }
}

#[test]
fn file_that_another_user_may_not_read_names_its_owner() {
    if !is_root() {
        return;
    }
    let place = Place::with_database("");
    fs::set_permissions(place.file(), Permissions::from_mode(0o600)).unwrap();
    let before = place.listing();
    for arguments in COMMANDS {
        let text = printed(&as_other(&place, arguments));
        assert!(text.contains("permission denied") && text.contains("sudo -u root"), "{arguments:?}: {text}");
    }
    fs::set_permissions(place.folder.path(), Permissions::from_mode(0o700)).unwrap();
    let text = printed(&as_other(&place, &["list"]));
    assert!(text.contains("Permission denied") && !text.contains("cannot be written"), "{text}");
    assert_eq!(place.listing(), before);
}

#[test]
fn read_only_file_and_folder_are_listed_and_not_changed() {
    if !is_root() {
        return;
    }
    for (mode, file_mode, folder_mode) in
        [("delete", 0o444, 0o755), ("delete", 0o644, 0o555), ("wal", 0o644, 0o555), ("wal", 0o444, 0o755)]
    {
        let place = Place::with_database(&format!("PRAGMA journal_mode = {mode}"));
        for path in [place.file(), place.folder.path().to_owned()] {
            std::os::unix::fs::chown(path, Some(OTHER_UID), Some(OTHER_UID)).unwrap();
        }
        fs::set_permissions(place.file(), Permissions::from_mode(file_mode)).unwrap();
        fs::set_permissions(place.folder.path(), Permissions::from_mode(folder_mode)).unwrap();
        let before = place.listing();
        let listed = as_other(&place, &["list", "--format", "count"]);
        assert_eq!(listed.stdout, b"2\n", "{}", printed(&listed));
        let revoked = printed(&as_other(&place, &["revoke", "--all", "--yes", "--no-log"]));
        assert!(revoked.starts_with("exit Some(1)"), "{mode} {file_mode:o}: {revoked}");
        assert!(revoked.contains("app.sqlite3: the file or its folder is read-only"), "{mode}: {revoked}");
        assert_eq!(place.listing(), before, "{mode} {file_mode:o} {folder_mode:o}");
    }
}

#[test]
fn copy_with_a_wal_and_no_shared_memory_is_read_whole_and_left_as_it_was() {
    let place = Place::with_database("PRAGMA journal_mode = wal");
    let program = place.connect();
    program.execute_batch("DELETE FROM django_session WHERE rowid = 1").unwrap();
    let copy = Place::new();
    for suffix in ["", "-wal"] {
        fs::copy(place.beside(suffix), copy.beside(suffix)).unwrap();
    }
    let before = copy.listing();
    for arguments in [&["list", "--format", "count"][..], &["stats"], &["db", "info"]] {
        let output = copy.command(&copy.file(), arguments).output().unwrap();
        let text = printed(&output);
        assert!(output.status.success() && text.contains("no program has open"), "{text}");
        assert!(arguments[0] != "list" || output.stdout == b"1\n", "{text}");
        assert_eq!(copy.listing(), before, "{text}");
    }
}

/// Ends a thread, also where the test fails: its scope would wait for the thread for ever.
struct EndOfThread<'a>(&'a AtomicBool);

impl Drop for EndOfThread<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Replaces the file by a copy of itself until `is_ended`.
fn replace_until(is_ended: &AtomicBool, place: &Place) {
    let whole = fs::read(place.file()).unwrap();
    while !is_ended.load(Ordering::Relaxed) {
        let next = place.folder.path().join("next");
        fs::write(&next, &whole).unwrap();
        fs::rename(&next, place.file()).unwrap();
    }
}

#[test]
fn file_that_is_replaced_all_the_time_is_read_whole_or_reported() {
    let place = Place::with_database("");
    let count = || place.command(&place.file(), &["list", "--format", "count"]).output().unwrap();
    let is_ended = AtomicBool::new(false);
    let is_whole = |output: &Output| output.status.success() && output.stdout == b"2\n";
    let started_at = Instant::now();
    let during: Vec<Output> = std::thread::scope(|scope| {
        let _end = EndOfThread(&is_ended);
        scope.spawn(|| replace_until(&is_ended, &place));
        let mut outputs = Vec::new();
        while outputs.len() < 20 || (!outputs.iter().any(is_whole) && started_at.elapsed() < MAX_COMMAND_TIME)
        {
            outputs.push(count());
        }
        outputs
    });
    let reasons = ["moved or replaced meanwhile", "changed the file while it was read"];
    for output in &during {
        let text = printed(output);
        let is_reported = output.status.code() == Some(1)
            && output.stdout.is_empty()
            && reasons.iter().any(|reason| text.contains(reason));
        assert!(is_whole(output) || is_reported, "{text}");
    }
    assert!(during.iter().any(is_whole), "none of {} was read whole", during.len());
}
