//! `stats`: how many sessions there are.

use crate::harness::TestEnv;

#[test]
fn the_counts_are_those_of_list() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    place.login_with("alice", &["--app", "shop"]);
    place.login_with("alice", &["--app", "shop"]);
    place.login_with("bob", &["--app", "wiki"]);
    place.generate_many(4);
    place.run(&["revoke", "1", "--yes"]).ok();
    place.run(&["expire", "2", "--yes"]).ok();
    let rows = place.run(&["stats", "--format", "jsonl"]).ok().jsonl();
    let count = |group: &str, name: Option<&str>, state: &str| {
        let row = rows.iter().find(|r| r["group"] == group && name.is_none_or(|name| r["name"] == name));
        row.unwrap_or_else(|| panic!("no {group} {name:?}: {rows:?}"))[state].as_i64().unwrap()
    };
    for state in ["active", "expired", "revoked"] {
        let listed: i64 =
            place.run(&["list", "--state", state, "--format", "count"]).ok().out().parse().unwrap();
        assert_eq!(count("all", None, state), listed, "{state}");
    }
    assert_eq!(count("kind", Some("anonymous"), "active"), 4);
    assert_eq!(count("user", Some("alice"), "active"), 0);
    assert_eq!(count("user", Some("bob"), "active"), 1);
    assert_eq!(count("app", Some("shop"), "revoked"), 1);
    let shown = place.run(&["stats"]).ok().out();
    assert!(shown.contains("alice") && shown.contains("shop"), "{shown}");
}

#[test]
fn nothing_is_counted_as_nothing() {
    let place = TestEnv::new();
    place.run(&["stats"]).ok();
    let all = place.run(&["stats", "--format", "jsonl"]).ok().jsonl();
    assert!(all.iter().all(|row| row["active"] == 0), "{all:?}");
}
