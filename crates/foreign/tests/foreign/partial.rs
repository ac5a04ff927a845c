//! Acts that stop in the middle, rows that come back, and changes in other tables: what is reported is what happened.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use rusqlite::params;

use crate::fixture::{
    Fixture, NOW, all, directus, django, django_key, django_payload, express, laravel, laravel_key, of_user,
    options,
};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::ops::{
    self, Entry, Journal, OpsError, Options, PruneRequest, Pruned, Revoked, TargetOutcome,
};

#[derive(Default)]
struct Kept(Vec<Entry>);

impl Journal for Kept {
    fn record(&mut self, entry: &Entry) -> Result<(), String> {
        self.0.push(entry.clone());
        Ok(())
    }
}

struct Run<'a> {
    backup: Option<&'a Path>,
    pause: &'a mut dyn FnMut(Duration),
    stop: &'a mut dyn FnMut() -> bool,
}

impl Run<'_> {
    fn options(&mut self) -> Options<'_> {
        Options {
            backup: self.backup.map(Path::to_owned),
            recheck: Some(Duration::from_millis(1)),
            ..options(self.pause, self.stop)
        }
    }

    fn revoke(mut self, fixture: &Fixture, filter: &Filter) -> (Result<Revoked, OpsError>, String) {
        let mut kept = Kept::default();
        let revoked = fixture.with(|cx| {
            let preview = ops::preview(cx, filter, &[])?;
            ops::revoke(cx, &preview, &mut self.options(), &mut kept)
        });
        (revoked, kept.0.iter().map(Entry::detail).collect())
    }

    fn prune(mut self, fixture: &Fixture) -> Result<Pruned, OpsError> {
        let request = PruneRequest { filter: Filter::default(), older_than: Duration::ZERO };
        fixture.with(|cx| {
            let preview = ops::prunable(cx, &request)?;
            ops::prune(cx, &preview, &request, &mut self.options(), &mut Kept::default())
        })
    }
}

fn run<'a>(pause: &'a mut dyn FnMut(Duration), stop: &'a mut dyn FnMut() -> bool) -> Run<'a> {
    Run { backup: None, pause, stop }
}

/// 10,050 sessions of erin beside the others.
fn many(expires: &str) -> Fixture {
    let fixture = django();
    fixture.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 10000 UNION ALL SELECT i + 1 FROM n WHERE i < 20049) \
         INSERT INTO django_session SELECT printf('%032d', i), '{}', '{expires}' FROM n",
        django_payload(r#"{"_auth_user_id":"1"}"#)
    ));
    fixture
}

const LIVE: &str = "2027-04-01 12:00:00";
const COUNT: &str = "SELECT count(*) FROM django_session";

#[test]
fn failure_after_a_batch_is_a_partial_result_and_the_backup_restores_it() {
    let fixture = many(LIVE);
    fixture.execute(&format!(
        "CREATE TRIGGER no BEFORE DELETE ON django_session WHEN old.session_key = '{:0>32}' \
         BEGIN SELECT raise(abort, 'not this one'); END",
        20_040
    ));
    let before = fixture.count(COUNT);
    let backup = fixture.folder().join("backup.sql");
    let (revoked, log) =
        Run { backup: Some(&backup), ..run(&mut |_| {}, &mut || false) }.revoke(&fixture, &of_user("erin"));
    let revoked = revoked.unwrap();
    assert!(matches!(revoked.stopped, Some(OpsError::Source(_))), "{:?}", revoked.stopped);
    assert_eq!((revoked.ended(), revoked.count(TargetOutcome::NotReached)), (10_000, 52));
    assert_eq!(fixture.count(COUNT), before - 10_000);
    assert!(!revoked.is_complete() && log.contains("10000 ended") && log.contains("not this one"), "{log}");
    fixture.execute(&std::fs::read_to_string(&backup).unwrap());
    assert_eq!(fixture.count(COUNT), before);
}

#[test]
fn interruption_ends_no_further_batch_and_one_before_the_first_changes_nothing() {
    let fixture = many(LIVE);
    let before = fixture.count(COUNT);
    let (revoked, _) = run(&mut |_| {}, &mut || true).revoke(&fixture, &of_user("erin"));
    assert!(matches!(revoked, Err(OpsError::Stopped)));
    assert_eq!(fixture.count(COUNT), before);
    let asked = Cell::new(0);
    let mut stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 1
    };
    let (revoked, log) = run(&mut |_| {}, &mut stop).revoke(&fixture, &of_user("erin"));
    let revoked = revoked.unwrap();
    assert!(matches!(revoked.stopped, Some(OpsError::Stopped)));
    assert_eq!((revoked.ended(), fixture.count(COUNT)), (10_000, before - 10_000));
    assert!(log.contains("interrupted"), "{log}");
}

