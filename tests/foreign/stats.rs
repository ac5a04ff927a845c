//! `stats` on another program's table: the table and the words of our own store.

use crate::fixture::{Fixture, fixtures};
use crate::{Site, program};

#[test]
fn stats_draws_the_table_of_our_own_store() {
    let site = Site::new();
    site.execute(
        "INSERT INTO django_session VALUES ('0000000000', 'e30:1vb66h:c2ln', '2199-01-01 00:00:00')",
    );
    let own = site.home.path().join("own.db");
    for arguments in [&["db", "init"][..], &["generate", "--kind", "anonymous"]] {
        assert!(program(site.home.path(), &own, arguments, "").status.success());
    }
    let headings = |text: &str| {
        let is_heading = |line: &&str| {
            line.starts_with("all ") || line.starts_with("by ") || line.starts_with("active sessions by")
        };
        text.lines().filter(is_heading).map(str::to_owned).collect::<Vec<_>>()
    };
    let ours = String::from_utf8(program(site.home.path(), &own, &["stats"], "").stdout).unwrap();
    let (code, theirs) = site.run(&["stats", "-q"], "");
    assert_eq!(code, 0, "{theirs}");
    // A row of Django has no application and no time of creation.
    let expected: Vec<String> = headings(&ours)
        .into_iter()
        .filter(|line| !line.starts_with("by app") && !line.ends_with("by age"))
        .collect();
    assert_eq!(headings(&theirs), expected, "{ours}{theirs}");
    assert!(theirs.contains("(no user)") && theirs.contains("over 30d"), "{theirs}");
    assert!(!theirs.contains("(none)") && !theirs.contains("never"), "{theirs}");
    site.execute("UPDATE django_session SET session_data = 'x' WHERE session_key = '0000000000'");
    let (_, theirs) = site.run(&["stats", "-q", "--by", "user,kind", "--top", "1"], "");
    assert!(
        theirs.contains("erin") && !theirs.contains("(unknown)") && theirs.contains("by kind"),
        "{theirs}"
    );
    let (_, theirs) = site.run(&["stats", "-q", "--by", "user", "--top", "1", "--rarest"], "");
    assert!(theirs.contains("(unknown)") && !theirs.contains("erin"), "{theirs}");
}

#[test]
fn stats_refuses_what_the_table_does_not_have() {
    let site = Site::new();
    for by in ["app", "network", "last-network", "user-agent", "age", "kind,network"] {
        let (code, text) = site.run(&["stats", "--by", by], "");
        let expected = format!("cannot answer --by {}", by.trim_start_matches("kind,"));
        assert!(
            code == 2 && text.contains(&expected) && text.contains("--by state,kind,user"),
            "{code} {text}"
        );
    }
    assert_eq!(site.run(&["stats", "--by", "expiry,state,authenticates"], "").0, 0);
    let laravel = Fixture::copy_of(&fixtures().join("laravel/database.sqlite"));
    let (code, out, err) = laravel.run(&["stats", "--by", "last-network", "--format", "csv", "-q"], "");
    assert!(code == 0 && out.contains("last-network,192.0.2.0/24,"), "{out}{err}");
}

#[test]
fn stats_counts_sessions_that_never_expire_as_a_step() {
    let rails = Fixture::copy_of(&fixtures().join("rails8-auth/production.sqlite3"));
    let (code, out, err) = rails.run(&["stats", "--by", "expiry", "--format", "csv", "-q"], "");
    assert_eq!(code, 0, "{err}");
    let (_, active, _) = rails.run(&["list", "--state", "active", "--format", "count", "-q"], "");
    let row = format!("expiry,never,{},0,0,0", active.trim());
    assert_eq!(out.lines().nth(1), Some(row.as_str()), "{out}");
    let (_, out, _) = rails.run(&["stats", "-q"], "");
    assert!(out.contains("active sessions by time left") && out.contains("never"), "{out}");
}
