//! The front on a database of a PostgreSQL server. It is left out where no server is installed.

#![cfg(feature = "postgres")]

use std::process::{Command, Stdio};

use sessionctl_postgres_fixture::{PostgresServer, shared};

use crate::front::{PASSWORD, Process, free_address, wait_until};
use crate::http::get;

/// A command of the program on the database.
fn command(url: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sessionctl"));
    command.env_clear().env("SESSIONCTL_DB", url).args(words).stdin(Stdio::null());
    command
}

fn run(url: &str, words: &[&str], stdin: &str) -> String {
    use std::io::Write as _;
    let mut child =
        command(url, words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("a pipe").write_all(stdin.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{words:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn with_database(server: &PostgresServer) -> (String, String) {
    let database = server.create_database();
    let url = server.url(&database);
    run(&url, &["db", "init"], "");
    for (setting, value) in [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
    {
        run(&url, &["db", "policy", setting, value], "");
    }
    run(&url, &["user", "add", "alice", "--password-stdin"], PASSWORD);
    (database, url)
}

#[test]
fn front_on_postgres_answers_seals_and_notices_a_revocation() {
    let Some(server) = shared() else { return };
    let (database, url) = with_database(server);
    let address = free_address();
    let (origin, listen) = (format!("shop=http://localhost:{}", address.port()), address.to_string());
    let mut serve = command(&url, &["serve", "--app", &origin, "--listen", &listen, "--log", "off"]);
    let _front = Process::start(&mut serve).wait_for(address);
    let form = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
    let login = get(address, "/_session/login?rd=/cart").form(&form).send();
    let cookie = login.cookie().unwrap_or_else(|| panic!("no cookie in {login:?}"));
    let gate = || get(address, "/_session/auth/shop").with("Cookie", &cookie).send().status;
    assert_eq!(gate(), 200);
    // Asked at once, they are looked up together, and each gets its own answer.
    let ask = |path: &str, cookie: &str| get(address, path).with("Cookie", cookie).send().status;
    let unknown = format!("__Host-Http-session={}", "a".repeat(64));
    std::thread::scope(|scope| {
        for client in 0..24 {
            let (ask, cookie, unknown) = (&ask, &cookie, &unknown);
            scope.spawn(move || {
                for _ in 0..20 {
                    match client % 3 {
                        0 => assert_eq!(ask("/_session/auth/shop", cookie), 200),
                        1 => assert_eq!(ask("/_session/auth/shop/scope=x", cookie), 403),
                        _ => assert_eq!(ask("/_session/auth/shop", unknown), 401),
                    }
                }
            });
        }
    });
    let sealed = || server.sql(&database, "SELECT count(*) FROM sessionctl.unsealed").trim() == "0";
    wait_until("the login is sealed", sealed);
    // An event of a program that was killed before it could seal it.
    server.sql(
        &database,
        "WITH e AS (INSERT INTO sessionctl.event (id, at, action, actor) \
         VALUES (nextval('sessionctl.event_id'), 1, 'killed', 'x') RETURNING id) \
         INSERT INTO sessionctl.unsealed SELECT id FROM e",
    );
    wait_until("the event of another program is sealed", sealed);
    let beat = || server.sql(&database, "SELECT beat_at FROM sessionctl.heartbeat").trim().to_owned();
    let first = beat();
    wait_until("nothing happens, and the heart beats", || beat() != first);
    run(&url, &["revoke", "--user", "alice", "--yes"], "");
    assert_eq!(gate(), 401);
    assert_eq!(get(address, "/readyz").send().status, 200);
}
