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

#[test]
fn act_on_ended_sessions_only_reports_how_many_match_and_how_to_see_them() {
    let env = TestEnv::with_users(&["bob"]);
    for address in ["203.0.113.7", "203.0.113.8", "198.51.100.1"] {
        env.generate(&["--user", "bob", "--ip", address]);
    }
    env.run(&["revoke", "--ip", "203.0.113.0/24", "--yes"]).ok();
    let look = "`sessionctl list --all` with the same selector shows";
    for (address, sentence) in [
        ("203.0.113.7", format!("no active session matches; 1 that has ended does: {look} it")),
        ("203.0.113.0/24", format!("no active session matches; 2 that have ended do: {look} them")),
        ("192.0.2.1", "no session matches".to_owned()),
    ] {
        for act in ["revoke", "expire"] {
            for (last, code) in [("--no-input", 3), ("--dry-run", 3), ("--expect=5", 6)] {
                let run = env.run(&[act, "--ip", address, "--yes", last]).code(code);
                let stderr = run.stderr();
                assert!(stderr.lines().any(|line| line.contains(&sentence)), "{act} {last}: {stderr}");
            }
        }
        let count = env.run(&["list", "--ip", address, "--format", "count"]).ok();
        let sentence = sentence.replace(look, "add --all").replace("add --all it", "add --all");
        let sentence = sentence.replace("add --all them", "add --all");
        assert!(count.stderr().lines().any(|line| line.contains(&sentence)), "{}", count.stderr());
    }
    let named = env.run(&["revoke", "1", "--yes"]).ok();
    assert!(!named.stderr().contains("matches"), "{}", named.stderr());
}

#[test]
fn prune_of_active_sessions_only_reports_that_it_deletes_ended_ones() {
    let env = TestEnv::with_users(&["bob"]);
    env.generate(&["--user", "bob"]);
    let said = "1 session that matches is active: prune deletes those only that have ended";
    for last in ["--yes", "--dry-run"] {
        let run = env.run(&["prune", "--user", "bob", "--older-than", "0s", last]).ok();
        assert!(run.stderr().contains(said), "{last}: {}", run.stderr());
    }
    let other = env.run(&["prune", "--yes"]).ok();
    assert!(!other.stderr().contains("active"), "{}", other.stderr());
}

#[test]
fn revoke_stdin_counts_ended_sessions_and_lines_without_a_token() {
    let env = TestEnv::with_users(&["bob"]);
    let tokens = [(); 2].map(|()| env.generate(&["--user", "bob"]));
    env.run(&["revoke", "1", "--yes"]).ok();
    let text = format!("{0}\nnoise\n{0} {1}\n\n", tokens[0], tokens[1]);
    for more in [&["--yes"][..], &["--yes", "--expect", "2"]] {
        let env = TestEnv::with_users(&["bob"]);
        let tokens = [(); 2].map(|()| env.generate(&["--user", "bob"]));
        env.run(&["revoke", "1", "--yes"]).ok();
        let text = format!("{0}\nnoise\n{0} {1}\n\n", tokens[0], tokens[1]);
        let run = env.run_with_stdin(&[&["revoke", "--stdin"], more].concat(), &text).ok();
        let expected = "1 revoked, 1 already ended, 0 unknown; 4 lines read, 2 of them without a token";
        assert!(run.stderr().contains(expected), "{more:?}: {}", run.stderr());
    }
    let run = env.run_with_stdin(&["revoke", "--stdin", "--dry-run"], &text).ok();
    assert!(run.stderr().contains("0 unknown; 4 lines read, 2 of them without a token"), "{}", run.stderr());
}

#[test]
fn expire_in_no_time_reports_sessions_as_expired() {
    let env = TestEnv::with_users(&["bob"]);
    for _ in 0..3 {
        env.generate(&["--user", "bob"]);
    }
    for (id, when) in [("1", "--in=0s"), ("2", "--in=0m")] {
        let run = env.run(&["expire", id, when, "--yes", "--format", "csv", "--fields", "id,result"]).ok();
        assert!(run.stdout().ends_with(&format!("{id},expired")), "{}", run.stdout());
        assert!(run.stderr().contains("1 expired"), "{}", run.stderr());
    }
    let run = env.run(&["expire", "3", "--in", "5m", "--yes"]).ok();
    assert!(run.stderr().contains("1 rescheduled"), "{}", run.stderr());
}
