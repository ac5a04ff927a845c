//! The fixed database of the snapshots: a sandbox with set times, two users and sessions of each kind and state.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::harness::{PASSWORD, TestEnv};

/// The time at which every call of a snapshot runs: two minutes after the last event of the fixture.
pub(super) const NOW: &str = "2030-01-02T12:00:00Z";

/// What was made once.
struct Fixture {
    /// The database, where it is on a server.
    template: Option<String>,
    /// The database in a file, tokens and the password.
    files: Vec<(String, Vec<u8>)>,
}

/// An environment with a copy of the fixture in it.
pub(super) fn copy() -> TestEnv {
    static IN_A_FILE: OnceLock<Fixture> = OnceLock::new();
    static ON_A_SERVER: OnceLock<Fixture> = OnceLock::new();
    let mut env = TestEnv::empty();
    let made = if env.is_on_server() { &ON_A_SERVER } else { &IN_A_FILE }.get_or_init(create);
    if let Some(template) = &made.template {
        env.take_copy_of(template);
    }
    for (name, content) in &made.files {
        env.write_file(name, content);
    }
    env
}

/// Runs a command at a time of 2 January 2030.
fn at(env: &TestEnv, time: &str, line: &str, stdin: &str) -> String {
    let now = format!("2030-01-{time}Z");
    let args: Vec<&str> = line.split(' ').chain(["--now", &now]).collect();
    env.run_with_stdin(&args, stdin).ok().stdout()
}

fn create() -> Fixture {
    let env = TestEnv::empty();
    at(&env, "01T09:00:00", "db init --sandbox", "");
    for setting in ["password.memory 19456", "password.passes 2", "password.lanes 1"] {
        at(&env, "01T09:00:01", &format!("db policy {setting}"), "");
    }
    for user in ["alice", "bob", "carol"] {
        at(&env, "01T09:01:00", &format!("user add {user} --password-stdin"), PASSWORD);
    }
    let login = |time: &str, line: &str| at(&env, time, &format!("login --password-stdin {line}"), PASSWORD);
    // 1: expired. 2: revoked.
    login("01T09:10:00", "alice --app shop --ip 203.0.113.7 --label laptop");
    let revoked = login("01T09:20:00", "bob --app wiki --ip 198.51.100.4");
    at(&env, "01T09:30:00", "revoke 2 --reason stolen --yes", "");
    // 3: a parent; 5 and 6: its children. 4: an API token.
    let sso = login("02T11:00:00", "alice --sso --ip 203.0.113.7 --user-agent Firefox/147");
    let api =
        at(&env, "02T11:10:00", "generate --kind api --user bob --scope orders:read --label backup", "");
    at(&env, "02T11:35:00", "generate --under 3 --app mail", "");
    at(&env, "02T11:36:00", "generate --under 3 --app wiki", "");
    // 7: anonymous, with data. 8: an active web session.
    let cart = at(&env, "02T11:40:00", "generate --kind anonymous --ip 2001:db8::1", "");
    at(&env, "02T11:41:00", "data set - cart [\"laptop\"]", &cart);
    let web = login("02T11:45:00", "bob --app shop --ip 198.51.100.4 --label phone");
    at(&env, "02T11:50:00", "user disable carol --yes", "");
    let jwt = at(&env, "02T11:58:00", "jwt issue - --audience shop", &sso);
    let texts =
        [("revoked", revoked), ("sso", sso), ("api", api), ("cart", cart), ("web", web), ("jwt", jwt)];
    let mut files = texts.map(|(name, text)| (name.to_owned(), text.into_bytes())).to_vec();
    if env.is_on_server() {
        return Fixture { template: Some(env.place().to_string_lossy().into_owned()), files };
    }
    env.run(&["db", "backup", "copy.db", "--now", NOW]).ok();
    let name = env.db().file_name().map(PathBuf::from).expect("a name").display().to_string();
    files.push((name, fs::read(env.path("copy.db")).expect("the backup")));
    Fixture { template: None, files }
}
