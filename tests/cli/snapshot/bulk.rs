//! Commands that act on every session that a selector matches.

use super::transcript::Transcript;

#[test]
fn expire_matches_its_snapshot() {
    Transcript::new()
        .run("expire --user bob --in 2h --dry-run")
        .run("expire --user bob --in 2h --yes")
        .run("expire 8 --yes --format jsonl")
        .run("expire 8 --yes")
        .run("expire 2 --in 1h --yes")
        .run("expire 3 --in 90d --yes")
        .run("expire --user bob")
        .run("expire --all --at 2001-01-01 --yes")
        .run("expire --yes")
        .assert_matches("expire");
}

#[test]
fn revoke_matches_its_snapshot() {
    Transcript::new()
        .run("revoke --user bob --dry-run")
        .run("revoke --user bob --expect 5 --yes")
        .run("revoke --user bob --reason moved --yes")
        .run("revoke --user bob --state any --yes")
        .run("revoke 3 --yes --format json")
        .run("revoke 7 999 --yes")
        .run_with_stdin("revoke --stdin --yes", "nothing here")
        .run_with_file("revoke --stdin --yes", "cart")
        .run("revoke --user alice")
        .run("revoke")
        .run("revoke --all --dry-run --explain --format count")
        .assert_matches("revoke");
}

#[test]
fn prune_matches_its_snapshot() {
    Transcript::new()
        .run("prune --older-than 1h --all --dry-run")
        .run("prune --older-than 1h --all --yes")
        .run("prune --yes")
        .run("prune")
        .assert_matches("prune");
}
