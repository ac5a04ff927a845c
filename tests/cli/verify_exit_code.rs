//! `verify` exits with 0 only if it printed `active`: no option, no text of a client and no empty input makes it 0.

use crate::harness::{CommandOutput, TestEnv};

/// What a client can send in place of a token.
const CLIENT_TEXTS: &[&str] = &[
    "",
    " ",
    "-",
    "--",
    "---",
    "-h",
    "-V",
    "-q",
    "-qh",
    "--help",
    "--hel",
    "--help=1",
    "--version",
    "--batch",
    "--no-touch",
    "--explain",
    "--format=ids",
    "--format=count",
    "--fields=result",
    "--now=-1d",
    "--db=other.db",
    "--color=always",
    "help",
    "list",
    "verify",
    "global",
    "@",
    "@/dev/null",
    "@.",
    "active",
    "0",
    "1",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "\u{1F511}",
];

#[track_caller]
fn assert_never_0(output: CommandOutput) {
    assert!(output.exit_code() != 0, "verify ended with 0 without an active token: {output:?}");
    assert!(!output.stdout().lines().any(|line| line == "active"), "{output:?}");
}

/// The options of `verify`, the global ones included.
fn options(env: &TestEnv) -> Vec<String> {
    let own = env.run(&["verify", "--help"]).code(2).stdout();
    let help = format!("{own}\n{}", env.run(&["help", "global"]).ok().stdout());
    let options: Vec<String> = help
        .lines()
        .filter_map(|line| line.trim_start().split(' ').find(|word| word.starts_with("--")))
        .map(|word| word.trim_end_matches(['.', ',']).to_owned())
        .collect();
    for expected in ["--scope", "--batch", "--db", "--format", "--help"] {
        assert!(options.iter().any(|option| option == expected), "{options:?}");
    }
    options
}

#[test]
fn verify_of_client_text_is_never_0() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for text in CLIENT_TEXTS {
        for args in
            [&["verify", text][..], &["verify", "--", text], &["-q", "verify", text], &["verify", text, text]]
        {
            assert_never_0(env.run(args));
        }
        assert_never_0(env.run_with_stdin(&["verify", "-"], text));
        assert_never_0(env.run_with_stdin(&["verify", "--batch"], text));
        assert_never_0(env.cmd(&["verify"]).env("SESSIONCTL_TOKEN", text).run());
    }
}

#[test]
fn verify_with_any_option_is_never_0_without_an_active_token() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for option in options(&env) {
        for more in [&[][..], &["x"], &["-"], &["1h"], &["json"], &["--help"], &["-h", "-"], &["id", "-"]] {
            assert_never_0(env.run(&[&["verify", option.as_str()], more].concat()));
        }
        assert_never_0(env.run(&["verify", &format!("{option}=1h"), "-"]));
    }
}

/// The code repeats the word, and is never there without it.
#[test]
fn verify_with_an_active_token_prints_the_word_in_every_selection_of_fields() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    for (format, fields) in
        [("table", ["result", "reason"]), ("json", ["result", "session"]), ("csv", ["result", "id"])]
    {
        for batch in [&["-"][..], &["--batch"]] {
            for chosen in ["result".to_owned(), fields.join(","), fields[1].to_owned()] {
                let args = [&["verify", "--format", format, "--fields", &chosen], batch].concat();
                let output = env.run_with_stdin(&args, &token);
                let is_whole = chosen.contains("result");
                assert_eq!(output.stdout().contains("active"), is_whole, "{output:?}");
                output.code(if is_whole { 0 } else { 2 });
            }
        }
    }
}

/// A count is no word, and the environment does not ask for one here. Neither is what a reader that has gone away did
/// not get.
#[test]
fn verify_of_an_active_token_whose_word_is_not_printed_is_never_0() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    env.write_file("token", &token);
    env.write_file("unknown", "0".repeat(64));
    for args in [&["verify", "-"][..], &["verify", "--batch"]] {
        env.run_with_stdin(&[args, &["--format", "count"]].concat(), &token).fails_with(2);
        let output = env.cmd(args).env("SESSIONCTL_FORMAT", "count").stdin(&token).run();
        assert_eq!((output.exit_code(), output.stdout().as_str()), (0, "active"), "{output:?}");
    }
    for format in ["table", "json", "jsonl", "csv", "ids"] {
        for file in ["token", "unknown"] {
            for args in ["-", "--batch"] {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                let args = ["verify", args, "--format", format];
                let text = std::fs::read_to_string(env.path(file)).unwrap();
                let child = env.cmd(&args).stdin(text).spawn_printing_to(writer);
                let output = child.wait_with_output().unwrap();
                assert_ne!(output.status.code(), Some(0), "{args:?} {file}: nobody got the word");
            }
        }
    }
}

#[test]
fn empty_batch_exits_with_3() {
    let env = TestEnv::new();
    for stdin in ["", "\n", "\n\n"] {
        env.run_with_stdin(&["verify", "--batch"], stdin).code(3);
    }
}

/// A JWT is a client's text as a token is.
#[test]
fn jwt_verify_of_client_text_is_never_0() {
    let env = TestEnv::with_users(&["alice"]);
    env.run_with_stdin(&["jwt", "issue", "-", "--audience", "a"], &env.login("alice")).ok();
    for text in CLIENT_TEXTS {
        for args in
            [&["jwt", "verify", text][..], &["jwt", "verify", "--", text], &["jwt", "-q", "verify", text]]
        {
            for more in [&[][..], &["--audience", "a"], &["--online"]] {
                assert_never_0(env.run(&[&args[..args.len() - 1], more, &args[args.len() - 1..]].concat()));
                assert_never_0(env.run(&[args, more].concat()));
            }
        }
        assert_never_0(env.run_with_stdin(&["jwt", "verify", "-", "--audience", "a"], text));
    }
}