#[test]
fn backup_of_an_act_that_changed_nothing_is_removed() {
    let fixture = django();
    fixture.execute("CREATE TRIGGER no BEFORE DELETE ON django_session BEGIN SELECT raise(abort, 'no'); END");
    let backup = fixture.folder().join("backup.sql");
    let (revoked, _) =
        Run { backup: Some(&backup), ..run(&mut |_| {}, &mut || false) }.revoke(&fixture, &all());
    assert!(matches!(revoked, Err(OpsError::Source(_))) && !backup.exists());
}

#[test]
fn prune_that_is_stopped_reports_what_it_deleted() {
    let fixture = many("2026-01-01 00:00:00");
    let before = fixture.count(COUNT);
    let asked = Cell::new(0);
    let mut stop = || {
        asked.set(asked.get() + 1);
        asked.get() > 2
    };
    let pruned = run(&mut |_| {}, &mut stop).prune(&fixture).unwrap();
    let rest = pruned.count(TargetOutcome::NotReached);
    assert!(pruned.deleted() >= 500 && rest > 0 && !pruned.is_complete(), "{}", pruned.deleted());
    assert_eq!(fixture.count(COUNT), before - pruned.deleted() as i64);
    assert!(matches!(pruned.stopped, Some(OpsError::Stopped)));
}

#[test]
fn prune_finds_rows_that_a_trigger_puts_back_or_keeps() {
    for body in [
        "AFTER DELETE ON django_session BEGIN INSERT INTO django_session VALUES (old.session_key, old.session_data, \
         old.expire_date); END",
        "BEFORE DELETE ON django_session BEGIN SELECT raise(ignore); END",
    ] {
        let fixture = django();
        fixture.execute(&format!("CREATE TRIGGER back {body}"));
        let pruned = run(&mut |_| {}, &mut || false).prune(&fixture).unwrap();
        assert_eq!((pruned.deleted(), pruned.count(TargetOutcome::CameBack)), (0, 1), "{body}");
        assert!(!pruned.is_complete() && pruned.triggers == ["back"]);
    }
}

#[test]
fn prune_is_refused_where_the_layout_refuses_changes() {
    let fixture = Fixture::new("CREATE TABLE session (key CHAR(16) PRIMARY KEY, data BLOB, expiry INTEGER)");
    fixture.execute("INSERT INTO session VALUES ('0123456789abcdef', x'00', 1)");
    assert!(matches!(run(&mut |_| {}, &mut || false).prune(&fixture), Err(OpsError::Refused { .. })));
    assert_eq!(fixture.count("SELECT count(*) FROM session"), 1);
}

#[test]
fn row_that_comes_back_as_another_user_is_not_touched() {
    let fixture = express();
    let mut pause = |_| {
        let sql = "INSERT OR IGNORE INTO sessions VALUES (?, 9999999999000, '{\"userId\":6}')";
        fixture.connect().execute(sql, [format!("{:s>32}", 1)]).unwrap();
    };
    let (revoked, _) = run(&mut pause, &mut || false).revoke(&fixture, &of_user("5"));
    let revoked = revoked.unwrap();
    assert_eq!(revoked.outcomes, [TargetOutcome::ChangedSince]);
    assert!(!revoked.is_complete());
    assert_eq!(fixture.count("SELECT count(*) FROM sessions"), 2);
}

#[test]
fn message_of_a_trigger_shows_no_value_of_the_row() {
    let fixture = django();
    fixture.execute(
        "CREATE TRIGGER no BEFORE DELETE ON django_session BEGIN SELECT raise(abort, 'no: ' || old.session_key); END",
    );
    let (revoked, log) = run(&mut |_| {}, &mut || false).revoke(&fixture, &of_user("erin"));
    let text = format!("{log} {}", revoked.unwrap_err());
    assert!(text.contains("a trigger refused it") && !text.contains(&django_key(1)[1..]), "{text}");
}

