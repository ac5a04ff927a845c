//! Cookie input that the program itself writes, and lines that were folded into one.

use crate::harness::TestEnv;

#[test]
fn parse_and_lint_read_the_jar_that_format_writes() {
    let env = TestEnv::new();
    let jar = env.run(&["generate", "--kind", "anonymous", "--as", "jar"]).ok().stdout();
    env.write_file("jar", format!("{jar}\n"));
    let cookies = env.run(&["cookie", "parse", "@jar", "--format", "jsonl"]).ok().jsonl();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert_eq!(cookies[0]["name"], "__Host-session");
    assert_eq!((&cookies[0]["secure"], &cookies[0]["http_only"]), (&true.into(), &true.into()));
    let lint = env.run(&["cookie", "lint", "@jar"]);
    let errors = lint.stdout().lines().filter(|line| line.contains("error")).count();
    assert_eq!(errors, 0, "{lint:?}");
}

#[test]
fn folded_set_cookie_line_is_reported() {
    let env = TestEnv::empty();
    for line in [
        "Set-Cookie: a=1; Path=/, b=2; Path=/",
        "Set-Cookie: a=1,b=2; Path=/",
        "Set-Cookie: a=1; Expires=Thu, 01 Jan 2032 00:00:00 GMT; Path=/, b=2; Secure",
    ] {
        for command in ["parse", "lint"] {
            let output = env.run_with_stdin(&["cookie", command, "-"], line);
            let text = output.stdout_and_stderr();
            assert!(text.contains("second"), "{command} {line}: {output:?}");
        }
    }
    let single =
        "Set-Cookie: a=1; Expires=Thu, 01 Jan 2032 00:00:00 GMT; Path=/; Secure; HttpOnly; SameSite=Lax";
    let output = env.run_with_stdin(&["cookie", "lint", "-"], single);
    assert!(!output.stdout_and_stderr().contains("second"), "{output:?}");
}
