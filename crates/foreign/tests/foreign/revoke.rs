//! Revoking and pruning: what goes, what stays, what is recorded and what comes back.

use std::time::Duration;

use crate::fixture::{
    self, Fixture, all, directus, django, django_key, express, laravel, laravel_key, of_user,
};
use sessionctl_foreign::filter::Filter;
use sessionctl_foreign::ops::{
    self, Action, Entry, Journal, OpsError, Options, PruneRequest, Revoked, TargetOutcome,
};
use sessionctl_foreign::source::{SourceError, SourceFactory as _};

#[derive(Default)]
struct Kept {
    entries: Vec<Entry>,
    broken: bool,
}

impl Journal for Kept {
    fn record(&mut self, entry: &Entry) -> Result<(), String> {
        if self.broken {
            return Err("no space".to_owned());
        }
        self.entries.push(entry.clone());
        Ok(())
    }
}

/// A test that does not stop the act.
fn never() -> bool {
    false
}

fn options(pause: &mut dyn FnMut(Duration)) -> Options<'_> {
    Options { reason: Some("lost".into()), ..fixture::options(pause, Box::leak(Box::new(never))) }
}

fn revoke(fixture: &Fixture, filter: &Filter, kept: &mut Kept) -> Result<Revoked, OpsError> {
    fixture.with(|cx| {
        let preview = ops::preview(cx, filter, &[])?;
        ops::revoke(cx, &preview, &mut options(&mut |_| {}), kept)
    })
}

/// All tables as text, to compare.
fn dump(fixture: &Fixture) -> Vec<String> {
    let connection = fixture.connect();
    let mut tables =
        connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut lines = Vec::new();
    for name in names {
        let mut rows = connection.prepare(&format!("SELECT * FROM \"{name}\" ORDER BY 1")).unwrap();
        let width = rows.column_count();
        let mut found = rows.query([]).unwrap();
        while let Some(row) = found.next().unwrap() {
            let cells: Vec<String> = (0..width).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            lines.push(format!("{name} {}", cells.join(" ")));
        }
    }
    lines
}

#[test]
fn revoke_deletes_the_rows_of_a_user_and_nothing_else() {
    let fixture = django();
    let before = dump(&fixture);
    let mut kept = Kept::default();
    let revoked = revoke(&fixture, &of_user("erin"), &mut kept).unwrap();
    assert_eq!((revoked.ended(), revoked.is_complete()), (2, true));
    let gone = [django_key(1), django_key(2)];
    let expected: Vec<String> = before
        .into_iter()
        .filter(|line| !gone.iter().any(|key| line.contains(&format!("{:?}", key.as_bytes()))))
        .collect();
    assert_eq!(dump(&fixture), expected);
    let actions: Vec<Action> = kept.entries.iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [Action::Revoking, Action::Revoked]);
    assert_eq!((kept.entries[0].ids.len(), kept.entries[0].count), (2, 2));
    let text = kept.entries.iter().map(Entry::detail).collect::<String>();
    assert!(text.contains("lost") && !text.contains(&django_key(1)), "{text}");
}

#[test]
fn revoke_changes_nothing_where_the_intent_cannot_be_recorded() {
    let fixture = django();
    let before = dump(&fixture);
    let mut kept = Kept { broken: true, ..Kept::default() };
    assert!(matches!(revoke(&fixture, &all(), &mut kept), Err(OpsError::Log(_))));
    assert_eq!(dump(&fixture), before);
}

#[test]
fn revoke_refuses_another_count_than_expected() {
    let fixture = django();
    let result = fixture.with(|cx| {
        let preview = ops::preview(cx, &of_user("erin"), &[])?;
        let mut pause = |_| {};
        let mut options = options(&mut pause);
        options.expect = Some(3);
        ops::revoke(cx, &preview, &mut options, &mut Kept::default())
    });
    assert!(matches!(result, Err(OpsError::Count { matched: 2, expected: 3 })));
    assert_eq!(fixture.count("SELECT count(*) FROM django_session"), 6);
}

