//! The incident of `incident`, while it goes on: from where people are in by every selector, what is new in the list
//! and in the log, what comes from another network, and a list that is longer than the screen.

use std::collections::BTreeMap;

use crate::following::Following;
use crate::harness::TestEnv;
use crate::incident::{Incident, Made, OFFICE, STRANGER};
use crate::terminal::Session;

/// Counts of the active sessions of which this holds, by a name.
fn counted(
    incident: &Incident,
    name: impl Fn(&Made) -> String,
    holds: fn(&Made) -> bool,
) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for made in incident.made.iter().filter(|made| made.is_active() && holds(made)) {
        *counts.entry(name(made)).or_default() += 1;
    }
    counts
}

#[test]
fn stats_count_by_each_group_what_each_selector_selects() {
    let incident = Incident::new();
    let network = |made: &Made| format!("{}0/24", &made.ip[..made.ip.rfind('.').expect("an address") + 1]);
    type Selected = (&'static [&'static str], fn(&Made) -> bool);
    let selectors: [Selected; 8] = [
        (&["--all", "--state", "active"], |_| true),
        (&["--user", "alice,bob", "--state", "active"], |made| made.user != "carol"),
        (&["--not-user", "alice", "--state", "active"], |made| made.user != "alice"),
        (&["--ip", "198.51.100.0/24", "--state", "active"], |made| made.ip.starts_with(STRANGER)),
        (&["--not-ip", "198.51.100.0/24", "--state", "active"], |made| made.ip.starts_with(OFFICE)),
        (&["--kind", "api", "--state", "active"], |made| made.kind == "api"),
        (&["--user-agent", "curl/*", "--state", "active"], |made| made.agent.starts_with("curl/")),
        (&["--seen-after", "2030-01-10T00:00:00Z", "--state", "active"], |made| made.hours_ago <= 12),
    ];
    for (selector, holds) in selectors {
        for (group, truth) in [
            ("network", counted(&incident, network, holds)),
            ("user-agent", counted(&incident, |made| made.agent.to_owned(), holds)),
            ("app", counted(&incident, |made| made.app.to_owned(), holds)),
            ("user", counted(&incident, |made| made.user.to_owned(), holds)),
            ("kind", counted(&incident, |made| made.kind.to_owned(), holds)),
        ] {
            let line = [&["stats", "--by", group, "--format", "jsonl"], selector].concat();
            let rows = incident.ask(&line).ok().jsonl();
            let found: BTreeMap<String, u64> = rows
                .iter()
                .map(|row| {
                    (row["name"].as_str().expect("a name").to_owned(), row["active"].as_u64().unwrap())
                })
                .collect();
            assert_eq!(found, truth, "{line:?}");
        }
    }
}

#[test]
fn what_is_new_in_the_log_is_followed_and_nothing_older() {
    let env = TestEnv::with_users(&["alice"]);
    let token = env.login_with("alice", &["--ip", "203.0.113.7"]);
    let mut log =
        Following::start(env.cmd(&["log", "--follow", "--format", "jsonl", "--fields", "action,session,ip"]));
    // Each verification from the other network is an event: the first that is printed shows that the log is followed.
    let mut networks = ["198.51.100.1", "203.0.113.7"].into_iter().cycle();
    while log.seen().is_empty() {
        env.run_with_stdin(&["verify", "-", "--ip", networks.next().expect("a network")], &token).ok();
    }
    env.run(&["revoke", "1", "--yes"]).ok();
    let revoked = "{\"action\":\"session.revoked\",\"session\":1,\"ip\":null}";
    log.until("the revocation", |lines| lines.iter().any(|line| line == revoked));
    let (code, lines, errors) = log.interrupt();
    assert_eq!((code, errors.as_str()), (Some(130), ""));
    let older = ["db.created", "user.added", "login.succeeded"];
    assert!(!lines.iter().any(|line| older.iter().any(|action| line.contains(action))), "{lines:#?}");
    assert!(
        lines[..lines.len() - 1].iter().all(|line| line.contains("session.network_changed")),
        "{lines:#?}"
    );
}

