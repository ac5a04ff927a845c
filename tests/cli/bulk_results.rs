//! What revoke, expire and prune answer for each session, and what they count.

use crate::harness::TestEnv;

/// An sso session of bob's with an app session of another address, and a session of ann's that was seen elsewhere.
fn three_sessions() -> TestEnv {
    let env = TestEnv::with_users(&["bob", "ann"]);
    env.generate(&["--kind", "sso", "--user", "bob", "--ip", "203.0.113.7"]);
    env.generate(&["--user", "bob", "--under", "1", "--ip", "2001:db8::9"]);
    let token = env.generate(&["--user", "ann", "--ip", "198.51.100.1"]);
    env.write_file("token", &token);
    env.run(&["verify", "@token", "--ip", "192.0.2.5"]).ok();
    env
}

const WHOSE: [&str; 4] = [
    "1,bob,sso,203.0.113.7,",
    "2,bob,web,2001:db8::9,",
    "3,ann,web,198.51.100.1,192.0.2.5",
    "id,user,kind,ip,last_ip",
];

fn lines(stdout: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = stdout.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn each_result_names_whose_session_it_was() {
    let csv = ["--format", "csv", "--fields", "id,user,kind,ip,last_ip"];
    for act in [&["revoke"][..], &["expire"], &["expire", "--in", "5m"]] {
        // With --all each is selected itself, and with ids the child ends with its parent.
        for selector in [&["--all"][..], &["1", "3"]] {
            let env = three_sessions();
            let dry = env.run(&[act, selector, &csv, &["--dry-run"]].concat()).ok().stdout();
            let done = env.run(&[act, selector, &csv, &["--yes"]].concat()).ok().stdout();
            assert_eq!(lines(&done), WHOSE, "{act:?} {selector:?}");
            assert!(lines(&dry).iter().all(|line| WHOSE.contains(line)), "{dry}");
        }
    }
}

#[test]
fn prune_names_whose_session_it_deleted_after_the_account_was_removed() {
    let env = three_sessions();
    env.run(&["user", "remove", "bob", "--yes"]).ok();
    let pruned = env
        .run(&[
            "prune",
            "--all",
            "--older-than",
            "0s",
            "--yes",
            "--format",
            "csv",
            "--fields",
            "id,result,user,ip",
        ])
        .ok()
        .stdout();
    assert!(pruned.contains("2,deleted,bob (removed 20"), "{pruned}");
    assert!(pruned.contains(",203.0.113.7"), "{pruned}");
}

#[test]
fn results_of_standard_input_name_whose_session_it_was() {
    for more in [&[][..], &["--expect", "2"]] {
        let env = three_sessions();
        let run = [&["revoke", "--stdin", "--yes", "--format", "json"], more].concat();
        let answer = env.run_with_stdin(&run, "2\n3\n99\nnothing\n").code(3).json();
        let results = answer["results"].as_array().unwrap();
        let of = |line: usize, key: &str| results[line][key].as_str().unwrap_or("null").to_owned();
        for (line, expected) in [
            ["bob", "web", "2001:db8::9", "null"],
            ["ann", "web", "198.51.100.1", "192.0.2.5"],
            ["null", "null", "null", "null"],
            ["null", "null", "null", "null"],
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(["user", "kind", "ip", "last_ip"].map(|key| of(line, key)), expected, "{answer}");
        }
    }
}

#[test]
fn table_of_results_shows_whose_they_were_in_eighty_columns() {
    let env = three_sessions();
    let table = env.run(&["revoke", "--all", "--yes"]).ok().stdout();
    for word in ["bob", "ann", "sso", "203.0.113.7", "2001:db8::9"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    assert!(table.lines().all(|line| line.len() <= 80), "{table}");
}

#[test]
fn unexpected_number_names_the_active_ones() {
    let env = three_sessions();
    env.run(&["revoke", "3", "--yes"]).ok();
    assert_eq!(env.ids(&[]).len(), 2);
    for act in ["revoke", "expire"] {
        for more in ["--yes", "--dry-run"] {
            env.run(&[act, "--all", "--expect", "2", more])
                .code(6)
                .stderr_contains("3 sessions match (2 active, 1 ended), not 2; nothing was changed")
                .stderr_contains("--state active");
        }
        env.run(&[act, "--all", "--state", "active", "--expect", "2", "--dry-run"]).ok();
        env.run(&[act, "--user", "bob", "--expect", "3", "--yes"])
            .fails_with(6)
            .stderr_contains("2 sessions match, not 3; nothing was changed");
    }
    assert_eq!(env.ids(&[]).len(), 2);
}