#[test]
fn revoke_clears_the_remember_me_token_of_the_user_only() {
    let fixture = laravel();
    let preview = fixture.with(|cx| ops::preview(cx, &of_user("erin@example.org"), &[]).unwrap());
    assert_eq!(preview.remembered, ["1"]);
    let revoked = revoke(&fixture, &all(), &mut Kept::default()).unwrap();
    assert_eq!(revoked.ended(), 5);
    assert_eq!(
        revoked.also.iter().map(|(table, rows, _)| (table.as_str(), *rows)).collect::<Vec<_>>(),
        [("users", 1)]
    );
    assert_eq!(fixture.count("SELECT count(*) FROM users WHERE remember_token = ''"), 1);
    assert_eq!(fixture.count("SELECT count(*) FROM users WHERE remember_token IS NULL"), 1);
}

#[test]
fn revoke_follows_the_session_that_replaced_one() {
    let fixture = directus();
    let token = format!("{:t>64}", 1);
    let revoked = fixture.with(|cx| {
        let row = match ops::resolve(cx, &token).unwrap() {
            ops::Resolved::Token(hit) => hit.row,
            other => panic!("{other:?}"),
        };
        let preview = ops::preview(cx, &Filter::default(), &[row]).unwrap();
        ops::revoke(cx, &preview, &mut options(&mut |_| {}), &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.chained), (1, 1));
    assert_eq!(fixture.count("SELECT count(*) FROM directus_sessions"), 2);
}

#[test]
fn revoke_never_touches_rows_whose_payload_was_not_read() {
    let fixture = django();
    fixture.execute("UPDATE django_session SET session_data = 'x' WHERE session_key LIKE '%3'");
    let preview = fixture.with(|cx| ops::preview(cx, &of_user("frank"), &[]).unwrap());
    assert_eq!((preview.targets.len(), preview.unreadable), (0, 1));
}

#[test]
fn revoke_names_the_trigger_that_puts_rows_back() {
    let fixture = django();
    fixture.execute(
        "CREATE TRIGGER back AFTER DELETE ON django_session BEGIN \
         INSERT INTO django_session VALUES (old.session_key, old.session_data, old.expire_date); END",
    );
    let revoked = revoke(&fixture, &of_user("erin"), &mut Kept::default()).unwrap();
    assert_eq!(
        (revoked.ended(), revoked.count(TargetOutcome::CameBack), revoked.is_complete()),
        (0, 2, false)
    );
    assert_eq!(revoked.triggers, ["back"]);
}

#[test]
fn revoke_changes_nothing_where_a_trigger_refuses() {
    for body in ["SELECT raise(abort, 'not here')", "SELECT load_extension('/nowhere')"] {
        let fixture = django();
        fixture.execute(&format!(
            "CREATE TRIGGER no BEFORE DELETE ON django_session WHEN old.session_key LIKE '%2' BEGIN {body}; END"
        ));
        let before = dump(&fixture);
        let mut kept = Kept::default();
        let result = revoke(&fixture, &of_user("erin"), &mut kept);
        assert!(matches!(result, Err(OpsError::Source(SourceError::Refused(_)))), "{result:?}");
        assert_eq!(dump(&fixture), before, "{body}");
        assert!(kept.entries[1].outcome.as_ref().unwrap().starts_with("failed"));
    }
}

#[test]
fn revoke_looks_again_and_ends_a_row_that_comes_back() {
    let fixture = express();
    let mut returned = 0;
    let revoked = fixture.with(|cx| {
        let preview = ops::preview(cx, &of_user("5"), &[]).unwrap();
        // A request in flight writes its session once more.
        let mut pause = |_: Duration| {
            if returned < 1 {
                returned += 1;
                let key = format!("{:s>32}", 1);
                let sql = "INSERT INTO sessions VALUES (?, 9999999999000, '{\"userId\":5}')";
                fixture.connect().execute(sql, [key]).unwrap();
            }
        };
        ops::revoke(cx, &preview, &mut options(&mut pause), &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.is_complete()), (1, true));
    assert_eq!(fixture.count("SELECT count(*) FROM sessions"), 1);
}

#[test]
fn revoke_gives_up_on_a_row_that_comes_back_every_time() {
    let fixture = express();
    let revoked = fixture.with(|cx| {
        let preview = ops::preview(cx, &of_user("5"), &[]).unwrap();
        let mut pause = |_: Duration| {
            let sql = "INSERT OR IGNORE INTO sessions VALUES (?, 9999999999000, '{\"userId\":5}')";
            fixture.connect().execute(sql, [format!("{:s>32}", 1)]).unwrap();
        };
        ops::revoke(cx, &preview, &mut options(&mut pause), &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.count(TargetOutcome::CameBack)), (0, 1));
}

#[test]
fn revoke_takes_an_anonymous_row_under_the_same_id_as_gone() {
    let fixture = laravel();
    let revoked = fixture.with(|cx| {
        let preview = ops::preview(cx, &of_user("f@example.org"), &[]).unwrap();
        let mut pause = |_: Duration| {
            let payload = crate::fixture::laravel_payload(None);
            let sql = "INSERT OR IGNORE INTO sessions VALUES (?, NULL, NULL, NULL, ?, 1803859200)";
            fixture.connect().execute(sql, [laravel_key(3), payload]).unwrap();
        };
        let mut options = options(&mut pause);
        options.recheck = Some(Duration::from_millis(250));
        ops::revoke(cx, &preview, &mut options, &mut Kept::default()).unwrap()
    });
    assert_eq!((revoked.ended(), revoked.anonymous_again, revoked.is_complete()), (1, 1, true));
}

#[test]
fn revoke_skips_a_row_that_another_user_has_taken_meanwhile() {
    let fixture = django();
    let revoked = fixture.with(|cx| {
        let preview = ops::preview(cx, &of_user("erin"), &[]).unwrap();
        let payload = crate::fixture::django_payload(r#"{"_auth_user_id":"2"}"#);
        let sql = "UPDATE django_session SET session_data = ? WHERE session_key = ?";
        fixture.connect().execute(sql, [payload, django_key(1)]).unwrap();
        fixture
            .connect()
            .execute("DELETE FROM django_session WHERE session_key = ?", [django_key(2)])
            .unwrap();
        ops::revoke(cx, &preview, &mut options(&mut |_| {}), &mut Kept::default()).unwrap()
    });
    assert_eq!(
        (
            revoked.ended(),
            revoked.count(TargetOutcome::AlreadyGone),
            revoked.count(TargetOutcome::ChangedSince)
        ),
        (0, 1, 1)
    );
    assert!(!revoked.is_complete());
}

#[test]
fn backup_restores_rows_and_remember_me_and_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = laravel();
    let before = dump(&fixture);
    let path = fixture.folder().join("backup.sql");
    let run = |path: &std::path::Path| {
        fixture.with(|cx| {
            let preview = ops::preview(cx, &of_user("erin@example.org"), &[]).unwrap();
            let mut pause = |_| {};
            let mut options = options(&mut pause);
            options.backup = Some(path.to_owned());
            ops::revoke(cx, &preview, &mut options, &mut Kept::default())
        })
    };
    assert_eq!(run(&path).unwrap().ended(), 2);
    assert_ne!(dump(&fixture), before);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let sql = std::fs::read_to_string(&path).unwrap();
    assert!(sql.starts_with("-- This file holds live sessions of laravel, until 2027-03-01T"), "{sql}");
    fixture.execute(&sql);
    assert_eq!(dump(&fixture), before);
    assert!(matches!(run(&path), Err(OpsError::Backup(_))), "an existing file is never overwritten");
    assert_eq!(dump(&fixture), before);
}

#[test]
fn revoke_is_refused_where_rows_do_not_prove_the_layout() {
    let fixture = django();
    fixture.execute("INSERT INTO django_session VALUES ('NOT A KEY', 'x', '2027-04-01 12:00:00')");
    let result = fixture.with(|cx| ops::preview(cx, &all(), &[]).map(|_| ()));
    assert!(matches!(result, Err(OpsError::NotProved { rows: 1, .. })));
}

#[test]
fn revoke_is_refused_where_the_key_is_not_unique_or_the_program_keeps_its_own_memory() {
    let fixture = Fixture::new("CREATE TABLE django_session (session_key, session_data, expire_date)");
    assert!(matches!(
        fixture.with(|cx| ops::preview(cx, &all(), &[]).map(|_| ())),
        Err(OpsError::Refused { .. })
    ));
    let fixture = Fixture::new("CREATE TABLE session (key CHAR(16) PRIMARY KEY, data BLOB, expiry INTEGER)");
    match fixture.with(|cx| ops::preview(cx, &all(), &[]).map(|_| ())) {
        Err(OpsError::Refused { layout, .. }) => assert_eq!(layout, "gitea"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn revoke_waits_for_a_lock_and_then_reports_it() {
    let fixture = django();
    let holder = fixture.connect();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let result = revoke(&fixture, &all(), &mut Kept::default());
    assert!(matches!(result, Err(OpsError::Source(SourceError::Busy))));
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(fixture.count("SELECT count(*) FROM django_session"), 6);
}

#[test]
fn revoke_sets_a_column_where_the_layout_declares_it() {
    let fixture = Fixture::new(
        "CREATE TABLE sessions (id char(36) PRIMARY KEY, issued_at datetime, expires_at datetime, \
         authenticated_at datetime, identity_id char(36), active numeric, token varchar(39), nid char(36));
         INSERT INTO sessions VALUES ('a', '2027-02-01 00:00:00', '2027-04-01 00:00:00', NULL, 'i-1', true, 't1', 'n'), \
         ('b', '2027-02-01 00:00:00', '2027-04-01 00:00:00', NULL, 'i-2', true, 't2', 'n')",
    );
    let revoked = revoke(&fixture, &of_user("i-1"), &mut Kept::default()).unwrap();
    assert_eq!((revoked.ended(), revoked.is_complete()), (1, true));
    let states: Vec<&str> = fixture.records().iter().map(|record| record.state.as_str()).collect();
    assert_eq!(states, ["revoked", "active"]);
}

#[test]
fn prune_deletes_long_expired_rows_and_leaves_renewed_ones() {
    let fixture = django();
    fixture.execute(
        "INSERT INTO django_session VALUES ('oldoldold1', 'x', '2026-12-01 00:00:00'), ('oldoldold2', 'x', '2026-12-01 00:00:00')",
    );
    let request = PruneRequest { filter: Filter::default(), older_than: Duration::from_secs(30 * 86_400) };
    let mut kept = Kept::default();
    let pruned = fixture.with(|cx| {
        let preview = ops::prunable(cx, &request).unwrap();
        assert_eq!(preview.targets.len(), 2);
        fixture.execute(
            "UPDATE django_session SET expire_date = '2027-05-01 00:00:00' WHERE session_key = 'oldoldold2'",
        );
        ops::prune(cx, &preview, &request, &mut options(&mut |_| {}), &mut kept).unwrap()
    });
    assert_eq!((pruned.deleted(), pruned.skipped()), (1, 1));
    assert_eq!(
        kept.entries.iter().map(|entry| entry.action).collect::<Vec<_>>(),
        [Action::Pruning, Action::Pruned]
    );
    assert_eq!(fixture.count("SELECT count(*) FROM django_session"), 7);
}

#[test]
fn prune_is_refused_where_rows_have_no_expiry() {
    let fixture = Fixture::new(
        "CREATE TABLE sessions (id integer primary key, user_id integer, ip_address varchar, user_agent varchar, \
         created_at datetime(6), updated_at datetime(6))",
    );
    let request = PruneRequest { filter: Filter::default(), older_than: Duration::ZERO };
    let result = fixture.with(|cx| ops::prunable(cx, &request).map(|_| ()));
    assert!(matches!(result, Err(OpsError::Refused { .. })));
}

#[test]
fn many_processes_may_revoke_the_same_sessions() {
    let fixture = django();
    let detected = fixture.detect().unwrap();
    std::thread::scope(|scope| {
        let one = || {
            fixture.with_detected(&detected, |cx| {
                let preview = ops::preview(cx, &of_user("erin"), &[]).unwrap();
                ops::revoke(cx, &preview, &mut options(&mut |_| {}), &mut Kept::default()).unwrap().ended()
            })
        };
        let handles: Vec<_> = (0..16).map(|_| scope.spawn(one)).collect();
        let ended: u64 = handles.into_iter().map(|handle| handle.join().unwrap()).sum();
        assert_eq!(ended, 2);
    });
    assert!(fixture.factory().reader().is_ok());
}
