//! Options that do not go together are refused, and none is accepted and ignored.

use crate::{KEY, OTHER_KEY, Site};

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
