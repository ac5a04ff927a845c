//! What `db check` finds on a server: damage, edits that the log does not know, and what was planted in the schema.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stdout};

/// A database with a bit of everything.
fn program(server: &sessionctl_postgres_fixture::PostgresServer) -> Program {
    let program = Program::new(server);
    program.add_user("bob");
    let token = program.login("bob");
    program.ok(&["rotate", &token]);
    program.ok(&["generate", "--kind", "api", "--user", "bob", "--scope", "read"]);
    program.ok(&["generate", "-n", "3"]);
    program.ok(&["revoke", "3", "--yes"]);
    program.ok(&["expire", "4", "--in", "5m", "--yes"]);
    program.ok(&["jwt", "keys", "new"]);
    program.ok(&["db", "policy", "web.idle", "20m"]);
    assert_eq!(program.ok(&["db", "check"]), "");
    program
}

#[test]
fn db_check_reports_each_edit_that_the_log_does_not_know() {
    let Some(server) = shared() else { return };
    let program = program(server);
    let database = program.url.rsplit('/').next().unwrap().to_owned();
    for (edit, undo, expected) in [
        (
            "UPDATE sessionctl.session SET ended_at = NULL, end_reason = NULL, deadline = absolute_expires_at WHERE id = 3",
            "UPDATE sessionctl.session SET ended_at = created_at, end_reason = 'x', deadline = created_at WHERE id = 3",
            "was revoked according to the audit log, but its row is not",
        ),
        (
            "UPDATE sessionctl.session SET scopes = 'read write' WHERE id = 2",
            "UPDATE sessionctl.session SET scopes = 'read' WHERE id = 2",
            "another kind, parent, scope or application",
        ),
        (
            "UPDATE sessionctl.session SET absolute_expires_at = absolute_expires_at + 9, deadline = deadline + 9 WHERE id = 2",
            "UPDATE sessionctl.session SET deadline = deadline - 9, absolute_expires_at = absolute_expires_at - 9 WHERE id = 2",
            "has later limits than the audit log records",
        ),
        (
            "UPDATE sessionctl.policy SET value = value + 60 WHERE name = 'web.idle'",
            "UPDATE sessionctl.policy SET value = value - 60 WHERE name = 'web.idle'",
            "the setting web.idle differs from the audit log",
        ),
        (
            "UPDATE sessionctl.retired_token SET retired_at = retired_at + 50, honoured_until = honoured_until + 50",
            "UPDATE sessionctl.retired_token SET retired_at = retired_at - 50, honoured_until = honoured_until - 50",
            "has other replaced tokens",
        ),
        (
            "UPDATE sessionctl.jwt_key SET retired_at = 1",
            "UPDATE sessionctl.jwt_key SET retired_at = NULL",
            "is retired, but",
        ),
        (
            "UPDATE sessionctl.account SET name = 'eve'",
            "UPDATE sessionctl.account SET name = 'bob'",
            "another name",
        ),
        (
            "SELECT setval('sessionctl.session_id', 2)",
            "SELECT setval('sessionctl.session_id', 5)",
            "the sequence session_id is below the highest id",
        ),
    ] {
        server.sql(&database, edit);
        let found = program.run(&["db", "check"]);
        assert_eq!(found.status.code(), Some(1), "{edit}");
        assert!(stdout(&found).contains(expected), "{edit}: {}", stdout(&found));
        server.sql(&database, undo);
    }
    assert_eq!(program.ok(&["db", "check"]), "");
}

#[test]
fn db_check_reports_what_was_planted_in_the_schema() {
    let Some(server) = shared() else { return };
    let program = program(server);
    let database = program.url.rsplit('/').next().unwrap().to_owned();
    server.sql(&database, &format!("CREATE ROLE greedy_of_{database}"));
    let grants = format!("GRANT DELETE ON sessionctl.event TO greedy_of_{database}");
    let revokes = format!("REVOKE DELETE ON sessionctl.event FROM greedy_of_{database}");
    for (plant, remove, expected) in [
        (
            "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; \
             CREATE TRIGGER t BEFORE UPDATE ON sessionctl.session FOR EACH ROW EXECUTE FUNCTION public.f()",
            "DROP FUNCTION public.f CASCADE",
            "has the trigger t",
        ),
        (
            "CREATE RULE r AS ON UPDATE TO sessionctl.session DO INSTEAD NOTHING",
            "DROP RULE r ON sessionctl.session",
            "has the rule r",
        ),
        (
            "ALTER TABLE sessionctl.session ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE sessionctl.session DISABLE ROW LEVEL SECURITY",
            "has row security",
        ),
        (
            "CREATE FUNCTION sessionctl.f() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
            "DROP FUNCTION sessionctl.f",
            "the function f was added",
        ),
        (
            "ALTER TABLE sessionctl.session ADD CONSTRAINT late CHECK (kind < 9) NOT VALID",
            "ALTER TABLE sessionctl.session DROP CONSTRAINT late",
            "the constraint late was not checked",
        ),
        (
            "CREATE INDEX slow ON sessionctl.session (last_seen_at)",
            "DROP INDEX sessionctl.slow",
            "the index slow is on a column that every touch writes",
        ),
        ("CREATE VIEW sessionctl.v AS SELECT 1", "DROP VIEW sessionctl.v", "the view v was added"),
        (&grants, &revokes, "may delete event"),
        (
            "GRANT SELECT ON sessionctl.secret TO PUBLIC",
            "REVOKE SELECT ON sessionctl.secret FROM PUBLIC",
            "everybody may select secret",
        ),
    ] {
        server.sql(&database, plant);
        let found = program.run(&["db", "check"]);
        assert!(stdout(&found).contains(expected), "{plant}: {}", stdout(&found));
        assert_eq!(found.status.code(), Some(1), "{plant}");
        server.sql(&database, remove);
    }
    assert_eq!(program.ok(&["db", "check"]), "");
}
