//! Signing keys that leak, sessions that end meanwhile, and audiences.

use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use rusqlite::Connection;

use crate::harness::{CommandOutput, TestEnv};

const ISSUE: [&str; 5] = ["jwt", "issue", "-", "--audience", "a"];
const VERIFY: [&str; 5] = ["jwt", "verify", "-", "--audience", "a"];

fn issued() -> (TestEnv, String, String) {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login("alice");
    let jwt = env.run_with_stdin(&ISSUE, &token).ok().stdout();
    (env, token, jwt)
}

fn key_id(env: &TestEnv) -> String {
    Connection::open(env.db()).unwrap().query_row("SELECT kid FROM jwt_key", [], |row| row.get(0)).unwrap()
}

#[test]
fn revoked_key_verifies_nothing() {
    let (env, token, jwt) = issued();
    let kid = key_id(&env);
    env.run_with_stdin(&VERIFY, &jwt).ok();
    env.run(&["jwt", "keys", "revoke", &kid, "--yes"]).ok();
    for more in [&[][..], &["--online"]] {
        let output = env.run_with_stdin(&[&VERIFY[..], more].concat(), &jwt);
        assert_ne!(output.exit_code(), 0, "{output:?}");
    }
    let next = env.run_with_stdin(&ISSUE, &token).ok().stdout();
    env.run_with_stdin(&VERIFY, &next).ok();
    env.run(&["jwt", "keys", "revoke", "no-such-key", "--yes"]).code(3);
}

/// Signs with the stolen HS256 key, as a thief with a backup would.
const FORGE: &str = r#"
import sqlite3, hmac, json, sys, time, base64
kid, key = sqlite3.connect("stolen.db").execute("select kid, secret from jwt_key").fetchone()
header = json.loads(base64.urlsafe_b64decode(open("issued").read().split(".")[0] + "=="))
now = int(time.time()) + int(sys.argv[1]); life = int(sys.argv[2])
part = lambda o: base64.urlsafe_b64encode(o if isinstance(o, bytes) else json.dumps(o).encode()).rstrip(b"=")
text = part(header) + b"." + part({"iss": "sessionctl", "sub": "alice", "aud": "a", "iat": now, "nbf": now, "exp": now + life, "jti": "0" * 32, "sid": 1})
print((text + b"." + part(hmac.new(key[1:33], text, "sha256").digest())).decode())
"#;

/// A database whose HS256 key was stolen with a backup, and what verification makes of a forged JWT.
struct Stolen {
    env: TestEnv,
    kid: String,
}

impl Stolen {
    fn new() -> Self {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login("alice");
        env.run(&["jwt", "keys", "new", "--algorithm", "HS256"]).ok();
        env.write_file("issued", env.run_with_stdin(&ISSUE, &token).ok().stdout());
        env.run(&["db", "backup", "stolen.db"]).ok();
        env.write_file("forge.py", FORGE);
        let kid = key_id(&env);
        Stolen { env, kid }
    }

    /// Verifies a JWT issued `shift` seconds from now that lives for `life` seconds.
    fn verify_forged(&self, shift: &str, life: &str, more: &str) -> CommandOutput {
        let script = format!("python3 forge.py {shift} {life} | sessionctl jwt verify - --audience a {more}");
        self.env.bash(&script).run()
    }
}

#[test]
fn jwt_forged_with_a_retired_key_is_refused() {
    let stolen = Stolen::new();
    let control = stolen.verify_forged("0", "300", "");
    assert_eq!(control.exit_code(), 0, "the forgery does not even work: {control:?}");
    stolen.env.run(&["jwt", "keys", "new"]).ok();
    sleep(Duration::from_millis(1100));
    stolen.env.run(&["jwt", "keys", "retire", &stolen.kid]).ok();
    sleep(Duration::from_millis(1100));
    for (shift, life) in [("0", "300"), ("0", "315360000"), ("-86400", "315360000"), ("-60", "4000")] {
        let output = stolen.verify_forged(shift, life, "");
        assert_ne!(output.exit_code(), 0, "iat {shift}, lifetime {life}: {output:?}");
        assert_ne!(output.stdout(), "valid");
    }
}

