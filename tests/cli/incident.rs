//! An incident, replayed: a database whose truth is known from how it was made, and each question that an administrator
//! asks of it at night, in one command. Each answer is compared with the truth.

use std::collections::BTreeMap;

use crate::harness::{CommandOutput, PASSWORD, TestEnv};
use crate::terminal::Session;

/// The present of the incident. Everything before it is made with `--now`.
pub(crate) const NOW: &str = "2030-01-10T12:00:00Z";
pub(crate) const OFFICE: &str = "203.0.113.";
pub(crate) const STRANGER: &str = "198.51.100.";

/// What a session was made as.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) id: u64,
    pub(crate) user: &'static str,
    pub(crate) ip: String,
    pub(crate) app: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) kind: &'static str,
    /// Hours before the present at which it was created.
    pub(crate) hours_ago: i64,
    /// Hours before the present at which it ended, where it has.
    ended_hours_ago: Option<i64>,
}

impl Made {
    /// Whether it had begun and had not ended this long before the present.
    fn was_active(&self, hours_ago: i64) -> bool {
        self.hours_ago >= hours_ago && self.ended_hours_ago.is_none_or(|ended| ended < hours_ago)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.ended_hours_ago.is_none()
    }
}

pub(crate) struct Incident {
    pub(crate) env: TestEnv,
    pub(crate) made: Vec<Made>,
}

/// A time before the present.
fn ago(hours: i64) -> String {
    let (day, hour) = ((10 * 24 + 12 - hours) / 24, (10 * 24 + 12 - hours) % 24);
    format!("2030-01-{day:02}T{hour:02}:00:00Z")
}

impl Incident {
    /// Three users, three days: sessions from the office and from a stranger's block, some of them ended.
    pub(crate) fn new() -> Self {
        let env = TestEnv::sandbox();
        for name in ["alice", "bob", "carol"] {
            let args = ["user", "add", name, "--password-stdin", "--now", "2030-01-01T00:00:00Z"];
            env.run_with_stdin(&args, PASSWORD).ok();
        }
        let mut incident = Incident { env, made: Vec::new() };
        for (round, hours_ago) in [70, 50, 33, 32, 8, 2].into_iter().enumerate() {
            for (place, user) in ["alice", "bob", "carol"].into_iter().enumerate() {
                let network = if (round + place) % 3 == 0 { STRANGER } else { OFFICE };
                let ip = format!("{network}{}", 10 * round + place);
                let app = if place == 0 { "shop" } else { "mail" };
                let agent = if round % 2 == 0 { "Firefox/147.0" } else { "curl/8.11" };
                incident.generate(Made {
                    id: 0,
                    user,
                    ip,
                    app,
                    agent,
                    kind: "web",
                    hours_ago,
                    ended_hours_ago: None,
                });
            }
        }
        let token = Made {
            id: 0,
            user: "alice",
            ip: format!("{OFFICE}9"),
            app: "ci",
            agent: "deploy-bot",
            kind: "api",
            hours_ago: 60,
            ended_hours_ago: None,
        };
        incident.generate(token);
        // Two were revoked, one of them after the night in question.
        incident.revoke(2, 40, "offboarding");
        incident.revoke(8, 20, "lost laptop");
        incident
    }

    fn generate(&mut self, mut made: Made) {
        made.id = self.made.len() as u64 + 1;
        let (at, label) = (ago(made.hours_ago), format!("device {}", made.id));
        let mut args = vec!["generate", "--user", made.user, "--kind", made.kind, "--now", &at];
        args.extend(["--ip", &made.ip, "--app", made.app, "--label", &label]);
        args.extend(["--user-agent", made.agent]);
        args.extend(if made.kind == "api" { ["--scope", "deploy"].as_slice() } else { &["--remember"] });
        self.env.run(&args).ok();
        self.made.push(made);
    }

    fn revoke(&mut self, id: u64, hours_ago: i64, reason: &str) {
        let at = ago(hours_ago);
        self.env.run(&["revoke", &id.to_string(), "--reason", reason, "--yes", "--now", &at]).ok();
        self.made[id as usize - 1].ended_hours_ago = Some(hours_ago);
    }

