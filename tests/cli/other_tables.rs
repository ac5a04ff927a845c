//! A person at a terminal who ends sessions in another program's table. What such a table holds is tested elsewhere.

use crate::harness::TestEnv;
use crate::terminal::Session;

/// The answer to the question of `revoke`, with what was asked.
fn answer(env: &TestEnv, selector: &[&str], question: &str, word: &str) -> Option<i32> {
    let database = env.path("grafana.sqlite3");
    let database = database.to_str().expect("UTF-8");
    let arguments = [&["--db", database, "revoke", "--state", "any"], selector].concat();
    let mut session = Session::start(env, &arguments, "xterm");
    session.wait_for(question);
    session.type_keys(format!("{word}\r").as_bytes());
    session.end().0
}

#[test]
fn confirmation_asks_for_the_name_of_a_single_user() {
    let env = TestEnv::new();
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/foreign/fixtures/grafana/grafana.sqlite3");
    std::fs::copy(fixture, env.path("grafana.sqlite3")).expect("the fixture is there");
    assert_eq!(answer(&env, &["--user", "alice"], "type the user's name", "4"), Some(1));
    assert_eq!(answer(&env, &["--user", "alice,bob"], "; type ", "alice"), Some(1));
    assert_eq!(
        answer(&env, &["--user", "alice"], "sessions of alice; type the user's name", "alice"),
        Some(0)
    );
}
