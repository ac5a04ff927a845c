//! `--explain`: every command tells what it does and why, on standard error, and no stored secret.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn every_command_tells_its_steps_and_no_secret() {
    let place = TestEnv::sandbox();
    place.add("alice");
    let token = place.login_with("alice", &["--sso"]);
    place.file("t", &token);
    place.feed(&["data", "set", "-", "cart", "\"a-secret-wish\""], &token).ok();
    let jwt = place.feed(&["jwt", "issue", "-"], &token).ok().out();
    place.file("j", &jwt);
    for (line, stdin) in [
        ("list", ""),
        ("list --all --format count", ""),
        ("inspect @t", ""),
        ("verify @t", ""),
        ("tree", ""),
        ("stats", ""),
        ("log --limit 3", ""),
        ("log verify", ""),
        ("data get @t cart", ""),
        ("data list @t", ""),
        ("data set @t theme 1", ""),
        ("user list", ""),
        ("user show alice", ""),
        ("user add bob --password-stdin", PASSWORD),
        ("user disable bob --yes", ""),
        ("cookie format @t", ""),
        ("cookie lint", "Set-Cookie: __Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ("cookie parse", "Cookie: a=b"),
        ("jwt decode @j", ""),
        ("jwt verify @j", ""),
        ("jwt keys", ""),
        ("jwt keys export", ""),
        ("db info", ""),
        ("db check", ""),
        ("db policy web.idle", ""),
        ("db backup copy.db", ""),
        ("generate --no-store", ""),
        ("generate --kind anonymous", ""),
        ("expire --all --state active --in 5m --yes", ""),
        ("prune --yes", ""),
        ("rotate @t", ""),
        ("revoke --all --yes", ""),
    ] {
        let args: Vec<&str> = line.split(' ').chain(["--explain"]).collect();
        let ran = place.feed(&args, stdin).any_code(&[0]);
        let err = ran.err();
        assert!(err.lines().any(|line| line.starts_with("· ")), "{line} explains nothing: {err}");
        for secret in [&token, &jwt, PASSWORD, "a-secret-wish"] {
            assert!(!err.contains(secret), "{line} tells a secret: {err}");
        }
    }
}
