//! `verify` exits with 0 only if it printed `active`, whatever its arguments and its input are.

use crate::harness::TestEnv;

/// Texts that a client can send as its cookie.
const TEXTS: [&str; 22] = [
    "--help",
    "-h",
    "--version",
    "-V",
    "--batch",
    "--explain",
    "-q",
    "-v",
    "",
    " ",
    "-",
    "--",
    "help",
    "--no-touch",
    "--scope=x",
    "@/dev/null",
    "@/etc/passwd",
    "--now=+1h",
    "--db=other.db",
    "--format=json",
    "1",
    "--introspection",
];

#[test]
#[ignore = "fault N20"]
fn verify_of_a_client_text_as_argument_is_never_0() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for text in TEXTS {
        let output = env.run(&["verify", text]);
        assert!(output.exit_code() != 0, "verify '{text}': {output:?}");
        assert!(!output.stdout().lines().any(|line| line == "active"), "{output:?}");
    }
}

#[test]
fn verify_of_a_client_text_behind_two_dashes_is_never_0() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for text in TEXTS {
        let output = env.run(&["verify", "--", text]);
        assert!(output.exit_code() != 0, "verify -- '{text}': {output:?}");
    }
}

#[test]
fn verify_of_a_client_text_on_standard_input_is_never_0() {
    let env = TestEnv::new();
    env.generate(&["--kind", "anonymous"]);
    for text in TEXTS {
        let output = env.run_with_stdin(&["verify", "-"], text);
        assert!(output.exit_code() != 0, "'{text}' on standard input: {output:?}");
    }
}

#[test]
#[ignore = "fault N20"]
fn empty_batch_exits_with_3() {
    let env = TestEnv::new();
    for stdin in ["", "\n", "\n\n"] {
        env.run_with_stdin(&["verify", "--batch"], stdin).code(3);
    }
}

#[test]
#[ignore = "fault N20"]
fn verify_help_off_a_terminal_is_a_usage_error() {
    let env = TestEnv::empty();
    for args in [&["verify", "--help"][..], &["verify", "-h"], &["verify", "--batch", "--help"]] {
        env.run(args).code(2);
    }
}
