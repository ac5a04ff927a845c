//! Roles that may do some of the work.

use sessionctl_postgres_fixture::shared;

use crate::program::{Program, stderr};

#[test]
fn each_role_can_do_its_work_and_no_more() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let database = program.url.rsplit('/').next().unwrap();
    let names = ["admin", "issuer", "verifier", "auditor"].map(|kind| format!("{kind}_of_{database}"));
    for name in &names {
        server.sql(database, &format!("CREATE ROLE {name} LOGIN"));
    }
    let [admin, issuer, verifier, auditor] = &names;
    let args = ["--admin", admin, "--issuer", issuer, "--verifier", verifier, "--auditor", auditor];
    server.sql(database, &program.ok(&[&["db", "roles"][..], &args].concat()));
    let [admin, issuer, verifier, auditor] =
        names.map(|name| Program { url: program.url.replace("postgres@", &format!("{name}@")) });

    let token = issuer.login("bob");
    assert_eq!(verifier.ok(&["verify", &token]), "active");
    let rotated = issuer.ok(&["rotate", &token]);
    assert_eq!(verifier.ok(&["verify", &rotated]), "active");
    issuer.ok(&["data", "set", "1", "cart", "[1]"]);
    assert_eq!(auditor.ok(&["list", "--format", "count"]), "1");
    auditor.ok(&["log", "verify"]);
    issuer.ok(&["revoke", "1", "--yes"]);
    assert_eq!(verifier.code(&["verify", &rotated]), Some(5));
    for (program, args) in [
        (&verifier, &["revoke", "--all", "--yes"][..]),
        (&verifier, &["generate"]),
        (&auditor, &["generate"]),
        (&auditor, &["jwt", "keys", "list"]),
        (&issuer, &["db", "policy", "web.idle", "10m"]),
        (&issuer, &["user", "disable", "bob", "--yes"]),
        (&issuer, &["prune", "--older-than", "0s", "--all", "--yes"]),
    ] {
        let output = program.run(args);
        assert_eq!(output.status.code(), Some(1), "{} {args:?}: {}", program.url, stderr(&output));
        assert!(stderr(&output).contains("permission denied"), "{args:?}: {}", stderr(&output));
    }
    admin.ok(&["user", "disable", "bob", "--yes"]);
    admin.ok(&["db", "policy", "web.idle", "15m"]);
    admin.ok(&["prune", "--older-than", "0s", "--all", "--yes"]);
    for (program, sql) in
        [(&admin, "DELETE FROM sessionctl.event"), (&auditor, "SELECT token_digest FROM sessionctl.session")]
    {
        let role = program.url.split_once("//").unwrap().1.split_once('@').unwrap().0;
        let test = format!(
            "SET ROLE {role}; DO $$ BEGIN EXECUTE '{sql}'; RAISE 'allowed'; EXCEPTION WHEN insufficient_privilege THEN END $$"
        );
        server.sql(database, &test);
    }
}

#[test]
fn verifier_reports_a_reused_token_and_another_network_and_whoever_seals_answers() {
    let Some(server) = shared() else { return };
    let program = Program::new(server);
    program.add_user("bob");
    let database = program.url.rsplit('/').next().unwrap();
    let [verifier, issuer] = ["verifier", "issuer"].map(|kind| {
        let name = format!("only_{kind}_of_{database}");
        server.sql(database, &format!("CREATE ROLE {name} LOGIN"));
        server.sql(database, &program.ok(&["db", "roles", &format!("--{kind}"), &name]));
        Program { url: program.url.replace("postgres@", &format!("{name}@")) }
    });
    let (stolen, moved) = (program.login("bob"), program.login("bob"));
    let current = program.ok(&["rotate", &stolen]);
    for address in ["203.0.113.7", "198.51.100.9"] {
        assert_eq!(verifier.ok(&["verify", &moved, "--ip", address]), "active");
    }
    let reused = verifier.run(&["verify", &stolen]);
    assert_eq!(reused.status.code(), Some(5));
    assert!(!stderr(&reused).contains("failed"), "{}", stderr(&reused));
    assert_eq!(verifier.ok(&["verify", &current]), "active", "a reader revokes nothing");
    assert_eq!(server.sql(database, "SELECT count(*) FROM sessionctl.alarm"), "2");
    issuer.ok(&["log", "seal"]);
    assert_eq!(verifier.code(&["verify", &current]), Some(5));
    assert_eq!(verifier.ok(&["verify", &moved]), "active");
    assert_eq!(server.sql(database, "SELECT count(*) FROM sessionctl.alarm"), "0");
    for action in ["token.reused", "session.network_changed"] {
        assert_eq!(
            program.ok(&["log", "--action", action, "--user", "bob", "--format", "count"]),
            "1",
            "{action}"
        );
    }
    program.ok(&["log", "verify"]);
    assert_eq!(program.ok(&["db", "check"]), "");
}
