//! Each rule with a line that breaks it, and lines that break none.

use std::time::Duration;

use super::super::{Attributes, Cookie, DEFAULT_NAME, parse_cookie_header, parse_jar_line, parse_set_cookie};
use super::*;
use secrecy::{ExposeSecret as _, SecretString};

const TOKEN: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// 2023-11-14T22:13:20Z.
const NOW: i64 = 1_700_000_000;

fn findings(line: &str) -> Vec<Finding> {
    lint(&parse_set_cookie(&line.replace("TOKEN", TOKEN)), NOW)
}

fn has(line: &str, severity: Severity, rule: &str) -> bool {
    findings(line).iter().any(|finding| finding.severity == severity && finding.rule == rule)
}

#[test]
fn cookie_of_this_program_has_no_findings() {
    let token = || SecretString::from(TOKEN);
    for name in [DEFAULT_NAME, "__Host-Http-session"] {
        let line = Cookie::new(name, token(), Attributes::default()).unwrap().set_cookie();
        assert_eq!(findings(line.expose_secret()), []);
    }
    let remembered = Attributes { max_age: Some(Duration::from_secs(86_400)), ..Attributes::default() };
    let line = Cookie::new(DEFAULT_NAME, token(), remembered).unwrap().set_cookie();
    assert!(findings(line.expose_secret()).iter().all(|finding| finding.severity == Severity::Note));
}

#[test]
fn broken_rule_is_reported() {
    use Severity::{Error, Note, Warning};
    let good = "__Host-s=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax";
    for (line, severity, rule) in [
        ("s=TOKEN; Path=/; HttpOnly; SameSite=Lax", Error, "RFC 6265bis §4.1.2.5"),
        ("__Host-s=TOKEN; Path=/; Secure; SameSite=Lax", Error, "RFC 6265bis §4.1.2.6"),
        ("__Host-s=TOKEN; Path=/; Secure; HttpOnly", Warning, "RFC 6265bis §4.1.2.7"),
        ("__Host-s=TOKEN; Path=/; Secure; HttpOnly; SameSite=x", Warning, "RFC 6265bis §4.1.2.7"),
        ("__Host-s=TOKEN; Path=/; Secure; HttpOnly; SameSite=None", Warning, "RFC 6265bis §4.1.2.7"),
        ("s=TOKEN; Path=/; HttpOnly; SameSite=None", Error, "RFC 6265bis §5.7"),
        ("__Host-s=TOKEN; Secure; HttpOnly; SameSite=Lax", Error, "RFC 6265bis §4.1.3.2"),
        ("__Host-s=TOKEN; Path=/; HttpOnly; SameSite=Lax", Error, "RFC 6265bis §4.1.3.2"),
        ("__Host-s=TOKEN; Path=/; Domain=a.example; Secure", Error, "RFC 6265bis §4.1.3.2"),
        ("__Secure-s=TOKEN; Path=/; HttpOnly", Error, "RFC 6265bis §4.1.3.1"),
        ("__Http-s=TOKEN; Path=/; Secure", Error, "layered-cookies §4.1.3.3"),
        ("__Host-Http-s=TOKEN; Path=/; Secure", Error, "layered-cookies §4.1.3.4"),
        ("__HOST-s=TOKEN; Path=/; Secure; HttpOnly", Warning, "RFC 6265bis §5.4"),
        ("__http-s=TOKEN; Path=/; Secure; HttpOnly", Warning, "layered-cookies §4.1.3.3"),
        ("s=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax", Warning, "RFC 6265bis §8.6"),
        ("__Secure-s=TOKEN; Path=/; Secure; Domain=a.example", Warning, "RFC 6265bis §4.1.2.3"),
        ("__Secure-s=TOKEN; Path=/; Secure; Domain=a_b.example", Error, "RFC 6265bis §4.1.2.3"),
        ("__Secure-s=TOKEN; Path=/; Secure; Domain=com", Warning, "RFC 6265bis §5.7"),
        ("__Secure-s=TOKEN; Path=/; Secure; Domain=.a.example", Note, "RFC 6265bis §5.6.3"),
        ("__Secure-s=TOKEN; Path=/; Secure; Domain=", Note, "RFC 6265bis §4.1.2.3"),
        ("__Secure-s=TOKEN; Secure", Warning, "RFC 6265bis §4.1.2.4"),
        ("__Secure-s=TOKEN; Secure; Path=/app", Note, "RFC 6265bis §4.1.2.4"),
        ("__Secure-s=TOKEN; Secure; Path=app", Warning, "RFC 6265bis §5.6.4"),
        ("=TOKEN; Path=/; Secure", Error, "RFC 6265bis §4.1.1"),
        ("__Host-TOKEN", Error, "RFC 6265bis §5.7"),
        ("=__secure-TOKEN; Path=/; Secure", Error, "RFC 6265bis §5.7"),
        ("s=TOKEN; Path=/, b=TOKEN; Path=/", Error, "RFC 6265bis §3"),
        ("s(1)=TOKEN; Path=/; Secure", Warning, "RFC 6265bis §4.1.1"),
        ("PHPSESSID=TOKEN; Path=/; Secure", Note, "OWASP Session Management"),
        ("s=\"TOKEN\"; Path=/; Secure", Note, "RFC 6265bis §4.1.1"),
        ("s=TOKEN,x; Path=/; Secure", Warning, "RFC 6265bis §4.1.1"),
        ("s=; Path=/; Secure", Warning, "RFC 6265bis §8.4"),
        ("s=12345678901234567890123456; Path=/", Error, "RFC 6265bis §8.4"),
        ("s=abc; Path=/; Secure", Warning, "OWASP ASVS 5.0 7.2.3"),
        ("s=eyJhbGciOiJub25lIn0.e30.AAAA; Path=/", Note, "RFC 8725"),
        ("s=TOKEN\u{1}; Path=/; Secure", Error, "RFC 6265bis §5.6"),
    ] {
        assert!(has(line, severity, rule), "{line}: {:?}", findings(line));
    }
    for (tail, severity, rule) in [
        ("Max-Age=34560001", Warning, "RFC 6265bis §5.5"),
        ("Max-Age=1h", Warning, "RFC 6265bis §5.6.2"),
        ("Max-Age=-1", Note, "RFC 6265bis §4.1.1"),
        ("Max-Age=0", Note, "RFC 6265bis §5.7"),
        ("Max-Age=60", Note, "RFC 6265bis §4.1.2.2"),
        ("Expires=soon", Warning, "RFC 6265bis §5.6.1"),
        ("Expires=Fri, 01 Jan 2100 00:00:00 GMT", Warning, "RFC 6265bis §5.5"),
        ("Expires=Wednesday, 15-Nov-23 00:00:00 GMT", Note, "RFC 6265bis §4.1.1"),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Warning, "RFC 6265bis §5.7"),
        ("Max-Age=60; Expires=Wed, 15 Nov 2023 22:13:20 GMT", Warning, "RFC 6265bis §5.7"),
        ("Partitioned", Note, "partitioned-cookies §2.1"),
        ("Priority=High", Note, "RFC 6265bis §4.1.2"),
        ("secure", Warning, "RFC 6265bis §4.1.1"),
        ("HttpOnly=false", Warning, "RFC 6265bis §4.1.1"),
    ] {
        let line = format!("{good}; {tail}");
        assert!(has(&line, severity, rule), "{line}: {:?}", findings(&line));
    }
    assert!(has(&format!("s={}", "x".repeat(4096)), Error, "RFC 6265bis §5.6"));
    assert!(has(&format!("{good}; Comment={}", "x".repeat(1025)), Warning, "RFC 6265bis §5.6"));
    assert!(has("s=TOKEN; Partitioned", Error, "partitioned-cookies §2.1"));
}

