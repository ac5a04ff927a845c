//! Sealing on request and by a server that stays, and signatures.

use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                           MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                           -----END PRIVATE KEY-----\n";
const OTHER_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                         MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banWbDRuwRTg9bim/neaT/plqY2j1gqOib\n\
                         -----END PRIVATE KEY-----\n";

/// A server that is ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Writes a file that only its owner can read.
fn write_secret(path: &std::path::Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).expect("it can be written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its mode can be set");
}

#[test]
fn log_seal_signs_with_a_key_and_log_verify_names_a_wrong_signer() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let folder = tempfile::tempdir().unwrap();
    let [key, other] = ["key.pem", "other.pem"].map(|name| folder.path().join(name));
    write_secret(&key, PRIVATE_KEY);
    write_secret(&other, OTHER_KEY);
    let (key, other) = (key.to_str().unwrap(), other.to_str().unwrap());
    let unsigned = program.run(&["log", "verify", "--seal-key", key]);
    assert_eq!(unsigned.status.code(), Some(1));
    assert!(stderr(&unsigned).contains("signed nothing"), "{}", stderr(&unsigned));
    let database = program.url.rsplit('/').next().unwrap();
    server.sql(
        database,
        "WITH e AS (INSERT INTO sessionctl.event (id, at, action, actor) VALUES (nextval('sessionctl.event_id'), \
         extract(epoch FROM now())::bigint - 90, 'slow', 'x') RETURNING id) INSERT INTO sessionctl.unsealed SELECT id FROM e",
    );
    let waiting = program.run(&["log", "verify"]);
    assert!(waiting.status.success());
    assert!(
        stderr(&waiting).contains("1 event is not sealed") && stderr(&waiting).contains("nobody seals"),
        "{}",
        stderr(&waiting)
    );
    assert!(program.ok(&["log", "seal", "--seal-key", key, "--format", "json"]).contains("\"events\":1"));
    let signed = program.run(&["log", "verify", "--seal-key", key]);
    assert!(signed.status.success(), "{}", stderr(&signed));
    let by_other = program.run(&["log", "verify", "--seal-key", other]);
    assert_eq!(by_other.status.code(), Some(1));
    assert!(stderr(&by_other).contains("signed by another key"), "{}", stderr(&by_other));
    // Every command that writes signs with the key that the variable names, and none writes without it.
    let with = |file: &str| program.command(&["generate"]).env("SESSIONCTL_SEAL_KEY", file).output().unwrap();
    assert!(with(key).status.success());
    assert_eq!(server.sql(database, "SELECT count(*) FROM sessionctl.seal WHERE signer IS NOT NULL"), "2");
    assert_eq!(with("/no/such/key").status.code(), Some(1));
    server.sql(database, "UPDATE sessionctl.seal SET signature = sha512('x') WHERE signer IS NOT NULL");
    let wrong = program.run(&["log", "verify"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("has a wrong signature"), "{}", stderr(&wrong));
}

#[test]
fn seal_key_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    std::fs::write(&key, PRIVATE_KEY).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = program.run(&["log", "seal", "--seal-key", key.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("0600"), "{}", stderr(&refused));
}

#[test]
fn server_that_stays_seals_each_second_and_answers_what_was_reported() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let folder = tempfile::tempdir().unwrap();
    let listen = format!("unix:{}", folder.path().join("front").display());
    let front = program.command(&["serve", "--app", "shop=https://shop.example", "--listen", &listen]);
    let _front = Server({ front }.spawn().unwrap());
    let database = program.url.rsplit('/').next().unwrap();
    let reached = |sql: &str| {
        let begun = Instant::now();
        while server.sql(database, &format!("SELECT {sql}")) != "t" {
            assert!(begun.elapsed() < Duration::from_secs(180), "never: {sql}");
            thread::sleep(Duration::from_millis(50));
        }
    };
    reached("beat_at >= extract(epoch FROM clock_timestamp())::bigint - 1 FROM sessionctl.heartbeat");
    let id = program.ok(&["generate", "--format", "json"]);
    assert!(id.contains("\"id\":1"), "{id}");
    // What a program that was killed left behind, and what a reader reported.
    server.sql(
        database,
        "WITH e AS (INSERT INTO sessionctl.event (id, at, action, actor) VALUES (nextval('sessionctl.event_id'), 1, 'slow', 'x') \
         RETURNING id) INSERT INTO sessionctl.unsealed SELECT id FROM e; \
         INSERT INTO sessionctl.alarm (at, session_id, actor, kind) VALUES (1, 1, 'reader', 'token.reused')",
    );
    reached("end_reason = 'token reused' FROM sessionctl.session WHERE id = 1");
    reached("NOT EXISTS (SELECT 1 FROM sessionctl.unsealed)");
}