    /// One command, at the present of the incident.
    pub(crate) fn ask(&self, args: &[&str]) -> CommandOutput {
        self.env.run(&[args, &["--now", NOW]].concat())
    }

    /// The ids that a command answers, in its order.
    pub(crate) fn ids(&self, args: &[&str]) -> Vec<u64> {
        let output = self.ask(&[args, &["--format", "ids"]].concat()).ok();
        output.stdout().lines().map(|id| id.parse().expect("an id")).collect()
    }

    /// The ids of which this holds, newest first.
    pub(crate) fn truth(&self, holds: impl Fn(&Made) -> bool) -> Vec<u64> {
        let ids = self.made.iter().filter(|made| holds(made)).map(|made| made.id);
        let mut ids: Vec<u64> = ids.collect();
        ids.reverse();
        ids
    }
}

#[test]
fn who_was_in_at_a_time_from_a_block() {
    let incident = Incident::new();
    // 2030-01-09 03:12, 32.8 hours before the present: sessions of 33 hours ago had begun, those of 32 had not.
    for time in ["yesterday 03:12", "2030-01-09 03:12", "2030-01-09T03:12:00Z"] {
        let found = incident.ids(&["list", "--active-at", time, "--ip", "198.51.100.0/24"]);
        let truth = incident.truth(|made| made.was_active(33) && made.ip.starts_with(STRANGER));
        assert_eq!(found, truth, "{time}");
        assert!(!truth.is_empty());
    }
    let before = incident.ids(&["list", "--active-at", &ago(45)]);
    assert_eq!(before, incident.truth(|made| made.was_active(45)));
    assert!(before.contains(&2), "what was revoked since is part of the past");
}

#[test]
fn who_is_not_in_from_the_office() {
    let incident = Incident::new();
    let truth = incident.truth(|made| made.is_active() && !made.ip.starts_with(OFFICE));
    assert_eq!(incident.ids(&["list", "--not-ip", "203.0.113.0/24"]), truth);
    assert_eq!(
        incident.ids(&["list", "--not-ip", "10.0.0.0/8,203.0.113.0/25", "--not-ip", "203.0.113.128/25"]),
        truth
    );
    // Each selector has its complement.
    for (selector, value, holds) in [
        ("user", "alice", (|made| made.user == "alice") as fn(&Made) -> bool),
        ("app", "mail", |made| made.app == "mail"),
        ("kind", "api", |made| made.kind == "api"),
        ("scope", "deploy", |made| made.kind == "api"),
        ("user-agent", "Firefox/*", |made| made.agent.starts_with("Firefox/")),
        ("label", "device 1*", |made| made.id == 1 || made.id >= 10),
    ] {
        let found = incident.ids(&["list", &format!("--{selector}"), value]);
        assert_eq!(found, incident.truth(|made| made.is_active() && holds(made)), "{selector}");
        let others = incident.ids(&["list", &format!("--not-{selector}"), value]);
        assert_eq!(others, incident.truth(|made| made.is_active() && !holds(made)), "not {selector}");
    }
}

#[test]
fn from_where_they_are_in() {
    let incident = Incident::new();
    let stats =
        incident.ask(&["stats", "--by", "network", "--state", "active", "--user", "bob", "--format", "json"]);
    let counts: BTreeMap<String, u64> = stats.ok().json()["stats"]
        .as_array()
        .expect("groups")
        .iter()
        .map(|group| {
            (
                group["name"].as_str().expect("a network").to_owned(),
                group["active"].as_u64().expect("a count"),
            )
        })
        .collect();
    let mut truth = BTreeMap::new();
    for made in incident.made.iter().filter(|made| made.is_active() && made.user == "bob") {
        let network = format!("{}0/24", &made.ip[..made.ip.rfind('.').expect("an address") + 1]);
        *truth.entry(network).or_insert(0) += 1;
    }
    assert_eq!(counts, truth);
    assert_eq!(counts.len(), 2);
}

