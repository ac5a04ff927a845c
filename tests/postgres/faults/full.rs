//! A server whose disk or memory is full.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings, shared};

use super::retry::raise;
use super::{assert_fault, database};
use crate::program::Program;

/// A small file system, which ends with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// One that the server's account owns; none where this machine lets nobody mount one.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn mount(server: &PostgresServer) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be created");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!(
                "skipped: no file system can be mounted here, so that the disk of a server cannot be full"
            );
            return None;
        }
        let owner = fs::metadata(server.socket_folder()).expect("the folder exists");
        chown(folder.path(), Some(owner.uid()), Some(owner.gid())).expect("its owner can be set");
        Some(SmallDisk(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may have files open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn full_disk_of_the_server_is_reported_and_what_was_there_stays_readable() {
    let Some(programs) = Programs::find() else { return };
    let server = PostgresServer::start(&programs, &Settings::fast());
    let Some(disk) = SmallDisk::mount(&server) else { return };
    let program = Program::new(&server);
    let token = program.ok(&["generate"]);
    let name = database(&program);
    server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display()));
    server.sql(name, "ALTER TABLE sessionctl.event SET TABLESPACE small");
    fill(&server, name);
    let full = loop {
        let output = program.run(&["data", "set", "1", "key", "1"]);
        if output.status.code() != Some(0) {
            break output;
        }
    };
    assert_fault(&full, 1, &["full", "free some space"]);
    for args in [&["revoke", "--all", "--yes"][..], &["generate"]] {
        assert_fault(&program.run(args), 1, &["full", "nothing was changed"]);
    }
    assert_eq!(program.ok(&["verify", &token]), "active");
    assert_eq!(program.ok(&["list", "--format", "count"]), "1");
    server.sql(name, "DROP TABLE public.filler");
    program.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(program.code(&["verify", &token]), Some(5));
}

/// Fills the disk up to the last page, with rows of a page each.
fn fill(server: &PostgresServer, name: &str) {
    server.sql(name, "CREATE TABLE public.filler (text text) TABLESPACE small");
    server.sql(
        name,
        "ALTER TABLE public.filler ALTER text SET STORAGE PLAIN; \
         DO $$ BEGIN LOOP BEGIN INSERT INTO public.filler VALUES (repeat('x', 7000)); \
         EXCEPTION WHEN disk_full THEN EXIT; END; END LOOP; END $$",
    );
}

#[test]
fn server_without_disk_or_memory_changes_nothing() {
    let Some(server) = shared() else { return };
    for (code, text) in
        [("53100", "could not extend file: No space left on device"), ("53200", "out of memory")]
    {
        let program = Program::new(server);
        let token = program.ok(&["generate"]);
        raise(server, &program, code, text);
        assert_fault(&program.run(&["revoke", "--all", "--yes"]), 1, &["full", "nothing was changed"]);
        assert_eq!(program.ok(&["verify", &token]), "active");
    }
}
