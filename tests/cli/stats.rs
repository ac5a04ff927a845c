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

#[test]
fn stats_of_sessions_without_a_value_differ_from_those_of_a_value_of_that_name() {
    let env = TestEnv::with_users(&["(no user)"]);
    env.generate(&["--kind", "anonymous", "--user-agent", "(no user agent)"]);
    env.generate(&["--user", "(no user)"]);
    let line = ["stats", "--by", "user,user-agent", "--format"];
    let rows = env.run(&[&line[..], &["jsonl"]].concat()).ok().jsonl();
    for (group, name) in [("user", "(no user)"), ("user-agent", "(no user agent)")] {
        let of_group = rows.iter().filter(|row| row["group"] == group);
        let mut names: Vec<_> = of_group.map(|row| row["name"].as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, [None, Some(name)], "{rows:?}");
    }
    let csv = env.run(&[&line[..], &["csv"]].concat()).ok().stdout();
    assert!(csv.contains("user,,1,0,0\n") && csv.contains("user,(no user),1,0,0"), "{csv}");
    let ids = env.run(&[&line[..], &["ids"]].concat()).ok().stdout();
    assert_eq!(ids.lines().collect::<Vec<_>>(), ["(no user)", "(no user agent)"]);
    let table = env.run(&line[..3]).ok().stdout();
    assert!(table.contains("  (no user) ") && table.contains("  \"(no user)\" "), "{table}");
    let overview = env.run(&["stats", "--format", "json"]).ok().json();
    assert!(overview["stats"][0]["name"].is_null(), "{overview}");
}

#[test]
fn stats_table_has_a_column_for_each_state_that_was_asked_for() {
    let env = TestEnv::new();
    env.generate_many(3);
    env.run(&["revoke", "1", "--yes"]).ok();
    for (line, heading) in [
        ("stats --by kind", "active expired revoked bars: active"),
        ("stats --by kind --state active", "active bars: active"),
        ("stats --by kind --state revoked", "revoked bars: revoked"),
        ("stats --by kind --active-at now", "active bars: active"),
        ("stats --by kind --expiring-within 1d", "active bars: active"),
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let shown = env.run(&args).ok().stdout();
        let found: Vec<&str> = shown.lines().next().unwrap_or_default().split_whitespace().skip(2).collect();
        assert_eq!(found.join(" "), heading, "{line}: {shown}");
    }
    let row = &env.run(&["stats", "--by", "kind", "--state", "revoked", "--format", "jsonl"]).ok().jsonl()[0];
    assert_eq!((row["active"].as_u64(), row["revoked"].as_u64()), (Some(0), Some(1)), "JSON keeps its keys");
}
