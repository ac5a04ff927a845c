//! Commands about the database, cookies, JWTs and the program itself.

use super::transcript::Transcript;

#[test]
fn cookie_matches_its_snapshot() {
    Transcript::new()
        .run("cookie format @web")
        .run("cookie format @web --as jar")
        .run("cookie format @web --as curl")
        .run("cookie format @web --same-site none --insecure")
        .run_with_stdin(
            "cookie parse -",
            "Set-Cookie: __Host-session=x; Path=/; Secure; HttpOnly; Max-Age=60",
        )
        .run_with_stdin("cookie parse -", "Cookie: a=b; c=d")
        .run_with_stdin(
            "cookie lint -",
            "Set-Cookie: __Host-session=x; Path=/; Secure; HttpOnly; SameSite=Lax",
        )
        .run_with_stdin("cookie lint -", "Set-Cookie: __Host-session=x; Domain=example.com")
        .assert_matches("cookie");
}

#[test]
fn jwt_matches_its_snapshot() {
    Transcript::new()
        .run("jwt decode @jwt")
        .run("jwt verify @jwt --audience shop")
        .run("jwt verify @jwt --audience shop --online")
        .run("jwt issue @revoked")
        .run("jwt issue @cart")
        .run("jwt keys --fields algorithm,created_at,retired_at")
        .run("logout @sso")
        .run("jwt verify @jwt --audience shop --online")
        .run_with_stdin("jwt verify - --audience shop", "hello")
        .assert_matches("jwt");
}

#[test]
fn db_matches_its_snapshot() {
    Transcript::new()
        .run("db init --sandbox")
        .run("db info --fields sandbox,created_at,sessions,users,events")
        .run("db check")
        .run("db policy")
        .run("db policy web.idle")
        .run("db policy web.idle 15m")
        .run("db policy web.idle forever")
        .run("db policy no.such")
        .run("db backup backup.db")
        .run("db backup backup.db")
        .run("list --db missing.db")
        .run("list --db web")
        .assert_matches("db");
}

#[test]
fn usage_errors_match_their_snapshot() {
    Transcript::new()
        .run("lst")
        .run("list --no-such-flag")
        .run("list --format yaml")
        .run("completions tcsh")
        .run("--version")
        .assert_matches("usage_errors");
}
