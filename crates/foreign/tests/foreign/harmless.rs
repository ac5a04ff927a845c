//! Reading without harm: nothing is created, changed, rolled back or held, whoever reads.
#![expect(clippy::print_stderr, reason = "a test that is skipped reports it")]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::fixture::{Fixture, django, records};
use sessionctl_foreign::source::{SourceError, SourceFactory as _};
use sessionctl_foreign::sqlite::{FileKind, SqliteFile, identify};

/// A user who owns nothing here.
const OTHER_UID: u32 = 65_534;
/// A program that can write at all has written once by then, on a slow machine too.
const MAX_COMMIT_TIME: Duration = Duration::from_secs(60);
/// Names the file that a second process of this binary reads.
const READ_AS_OTHER: &str = "SESSIONCTL_TEST_READ_AS_OTHER";

/// All that a reader must not change: names, bytes, mode, owner and modification time of a folder's files.
fn listing(folder: &Path) -> Vec<String> {
    let mut lines: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            format!(
                "{:?} {} {} {} {:?}",
                entry.file_name(),
                meta.mode(),
                meta.uid(),
                meta.mtime_nsec(),
                bytes
            )
        })
        .collect();
    lines.sort();
    lines
}

/// The number of records, or the error, as another user sees it.
fn read_as_other(fixture: &Fixture) -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can become another user");
        return None;
    }
    let set_mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    // Everybody may create files in the folder: a group of the web server often may.
    set_mode(fixture.folder(), 0o777);
    let elsewhere = tempfile::tempdir().unwrap();
    set_mode(elsewhere.path(), 0o755);
    let program = elsewhere.path().join("reader");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    set_mode(&program, 0o755);
    let run = loop {
        let run = Command::new(&program)
            .args(["--exact", "harmless::reads_as_other_when_asked", "--nocapture"])
            .env(READ_AS_OTHER, &fixture.path)
            .current_dir("/")
            .uid(OTHER_UID)
            .gid(OTHER_UID)
            .output();
        // Another thread that starts a process holds the copied file open for writing for a moment.
        match run {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            run => break run,
        }
    };
    let text = String::from_utf8(run.unwrap().stderr).unwrap();
    text.lines().find_map(|line| line.strip_prefix("answer: ").map(str::to_owned))
}

#[test]
fn reads_as_other_when_asked() {
    let Some(path) = std::env::var_os(READ_AS_OTHER) else { return };
    let answer = match SqliteFile::new(Path::new(&path)).reader() {
        Ok(source) => {
            let tables = source.tables().map(|tables| tables.len());
            match (tables, source.finish()) {
                (Ok(count), Ok(())) => format!("{count} tables"),
                (Err(error), _) | (_, Err(error)) => error.to_string(),
            }
        }
        Err(error) => error.to_string(),
    };
    eprintln!("answer: {answer}");
}

fn wal(fixture: &Fixture) {
    fixture.execute("PRAGMA journal_mode = wal; INSERT INTO auth_user VALUES (7, 'x', 'gus', '', 1)");
}

#[test]
fn reader_leaves_a_rollback_file_untouched() {
    let fixture = django();
    let before = listing(fixture.folder());
    assert_eq!(fixture.records().len(), 6);
    assert_eq!(listing(fixture.folder()), before);
}

#[test]
fn reader_leaves_nothing_beside_a_wal_file_without_its_program() {
    let fixture = django();
    wal(&fixture);
    let before = listing(fixture.folder());
    assert_eq!(before.len(), 1);
    assert_eq!(fixture.records().len(), 6);
    assert_eq!(listing(fixture.folder()), before);
    let Some(answer) = read_as_other(&fixture) else { return };
    assert_eq!(answer, "2 tables");
    assert_eq!(listing(fixture.folder()), before);
    fixture.execute("INSERT INTO auth_user VALUES (8, 'x', 'hal', '', 1)");
}

