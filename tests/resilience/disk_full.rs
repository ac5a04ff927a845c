//! A small disk that fills up: acknowledged work is kept, failed writes are reported, ended sessions stay
//! ended, and everything works once there is space.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::config::DbConfig;

use crate::harness::{CommandOutput, TestEnv};
use crate::report::{is_long, report, trials};
use crate::template::number;

/// The mount point of the small disk, for the run of this test inside a mount namespace.
const DISK: &str = "SESSIONCTL_TEST_DISK";

#[test]
fn full_disk_loses_nothing() {
    if let Some(disk) = std::env::var_os(DISK) {
        let rounds = trials(1, 40);
        let failed: usize = (0..rounds).map(|round| fill_and_free(Path::new(&disk), round)).sum();
        return report(
            "a small disk filled up",
            failed,
            "writes that failed; everything works once there is space",
        );
    }
    // In a mount namespace, which removes the disk however the test ends.
    let Some(way) = ["-m", "-Urm"].into_iter().find(|way| can_mount(way)) else {
        let _ = writeln!(std::io::stderr(), "skipped, nothing can be mounted here: a small disk filled up");
        return;
    };
    let env = TestEnv::empty();
    let disk = env.path("disk");
    fs::create_dir(&disk).unwrap();
    let test = "disk_full::full_disk_loses_nothing";
    let output = Command::new("unshare")
        .args([
            way,
            "sh",
            "-c",
            "mount -t tmpfs -o size=1536k,mode=0700 tmpfs \"$1\" && exec \"$2\" --exact \"$3\" --nocapture",
            "sh",
        ])
        .args([disk.as_os_str(), std::env::current_exe().unwrap().as_os_str(), test.as_ref()])
        .env(DISK, &disk)
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{out}\n{err}");
    if is_long() {
        let _ = write!(std::io::stderr(), "{err}");
    }
}

fn can_mount(way: &str) -> bool {
    let script = "mount -t tmpfs -o size=64k tmpfs /mnt";
    Command::new("unshare")
        .args([way, "sh", "-c", script])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The disk and its database.
struct Disk<'a> {
    folder: &'a Path,
    env: TestEnv,
}

impl Disk<'_> {
    fn db(&self) -> PathBuf {
        self.folder.join("sessions.db")
    }

    fn run(&self, args: &[&str], stdin: &str) -> CommandOutput {
        let output = self.env.cmd(args).env("SESSIONCTL_DB", self.db()).stdin(stdin).run();
        assert!(!output.stderr().contains("panicked"), "{output:?}");
        output
    }

    /// Fills the remaining space.
    fn fill(&self) {
        let mut ballast = File::create(self.folder.join("ballast")).unwrap();
        for size in [4_096, 1] {
            while ballast.write_all(&[0; 4_096][..size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.folder.join("ballast")).unwrap();
    }

    /// The word that `verify` prints; empty where it reported an error.
    fn verdict(&self, token: &str) -> String {
        let output = self.run(&["verify", "-"], token);
        let fits = match output.exit_code() {
            0 => output.stdout() == "active",
            1 => output.stdout().is_empty() && output.stderr().contains("error:"),
            5 => output.stdout() == "revoked",
            _ => false,
        };
        assert!(fits, "{output:?}");
        output.stdout()
    }
}

/// Returns the number of failed writes.
fn fill_and_free(folder: &Path, round: usize) -> usize {
    let disk = Disk { folder, env: TestEnv::empty() };
    // Fills up at a different page in each round.
    fs::write(folder.join("more"), vec![0; round * 9_973 % 300_000]).unwrap();
    fs::write(folder.join("reserve"), vec![0; 500_000]).unwrap();
    disk.run(&["db", "init"], "").ok();
    let token = |args: &[&str]| disk.run(&[&["generate"], args].concat(), "").ok().stdout();
    let (active, ended) = (token(&["--kind", "anonymous"]), token(&["--kind", "anonymous"]));
    disk.run(&["logout", "-"], &ended).ok();
    let mut printed = Vec::new();
    let many = (150 + round * 31 % 400).to_string();
    let refused = loop {
        let output = disk.run(&["generate", "--kind", "anonymous", "-n", &many], "");
        if output.exit_code() != 0 {
            break output;
        }
        printed.extend(output.stdout().lines().map(str::to_owned));
    };
    refused.fails_with(1);
    assert_eq!(
        number(&disk.db(), "SELECT count(*) FROM session"),
        printed.len() + 2,
        "a partial or lost batch"
    );
    assert_eq!((disk.verdict(&active), disk.verdict(&ended)), ("active".into(), "revoked".into()));
    let mut failed = 1;
    // Frames of the WAL can be overwritten without new space, so the WAL is truncated first.
    fs::remove_file(folder.join("reserve")).unwrap();
    let index_stays = round.is_multiple_of(2);
    checkpoint(&disk.db(), index_stays);
    disk.fill();
    for (args, stdin) in [
        (vec!["revoke", "1", "--yes"], ""),
        (vec!["logout", "-"], active.as_str()),
        (vec!["expire", "1", "--yes"], ""),
        (vec!["rotate", "-"], active.as_str()),
        (vec!["generate", "--kind", "anonymous"], ""),
        (vec!["user", "add", "bob", "--no-password"], ""),
        (vec!["db", "backup", folder.join("copy.db").to_str().unwrap()], ""),
    ] {
        disk.run(&args, stdin).fails_with(1);
        failed += 1;
        assert_ne!(disk.verdict(&ended), "active");
        assert_ne!(disk.verdict(&active), "revoked", "{args:?} failed and took effect");
    }
    if index_stays {
        assert_eq!((disk.verdict(&active), disk.verdict(&ended)), ("active".into(), "revoked".into()));
    }
    disk.free();
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().contains(".new-")),
        "a partial file is left: {left:?}"
    );
    printed.push(active.clone());
    let answers = disk.run(&["verify", "--batch"], &printed.join("\n")).ok().stdout();
    assert!(answers.lines().all(|answer| answer == "active") && answers.lines().count() == printed.len());
    disk.run(&["revoke", "1", "--yes"], "").ok();
    assert_eq!(disk.verdict(&active), "revoked");
    for args in [["db", "check"], ["log", "verify"]] {
        disk.run(&args, "").ok();
    }
    for entry in fs::read_dir(folder).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    failed
}

/// Checkpoints the WAL, and removes it with its index unless it is to stay.
fn checkpoint(db: &Path, stays: bool) {
    let conn = rusqlite::Connection::open(db).unwrap();
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, stays).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}