#[test]
fn online_verification_refuses_a_jwt_that_was_never_issued() {
    let output = Stolen::new().verify_forged("0", "300", "--online");
    assert_ne!(output.exit_code(), 0, "{output:?}");
}

#[test]
fn audience_is_the_app_and_verification_needs_one() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--app", "forum"]);
    let jwt = env.run_with_stdin(&["jwt", "issue", "-"], &token).ok().stdout();
    env.run_with_stdin(&["jwt", "verify", "-"], &jwt).fails_with(2);
    env.run_with_stdin(&["jwt", "verify", "-", "--audience", "forum"], &jwt).ok();
    for audience in ["app", "shop", "Forum", ""] {
        let output = env.run_with_stdin(&["jwt", "verify", "-", "--audience", audience], &jwt);
        assert_ne!(output.exit_code(), 0, "{audience}: {output:?}");
    }
    let plain = env.login("alice");
    env.run_with_stdin(&["jwt", "issue", "-"], &plain).fails_with(2);
}

/// RFC 8725 §3.11.
#[test]
fn jwt_has_an_explicit_type() {
    let (env, _, jwt) = issued();
    let header =
        env.run_with_stdin(&["jwt", "decode", "-", "--format", "json"], &jwt).ok().json()["header"].clone();
    let typ = header["typ"].as_str().unwrap();
    assert!(typ != "JWT" && typ.ends_with("jwt"), "{header}");
}

/// A refusal names the member that is wrong.
#[test]
fn jwt_with_a_wrong_header_member_is_refused_by_its_name() {
    use base64ct::{Base64UrlUnpadded, Encoding as _};
    let (env, _, jwt) = issued();
    let (header, rest) = jwt.split_once('.').unwrap();
    let header: serde_json::Value =
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(header).unwrap()).unwrap();
    for (member, value) in [
        ("kid", serde_json::json!(5)),
        ("kid", serde_json::json!(null)),
        ("alg", serde_json::json!(["EdDSA"])),
        ("typ", serde_json::json!(true)),
        ("crit", serde_json::json!(["exp"])),
        ("jwk", serde_json::json!({})),
    ] {
        let mut header = header.clone();
        header[member] = value;
        let forged = format!("{}.{rest}", Base64UrlUnpadded::encode_string(header.to_string().as_bytes()));
        let output = env.run_with_stdin(&VERIFY, &forged).code(3);
        assert_eq!(output.stdout(), "invalid", "{header}");
        assert!(output.stderr().contains(member), "{header}: {output:?}");
    }
}

#[test]
fn jwt_is_not_issued_for_a_session_revoked_meanwhile() {
    for _ in 0..10 {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login("alice");
        env.run(&["jwt", "keys", "new"]).ok();
        let issuers: Vec<Child> = (0..6).map(|_| env.cmd(&ISSUE).stdin(&token).spawn()).collect();
        env.run(&["revoke", "1", "--yes"]).ok();
        for issuer in issuers {
            issuer.wait_with_output().unwrap();
        }
        let events = env.run(&["log", "--session", "1", "--format", "jsonl"]).ok().jsonl();
        assert_eq!(
            events[0]["action"], "session.revoked",
            "a JWT was issued after the revocation: {events:?}"
        );
    }
}

#[test]
fn concurrent_first_issue_creates_one_key() {
    for _ in 0..10 {
        let env = TestEnv::with_users(&["alice"]);
        let token = env.login("alice");
        let issuers: Vec<Child> = (0..8).map(|_| env.cmd(&ISSUE).stdin(&token).spawn()).collect();
        for issuer in issuers {
            let output = issuer.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(env.run(&["jwt", "keys", "--format", "count"]).ok().stdout(), "1");
    }
}
