//! Hosts of which none accepts writes.

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use super::{assert_fault, database, socket, with_url};
use crate::program::Program;

#[test]
fn replicas_alone_are_read_and_changes_report_that_only_a_replica_answers() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings::fast();
    let primary = PostgresServer::start(&programs, &settings);
    let program = Program::new(&primary);
    let token = program.ok(&["generate"]);
    let replica = primary.replica(&settings);
    let (own, other) = (socket(&primary), socket(&replica));
    let alone = with_url(&program, &own, &other);
    let both = with_url(&program, &own, &format!("{other},{other}"));
    for program in [&alone, &both] {
        assert_eq!(program.ok(&["verify", &token]), "active");
        assert_eq!(program.ok(&["list", "--format", "count"]), "1");
        for args in [&["revoke", "--all", "--yes"][..], &["generate"]] {
            assert_fault(&program.run(args), 1, &["only a replica answers", "name the primary"]);
        }
    }
    let found = with_url(&program, &own, &format!("{other},{own}"));
    found.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(program.code(&["verify", &token]), Some(5));
    let sessions = "SELECT count(*) FROM sessionctl.session";
    assert_eq!(primary.sql(database(&program), sessions), "1");
}