#[test]
fn list_that_is_longer_than_the_screen_goes_through_the_pager() {
    let env = TestEnv::new();
    env.generate_many(40);
    let shown = env.path("shown");
    let pager = format!("cat > {}", shown.display());
    let run = |args: &[&str]| {
        let _ = std::fs::remove_file(&shown);
        let mut session = Session::on_screen(&env, args, (80, 24), &[("PAGER", &pager)]);
        let (code, text) = session.end();
        assert_eq!(code, Some(0), "{text}");
        (text, std::fs::read_to_string(&shown).unwrap_or_default())
    };
    let (text, paged) = run(&["list"]);
    assert!(!text.contains("anonymous"), "{text}");
    // The heading, the sessions and the total.
    assert_eq!(paged.lines().count(), 42, "{paged}");
    assert!(paged.ends_with("40 sessions\n"), "{paged}");
    for args in [&["list", "--no-pager"][..], &["list", "--limit", "9"], &["list", "--format", "ids"]] {
        let (text, paged) = run(args);
        assert!(paged.is_empty() && text.lines().count() > 8, "{args:?}: {text}");
    }
}

#[test]
fn session_that_comes_from_another_network_is_reported_and_goes_on() {
    let incident = Incident::new();
    let token =
        incident.env.generate(&["--user", "alice", "--ip", "203.0.113.7", "--now", "2030-01-10T11:00:00Z"]);
    let verify = |ip: &str, at: &str| {
        let args = ["verify", "-", "--ip", ip, "--now", at];
        incident.env.run_with_stdin(&args, &token).ok()
    };
    for (ip, at, is_other) in [
        ("203.0.113.99", "2030-01-10T11:05:00Z", false),
        ("198.51.100.4", "2030-01-10T11:10:00Z", true),
        ("198.51.100.5", "2030-01-10T11:15:00Z", false),
    ] {
        let answer = verify(ip, at);
        assert_eq!(answer.stdout(), "active");
        assert_eq!(answer.stderr().contains("another network"), is_other, "{ip}: {answer:?}");
    }
    let id = incident
        .env
        .run_with_stdin(&["list", "-", "--format", "ids", "--now", "2030-01-10T11:16:00Z"], &token)
        .ok()
        .stdout();
    let events = incident
        .ask(&["log", "--session", &id, "--action", "session.network_changed", "--format", "jsonl"])
        .ok()
        .jsonl();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["ip"], &events[0]["at"]),
        (&"198.51.100.4".into(), &"2030-01-10T11:10:00Z".into())
    );
    let record = incident.ask(&["list", &id, "--state", "any", "--format", "jsonl"]).ok().jsonl();
    assert_eq!((&record[0]["ip"], &record[0]["last_ip"]), (&"203.0.113.7".into(), &"198.51.100.5".into()));

    let id: u64 = id.parse().expect("an id");
    let seen_from = |block: &str| incident.ids(&["list", "--last-ip", block, "--state", "any"]);
    assert_eq!(seen_from("10.0.0.0/8,198.51.100.4/31"), [id]);
    assert!(!seen_from("203.0.113.0/24").contains(&id));
    // The others were never verified: each was seen where it was created.
    let elsewhere = incident.truth(|made| made.is_active() && made.ip.starts_with(OFFICE));
    assert_eq!(incident.ids(&["list", "--not-last-ip", "198.51.100.0/24"]), elsewhere);
    assert!(!elsewhere.is_empty());
    let moved = ["list", "--ip", "203.0.113.0/24", "--not-last-ip", "203.0.113.0/24", "--state", "any"];
    assert_eq!(incident.ids(&moved), [id]);
    let counts = |by: &str| {
        let args = ["stats", "--by", by, &id.to_string(), "--format", "json"];
        incident.ask(&args).ok().json()["stats"][0]["name"].clone()
    };
    assert_eq!(
        (counts("network"), counts("last-network")),
        ("203.0.113.0/24".into(), "198.51.100.0/24".into())
    );
}
