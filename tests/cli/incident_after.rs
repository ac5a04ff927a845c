//! The incident of `incident`, the next morning: the log that leaked, the account that is closed, the stolen token, and
//! what an auditor asks.

use crate::harness::PASSWORD;
use crate::incident::{Incident, Made, NOW};

#[test]
fn what_tokens_a_leaked_log_contains_and_that_they_are_revoked() {
    let incident = Incident::new();
    let leaked: Vec<String> = (0..3)
        .map(|_| incident.env.generate(&["--user", "bob", "--remember", "--now", "2030-01-10T11:00:00Z"]))
        .collect();
    let ids: Vec<u64> = (20..23).collect();
    let log = format!(
        "10:00 GET /?t={} 200\ncookie: __Host-session={}; lang=de\n{{\"authorization\":\"Bearer {}\"}}\nnothing\n",
        leaked[0], leaked[1], leaked[2]
    );
    let revoke = |more: &[&str]| {
        let line = [&["revoke", "--stdin", "--reason", "leaked log", "--now", NOW], more].concat();
        incident.env.run_with_stdin(&line, &log)
    };
    let planned = revoke(&["--dry-run", "--format", "ids"]).ok().stdout();
    let mut planned: Vec<u64> = planned.lines().map(|id| id.parse().expect("an id")).collect();
    planned.sort_unstable();
    assert_eq!(planned, ids);
    assert_eq!(incident.ids(&["list"]).len(), incident.truth(Made::is_active).len() + 3, "a dry run");
    revoke(&["--expect", "2", "--yes"]).fails_with(6);
    revoke(&["--expect", "3", "--yes"]).ok();
    assert_eq!(incident.ids(&["list"]), incident.truth(Made::is_active));
    for token in &leaked {
        incident.env.run_with_stdin(&["verify", "-", "--now", NOW], token).code(5);
    }
}

#[test]
fn who_closed_an_account_and_why() {
    let incident = Incident::new();
    let truth = incident.truth(|made| made.is_active() && made.user == "bob");
    let disable = ["user", "disable", "bob", "--reason", "left the company", "--yes"];
    assert_eq!(
        incident.ask(&[&disable[..], &["--format", "json"]].concat()).ok().json()["ended_sessions"],
        truth.len()
    );
    let events = incident
        .ask(&["log", "--user", "bob", "--action", "user.disabled", "--format", "jsonl"])
        .ok()
        .jsonl();
    assert_eq!((events.len(), &events[0]["detail"]), (1, &"left the company".into()));
    let ended =
        incident.ask(&["list", "--user", "bob", "--ended-after", NOW, "--format", "json"]).ok().json();
    let sessions = ended["sessions"].as_array().expect("sessions");
    assert_eq!(sessions.len(), truth.len());
    for session in sessions {
        assert_eq!(session["end_reason"], "user disabled: left the company");
        assert_eq!(session["ended_by"], events[0]["actor"]);
    }
    let actor = events[0]["actor"].as_str().expect("an actor");
    let done =
        incident.ask(&["log", "--actor", actor, "--since", NOW, "--format", "jsonl", "--fields", "action"]);
    assert!(done.ok().stdout().contains("user.disabled"));
}

#[test]
fn what_expires_soon_and_which_api_tokens_remain() {
    let incident = Incident::new();
    let api = incident.truth(|made| made.kind == "api");
    let expiring = incident.ask(&["list", "--kind", "api", "--expiring-within", "7d", "--must-exist", "-q"]);
    expiring.code(3);
    let found = incident.ids(&["list", "--kind", "api", "--expiring-within", "90d", "--must-exist"]);
    assert_eq!(found, api);
    let rows = incident.ask(&["stats", "--by", "expiry", "--format", "jsonl"]).ok().jsonl();
    let counted: u64 = rows.iter().map(|row| row["active"].as_u64().expect("a count")).sum();
    assert_eq!(counted, incident.truth(Made::is_active).len() as u64);
    let kept = incident.truth(|made| made.is_active() && made.user != "carol" && made.id != api[0]);
    let api_id = api[0].to_string();
    assert_eq!(incident.ids(&["list", "--not-user", "carol", "--except", &api_id]), kept);
}

#[test]
fn stolen_token_shows_itself_and_an_auditor_finds_the_log_whole() {
    let incident = Incident::new();
    let env = &incident.env;
    let stolen = env.generate(&["--user", "carol", "--remember", "--now", "2030-01-10T11:00:00Z"]);
    let kept = env.write_file("head", incident.ask(&["log", "head"]).ok().stdout());
    let kept = kept.to_str().expect("UTF-8");
    let current = env.run_with_stdin(&["rotate", "-", "--now", NOW], &stolen).ok().stdout();
    let later = ["--now", "2030-01-10T12:05:00Z"];
    env.run_with_stdin(&[&["verify", "-"][..], &later].concat(), &stolen).code(5);
    env.run_with_stdin(&[&["verify", "-"][..], &later].concat(), &current).code(5);
    let ask = |line: &[&str]| env.run(&[line, &later].concat());
    let events = ask(&["log", "--action", "token.reused", "--format", "jsonl"]).ok().jsonl();
    assert_eq!((events.len(), &events[0]["session"]), (1, &20.into()));
    ask(&["log", "verify", "--head", kept]).ok();
    ask(&["db", "check"]).ok();
    // Nobody was locked out meanwhile: the right password still opens a session, as a new one.
    let login = [&["login", "carol", "--password-stdin"][..], &later].concat();
    env.run_with_stdin(&login, PASSWORD).ok();
}
