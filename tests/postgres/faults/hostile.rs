//! A database in which somebody else put what looks like the server's own, and databases that cannot hold every text.

use sessionctl_postgres_fixture::{Pooler, shared};

use super::{assert_fault, database};
use crate::program::Program;

/// Functions and an operator as any user could put them into a schema that is searched first: a number that never
/// changes, a time long ago, and comparisons that are always the wrong way round.
const PLANTED: &str = "CREATE SCHEMA planted; \
    CREATE FUNCTION planted.nextval(text) RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint'; \
    CREATE FUNCTION planted.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$SELECT '2000-01-01'::timestamptz$$; \
    CREATE FUNCTION planted.current_setting(text) RETURNS text LANGUAGE sql AS $$SELECT '150000'$$; \
    CREATE FUNCTION planted.version() RETURNS text LANGUAGE sql AS $$SELECT 'PostgreSQL planted'$$; \
    CREATE FUNCTION planted.max(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'; \
    CREATE OPERATOR planted.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_catalog.int8lt); \
    CREATE OPERATOR planted.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_catalog.int8ne); \
    CREATE TABLE planted.session (id bigint); CREATE TABLE planted.meta (id bigint)";

/// What a program does with a database in its life.
fn live(program: &Program) {
    let tokens = program.ok(&["generate", "-n", "2", "-q"]);
    let (first, second) = tokens.split_once('\n').expect("two tokens");
    assert_eq!(program.ok(&["verify", first]), "active");
    program.ok(&["logout", first]);
    assert_eq!(program.code(&["verify", first]), Some(5));
    assert_eq!(program.ok(&["verify", second]), "active");
    assert_eq!(program.ok(&["list", "--format", "count"]), "1");
    program.ok(&["revoke", "--all", "--yes"]);
    assert_eq!(program.code(&["verify", second]), Some(5));
    program.ok(&["log", "verify"]);
    program.ok(&["db", "check"]);
    program.ok(&["prune", "--older-than", "0s", "--all", "--yes"]);
    assert_eq!(program.ok(&["list", "--state", "any", "--format", "count"]), "0");
}

#[test]
fn functions_of_another_user_are_never_called_whatever_is_searched_first() {
    let Some(server) = shared() else { return };
    let name = server.create_database();
    let program = Program { url: server.url(&name) };
    server.sql(&name, PLANTED);
    server.sql(&name, &format!("ALTER DATABASE {name} SET search_path = planted, pg_catalog"));
    program.ok(&["db", "init"]);
    live(&program);
    // A pooler knows no parameter of one client.
    let Some(pooler) = Pooler::start(server) else { return };
    live(&Program { url: pooler.url(&name) });
    // One that takes any parameter and passes none on.
    let Some(pooler) = Pooler::ignoring(server, "options") else { return };
    live(&Program { url: pooler.url(&name) });
    assert_eq!(server.sql(&name, "SELECT pg_catalog.count(*) FROM planted.session"), "0");
}

#[test]
fn database_of_another_encoding_is_refused_before_any_table_is_created() {
    let Some(server) = shared() else { return };
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("text_in_{}", encoding.to_lowercase());
        let create = format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        server.sql("postgres", &create);
        let program = Program { url: server.url(&name) };
        assert_fault(&program.run(&["db", "init"]), 1, &[encoding, "ENCODING 'UTF8'"]);
        let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'sessionctl'";
        assert_eq!(server.sql(database(&program), schemas), "0");
    }
}