#[test]
fn from_where_they_were_in_at_a_time() {
    let incident = Incident::new();
    let output =
        incident.ask(&["stats", "--active-at", &ago(33), "--by", "user,state", "--format", "json"]).ok();
    let stats = output.json()["stats"].as_array().expect("groups").clone();
    let of = |group: &str, name: &str| {
        let found = stats.iter().find(|row| row["group"] == group && row["name"] == name);
        found.map(|row| row["active"].as_u64().expect("a number"))
    };
    let truth = |holds: &dyn Fn(&Made) -> bool| {
        let number = incident.truth(|made| made.was_active(33) && holds(made)).len() as u64;
        (number > 0).then_some(number)
    };
    for user in ["alice", "bob", "carol"] {
        assert_eq!(of("user", user), truth(&|made| made.user == user), "{user}: {output:?}");
    }
    assert_eq!(of("state", "active"), truth(&|_| true));
    assert_eq!((of("state", "revoked").unwrap_or(0), of("state", "expired").unwrap_or(0)), (0, 0));
    assert!(output.stderr().contains("are those of"), "{output:?}");
}

#[test]
fn list_is_ordered_and_counted() {
    let incident = Incident::new();
    let truth = incident.truth(Made::is_active);
    let last_seen = incident.ids(&["list", "--sort", "last-seen"]);
    let by_time: Vec<u64> = {
        let mut active: Vec<&Made> = incident.made.iter().filter(|made| made.is_active()).collect();
        active.sort_by_key(|made| (made.hours_ago, std::cmp::Reverse(made.id)));
        active.iter().map(|made| made.id).collect()
    };
    assert_eq!(last_seen, by_time);
    let listed = incident.ask(&["list"]).ok();
    assert!(listed.stderr().ends_with(&format!("{} sessions\n", truth.len())), "{listed:?}");
    let page = incident.ask(&["list", "--limit", "3"]).ok();
    assert!(page.stderr().contains(&format!("3 of {} sessions", truth.len())), "{page:?}");
}

#[test]
fn who_revoked_a_session() {
    let incident = Incident::new();
    let shown = incident.ask(&["log", "--session", "8"]).ok().stdout();
    let heading = shown.lines().next().expect("a heading");
    assert!(heading.contains("actor") && heading.contains("ip") && heading.contains("detail"), "{heading}");
    let events = incident
        .ask(&["log", "--session", "8", "--action", "session.revoked", "--format", "jsonl"])
        .ok()
        .jsonl();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["detail"], &events[0]["at"]), (&"lost laptop".into(), &ago(20).into()));
    let record = incident.ask(&["list", "8", "--state", "any", "--format", "json"]).ok().json();
    let session = &record["sessions"][0];
    assert_eq!((&session["ended_by"], &session["end_reason"]), (&events[0]["actor"], &"lost laptop".into()));
    let ended = incident.ids(&["list", "--ended-after", &ago(24)]);
    assert_eq!(ended, incident.truth(|made| made.ended_hours_ago.is_some_and(|hours| hours <= 24)));
}

#[test]
fn why_a_user_cannot_log_in() {
    let incident = Incident::new();
    let why = |name: &str| incident.ask(&["user", "show", name, "--fields", "why"]).ok().stdout();
    assert_eq!(why("alice"), "");
    for number in 0..8 {
        let at = format!("2030-01-10T11:59:{number:02}Z");
        let args = ["login", "alice", "--password-stdin", "--now", &at];
        incident.env.run_with_stdin(&args, "not the right password").code(6);
    }
    let shown = incident
        .env
        .run(&["user", "show", "alice", "--now", "2030-01-10T11:59:07Z", "--format", "json"])
        .ok();
    let shown = shown.json();
    assert_eq!(shown["can_log_in"], false);
    assert!(shown["why"].as_str().expect("a reason").contains("user unlock"), "{shown}");
    incident.ask(&["user", "unlock", "alice"]).ok();
    assert_eq!(why("alice"), "");
    incident.ask(&["user", "disable", "bob", "--yes"]).ok();
    assert!(why("bob").contains("disabled"));
    incident.ask(&["user", "add", "dora", "--no-password", "--if-missing"]).ok();
    assert!(why("dora").contains("no password"));
    incident.ask(&["user", "add", "dora", "--no-password", "--if-missing"]).ok();
    incident.ask(&["user", "add", "dora", "--no-password"]).fails_with(6);
}

