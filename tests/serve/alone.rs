//! The process without a proxy: its signals, its log, its database.

use std::fs;

use crate::front::{Front, PASSWORD, wait_until};
use crate::http::get;
use crate::limits::resident_kib;
use crate::programs::SOCKET_ACTIVATE;

#[test]
fn front_stops_with_code_0_and_writes_what_it_gathered() {
    let mut front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    age(&front.db(), 1);
    assert_eq!(front.gate(&cookie), 200);
    assert_eq!(front.stop(), Some(0));
    let seen = front.run(&["list", "--fields", "created_at,last_seen_at", "--format", "jsonl"]);
    let times: Vec<&str> = seen.split('"').filter(|part| part.ends_with('Z')).collect();
    assert!(times.len() == 2 && times[0] != times[1], "{seen}");
    assert!(
        !front.path("sessions.db-wal").exists()
            || fs::metadata(front.path("sessions.db-wal")).is_ok_and(|wal| wal.len() == 0)
    );
}

#[test]
fn killed_front_loses_no_login() {
    let mut front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    front.kill();
    assert!(front.run(&["list", "--format", "ids"]).trim() == "1");
    front.restart();
    assert_eq!(front.gate(&cookie), 200);
    assert!(front.run(&["db", "check"]).contains("ok") || front.run(&["db", "check"]).is_empty());
}

#[test]
fn log_holds_no_secret_and_no_name() {
    let front = Front::start(&["--log", "json"]);
    let cookie = front.log_in_at(front.address);
    front.login_answer(front.address, "mallory", "wrong password 123");
    front.gate(&cookie);
    get(front.address, "/_session/login?rd=/private-page").navigation().send();
    wait_until("three lines", || front.log().lines().count() >= 5);
    let log = front.log();
    let token = cookie.split_once('=').expect("a pair").1;
    for secret in [token, PASSWORD, "alice", "mallory", "private-page", "wrong"] {
        assert!(!log.contains(secret), "{log}");
    }
    assert!(log.contains("\"route\":\"gate\",\"status\":200") && log.contains("\"app\":\"shop\""), "{log}");
}

#[test]
fn administrator_without_an_account_is_reported_at_the_start() {
    let front = Front::start(&["--login", "http://localhost:9", "--admin", "alice", "--admin", "alcie"]);
    wait_until("the server listens", || front.log().contains("serving"));
    let log = front.log();
    assert!(log.contains("--admin alcie: no user has that name") && !log.contains("--admin alice"), "{log}");
}

#[test]
fn replaced_database_is_noticed_within_a_second() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    assert_eq!(front.gate(&cookie), 200);
    // Another database, which does not know the session.
    let other = front.path("other.db").display().to_string();
    front.run(&["--db", &other, "db", "init"]);
    fs::rename(&other, front.db()).expect("the same folder");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(front.path(&format!("sessions.db{suffix}")));
    }
    wait_until("the session of the old file is denied", || front.gate(&cookie) == 401);
    wait_until("it says so", || front.log().contains("is open again"));
    let ready = get(front.address, "/readyz").send();
    assert_eq!(ready.status, 200);
}

/// Makes the session as if it had been used five minutes ago last.
fn age(db: &std::path::Path, id: i64) {
    let sql = "UPDATE session SET created_at = created_at - 300, authenticated_at = authenticated_at - 300, \
               last_seen_at = last_seen_at - 300, deadline = deadline - 300, \
               absolute_expires_at = absolute_expires_at - 300 WHERE id = ?1";
    let changed = rusqlite::Connection::open(db).and_then(|open| open.execute(sql, [id]));
    assert_eq!(changed.ok(), Some(1));
}

