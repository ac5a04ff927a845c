//! `stats`: how many sessions there are.

use crate::harness::TestEnv;

#[test]
fn stats_counts_match_list() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.login_with("alice", &["--app", "shop"]);
    env.login_with("alice", &["--app", "shop"]);
    env.login_with("bob", &["--app", "wiki"]);
    env.generate_many(4);
    env.run(&["revoke", "1", "--yes"]).ok();
    env.run(&["expire", "2", "--yes"]).ok();
    let rows = env.run(&["stats", "--format", "jsonl"]).ok().jsonl();
    let count = |group: &str, name: Option<&str>, state: &str| {
        let row = rows.iter().find(|r| r["group"] == group && name.is_none_or(|name| r["name"] == name));
        row.unwrap_or_else(|| panic!("no {group} {name:?}: {rows:?}"))[state].as_i64().unwrap()
    };
    for state in ["active", "expired", "revoked"] {
        let listed: i64 =
            env.run(&["list", "--state", state, "--format", "count"]).ok().stdout().parse().unwrap();
        assert_eq!(count("all", None, state), listed, "{state}");
    }
    assert_eq!(count("kind", Some("anonymous"), "active"), 4);
    assert_eq!(count("user", Some("alice"), "active"), 0);
    assert_eq!(count("user", Some("bob"), "active"), 1);
    assert_eq!(count("app", Some("shop"), "revoked"), 1);
    let shown = env.run(&["stats"]).ok().stdout();
    assert!(shown.contains("alice") && shown.contains("shop"), "{shown}");
}

#[test]
fn stats_of_empty_database_are_zero() {
    let env = TestEnv::new();
    env.run(&["stats"]).ok();
    let all = env.run(&["stats", "--format", "jsonl"]).ok().jsonl();
    assert!(all.iter().all(|row| row["active"] == 0), "{all:?}");
}

#[test]
fn stats_by_counts_what_a_selector_matches() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    env.login_with("alice", &["--ip", "203.0.113.7", "--app", "shop"]);
    env.login_with("alice", &["--ip", "203.0.113.9", "--app", "mail"]);
    env.login_with("bob", &["--ip", "2001:db8::1"]);
    env.run(&["revoke", "1", "--yes"]).ok();
    let count = |args: &[&str]| env.run(&[&["stats", "--format", "csv"], args].concat()).ok().stdout();
    let by_network = count(&["--by", "network"]);
    assert!(by_network.contains("network,203.0.113.0/24,1,0,1"), "{by_network}");
    assert!(by_network.contains("network,2001:db8::/64,1,0,0"), "{by_network}");
    let of_alice = count(&["--by", "app", "--user", "alice", "--not-app", "mail"]);
    assert_eq!(of_alice.lines().nth(1), Some("app,shop,0,0,1"), "{of_alice}");
    for by in ["state", "kind", "user", "app", "network", "user-agent", "age", "expiry"] {
        for format in ["table", "json", "jsonl", "csv", "ids", "count"] {
            env.run(&["stats", "--by", by, "--format", format]).ok();
        }
    }
    env.run(&["stats", "--by", "colour"]).fails_with(2);
}
