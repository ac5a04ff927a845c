//! A primary that was away while another server took its place, and comes back.

use sessionctl_postgres_fixture::{PostgresServer, Programs, Settings};

use super::{assert_fault, database, socket, with_url};
use crate::program::Program;

#[test]
fn former_primary_that_comes_back_answers_nothing_of_before_and_takes_no_change() {
    let Some(programs) = Programs::find() else { return };
    let settings = Settings::fast();
    let old = PostgresServer::start(&programs, &settings);
    let direct = Program::new(&old);
    let name = database(&direct).to_owned();
    let new = old.replica(&settings);
    let token = direct.ok(&["generate"]);
    let arrived = "SELECT count(*) = 1 FROM sessionctl.session";
    while new.sql(&name, arrived) != "t" {}
    let both = with_url(&direct, &socket(&old), &format!("{},{}", socket(&old), socket(&new)));
    assert_eq!(both.ok(&["verify", &token, "--no-touch"]), "active");
    let files = old.kill().expect("its files are kept");
    new.promote();
    both.ok(&["revoke", "1", "--yes"]);

    // As it was: it accepts changes, and nobody has sealed on it since.
    let old = PostgresServer::start_again(&programs, &settings, files, false);
    assert_eq!(old.sql(&name, "SELECT count(*) FROM sessionctl.session WHERE ended_at IS NULL"), "1");
    let later = "UPDATE sessionctl.heartbeat SET beat_at = beat_at - 60";
    old.sql(&name, later);
    new.sql(&name, later);
    for args in [&["verify", &token, "--no-touch"][..], &["verify", &token]] {
        assert_eq!(both.code(args), Some(5), "{args:?}: answered by the former primary");
    }
    both.ok(&["generate"]);
    let sessions = "SELECT count(*) FROM sessionctl.session";
    assert_eq!([&old, &new].map(|server| server.sql(&name, sessions)), ["1", "2"]);

    // Demoted: it accepts no changes, and is asked for none.
    let files = old.kill().expect("its files are kept");
    let old = PostgresServer::start_again(&programs, &settings, files, true);
    assert_eq!(old.sql(&name, "SELECT pg_is_in_recovery()"), "t");
    assert_eq!(both.code(&["verify", &token]), Some(5));
    both.ok(&["generate"]);
    assert_eq!(new.sql(&name, sessions), "3");
    assert_fault(&direct.run(&["generate"]), 1, &["only a replica answers", "name the primary"]);
}