#[test]
fn what_would_end_and_what_ends() {
    let incident = Incident::new();
    let truth = incident.truth(|made| made.is_active() && made.ip.starts_with(STRANGER));
    let planned = incident
        .ask(&["expire", "--ip", "198.51.100.0/24", "--in", "1h", "--dry-run", "--format", "jsonl"])
        .ok()
        .jsonl();
    assert_eq!(
        planned.iter().map(|session| session["id"].as_u64().expect("an id")).collect::<Vec<_>>(),
        truth
    );
    for session in &planned {
        assert_eq!(session["new_expires_at"], "2030-01-10T13:00:00Z");
        assert_ne!(session["expires_at"], session["new_expires_at"], "the old deadline");
    }
    assert_eq!(incident.ids(&["list", "--ip", "198.51.100.0/24"]), truth, "a dry run changed something");
    let number = truth.len().to_string();
    let wrong = (truth.len() + 1).to_string();
    let revoke = ["revoke", "--ip", "198.51.100.0/24", "--reason", "break-in", "--yes"];
    incident.ask(&[&revoke[..], &["--expect", &wrong]].concat()).fails_with(6);
    incident.ask(&[&revoke[..], &["--expect", &number]].concat()).ok();
    assert!(incident.ids(&["list", "--ip", "198.51.100.0/24"]).is_empty());
    let left = incident.truth(|made| made.is_active() && made.ip.starts_with(OFFICE));
    assert_eq!(incident.ids(&["list"]), left);
}

#[test]
fn confirmation_sums_up_what_ends() {
    let incident = Incident::new();
    let mut session = Session::start(&incident.env, &["revoke", "--user", "alice", "--now", NOW], "xterm");
    session.wait_for("type the user's name");
    session.type_keys(b"no\r");
    let (code, shown) = session.end();
    assert_eq!(code, Some(1), "{shown}");
    let (web, api) = (
        incident.truth(|made| made.is_active() && made.user == "alice" && made.kind == "web").len(),
        incident.truth(|made| made.is_active() && made.user == "alice" && made.kind == "api").len(),
    );
    for text in [
        &format!("web ({web})")[..],
        &format!("api ({api})"),
        "alice (",
        "API tokens: 19 device 19",
        "203.0.113.9 (1)",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(incident.ids(&["list"]), incident.truth(Made::is_active), "it was not confirmed");
}

#[test]
fn policy_reaches_active_sessions_and_a_renamed_user_keeps_them() {
    let incident = Incident::new();
    let truth = incident.truth(|made| made.is_active() && made.kind == "web");
    let planned =
        incident.ask(&["db", "policy", "remember.idle", "7d", "--apply", "--dry-run", "--format", "ids"]);
    let planned: Vec<u64> = planned.ok().stdout().lines().map(|id| id.parse().expect("an id")).collect();
    assert_eq!(planned, truth);
    let applied =
        incident.ask(&["db", "policy", "remember.idle", "7d", "--apply", "--format", "json"]).ok().json();
    assert_eq!((&applied["changed_sessions"], &applied["longer_sessions"]), (&truth.len().into(), &0.into()));
    incident.ask(&["user", "rename", "carol", "caroline"]).ok();
    let carols = incident.truth(|made| made.is_active() && made.user == "carol");
    assert_eq!(incident.ids(&["list", "--user", "caroline"]), carols);
    incident.ask(&["list", "--user", "carol"]).code(3);
    let users = format!("{{\"name\":\"erin\",\"password\":\"{PASSWORD}\"}}\n");
    incident.env.run_with_stdin(&["user", "import", "--now", NOW], &users).ok();
    assert_eq!(
        incident.ask(&["user", "list", "--format", "ids"]).ok().stdout(),
        "alice\nbob\ncaroline\nerin"
    );
    incident.ask(&["db", "check"]).ok();
}
