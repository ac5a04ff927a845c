//! No secret comes to rest: neither in a field nor as the name of a file.

use std::fs;

use crate::harness::{PASSWORD, TestEnv};

#[test]
fn text_with_the_shape_of_a_token_is_not_stored() {
    let fields: [&[&str]; 8] = [
        &["revoke", "1", "--yes", "--reason"],
        &["generate", "--kind", "anonymous", "--label"],
        &["generate", "--kind", "anonymous", "--app"],
        &["generate", "--kind", "anonymous", "--user-agent"],
        &["user", "add", "--no-password"],
        &["login", "--password-stdin"],
        &["generate", "--kind", "api", "--user", "alice", "--scope"],
        &["data", "set", "1"],
    ];
    for field in fields {
        for around in [("", ""), ("same leak as ", "."), ("sctl_", ""), ("a%3d", "%26b")] {
            let env = TestEnv::with_users(&["alice"]);
            env.generate(&["--kind", "anonymous"]);
            let token = env.generate(&["--kind", "anonymous"]);
            let text = format!("{}{token}{}", around.0, around.1);
            let mut args = [field, &[text.as_str()]].concat();
            if field[0] == "data" {
                args.push("1");
            }
            let output = env.run_with_stdin(&args, PASSWORD);
            assert!(!output.stderr().contains(&token), "{output:?}");
            let files =
                fs::read_dir(env.path("")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
            for bytes in files {
                let found = bytes.windows(64).any(|window| window == token.as_bytes());
                assert!(!found, "{field:?}: an active token is in the files");
            }
            for args in [&["log", "--format", "jsonl"][..], &["list", "--all", "--format", "json"]] {
                assert!(!env.run(args).ok().stdout().contains(&token), "{field:?}: shown by {args:?}");
            }
        }
    }
}

/// A token that slipped into the place of a path becomes no file, and is not repeated.
#[test]
fn token_in_the_place_of_a_path_becomes_no_file() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    let percent: String = token.bytes().map(|digit| format!("%{digit:02x}")).collect();
    let before = fs::read_dir(env.path("")).unwrap().count();
    for text in [token.clone(), format!("{token}.db"), format!("O{}", &token[1..]), percent.clone()] {
        for args in [
            &["db", "backup", &text][..],
            &["--db", &text, "generate", "--kind", "anonymous"],
            &["--db", &text, "list"],
            &["man", &text],
            &["tour", "--keep", &text],
            &["db", "restore", &text, "--yes"],
            &["--db", &format!("{text}/s.db"), "generate", "--kind", "anonymous"],
            &["--db", &format!("d/{text}/s.db"), "db", "init"],
            &["man", &format!("{text}/man")],
        ] {
            let output = env.run(args).code_in(&[1, 2]);
            let words = output.stdout_and_stderr();
            assert!(!words.contains(&token[1..]) && !words.contains(&percent), "{args:?}: {words}");
        }
    }
    assert_eq!(fs::read_dir(env.path("")).unwrap().count(), before, "a file was created");
}

/// What stands in the place of a requirement is not repeated.
#[test]
fn token_in_the_place_of_a_scope_is_not_shown() {
    let env = TestEnv::with_users(&["alice"]);
    let (session, token) = (env.login("alice"), env.generate(&["--kind", "anonymous"]));
    for format in ["table", "json", "csv"] {
        let args = ["verify", "-", "--scope", &token, "--format", format];
        let output = env.run_with_stdin(&args, &session).code(7);
        assert!(!output.stdout_and_stderr().contains(&token), "{output:?}");
    }
}
