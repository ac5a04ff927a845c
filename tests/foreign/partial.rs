//! What is printed where an act is done in part: each session with what became of it.

use crate::{KEY, Site};

#[test]
fn partial_revocation_prints_what_ended_and_fails() {
    let site = Site::new();
    site.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10020) \
         INSERT INTO django_session SELECT printf('%032d', i), session_data, expire_date FROM n, django_session \
         WHERE session_key = '{KEY}';
         CREATE TRIGGER no BEFORE DELETE ON django_session WHEN old.session_key = printf('%032d', 10010) \
         BEGIN SELECT raise(abort, 'no: ' || old.session_key); END"
    ));
    let (code, text) = site.run(&["revoke", "--all", "--yes", "--format", "csv"], "");
    assert_eq!((code, site.rows()), (1, 22), "{}", &text[text.len() - 600..]);
    assert_eq!(text.matches(",revoked,").count(), 10_000);
    assert_eq!(text.matches(",not reached,").count(), 22);
    assert!(
        text.contains("stopped after 10000 were revoked, 22 were not reached"),
        "{}",
        &text[text.len() - 600..]
    );
    assert!(!text.contains("nothing was changed") && !text.contains("000000000000000000000010010"));
    let (_, log) = site.run(&["log"], "");
    assert!(log.contains("10000 ended") && !log.contains("000000000000000000000010010"), "{log}");
}

#[test]
fn prune_prints_what_it_deleted_and_what_came_back() {
    let site = Site::new();
    site.execute("UPDATE django_session SET expire_date = '2020-01-01 00:00:00'");
    site.execute(&format!(
        "CREATE TRIGGER back AFTER DELETE ON django_session WHEN old.session_key = '{KEY}' BEGIN \
         INSERT INTO django_session VALUES (old.session_key, old.session_data, old.expire_date); END"
    ));
    let (code, text) = site.run(&["prune", "--yes", "--format", "csv"], "");
    assert_eq!((code, site.rows()), (1, 1), "{text}");
    assert_eq!((text.matches(",deleted,").count(), text.matches(",came back,").count()), (1, 1), "{text}");
    assert!(text.contains("the table has triggers: back"), "{text}");
}

#[test]
fn rows_that_cannot_be_read_leave_the_answer_open() {
    let site = Site::new();
    site.execute(&format!("UPDATE django_session SET session_data = 'x' WHERE session_key = '{KEY}'"));
    site.execute("INSERT INTO auth_user VALUES (2, 'a-stored-hash', 'frank', '', 1)");
    for (arguments, code) in [
        (&["list", "--user", "erin"][..], 1),
        (&["list", "--user", "frank"], 1),
        (&["stats", "--user", "erin"], 1),
        (&["revoke", "--user", "erin", "--dry-run"], 1),
        (&["revoke", "--user", "frank", "--yes"], 1),
        (&["list"], 0),
    ] {
        let (found, text) = site.run(arguments, "");
        assert_eq!(found, code, "{arguments:?}: {text}");
        assert_eq!(text.contains("could not be read"), code == 1, "{arguments:?}: {text}");
    }
    assert_eq!(site.run(&["revoke", "--user", "erin", "--yes"], "").0, 1);
    assert_eq!(site.rows(), 1);
}
