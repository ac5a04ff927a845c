//! `tree`: single sign-on families.

use crate::harness::TestEnv;

#[test]
fn tree_draws_the_family_of_parent_or_child() {
    let env = TestEnv::with_users(&["alice", "bob"]);
    let head = env.id_of(&env.login_with("alice", &["--sso"]));
    let wiki = env.id_of(&env.generate(&["--under", &head, "--app", "wiki"]));
    env.generate(&["--under", &head, "--app", "mail"]);
    env.login_with("bob", &["--sso"]);
    for args in [&["tree", &head][..], &["tree", &wiki]] {
        let out = env.run(args).ok().stdout();
        assert!(out.contains("wiki") && out.contains("mail") && out.contains("alice"), "{out}");
        assert!(!out.contains("bob"), "{out}");
        let line = |word: &str| out.lines().position(|line| line.contains(word)).unwrap();
        assert!(line("wiki") > 0 && line("mail") > 0, "the parent is not first: {out}");
    }
    let all = env.run(&["tree"]).ok().stdout();
    assert!(all.contains("alice") && all.contains("bob"), "{all}");
    assert!(all.is_ascii() || all.contains('─'), "{all}");
}

#[test]
fn missing_session_exits_with_3() {
    TestEnv::new().run(&["tree", "999"]).fails_with(3);
}

#[test]
fn state_is_no_option_of_tree_and_the_hint_says_what_it_draws() {
    let refused = TestEnv::new().run(&["tree", "--state", "any"]).fails_with(2);
    refused.stderr_contains("`sessionctl tree ID` any other");
}