#[test]
fn reader_sees_the_newest_commit_of_a_running_program_in_wal_mode() {
    let fixture = django();
    wal(&fixture);
    let program = fixture.connect();
    program.execute_batch("DELETE FROM django_session WHERE session_key LIKE '%1'").unwrap();
    let names = || {
        let mut names: Vec<_> =
            std::fs::read_dir(fixture.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    assert_eq!(before.len(), 3);
    assert_eq!(fixture.records().len(), 5);
    assert_eq!(names(), before);
    program.execute_batch("DELETE FROM django_session").unwrap();
    assert_eq!(fixture.records().len(), 0);
}

#[test]
fn reader_reads_a_wal_without_shared_memory_for_anybody_and_creates_nothing() {
    let fixture = django();
    wal(&fixture);
    let program = fixture.connect();
    program.execute_batch("DELETE FROM django_session WHERE session_key LIKE '%1'").unwrap();
    let copy = django();
    for suffix in ["", "-wal"] {
        let name = |fixture: &Fixture| format!("{}{suffix}", fixture.path.display());
        std::fs::copy(name(&fixture), name(&copy)).unwrap();
    }
    let before = listing(copy.folder());
    if let Some(answer) = read_as_other(&copy) {
        assert_eq!(answer, "2 tables");
    }
    assert_eq!(listing(copy.folder()), before);
    let source = copy.factory().reader().unwrap();
    assert_eq!(source.notes().len(), 1);
    drop(source);
    assert_eq!(copy.records().len(), 5, "the newest commit is in the WAL");
}

/// A copy of a database in the middle of a transaction, as a killed program leaves it.
fn interrupted() -> Fixture {
    let fixture = django();
    let program = fixture.connect();
    program
        .execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; DELETE FROM django_session")
        .unwrap();
    let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
                INSERT INTO django_session SELECT 'k' || i, hex(randomblob(200)), '2027-04-01 12:00:00' FROM n";
    program.execute_batch(fill).unwrap();
    let copy = django();
    for suffix in ["", "-journal"] {
        let name = |fixture: &Fixture| format!("{}{suffix}", fixture.path.display());
        std::fs::copy(name(&fixture), name(&copy)).unwrap();
    }
    copy
}

#[test]
fn reader_and_writer_never_roll_a_journal_back() {
    let fixture = interrupted();
    let before = listing(fixture.folder());
    assert!(matches!(fixture.factory().reader().map(|_| ()), Err(SourceError::Interrupted)));
    assert!(matches!(fixture.factory().writer(false).map(|_| ()), Err(SourceError::Interrupted)));
    assert_eq!(listing(fixture.folder()), before);
}

#[test]
fn writer_is_refused_to_a_user_who_does_not_own_the_file() {
    let fixture = django();
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can give a file away");
        return;
    }
    // Root may write, and so may the owner; another user is tested through the reader's second process.
    std::os::unix::fs::chown(&fixture.path, Some(OTHER_UID), Some(OTHER_UID)).unwrap();
    assert!(fixture.factory().writer(false).is_ok());
    std::fs::set_permissions(&fixture.path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::chown(&fixture.path, Some(0), Some(0)).unwrap();
    assert!(read_as_other(&fixture).unwrap().starts_with("permission denied"));
}

#[test]
fn reader_reports_a_file_that_changed_while_it_was_read_as_immutable() {
    let fixture = django();
    wal(&fixture);
    let source = fixture.factory().reader().unwrap();
    fixture.execute("DELETE FROM django_session");
    assert!(matches!(source.finish(), Err(SourceError::Changed)));
}

#[test]
fn reader_waits_for_an_exclusive_lock_and_then_reports_it() {
    let fixture = django();
    let program = fixture.connect();
    program.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(matches!(fixture.factory().reader().map(|_| ()), Err(SourceError::Busy)));
}

#[test]
fn writer_beside_a_slow_reader_never_fails() {
    for mode in ["delete", "wal"] {
        let fixture = django();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
                    INSERT INTO django_session SELECT 'filled' || i, 'e30:1vb66h:s', '2027-04-01 12:00:00' FROM n";
        fixture.execute(&format!("PRAGMA journal_mode = {mode}; {fill}"));
        let program = fixture.connect();
        program.busy_timeout(MAX_COMMIT_TIME).unwrap();
        program.execute_batch("UPDATE auth_user SET email = 'first'").unwrap();
        let (done, written) = (AtomicBool::new(false), AtomicU32::new(0));
        let wait_for_a_commit = || {
            let (begun, before) = (Instant::now(), written.load(Ordering::Relaxed));
            while written.load(Ordering::Relaxed) == before {
                assert!(
                    begun.elapsed() < MAX_COMMIT_TIME,
                    "{mode}: no commit after {before} beside the reader"
                );
                std::thread::yield_now();
            }
        };
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                // The consumer of a list takes its time after each page: until the program has written.
                fixture.with(|cx| {
                    let mut taken = 0_u32;
                    let request = sessionctl_foreign::ops::ListRequest {
                        filter: crate::fixture::all(),
                        order: sessionctl_foreign::ops::Order::Page,
                        limit: None,
                        after: None,
                    };
                    sessionctl_foreign::ops::list(cx, &request, &mut |_| {
                        taken += 1;
                        if taken.is_multiple_of(4_000) {
                            wait_for_a_commit();
                        }
                        std::ops::ControlFlow::Continue(())
                    })
                    .unwrap();
                    assert_eq!(taken, 20_006);
                });
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) && !reader.is_finished() {
                program.execute_batch("UPDATE auth_user SET email = email || '.'").unwrap();
                written.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        assert!(written.into_inner() >= 5, "{mode}");
    }
}

#[test]
fn reader_shows_no_row_twice_while_rows_are_added() {
    let fixture = django();
    let detected = fixture.detect().unwrap();
    let found = fixture.with_detected(&detected, records);
    assert_eq!(found.len(), 6);
    let source = fixture.factory().reader().unwrap();
    let first = source.page(&detected.plan.query, &sessionctl_foreign::source::Place::Start).unwrap();
    assert!(first.next.is_none());
}

#[test]
fn identify_tells_our_files_from_those_of_others() {
    let fixture = django();
    assert_eq!(identify(&fixture.path).unwrap(), FileKind::Foreign);
    fixture.execute("PRAGMA application_id = 0x53455354");
    assert_eq!(identify(&fixture.path).unwrap(), FileKind::Own);
    assert_eq!(identify(&fixture.folder().join("none")).unwrap(), FileKind::Missing);
}