#[test]
fn folded_line_is_not_reported_as_a_repeated_attribute() {
    let all =
        findings("Set-Cookie: __Host-s=TOKEN; Path=/; Secure; HttpOnly, b=TOKEN; Path=/; Secure; HttpOnly");
    assert!(all.iter().all(|finding| !finding.message.contains("more than once")), "{all:?}");
}

#[test]
fn jar_line_is_checked_without_same_site() {
    let of = |line: &str| lint_jar_line(&parse_jar_line(&line.replace("TOKEN", TOKEN)).unwrap(), NOW);
    assert_eq!(of("#HttpOnly_a.example\tFALSE\t/\tTRUE\t0\t__Host-s\tTOKEN"), []);
    for (line, severity, rule) in [
        ("a.example\tFALSE\t/\tTRUE\t0\t__Host-s\tTOKEN", Severity::Error, "RFC 6265bis §4.1.2.6"),
        ("#HttpOnly_a.example\tFALSE\t/\tFALSE\t0\ts\tTOKEN", Severity::Error, "RFC 6265bis §4.1.2.5"),
        ("#HttpOnly_a.example\tFALSE\t/\tFALSE\t0\t__Host-s\tTOKEN", Severity::Error, "RFC 6265bis §4.1.3.2"),
        ("#HttpOnly_.a.example\tTRUE\t/\tTRUE\t0\t__Host-s\tTOKEN", Severity::Error, "RFC 6265bis §4.1.3.2"),
        ("#HttpOnly_a.example\tFALSE\t/x\tTRUE\t0\t__Host-s\tTOKEN", Severity::Error, "RFC 6265bis §4.1.3.2"),
        (
            "#HttpOnly_a.example\tFALSE\t/\tTRUE\t99999999999\t__Host-s\tTOKEN",
            Severity::Warning,
            "RFC 6265bis §5.5",
        ),
    ] {
        assert!(of(line).iter().any(|f| f.severity == severity && f.rule == rule), "{line}: {:?}", of(line));
    }
}

#[test]
fn removing_line_needs_no_value() {
    let line = "__Host-s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
    assert!(findings(line).iter().all(|finding| finding.severity == Severity::Note), "{:?}", findings(line));
}