#[test]
fn every_row_of_another_table_is_backed_up_and_changed() {
    let layout = r#"
        name = "test"
        title = "A table of the tests"
        verified = "source only"
        [match]
        table = "logins"
        columns = ["sid", "who"]
        [row]
        key = "sid"
        secret = ["sid"]
        [fields]
        user_id = { column = "who" }
        [live]
        always = true
        [[revoke.also]]
        delete = "remember"
        where = { who = "user_id" }
        if = "token"
        because = "it would log the client in again"
    "#;
    let fixture = Fixture::new(
        "CREATE TABLE logins (sid PRIMARY KEY, who); INSERT INTO logins VALUES ('a', 'alice');
         CREATE TABLE remember (token, who);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO remember SELECT iif(i > 1500, 'token ' || i, ''), 'alice' FROM n",
    );
    let detected = fixture.detect_with(&[Arc::new(Layout::parse(layout).unwrap())], None).unwrap();
    let backup = fixture.folder().join("backup.sql");
    let revoked = fixture.with_detected(&detected, |cx| {
        let preview = ops::preview(cx, &all(), &[]).unwrap();
        assert_eq!(preview.remembered, ["alice"]);
        let (mut pause, mut stop) = (|_| {}, || false);
        let mut run = Run { backup: Some(&backup), ..run(&mut pause, &mut stop) };
        ops::revoke(cx, &preview, &mut run.options(), &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.also[0].1), (1, 1_500));
    assert_eq!(fixture.count("SELECT count(*) FROM remember WHERE token <> ''"), 0);
    assert_eq!(fixture.count("SELECT count(*) FROM remember"), 1_500);
    fixture.execute(&std::fs::read_to_string(&backup).unwrap());
    assert_eq!(fixture.count("SELECT count(*) FROM remember WHERE token <> ''"), 1_500);
}

#[test]
fn remember_me_is_cleared_where_the_users_id_has_no_type_and_a_missing_user_is_reported() {
    let fixture = laravel();
    fixture.execute(
        "DROP TABLE users; CREATE TABLE users (id, name, email, password, remember_token); \
         INSERT INTO users VALUES (1, 'Erin', 'erin@example.org', 'x', 'remember-me-erin')",
    );
    let (revoked, _) = run(&mut |_| {}, &mut || false).revoke(&fixture, &all());
    let revoked = revoked.unwrap();
    assert_eq!(fixture.count("SELECT count(*) FROM users WHERE remember_token = ''"), 1);
    assert_eq!(revoked.without_user, [("users".to_owned(), "2".to_owned())]);
}

#[test]
fn chain_of_any_length_ends() {
    let fixture = directus();
    let connection = fixture.connect();
    for number in 10..160 {
        let key = |number: i32| format!("{number:t>64}");
        let sql = "INSERT INTO directus_sessions VALUES (?, 'u-1', ?, '2001:db8::7', 'Agent', NULL, NULL, ?)";
        let next = (number < 159).then(|| key(number + 1));
        connection.execute(sql, params![key(number), (NOW + 60) * 1_000, next]).unwrap();
    }
    let first = format!("{:t>64}", 10);
    let revoked = fixture.with(|cx| {
        let ops::Resolved::Token(hit) = ops::resolve(cx, &first).unwrap() else { panic!("no row") };
        let preview = ops::preview(cx, &Filter::default(), &[hit.row]).unwrap();
        let (mut pause, mut stop) = (|_| {}, || false);
        ops::revoke(cx, &preview, &mut run(&mut pause, &mut stop).options(), &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.chained), (1, 149));
    assert_eq!(fixture.count("SELECT count(*) FROM directus_sessions"), 4);
}

#[test]
fn session_of_two_guards_is_selected_by_each_of_its_users() {
    let payload = |guards: &str| Base64::encode_string(format!("a:2:{{{guards}}}").as_bytes());
    let entry = |guard: &str, id: u32| {
        let key = format!("login_{guard}_59ba36addc2b2f9401580f014c7f58ea4e30989d");
        format!("s:{}:\"{key}\";i:{id};", key.len())
    };
    for guards in [[("web", 1), ("admin", 2)], [("admin", 2), ("web", 1)]] {
        let fixture = laravel();
        let text: String = guards.iter().map(|(guard, id)| entry(guard, *id)).collect();
        let sql = "INSERT INTO sessions VALUES (?, 1, '198.51.100.9', 'Agent/1', ?, ?)";
        fixture.connect().execute(sql, params![laravel_key(9), payload(&text), NOW]).unwrap();
        for (name, count) in [("erin@example.org", 3), ("f@example.org", 2), ("2", 2)] {
            let preview = fixture.with(|cx| ops::preview(cx, &of_user(name), &[]).unwrap());
            assert_eq!(preview.targets.len(), count, "{name} {guards:?}");
        }
        let none = Filter { not_users: vec!["f@example.org".to_owned()], ..all() };
        let preview = fixture.with(|cx| ops::preview(cx, &none, &[]).unwrap());
        assert_eq!(preview.targets.len(), 4, "neither user's name is missed by the negation");
        let last = fixture.records().pop().unwrap();
        assert!(last.why.iter().any(|why| why.starts_with("also logged in: ")), "{:?}", last.why);
    }
}
