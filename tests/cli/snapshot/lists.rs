//! Commands that list: sessions, families, counts, users and the audit log.

use crate::harness::PASSWORD;

use super::transcript::Transcript;

#[test]
fn list_matches_its_snapshot() {
    Transcript::new()
        .run("list")
        .run("list --state any --fields id,kind,state,user,label")
        .run("list --user alice --all --format csv")
        .run("list 3 8 --format json")
        .run("list --format ids")
        .run("list --all --format count")
        .run("list --all --limit 2 --fields id,user")
        .run("list --app none")
        .run("list --app none --must-exist")
        .run("list --user dave")
        .run("list --fields nothing")
        .run("list --created-before noon")
        .run("list --explain --format count")
        .assert_matches("list");
}

#[test]
fn tree_matches_its_snapshot() {
    Transcript::new()
        .run("tree")
        .run("tree 5")
        .run("tree 8")
        .run("tree --format jsonl --fields id,parent,app")
        .run("tree 999")
        .assert_matches("tree");
}

#[test]
fn stats_matches_its_snapshot() {
    Transcript::new().run("stats").run("stats --format csv").assert_matches("stats");
}

#[test]
fn user_matches_its_snapshot() {
    Transcript::new()
        .run("user list")
        .run("user show alice")
        .run("user show carol --format json")
        .run_with_stdin("user add dora --password-stdin", PASSWORD)
        .run_with_stdin("user add alice --password-stdin", PASSWORD)
        .run_with_stdin("user add eve --password-stdin", "short")
        .run_with_stdin("user passwd bob --password-stdin", "a quite different passphrase")
        .run("user disable alice")
        .run("user disable alice --yes")
        .run("user enable carol")
        .run("user remove dora --yes")
        .run("user show dora")
        .assert_matches("user");
}

#[test]
fn log_matches_its_snapshot() {
    Transcript::new()
        .run("log --limit 5 --fields id,at,action,user,session,sessions,detail")
        .run("log --user bob --fields id,action,user,session")
        .run("log --session 3 --format jsonl --fields id,at,action,session,detail")
        .run("log --action session.revoked --format count")
        .run("log --user dave")
        .run("log verify")
        .assert_matches("log");
}
