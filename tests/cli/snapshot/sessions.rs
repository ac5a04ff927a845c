//! Commands about one session.

use crate::harness::PASSWORD;

use super::transcript::Transcript;

const UNKNOWN: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn login_matches_its_snapshot() {
    Transcript::new()
        .run_with_stdin("login alice --password-stdin --app shop", PASSWORD)
        .run_with_stdin("login alice --password-stdin --as set-cookie --remember", PASSWORD)
        .run_with_stdin("login alice --password-stdin --as json", PASSWORD)
        .run_with_stdin("login bob --password-stdin --upgrade @cart", PASSWORD)
        .run_with_stdin("login alice --password-stdin", "not the right password")
        .run_with_stdin("login dave --password-stdin", PASSWORD)
        .run_with_stdin("login carol --password-stdin", PASSWORD)
        .run_with_stdin("login alice", PASSWORD)
        .run("login")
        .assert_matches("login");
}

#[test]
fn generate_matches_its_snapshot() {
    Transcript::new()
        .run("generate --kind anonymous")
        .run("generate --kind api --user alice --scope orders:read --label ci")
        .run("generate --kind anonymous -n 2")
        .run("generate --no-store")
        .run("generate --kind anonymous --as curl")
        .run("generate --kind anonymous --format json")
        .run("generate --under 3 --app chat")
        .run("generate --under 8")
        .run("generate --kind api --user alice")
        .run("generate --user dave")
        .assert_matches("generate");
}

#[test]
fn verify_matches_its_snapshot() {
    Transcript::new()
        .run("verify @web")
        .run("verify @revoked")
        .run("verify @api --scope orders:write")
        .run("verify @web --app bank")
        .run("verify @web --format json --no-touch")
        .run("verify @web --explain --no-touch")
        .run_with_stdin("verify -", UNKNOWN)
        .run_with_stdin("verify -", "hello")
        .run_with_stdin("verify --batch", &format!("{UNKNOWN}\nhello"))
        .run("verify")
        .run("verify @missing-file")
        .assert_matches("verify");
}

#[test]
fn inspect_matches_its_snapshot() {
    Transcript::new()
        .run("inspect 8")
        .run("inspect 2")
        .run("inspect 3")
        .run("inspect @cart --format json")
        .run("inspect 8 --fields user,state")
        .run("inspect @web --introspection")
        .run("inspect @revoked --introspection")
        .run("inspect 999")
        .run_with_stdin("inspect -", "hello")
        .assert_matches("inspect");
}

#[test]
fn logout_matches_its_snapshot() {
    Transcript::new()
        .run("logout @web")
        .run("logout @web")
        .run("logout @sso -v")
        .run_with_stdin("logout -", UNKNOWN)
        .run("logout")
        .assert_matches("logout");
}

#[test]
fn rotate_matches_its_snapshot() {
    Transcript::new()
        .run("rotate @web")
        .run("verify @web")
        .run("rotate @web")
        .run("rotate @api --grace 20s")
        .run("rotate @revoked")
        .run("rotate @sso --grace 1h")
        .assert_matches("rotate");
}

#[test]
fn data_matches_its_snapshot() {
    Transcript::new()
        .run("data list 7")
        .run("data get @cart cart")
        .run("data set 7 theme \"dark\"")
        .run("data set 7 theme \"light\" --if-version 9")
        .run("data list 7 --format json")
        .run("data unset 7 theme")
        .run("data get 7 theme")
        .run("data set 7 theme dark")
        .run("data set 2 theme 1")
        .assert_matches("data");
}
