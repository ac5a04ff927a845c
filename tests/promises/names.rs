//! Names: one person however the name is spelled, two people where two accounts had one name.

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn reused_name_does_not_mix_two_accounts() {
    for again in ["bob", "BOB", " Bob "] {
        let env = TestEnv::new();
        env.run(&["user", "add", "bob", "--no-password"]).ok();
        env.generate(&["--user", "bob"]);
        env.run(&["user", "remove", "bob", "--yes"]).ok();
        env.run(&["user", "add", again, "--no-password"]).ok();
        let shown = env.run(&["user", "show", "bob", "--format", "json"]).ok().json();
        assert_eq!(shown["sessions"], 0, "{again}: the new account shows what the removed one did");
        assert_eq!(env.ids(&["--user", "bob", "--all"]), [] as [&str; 0], "{again}");
        env.generate(&["--user", "bob"]);
        assert_eq!(env.ids(&["--user", "bob", "--all"]), ["2"], "{again}");
        let log = env.run(&["log", "--user", "bob", "--action", "session", "--format", "count"]).ok();
        assert_eq!(log.stdout(), "1", "{again}");
    }
}

#[test]
fn removed_user_is_shown_with_its_date_and_selected_by_it() {
    let env = TestEnv::new();
    env.run(&["user", "add", "bob", "--no-password"]).ok();
    env.generate(&["--user", "bob"]);
    env.run(&["user", "remove", "bob", "--yes"]).ok();
    assert_eq!(env.ids(&["--user", "bob", "--all"]), ["1"], "nobody has the name now: the one removed last");
    let shown = env.field("1", "user");
    assert!(shown.starts_with("bob (removed 20") && shown.ends_with(')'), "{shown}");
    let csv = env.run(&["list", "--all", "--fields", "user", "--format", "csv"]).ok().stdout();
    assert!(csv.contains(&shown), "{csv}");
    env.run(&["user", "add", "bob", "--no-password"]).ok();
    assert_eq!(env.ids(&["--user", &shown, "--all"]), ["1"]);
    env.generate(&["--user", "bob"]);
    env.run(&["user", "remove", "bob", "--yes"]).ok();
    let second = env.field("2", "user");
    assert_ne!(second, shown, "two accounts removed on one day are two");
    assert_eq!(env.ids(&["--user", &second, "--all"]), ["2"]);
}

#[test]
fn names_compare_case_folded_and_in_nfc_everywhere() {
    for (name, other) in [
        ("ΟΔΟΣ", "οδοσ"),
        ("Zoë", "ZOË"),
        ("Zoe\u{308}", "Zoë"),
        ("STRASSE", "straße"),
        ("ﬁsh", "FISH"),
        ("Ǆordan", "ǆORDAN"),
    ] {
        let env = TestEnv::with_users(&[name]);
        let twice = env.run(&["user", "add", other, "--no-password"]);
        assert_ne!(twice.exit_code(), 0, "{name} and {other} are two users");
        env.run_with_stdin(&["login", other, "--password-stdin"], PASSWORD).ok();
        assert_eq!(env.ids(&["--user", other]), ["1"], "{name}, {other}");
        env.run(&["user", "show", other]).ok();
        for spelling in [name, other] {
            let log = env.run(&["log", "--user", spelling, "--format", "count"]).ok();
            assert_eq!(log.stdout(), "2", "log --user {spelling}");
        }
    }
}

#[test]
fn control_characters_in_a_user_name_are_refused() {
    for name in [
        "ev\u{1b}[31mil",
        "a\tb",
        "a\nb",
        "a\u{202e}b",
        "a\u{9b}b",
        "\u{feff}",
        "bob\u{3164}",
        "bob\u{115f}",
        "bob\u{ffa0}",
        "bob\u{fe0f}",
        "bo\u{34f}b",
        "bob\u{e0100}",
        "bob\u{2800}",
    ] {
        let env = TestEnv::new();
        env.run(&["user", "add", "--no-password", "--", name]).code_in(&[2, 6]);
        assert_eq!(env.run(&["user", "list", "--format", "count"]).ok().stdout(), "0", "{name:?}");
    }
}

/// A variation selector that chooses the form of an emoji is seen.
#[test]
fn emoji_in_a_user_name_is_accepted() {
    let env = TestEnv::with_users(&["bob \u{2764}\u{fe0f}"]);
    env.login("bob \u{2764}\u{fe0f}");
    env.run(&["db", "check"]).ok();
}

#[test]
fn labels_compare_in_nfc() {
    let env = TestEnv::new();
    for (stored, asked) in [("Zoe\u{308}", "Zo\u{eb}"), ("\u{c5}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}*")] {
        env.generate(&["--kind", "anonymous", "--label", stored]);
        let count = env.run(&["list", "--label", asked, "--format", "count"]).ok().stdout();
        assert_eq!(count, "1", "{asked}");
    }
    assert_eq!(env.run(&["list", "--not-label", "Zo\u{eb}", "--format", "count"]).ok().stdout(), "1");
}
