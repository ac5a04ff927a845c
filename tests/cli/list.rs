//! `list`: what a selector selects, here and in the commands that act.

use crate::harness::TestEnv;

/// Sessions of every kind and state, made in a sandbox over three days.
fn crowd() -> TestEnv {
    let place = TestEnv::sandbox();
    place.add("alice");
    place.add("bob");
    let at = |time: &str, name: &str, more: &[&str]| {
        place.login_with(name, &[&["--now", time][..], more].concat());
    };
    at("+0s", "alice", &["--app", "shop", "--ip", "203.0.113.7", "--label", "laptop"]);
    at("+1s", "alice", &["--app", "wiki", "--ip", "203.0.113.9", "--label", "phone", "--remember"]);
    at("+2s", "bob", &["--app", "shop", "--ip", "2001:db8::1", "--label", "lap-2", "--sso"]);
    place.generate(&["--under", "3", "--app", "mail", "--now", "+3s"]);
    place.generate(&[
        "--kind", "api", "--user", "bob", "--scope", "a:read", "--now", "+4s", "--label", "ci-1",
    ]);
    place.generate(&["--kind", "anonymous", "--now", "+5s"]);
    place.generate(&["--kind", "anonymous", "--now", "+6s"]);
    place.run(&["revoke", "7", "--yes", "--now", "+10s"]).ok();
    at("+2d", "alice", &["--app", "shop", "--ip", "198.51.100.4"]);
    place
}

/// What the clock says here: one minute after the last login.
const NOW: [&str; 2] = ["--now", "+2880m"];

#[test]
fn each_flag_selects_what_it_says() {
    let place = crowd();
    for (selector, expected) in [
        (&["--all"][..], "8 7 6 5 4 3 2 1"),
        (&["--state", "any"], "8 7 6 5 4 3 2 1"),
        (&[], "8 5 3 2"),
        (&["--state", "expired"], "6 4 1"),
        (&["--state", "revoked"], "7"),
        (&["--user", "alice"], "8 2"),
        (&["--user", "alice", "--all"], "8 2 1"),
        (&["--user", "ALICE", "--state", "expired"], "1"),
        (&["--anonymous", "--all"], "7 6"),
        (&["--kind", "api"], "5"),
        (&["--kind", "sso"], "3"),
        (&["--kind", "web"], "8 2"),
        (&["--app", "shop", "--all"], "8 3 1"),
        (&["--label", "lap*", "--all"], "3 1"),
        (&["--label", "ci-?"], "5"),
        (&["--scope", "a:read"], "5"),
        (&["--under", "3", "--all"], "4"),
        (&["--ip", "203.0.113.0/24", "--all"], "2 1"),
        (&["--ip", "2001:db8::/32"], "3"),
        (&["--created-before", "1d", "--all"], "7 6 5 4 3 2 1"),
        (&["--created-after", "1d", "--all"], "8"),
        (&["--expiring-within", "1h"], "8"),
        (&["--except", "2", "--except", "5"], "8 3"),
        (&["2", "5"], "5 2"),
    ] {
        let ids = place.ids(&[selector, &NOW].concat()).join(" ");
        assert_eq!(ids, expected, "{selector:?}");
    }
}

#[test]
fn what_list_shows_is_what_revoke_would_take() {
    let place = crowd();
    for selector in [
        &["--user", "bob"][..],
        &["--kind", "web"],
        &["--all"],
        &["--ip", "203.0.113.0/24"],
        &["--state", "expired"],
        &["--app", "shop", "--state", "any"],
        &["--label", "lap*"],
        &["--created-before", "1d"],
        &["--all", "--except", "3"],
        &["2", "5"],
    ] {
        let listed = place.ids(&[selector, &NOW].concat());
        assert!(!listed.is_empty(), "{selector:?} tests nothing");
        for verb in ["revoke", "expire"] {
            let args = [&[verb, "--dry-run", "--format", "ids"], selector, &NOW].concat();
            let taken: Vec<String> = place.run(&args).ok().out().lines().map(str::to_owned).collect();
            assert_eq!(listed, taken, "{verb} {selector:?}");
        }
    }
}

#[test]
fn an_empty_result_is_done_unless_it_must_exist() {
    let place = TestEnv::with_users(&["alice"]);
    assert_eq!(place.run(&["list", "--format", "ids"]).ok().out(), "");
    assert_eq!(place.run(&["list", "--format", "count"]).ok().out(), "0");
    assert_eq!(place.run(&["list", "--format", "json"]).ok().json()["sessions"], serde_json::json!([]));
    for format in ["table", "json", "count", "ids"] {
        place.run(&["list", "--must-exist", "--format", format]).code(3);
    }
    place.login("alice");
    place.run(&["list", "--must-exist"]).ok();
}

#[test]
fn pages_follow_one_another_without_gap_or_double() {
    let place = TestEnv::new();
    place.generate_many(25);
    for order in ["newest", "oldest"] {
        let whole = place.ids(&["--sort", order]);
        let mut paged = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..4 {
            let mut args = vec!["list", "--limit", "10", "--format", "json", "--sort", order];
            if let Some(cursor) = &after {
                args.extend(["--after", cursor]);
            }
            let page = place.run(&args).ok().json();
            paged.extend(page["sessions"].as_array().unwrap().iter().map(|s| s["id"].to_string()));
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "{order}");
    }
}

#[test]
fn whose_name_nobody_has_is_not_found() {
    let place = TestEnv::with_users(&["alice"]);
    place.run(&["list", "--user", "nobody"]).refused(3);
    place.run(&["list", "--except", "999", "--all"]).refused(3);
}
