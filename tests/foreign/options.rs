//! Options that do not go together are refused, and none is accepted and ignored.

use crate::{KEY, OTHER_KEY, Site, program};

#[test]
fn revoke_stdin_refuses_every_selector() {
    let site = Site::new();
    let cookies = format!("sessionid={KEY}\nsessionid={OTHER_KEY}\n");
    for selector in [
        &["--user", "frank"][..],
        &["--not-user", "erin"],
        &["--anonymous"],
        &["--kind", "web"],
        &["--not-kind", "web"],
        &["--state", "active"],
        &["--ip", "192.0.2.1"],
        &["--not-ip", "192.0.2.1"],
        &["--last-ip", "192.0.2.1"],
        &["--not-last-ip", "192.0.2.1"],
        &["--user-agent", "x"],
        &["--not-user-agent", "x"],
        &["--created-before", "now"],
        &["--created-after", "now"],
        &["--seen-before", "now"],
        &["--seen-after", "now"],
        &["--ended-before", "now"],
        &["--ended-after", "now"],
        &["--expiring-within", "1d"],
        &["--except", "0123abcd"],
        &["--all"],
        &["--app", "x"],
        &["--label", "x"],
        &["0123abcd"],
    ] {
        let (code, text) = site.run(&[&["revoke", "--stdin", "--yes"], selector].concat(), &cookies);
        assert_eq!((code, site.rows()), (2, 2), "{selector:?}: {text}");
    }
    assert_eq!(site.run(&["revoke", "--stdin", "--yes"], &cookies).0, 0);
    assert_eq!(site.rows(), 0);
}

#[test]
fn prune_refuses_states_that_it_does_not_delete() {
    let site = Site::new();
    site.execute("UPDATE django_session SET expire_date = '2020-01-01 00:00:00'");
    for selector in
        [&["--state", "active"][..], &["--state", "expired,unknown"], &["--expiring-within", "1d"]]
    {
        let (code, text) = site.run(&[&["prune", "--yes"], selector].concat(), "");
        assert_eq!((code, site.rows()), (2, 2), "{selector:?}: {text}");
    }
    assert_eq!(site.run(&["prune", "--yes", "--state", "expired"], "").0, 0);
    assert_eq!(site.rows(), 0);
}

#[test]
fn a_session_that_does_not_exist_selects_nothing() {
    let site = Site::new();
    for command in ["stats", "prune", "list", "revoke"] {
        let yes = if matches!(command, "prune" | "revoke") { &["--yes"][..] } else { &[] };
        let (code, text) = site.run(&[&[command, "0123abcd"], yes].concat(), "");
        assert!(code == 3 && text.contains("no session 0123abcd"), "{command}: {code} {text}");
    }
    assert_eq!(site.rows(), 2);
}

#[test]
fn options_of_another_programs_table_are_listed_and_refused_on_our_own_store() {
    let home = tempfile::tempdir().unwrap();
    let own = home.path().join("own.db");
    assert!(program(home.path(), &own, &["db", "init"], "").status.success());
    let run = |arguments: &[&str]| {
        let output = program(home.path(), &own, arguments, "");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    };
    for (command, options) in [
        ("revoke", &["--backup=x.sql", "--no-log", "--recheck=1s"][..]),
        ("prune", &["--backup=x.sql", "--no-log"]),
    ] {
        let ((_, long), (_, short)) = (run(&[command, "--help"]), run(&[command, "-h"]));
        for option in options {
            let name = option.split('=').next().unwrap();
            assert!(long.contains(name) && !short.contains(name), "{command} {name}: {long}{short}");
            let (code, text) = run(&[command, "--all", "--yes", option]);
            assert!(code == Some(2) && text.contains(&format!("{name} is for another")), "{command} {text}");
        }
        assert!(long.contains("Another program's table:"), "{long}");
    }
    let (code, text) = run(&["list", "--state", "unknown"]);
    assert!(code == Some(2) && text.contains("only another program's table"), "{text}");
    assert!(!own.with_file_name("x.sql").exists());
}

#[test]
fn completion_offers_the_states_of_the_database() {
    let site = Site::new();
    let own = site.home.path().join("own.db");
    assert!(program(site.home.path(), &own, &["db", "init"], "").status.success());
    for (path, offers_unknown) in [(site.path(), true), (own, false)] {
        let words = ["sessionctl", "--db", path.to_str().unwrap(), "revoke", "--state", ""];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_sessionctl"))
            .env_clear()
            .env("HOME", site.home.path())
            .args(["__complete", "5", "--"])
            .args(words)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let offered: Vec<&str> = text.lines().map(|line| line.split('\t').next().unwrap()).collect();
        assert!(offered.contains(&"expired"), "{offered:?}");
        assert_eq!(offered.contains(&"unknown"), offers_unknown, "{offered:?}");
    }
}

#[test]
fn list_of_layouts_has_a_line_for_each_at_80_columns() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_sessionctl"))
            .env_clear()
            .envs([("COLUMNS", "80"), ("LC_ALL", "C.UTF-8")])
            .env("HOME", home.path())
            .args(["layout", "list"])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let layouts: usize = run(&["--format", "count"]).trim().parse().unwrap();
    let table = run(&[]);
    assert_eq!(table.lines().count(), layouts + 1, "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
}
