//! The unit files of `docs/systemd`: systemd reads them without a complaint, and finds little that the service could do.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::front::{Front, PASSWORD, Process, free_address, wait_until};
use crate::http::get;
use crate::programs::{STRACE, SYSTEMD_ANALYZE};

/// systemd's own score of what a service could do, in tenths: 10 is everything. Below 2.0 it calls the service "OK".
const MAX_EXPOSURE: &str = "18";

#[test]
fn unit_files_are_valid_and_leave_the_service_few_rights() {
    let Some(analyze) = SYSTEMD_ANALYZE.find_or_leave_out() else { return };
    let (source, folder) =
        (Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/systemd"), tempfile::tempdir().expect("a folder"));
    let paths = ["sessionctl.service", "sessionctl.socket"].map(|name| {
        let text = fs::read_to_string(source.join(name)).expect("a unit");
        assert!(name.ends_with("socket") || text.contains("/usr/local/bin/sessionctl"));
        // Where the program is on this machine.
        let text = text.replace("/usr/local/bin/sessionctl", env!("CARGO_BIN_EXE_sessionctl"));
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path
    });
    let verified =
        Command::new(&analyze).args(["verify", "--man=no"]).args(&paths).output().expect("it runs");
    let complaints = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && !complaints.contains("sessionctl."), "{complaints}");
    let scored = Command::new(&analyze)
        .args(["security", "--offline=true", "--no-pager", "--threshold", MAX_EXPOSURE])
        .arg(&paths[0])
        .output()
        .expect("it runs");
    assert!(scored.status.success(), "{}", String::from_utf8_lossy(&scored.stdout));
}

/// The system calls of a group, and of the groups in it.
fn members(analyze: &Path, group: &str) -> BTreeSet<String> {
    let listed =
        Command::new(analyze).args(["syscall-filter", "--no-pager", group]).output().expect("it runs");
    assert!(listed.status.success(), "{group}: {}", String::from_utf8_lossy(&listed.stderr));
    let text = String::from_utf8_lossy(&listed.stdout);
    let names = text.lines().skip(1).map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('#'));
    names
        .flat_map(|name| match name.starts_with('@') {
            true => members(analyze, name),
            false => BTreeSet::from([name.to_owned()]),
        })
        .collect()
}

/// The system calls in what strace wrote.
fn traced(text: &str) -> BTreeSet<String> {
    let calls = text.lines().filter_map(|line| line.split_once(' ')).map(|(_, call)| call.trim_start());
    let name = |call: &str| match call.strip_prefix("<... ") {
        Some(rest) => rest.split(' ').next().map(str::to_owned),
        None => call.split_once('(').map(|(name, _)| name.to_owned()),
    };
    let is_name = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    calls.filter_map(name).filter(is_name).collect()
}

/// The filter of the unit, as `SystemCallFilter` has it.
fn allowed(analyze: &Path) -> BTreeSet<String> {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/systemd/sessionctl.service");
    let unit = fs::read_to_string(unit).expect("a unit");
    let mut allowed = BTreeSet::new();
    for group in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        match group.strip_prefix('~') {
            Some(group) => {
                let denied = members(analyze, group);
                allowed.retain(|name| !denied.contains(name));
            }
            None => allowed.extend(members(analyze, group)),
        }
    }
    allowed
}

/// A whole life under strace: start, logins, the gate, the API, a page that is kept current, SIGHUP, another file, SIGTERM.
#[test]
fn front_makes_no_system_call_that_its_unit_forbids() {
    let (Some(analyze), Some(strace)) = (SYSTEMD_ANALYZE.find_or_leave_out(), STRACE.find_or_leave_out())
    else {
        return;
    };
    let (front, address, api) = (Front::start(&[]), free_address(), free_address());
    let mut command = Command::new(strace);
    command.args(["-f", "-qq", "-o"]).arg(front.path("calls")).arg(env!("CARGO_BIN_EXE_sessionctl"));
    command.args([
        "serve",
        "--listen",
        &address.to_string(),
        "--listen",
        "unix:gate.sock",
        "--api",
        &api.to_string(),
    ]);
    command.args(["--app", &format!("shop=http://localhost:{}", address.port())]);
    command.env("SESSIONCTL_DB", front.db()).env("HOME", front.path("")).current_dir(front.path(""));
    let mut process = Process::start(&mut command).wait_for(address);
    let id = process.child.id();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).expect("it runs");
    let child = children.split_whitespace().next().expect("what is traced").to_owned();
    let signal = |name: &str| {
        let sent = Command::new("kill").args([name, &child]).status();
        assert!(sent.is_ok_and(|status| status.success()));
    };
    front.login_answer(address, "alice", "a wrong password 123");
    let cookie = front.log_in_at(address);
    let gate = |cookie: &str| get(address, "/_session/auth/shop").with("Cookie", cookie).send().status;
    assert_eq!(gate(&cookie), 200);
    let page = get(address, "/_session/sessions").navigation().with("Cookie", &cookie);
    assert_eq!(page.send().status, 200);
    let form = format!("password={}", PASSWORD.replace(' ', "+"));
    let confirmed = get(address, "/_session/reauth?rd=/").with("Cookie", &cookie).form(&form).send();
    let cookie = confirmed.cookie().unwrap_or_else(|| panic!("no cookie in {confirmed:?}"));
    assert_eq!(get(api, "/metrics").send().status, 200);
    signal("-HUP");
    // A copy in the database's place.
    let copy = front.path("copy.db").display().to_string();
    front.run(&["db", "backup", &copy]);
    fs::rename(&copy, front.db()).expect("the same folder");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(front.path(&format!("sessions.db{suffix}")));
    }
    wait_until("the copy is open", || gate(&cookie) == 200);
    let logout = get(address, "/_session/logout").with("Cookie", &cookie).form("");
    wait_until("a change is written to the copy", || logout.send().status == 303);
    signal("-TERM");
    wait_until("it ends", || process.child.try_wait().expect("a child").is_some());
    let calls = traced(&fs::read_to_string(front.path("calls")).expect("calls"));
    assert!(
        ["accept4", "epoll_wait", "fsync", "pwrite64"].iter().all(|name| calls.contains(*name)),
        "{calls:?}"
    );
    let allowed = allowed(&analyze);
    // SQLite gives a file that root creates to the owner of the database. The unit runs as another account.
    let forbidden: Vec<&String> = calls
        .difference(&allowed)
        .filter(|name| !(rustix::process::geteuid().is_root() && *name == "fchown"))
        .collect();
    assert!(forbidden.is_empty(), "{forbidden:?} of {calls:?}");
}