/// The sessions of two databases have the same ids.
#[test]
fn use_of_a_session_is_not_written_to_another_database_in_its_place() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    let db = front.db();
    age(&db, 1);
    let other = front.path("other.db");
    let name = other.display().to_string();
    front.run(&["--db", &name, "db", "init"]);
    for (setting, value) in [("password.memory", "19456"), ("password.passes", "2"), ("password.lanes", "1")]
    {
        front.run(&["--db", &name, "db", "policy", setting, value]);
    }
    let added = front.try_run(&["--db", &name, "user", "add", "alice", "--password-stdin"], PASSWORD);
    assert!(added.status.success());
    let login = ["--db", &name, "login", "alice", "--password-stdin", "--app", "shop"];
    assert!(front.try_run(&login, PASSWORD).status.success());
    age(&other, 1);
    let _ = fs::remove_file(front.path("other.db-wal"));
    let seen = |id: &str| front.run(&["list", id, "--fields", "last_seen_at", "--format", "json"]);
    // What is written each second is gathered between these two.
    assert_eq!(front.gate(&cookie), 200);
    fs::rename(&other, &db).expect("the same folder");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(front.path(&format!("sessions.db{suffix}")));
    }
    let before = seen("1");
    wait_until("the session of the old file is denied", || front.gate(&cookie) == 401);
    // When the use of a session of the new file is written, that of the old one would have been as well.
    let second = front.log_in_at(front.address);
    age(&db, 2);
    let aged = seen("2");
    wait_until("the use of a session is written", || front.gate(&second) == 200 && seen("2") != aged);
    assert_eq!(seen("1"), before, "a session of the new file was touched for one of the old file");
}

#[test]
fn deleted_database_is_503_until_it_is_back() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    let aside = front.path("aside.db");
    front.run(&["db", "backup", &aside.display().to_string()]);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(front.path(&format!("sessions.db{suffix}")));
    }
    wait_until("it is noticed", || front.log().contains("every request gets 503"));
    assert_eq!(front.gate(&cookie), 503);
    assert_eq!(get(front.address, "/readyz").send().status, 503);
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 503);
    // Nor is anybody a visitor, or sent to a login that cannot be.
    assert_eq!(without_cookie(&front), [503; 4]);
    fs::rename(&aside, front.db()).expect("the same folder");
    wait_until("it recovers by itself", || front.gate(&cookie) == 200);
    assert_eq!(without_cookie(&front), [401, 303, 200, 200]);
}

/// What a browser without a cookie gets: of the gate in three ways, and of the login.
fn without_cookie(front: &Front) -> [u16; 4] {
    let ask = |path: &str| get(front.address, &format!("/_session/{path}"));
    [
        ask("auth/shop"),
        ask("forward/shop").navigation(),
        ask("auth/shop/anonymous"),
        ask("login").navigation(),
    ]
    .map(|request| request.send().status)
}

#[test]
fn database_that_was_emptied_in_place_is_503_for_all() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    assert_eq!(front.gate(&cookie), 200);
    let emptied = fs::OpenOptions::new().write(true).truncate(true).open(front.db());
    drop(emptied.expect("an own file"));
    // Nothing is asked meanwhile: whoever reads pages of a file that are gone is ended by the kernel.
    wait_until("it is noticed", || front.log().contains("every request gets 503"));
    assert_eq!(front.gate(&cookie), 503);
    assert_eq!(get(front.address, "/readyz").send().status, 503);
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 503);
    assert_eq!(without_cookie(&front), [503; 4]);
}

#[test]
fn database_that_a_newer_program_migrated_is_503_for_all() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    assert_eq!(front.gate(&cookie), 200);
    let other = rusqlite::Connection::open(front.db()).expect("the database");
    let version: u32 = other.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("a number");
    other.pragma_update(None, "user_version", version + 1).expect("it is written");
    // At once: the gate and each change look at the layout; everything else within a second.
    assert_eq!(front.gate(&cookie), 503);
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 503);
    wait_until("it is noticed", || front.log().contains("every request gets 503"));
    assert_eq!(get(front.address, "/readyz").send().status, 503);
    let page = get(front.address, "/_session/sessions").navigation().with("Cookie", &cookie);
    assert_eq!(page.send().status, 503);
    other.pragma_update(None, "user_version", version).expect("it is written");
    wait_until("it recovers by itself", || front.gate(&cookie) == 200);
}

#[test]
fn hang_up_opens_the_database_again() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    front.signal("-HUP");
    wait_until("it is open again", || front.log().contains("is open again"));
    assert_eq!(front.gate(&cookie), 200);
}

#[test]
fn oversized_head_is_431() {
    let front = Front::start(&[]);
    let cookie = format!("__Host-Http-session={}", "a".repeat(33 * 1024));
    let answer = get(front.address, "/_session/auth/shop").with("Cookie", &cookie).try_send();
    assert!(answer.is_none_or(|answer| answer.status == 431));
    let many =
        (0..120).fold(get(front.address, "/_session/auth/shop"), |ask, n| ask.with(&format!("X-{n}"), "y"));
    assert!(many.try_send().is_none_or(|answer| answer.status == 431));
}

