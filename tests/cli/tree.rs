//! `tree`: single sign-on families.

use crate::harness::TestEnv;

#[test]
fn a_family_is_drawn_from_anywhere_in_it() {
    let place = TestEnv::with_users(&["alice", "bob"]);
    let head = place.id_of(&place.login_with("alice", &["--sso"]));
    let wiki = place.id_of(&place.generate(&["--under", &head, "--app", "wiki"]));
    place.generate(&["--under", &head, "--app", "mail"]);
    place.login_with("bob", &["--sso"]);
    for args in [&["tree", &head][..], &["tree", &wiki]] {
        let out = place.run(args).ok().out();
        assert!(out.contains("wiki") && out.contains("mail") && out.contains("alice"), "{out}");
        assert!(!out.contains("bob"), "{out}");
        let line = |word: &str| out.lines().position(|line| line.contains(word)).unwrap();
        assert!(line("wiki") > 0 && line("mail") > 0, "the head does not stand first: {out}");
    }
    let all = place.run(&["tree"]).ok().out();
    assert!(all.contains("alice") && all.contains("bob"), "{all}");
    assert!(all.is_ascii() || all.contains('─'), "{all}");
}

#[test]
fn what_there_is_not_is_code_3() {
    TestEnv::new().run(&["tree", "999"]).refused(3);
}
