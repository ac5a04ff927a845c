//! `cookie`: formats, parses and checks cookie lines (RFC 6265bis) without a database.

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

/// Any cookie is checked: a person who checks that of a theme learns what it is compared with.
#[test]
fn lint_of_a_cookie_that_names_no_session_says_what_it_is_judged_as() {
    let env = TestEnv::empty();
    const SAID: &str = "judged as one that carries a session";
    let said = |line: &str| {
        let output = env.run_with_stdin(&["cookie", "lint", "-"], line).code_in(&[0, 7]);
        output.stderr().replace("\n  ", " ").contains(SAID)
    };
    assert!(said("Set-Cookie: theme=dark; Path=/; Secure; SameSite=Lax"));
    assert!(said("shop.example\tFALSE\t/\tFALSE\t0\ttheme\tdark"));
    for line in [
        "Set-Cookie: session=dark; Path=/; Secure; SameSite=Lax".to_owned(),
        format!("Set-Cookie: __Host-session={TOKEN}; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "Cookie: theme=dark; lang=en".to_owned(),
    ] {
        assert!(!said(&line), "{line}");
    }
}

#[test]
fn curl_reads_the_written_configuration() {
    let env = TestEnv::empty();
    env.write_file("token", TOKEN);
    // No server is listening, so curl fails, but it has read the configuration before: a wrong one exits with
    // 2.
    let script =
        "sessionctl cookie format --as curl @token > c; curl -s -K c http://127.0.0.1:1/ || test $? -eq 7";
    env.bash(script).run().ok();
}

#[test]
fn parse_and_lint_read_every_line_of_an_http_response() {
    let env = TestEnv::empty();
    let response = format!(
        "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 20:00:00 GMT\r\nSet-Cookie: theme=dark; Path=/\r\n\
         set-cookie: __Host-session={TOKEN}; Path=/; Secure; HttpOnly; SameSite=Lax\r\n\r\n<p a=\"b\">c=d</p>\r\n"
    );
    let cookies = env.run_with_stdin(&["cookie", "parse", "-", "--format", "jsonl"], &response).ok().jsonl();
    let names: Vec<_> = cookies.iter().map(|cookie| cookie["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["theme", "__Host-session"]);
    let findings =
        env.run_with_stdin(&["cookie", "lint", "-", "--format", "jsonl"], &response).code(7).jsonl();
    assert!(findings.iter().all(|finding| finding["line"] == 3), "{findings:?}");
}

#[test]
fn parse_shows_max_age_and_expires_in_its_table() {
    let line = "Set-Cookie: a=1; Path=/; Max-Age=60; Expires=Thu, 01 Jan 2032 12:00:00 GMT";
    let env = TestEnv::empty();
    let output = env.cmd(&["cookie", "parse", "-"]).env("TZ", "UTC").stdin(line).run().ok();
    assert!(output.stdout().contains("2032-01-01"), "{output:?}");
    assert!(output.stdout().split_whitespace().any(|word| word == "60"), "{output:?}");
    let json = env.run_with_stdin(&["cookie", "parse", "-", "--format", "json"], line).ok().json();
    assert_eq!(json["cookies"][0]["expires"], "2032-01-01T12:00:00Z");
}

#[test]
fn format_delete_writes_the_removing_line_without_a_token() {
    let env = TestEnv::empty();
    let line = env.run(&["cookie", "format", "--delete"]).ok().stdout();
    assert_eq!(line, "Set-Cookie: __Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    env.run_with_stdin(&["cookie", "lint", "-"], &line).ok();
    let bare = env.run(&["cookie", "format", "--delete", "--bare", "--cookie-name", "id"]).ok().stdout();
    assert!(bare.starts_with("id=; Path=/"), "{bare}");
    env.run(&["cookie", "format", "--delete", "--max-age", "1h"]).fails_with(2);
    env.run(&["cookie", "format", "--delete", "--as", "jar"]).fails_with(2);
}

#[test]
fn format_bare_omits_the_name_of_the_field() {
    for form in ["set-cookie", "cookie"] {
        let (full, bare) = (format(&["--as", form]), format(&["--as", form, "--bare"]));
        assert_eq!(full.split_once(": ").unwrap().1, bare, "{form}");
    }
    let env = TestEnv::empty();
    for form in ["curl", "jar"] {
        env.run_with_stdin(&["cookie", "format", "-", "--as", form, "--bare"], TOKEN).fails_with(2);
    }
}

#[test]
fn format_answers_in_every_format() {
    let line = format(&[]);
    let json =
        TestEnv::empty().run_with_stdin(&["cookie", "format", "-", "--format", "json"], TOKEN).ok().json();
    assert_eq!((json["text"].as_str(), json["form"].as_str()), (Some(line.as_str()), Some("set-cookie")));
    assert!(format(&["--format", "csv"]).contains(&line));
    assert_eq!(format(&["--format", "count"]), "1");
    assert_eq!(format(&["--fields", "text"]), line);
}

#[test]
fn body_of_a_response_has_no_cookies() {
    let good = format!("Set-Cookie: __Host-session={TOKEN}; Path=/; Secure; HttpOnly; SameSite=Lax\r\n");
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n";
    let response = format!(
        "{redirect}HTTP/2 200\r\n{good}\r\n<p>\r\nSet-Cookie: evil=abc\r\n\r\nSet-Cookie: worse=1\r\n"
    );
    let env = TestEnv::empty();
    let found = env.run_with_stdin(&["cookie", "lint"], &response).ok();
    assert!(!found.stdout_and_stderr().contains("evil"), "{found:?}");
    let parsed = env.run_with_stdin(&["cookie", "parse", "--format", "ids"], &response).ok();
    assert!(!parsed.stdout().contains("worse"), "{parsed:?}");
    // Lines without a response have no body: an empty line between them means nothing.
    let lines = env.run_with_stdin(&["cookie", "lint"], &format!("{good}\r\nSet-Cookie: evil=abc\r\n"));
    assert!(lines.code(7).stdout().contains("Secure is missing"));
}

#[test]
fn cookie_attributes_that_a_form_does_not_hold_are_named() {
    let env = TestEnv::new();
    let token = env.generate(&["--kind", "anonymous"]);
    for (line, ignored) in [
        ("--as curl --max-age 1h", "--max-age"),
        (
            "--as cookie --cookie-name s --domain example.com --same-site strict --insecure --host a.example.com",
            "--domain, --same-site, --insecure, --host",
        ),
        ("--as jar --same-site strict --max-age 1h", "--same-site"),
        ("--host example.com", "--host"),
        ("--as curl --cookie-name s --same-site lax --path /", ""),
        ("--as set-cookie --max-age 1h --same-site strict", ""),
    ] {
        let args: Vec<&str> = ["cookie", "format", "-"].into_iter().chain(line.split(' ')).collect();
        let stderr = env.run_with_stdin(&args, &token).ok().stderr();
        let found =
            stderr.lines().find_map(|line| line.strip_prefix("warning: ").and_then(|l| l.split_once(": ")));
        assert_eq!(found.map_or("", |(_, flags)| flags), ignored, "{line}: {stderr}");
    }
    let stderr = env.run(&["generate", "--kind", "anonymous", "--cookie-name", "s"]).ok().stderr();
    assert!(stderr.contains("warning: ") && stderr.contains("--cookie-name"), "{stderr}");
}

#[test]
fn lint_checks_name_and_value_of_a_cookie_line() {
    let env = TestEnv::empty();
    let lint = |line: &str| env.run_with_stdin(&["cookie", "lint", "-"], line);
    let bad = lint("Cookie: sid=7").code(7);
    let shown = bad.stdout();
    assert!(shown.contains("is a number") && shown.contains("no attributes"), "{shown}");
    bad.stderr_contains("2 problems, 1 note");
    lint(&format!("Cookie: __Host-session={TOKEN}")).ok().stderr_contains("1 note");
    let many = lint(&format!("Cookie: theme=dark; lang=1; __Host-session={TOKEN}")).ok();
    assert_eq!(many.stderr().trim(), "2 notes", "{}", many.stdout());
    let remembered = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000";
    let noted = lint(&format!("Set-Cookie: __Host-session={TOKEN}; {remembered}")).ok();
    assert_eq!(noted.stderr().trim(), "1 note");
}