#[test]
fn missing_database_is_an_error_at_the_start() {
    let front = Front::start(&[]);
    let missing = front.path("missing.db").display().to_string();
    let output = front.try_run(
        &["--db", &missing, "serve", "--app", "a=http://localhost:1", "--listen", "127.0.0.1:0"],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no session database"));
}

#[test]
fn api_answers_with_the_record_of_list() {
    let api = crate::front::free_address();
    let front = Front::start(&["--api", &api.to_string()]);
    front.log_in_at(front.address);
    let token = front.run(&["generate", "--kind", "api", "--user", "alice", "--scope", "sessionctl:admin"]);
    let answer =
        get(api, "/v1/admin/sessions?kind=web").with("Authorization", &format!("Bearer {}", token.trim()));
    let answer = answer.send();
    assert_eq!(answer.status, 200, "{answer:?}");
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let mut listed = json(&front.run(&["list", "--kind", "web", "--format", "json"]));
    let mut answered = json(&answer.body);
    assert_eq!(answered["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["sessions"].take(), answered["sessions"].take());
    let denied = get(api, "/v1/admin/sessions").send();
    assert_eq!(denied.status, 401);
}

#[test]
fn api_on_a_unix_socket_knows_the_account() {
    use std::io::{Read as _, Write as _};
    let front = Front::start(&["--api", "unix:api.sock"]);
    let mut stream = std::os::unix::net::UnixStream::connect(front.path("api.sock")).expect("a socket");
    stream
        .write_all(b"GET /v1/admin/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("written");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("\"stats\""), "{text}");
}

#[test]
fn front_answers_on_a_socket_that_systemd_passed() {
    let Some(activate) = SOCKET_ACTIVATE.find_or_leave_out() else { return };
    let front = Front::start(&[]);
    let address = crate::front::free_address();
    let mut command = std::process::Command::new(activate);
    command.args(["-l", &address.to_string(), "-E", "SESSIONCTL_DB", "-E", "HOME"]);
    command.env("SESSIONCTL_DB", front.db()).env("HOME", front.path(""));
    let origin = format!("shop=http://localhost:{}", address.port());
    command.args([env!("CARGO_BIN_EXE_sessionctl"), "serve", "--log", "off", "--app", &origin]);
    let process = crate::front::Process::start(&mut command).wait_for(address);
    let cookie = front.log_in_at(address);
    let gate = get(address, "/_session/auth/shop").with("Cookie", &cookie);
    assert_eq!(gate.send().status, 200);
    drop(process);
}

#[test]
fn token_of_a_client_that_went_away_is_revoked() {
    use std::io::Write as _;
    let front = Front::start(&[]);
    // The password is hashed again at this cost while the client goes away.
    for (setting, value) in [("password.memory", "131072"), ("password.passes", "8")] {
        front.run(&["db", "policy", setting, value]);
    }
    let form = format!("name=alice&password={}", PASSWORD.replace(' ', "+"));
    let request = format!(
        "POST /_session/login HTTP/1.1\r\nHost: localhost:{}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        front.address.port(),
        form.len()
    );
    let mut stream = std::net::TcpStream::connect(front.address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("written");
    wait_until("the password is hashed", || resident_kib(&front) > 131_072);
    drop(stream);
    wait_until("the session is revoked", || {
        let ended = front.run(&["list", "--state", "any", "--fields", "state,end_reason", "--format", "csv"]);
        ended.contains("revoked,undelivered")
    });
}

#[test]
fn held_write_lock_takes_changes_and_not_answers() {
    let front = Front::start(&[]);
    let cookie = front.log_in_at(front.address);
    let other = rusqlite::Connection::open(front.db()).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    assert_eq!(front.gate(&cookie), 200);
    assert_eq!(get(front.address, "/readyz").send().status, 200);
    assert_eq!(front.login_answer(front.address, "alice", PASSWORD).status, 503);
    let logout = || get(front.address, "/_session/logout").with("Cookie", &cookie).form("").send();
    assert_eq!(logout().status, 503);
    other.execute_batch("ROLLBACK").expect("the lock is free");
    drop(other);
    wait_until("it recovers by itself", || {
        front.login_answer(front.address, "alice", PASSWORD).status == 303
    });
    assert_eq!(logout().status, 303);
    assert_eq!(front.gate(&cookie), 401);
}
