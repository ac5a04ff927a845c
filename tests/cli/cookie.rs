//! `cookie`: the envelope of a token (RFC 6265bis). No database is needed.

use crate::harness::TestEnv;

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

fn format(args: &[&str]) -> String {
    TestEnv::empty().feed(&[&["cookie", "format", "-"], args].concat(), TOKEN).ok().out()
}

#[test]
fn a_token_is_written_in_every_form() {
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
fn what_browsers_would_drop_is_not_written() {
    let place = TestEnv::empty();
    for args in [
        &["--domain", "example.com"][..],
        &["--path", "/shop"],
        &["--max-age", "401d"],
        &["--same-site", "none", "--insecure"],
        &["--cookie-name", "a b"],
        &["--cookie-name", "a\r\nSet-Cookie: evil"],
    ] {
        let ran = place.feed(&[&["cookie", "format", "-"], args].concat(), TOKEN).code(2);
        assert!(!ran.all().contains(TOKEN), "{ran:?}");
    }
    place.feed(&["cookie", "format", "-"], "not a token").refused(2);
}

#[test]
fn a_line_is_read_as_a_browser_reads_it_and_its_value_is_not_shown() {
    let place = TestEnv::empty();
    let line =
        format!("Set-Cookie: __Host-session={TOKEN}; Path=/; secure; HTTPONLY; SameSite=Strict; Max-Age=60");
    let ran = place.feed(&["cookie", "parse", "-", "--format", "jsonl"], &line).ok();
    assert!(!ran.all().contains(TOKEN), "{ran:?}");
    let cookie = &ran.jsonl()[0];
    assert_eq!((&cookie["name"], &cookie["secure"]), (&"__Host-session".into(), &true.into()));
    assert_eq!((&cookie["http_only"], &cookie["max_age"]), (&true.into(), &60.into()));
}

#[test]
fn a_good_line_passes_and_a_bad_one_is_told_why() {
    let place = TestEnv::empty();
    let good = place.feed(&["cookie", "lint", "-"], &format(&[]));
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
        let ran = place.feed(&["cookie", "lint", "-"], &line).code(7);
        assert!(ran.out().contains(word) && !ran.all().contains(TOKEN), "{ran:?}");
    }
}

#[test]
fn curl_sends_what_it_was_given() {
    let place = TestEnv::empty();
    place.file("token", TOKEN);
    // With nobody listening curl fails, but it has read the configuration by then: a wrong one is exit code 2.
    let script =
        "sessionctl cookie format --as curl @token > c; curl -s -K c http://127.0.0.1:1/ || test $? -eq 7";
    place.bash(script).run().ok();
}