#[test]
fn max_age_and_expires_may_agree() {
    let line = "__Host-s=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=86400; Expires=Wed, 15 Nov 2023 22:13:19 GMT";
    assert!(findings(line).iter().all(|finding| finding.severity == Severity::Note), "{:?}", findings(line));
}

#[test]
fn most_serious_finding_comes_first_and_none_repeats_the_value() {
    let all =
        findings("s=hunter2; hunter2; hunter2=hunter2; Domain=hunter2_x; Path=hunter2; Max-Age=hunter2");
    assert!(all.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
    assert!(!format!("{all:?}").contains("hunter2"));
}

#[test]
fn value_of_a_cookie_line_is_judged_by_the_name_of_its_cookie() {
    let worst = |line: &str| {
        let line = line.replace("TOKEN", TOKEN);
        lint_cookie_header(&parse_cookie_header(&line)).into_iter().map(|finding| finding.severity).max()
    };
    for line in [
        "Cookie: theme=dark; lang=1; __Host-session=TOKEN",
        "Cookie: sidebar=1; author=7; authors=; outside=2; consent=3; __Host-session=TOKEN",
        "Cookie: theme=dark; lang=1",
    ] {
        assert_eq!(worst(line), Some(Severity::Note), "{line}");
    }
    for name in [
        "__Host-a",
        "__secure-a",
        "__Http-a",
        "sid",
        "connect.sid",
        "JSESSIONID",
        "sess",
        "sessionToken",
        "auth",
        "OAuth2_state",
        "authorization",
        "id_token",
    ] {
        let line = format!("Cookie: theme=dark; {name}=7");
        assert_eq!(worst(&line), Some(Severity::Error), "{line}");
    }
    assert_eq!(worst("Cookie: u=7"), Some(Severity::Error), "the only one");
    assert_eq!(worst("Cookie: u=7; Path=/"), Some(Severity::Error), "an attribute is no cookie");
}

#[test]
fn broken_rule_of_a_cookie_line_is_reported() {
    let of = |line: &str| lint_cookie_header(&parse_cookie_header(&line.replace("TOKEN", TOKEN)));
    let sound = of("Cookie: __Host-s=TOKEN; __Host-t=\"TOKEN\"");
    assert!(matches!(&sound[..], [one] if one.severity == Severity::Note), "{sound:?}");
    assert!(sound[0].message.contains("no attributes"), "{sound:?}");
    for (line, severity, rule) in [
        ("Cookie: s=1; s=2", Severity::Error, "RFC 6265bis §4.2.2"),
        ("Cookie: __Host-s=1; __HOST-s=2", Severity::Warning, "RFC 6265bis §5.4"),
        ("Cookie: a=1, b=2", Severity::Error, "RFC 6265bis §4.2.1"),
        ("Cookie:", Severity::Error, "RFC 6265bis §4.2.1"),
        ("Cookie: a=b\u{1}", Severity::Error, "RFC 6265bis §4.2.1"),
        ("Cookie: a=1; Secure", Severity::Warning, "RFC 6265bis §4.1.1"),
        ("Cookie: a=1; Path=/", Severity::Warning, "RFC 6265bis §4.2.2"),
        ("Cookie: a(=1", Severity::Warning, "RFC 6265bis §4.1.1"),
        ("Cookie: a=1 2", Severity::Warning, "RFC 6265bis §4.1.1"),
        ("Cookie: __Host-s=TOKEN; sid=7", Severity::Error, "RFC 6265bis §8.4"),
        ("Cookie: __Host-s=\"7\"", Severity::Error, "RFC 6265bis §8.4"),
        ("Cookie: __Host-s=", Severity::Warning, "RFC 6265bis §8.4"),
        ("Cookie: __Host-s=abc", Severity::Warning, "OWASP ASVS 5.0 7.2.3"),
        ("Cookie: s=TOKEN", Severity::Warning, "RFC 6265bis §8.6"),
        ("Cookie: __host-s=TOKEN", Severity::Warning, "RFC 6265bis §5.4"),
        ("Cookie: __http-s=TOKEN", Severity::Warning, "layered-cookies §4.1.3.3"),
        ("Cookie: PHPSESSID=TOKEN", Severity::Note, "OWASP Session Management"),
    ] {
        assert!(of(line).iter().any(|f| f.severity == severity && f.rule == rule), "{line}: {:?}", of(line));
    }
    assert!(of(&format!("a={}", "b".repeat(8192))).iter().any(|f| f.message.contains("8192")));
}

#[test]
fn short_value_is_counted_in_characters() {
    let of = |value: &str| {
        let found = findings(&format!("s={value}; Path=/")).into_iter();
        found.filter(|finding| finding.rule == "OWASP ASVS 5.0 7.2.3").map(|f| f.message).collect::<String>()
    };
    assert!(of("é").contains(" has 1 character, too few"), "{}", of("é"));
    assert!(of("éö").contains(" has 2 characters, too few"), "{}", of("éö"));
    // 21 characters of two bytes each are more than 22 bytes.
    assert!(of(&"é".repeat(21)).contains(" has 21 characters, too few"), "{}", of(&"é".repeat(21)));
    assert_eq!(of(&"é".repeat(22)), "");
}
