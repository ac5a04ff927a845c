//! Users of another program by name, and what is said of settings that were not given.

use crate::Site;
use crate::fixture::{Fixture, fixtures};

#[test]
fn name_that_no_user_has_is_an_error_with_the_nearest_one() {
    let site = Site::new();
    site.execute(
        "INSERT INTO auth_user VALUES (7, 'a-stored-hash', 'Zoë.Miller@example.com', 'zm@example.com', 1)",
    );
    for (name, hint) in [
        ("nobody", None),
        ("erni", Some("erin")),
        ("zoë.miller", Some("Zoë.Miller@example.com")),
        ("zm@example.com", Some("Zoë.Miller@example.com")),
    ] {
        for command in [
            &["list", "--user", name][..],
            &["list", "--all", "--not-user", name],
            &["list", "--user", &format!("erin,{name}")],
            &["stats", "--user", name],
            &["revoke", "--user", name, "--yes"],
            &["revoke", "--all", "--not-user", name, "--yes"],
            &["prune", "--user", name, "--yes"],
        ] {
            let (code, text) = site.run(command, "");
            assert!(code == 3 && text.contains("in table auth_user"), "{command:?}: {code} {text}");
            assert_eq!(text.contains("nearest name"), hint.is_some(), "{command:?}: {text}");
            assert!(hint.is_none_or(|hint| text.contains(hint)), "{command:?}: {text}");
        }
    }
    assert_eq!(site.rows(), 2);
    assert_eq!(
        site.run(&["list", "--user", "nobody", "--ip", "10.0.0.0/8"], "").0,
        2,
        "the table has no address"
    );
    // Known, whatever its sessions.
    for known in ["erin", "ERIN", "1", "7", "ZOË.MILLER@example.com"] {
        assert_eq!(site.run(&["list", "--user", known], "").0, 0, "{known}");
    }
}

#[test]
fn user_whose_row_is_gone_is_known_by_the_id_that_is_shown() {
    let site = Site::new();
    site.execute("DELETE FROM auth_user");
    let (code, text) = site.run(&["list", "--user", "1", "--format", "count"], "");
    assert!(code == 0 && text.contains('2'), "{code} {text}");
    assert_eq!(site.run(&["list", "--user", "2"], "").0, 3);
    site.execute("DROP TABLE auth_user");
    let (code, text) = site.run(&["list", "--user", "nobody"], "");
    assert!(code == 0 && text.contains("no session matches"), "{code} {text}");
}

#[test]
fn settings_that_were_not_given_are_named_as_defaults() {
    let grafana = Fixture::copy_of(&fixtures().join("grafana/grafana.sqlite3"));
    let note = |arguments: &[&str]| {
        let (code, _, text) =
            grafana.run(&[arguments, &["list", "--created-before", "2001-01-01"]].concat(), "");
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("no session matches"), "{text}");
        text.lines().find(|line| line.contains("default")).map(str::to_owned)
    };
    let both = "max_inactive 7d and max_lifetime 30d are the defaults of grafana; if its configuration has others: \
                --set max_inactive=DURATION";
    assert_eq!(note(&[]).as_deref(), Some(both));
    let one = "max_lifetime 30d is the default of grafana; if its configuration has another: --set max_lifetime=DURATION";
    assert_eq!(note(&["--set", "max_inactive=7d"]).as_deref(), Some(one));
    assert_eq!(note(&["--set", "max_inactive=7d", "--set", "max_lifetime=60d"]), None);
}

#[test]
fn inspect_leaves_out_what_the_table_does_not_have() {
    let site = Site::new();
    site.execute("UPDATE django_session SET session_data = 'e30:1vb66h:c2ln'");
    let (_, ids) = site.run(&["list", "-q", "--format", "ids"], "");
    let id = ids.lines().next().unwrap();
    let (code, text) = site.run(&["inspect", id, "-q"], "");
    assert_eq!(code, 0, "{text}");
    for absent in ["app ", "label ", "parent ", "idle_timeout", "created_at"] {
        assert!(!text.lines().any(|line| line.starts_with(absent)), "{absent}: {text}");
    }
    let words = |name: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words("logged in"), ["logged", "in", "no"], "{text}");
    assert_eq!(words("not expired")[..3], ["not", "expired", "yes"], "{text}");
    let (_, json) = site.run(&["inspect", id, "-q", "--format", "json"], "");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let names: Vec<_> = json["checks"].as_array().unwrap().iter().map(|check| &check["name"]).collect();
    assert_eq!(names, ["not_expired", "logged_in", "authenticates"]);
}
