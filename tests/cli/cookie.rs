//! `cookie`: the envelope of a token (RFC 6265bis). No database is needed.

use crate::harness::TestEnv;

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

fn format(args: &[&str]) -> String {
    TestEnv::empty().run_with_stdin(&[&["cookie", "format", "-"], args].concat(), TOKEN).ok().stdout()
}

#[test]
fn format_writes_token_in_every_form() {
    let line = format(&[]);
    assert!(line.starts_with(&format!("Set-Cookie: __Host-session={TOKEN};")), "{line}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(line.split("; ").any(|part| part == attribute), "{attribute}: {line}");
    }
    assert_eq!(format(&["--as", "cookie"]), format!("Cookie: __Host-session={TOKEN}"));
    assert!(format(&["--as", "curl"]).contains(&format!("__Host-session={TOKEN}")));
    let jar = format(&["--as", "jar"]);
    let fields: Vec<&str> = jar.lines().last().unwrap().split('\t').collect();
    assert_eq!((fields.len(), fields[5], fields[6]), (7, "__Host-session", TOKEN), "{jar}");
}

#[test]
fn format_refuses_what_browsers_drop() {
    let env = TestEnv::empty();
    for args in [
        &["--domain", "example.com"][..],
        &["--path", "/shop"],
        &["--max-age", "401d"],
        &["--same-site", "none", "--insecure"],
        &["--cookie-name", "a b"],
        &["--cookie-name", "a\r\nSet-Cookie: evil"],
    ] {
        let output = env.run_with_stdin(&[&["cookie", "format", "-"], args].concat(), TOKEN).code(2);
        assert!(!output.stdout_and_stderr().contains(TOKEN), "{output:?}");
    }
    env.run_with_stdin(&["cookie", "format", "-"], "not a token").fails_with(2);
}

#[test]
fn parse_reads_attributes_and_hides_the_value() {
    let env = TestEnv::empty();
    let line =
        format!("Set-Cookie: __Host-session={TOKEN}; Path=/; secure; HTTPONLY; SameSite=Strict; Max-Age=60");
    let output = env.run_with_stdin(&["cookie", "parse", "-", "--format", "jsonl"], &line).ok();
    assert!(!output.stdout_and_stderr().contains(TOKEN), "{output:?}");
    let cookie = &output.jsonl()[0];
    assert_eq!((&cookie["name"], &cookie["secure"]), (&"__Host-session".into(), &true.into()));
    assert_eq!((&cookie["http_only"], &cookie["max_age"]), (&true.into(), &60.into()));
}

#[test]
fn lint_passes_good_lines_and_names_faults() {
    let env = TestEnv::empty();
    let good = env.run_with_stdin(&["cookie", "lint", "-"], &format(&[]));
    good.code(0);
    for (line, word) in [
        (format!("Set-Cookie: __Host-session={TOKEN}; Path=/; HttpOnly"), "Secure"),
        (
            format!("Set-Cookie: __Host-session={TOKEN}; Path=/; Secure; HttpOnly; Domain=example.com"),
            "Domain",
        ),
        (format!("Set-Cookie: __Secure-session={TOKEN}; HttpOnly"), "Secure"),
        (format!("Set-Cookie: session={TOKEN}; SameSite=None; HttpOnly"), "Secure"),
    ] {
        let output = env.run_with_stdin(&["cookie", "lint", "-"], &line).code(7);
        assert!(output.stdout().contains(word) && !output.stdout_and_stderr().contains(TOKEN), "{output:?}");
    }
}

#[test]
fn curl_reads_the_written_configuration() {
    let env = TestEnv::empty();
    env.write_file("token", TOKEN);
    // With nobody listening curl fails, but it has read the configuration by then: a wrong one is exit code 2.
    let script =
        "sessionctl cookie format --as curl @token > c; curl -s -K c http://127.0.0.1:1/ || test $? -eq 7";
    env.bash(script).run().ok();
}
