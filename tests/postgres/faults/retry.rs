//! Changes that gave way to another one, and locks that are not obtained.

use std::thread;
use std::time::{Duration, Instant};

use sessionctl_postgres_fixture::{PostgresServer, shared};

use super::{assert_fault, database};
use crate::program::Program;

/// Lets the server fail with this code at each event that is written.
pub(crate) fn raise(server: &PostgresServer, program: &Program, code: &str, text: &str) {
    raise_while(server, program, code, text, "true");
}

/// The same as long as a condition holds. A sequence counts the failures, because nothing takes it back.
fn raise_while(server: &PostgresServer, program: &Program, code: &str, text: &str, condition: &str) {
    let sql = format!(
        "CREATE SEQUENCE IF NOT EXISTS public.failures; \
         CREATE OR REPLACE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF {condition} THEN RAISE EXCEPTION '{text}' USING ERRCODE = '{code}'; END IF; RETURN NEW; END $$; \
         CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON sessionctl.event FOR EACH ROW EXECUTE FUNCTION public.fail()"
    );
    server.sql(database(program), &sql);
}

#[test]
fn change_that_gave_way_is_made_again_and_once() {
    let Some(server) = shared() else { return };
    for code in ["40001", "40P01"] {
        let program = Program::new(server);
        let token = program.ok(&["generate"]);
        raise_while(server, &program, code, "could not serialize", "nextval('public.failures') < 4");
        program.ok(&["revoke", "--all", "--yes"]);
        assert_eq!(program.code(&["verify", &token]), Some(5));
        let events = "SELECT count(*) FROM sessionctl.event WHERE action = 'session.revoked'";
        assert_eq!(server.sql(database(&program), events), "1", "{code}");
    }
}

#[test]
fn change_that_always_gives_way_ends_as_busy_and_changes_nothing() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    raise(server, &program, "40001", "could not serialize");
    let begun = Instant::now();
    assert_fault(&program.run(&["revoke", "--all", "--yes"]), 1, &["busy", "pg_stat_activity"]);
    let waited = begun.elapsed();
    assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(180), "{waited:?}");
    assert_eq!(program.ok(&["verify", &token]), "active");
}

#[test]
fn lock_that_is_not_obtained_is_reported_as_busy_and_nothing_is_changed() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    let token = program.ok(&["generate"]);
    let name = database(&program);
    server.sql(name, "CREATE TABLE public.released (at bigint)");
    let holder = "DO $$ BEGIN PERFORM id FROM sessionctl.session FOR UPDATE; \
                  LOOP PERFORM pg_sleep(0.1); EXIT WHEN EXISTS (SELECT FROM public.released); END LOOP; END $$";
    thread::scope(|scope| {
        let holding = scope.spawn(|| server.sql(name, holder));
        let held = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
        while server.sql(name, held) != "1" {
            thread::sleep(Duration::from_millis(50));
        }
        // 57014, after the limit of a statement.
        let [logout, verify] = [["logout", &token], ["verify", &token]].map(|args| program.run(&args));
        server.sql(name, "INSERT INTO public.released VALUES (1)");
        holding.join().unwrap();
        assert_fault(&logout, 1, &["busy", "pg_stat_activity"]);
        assert_eq!(verify.status.code(), Some(0), "a reader waits for nobody");
    });
    assert_eq!(program.ok(&["verify", &token]), "active");
    raise(server, &program, "55P03", "could not obtain lock on row in relation \"session\"");
    assert_fault(&program.run(&["logout", &token]), 1, &["busy"]);
    assert_eq!(program.ok(&["verify", &token]), "active");
}
