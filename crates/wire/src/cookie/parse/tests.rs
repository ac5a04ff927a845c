//! Cookie lines as servers and clients write them, and malformed ones.

use proptest::prelude::*;

use super::super::{Attributes, Cookie, lint, lint_cookie_header};
use super::*;

#[test]
fn set_cookie_line_is_read_in_full() {
    let line = "set-COOKIE:  __Host-s = abc ; path=/ ;SECURE; HttpOnly;SameSite=lax; Max-Age=60;\
                Expires=Sun, 06 Nov 1994 08:49:37 GMT; Domain=.Site.Example; Priority=High\r\n";
    assert_eq!(header_of(line), Some(Header::SetCookie));
    let parsed = parse_set_cookie(line);
    assert_eq!((parsed.name.as_str(), parsed.value.expose_secret()), ("__Host-s", "abc"));
    assert!(parsed.is_secure() && parsed.is_http_only() && parsed.is_read());
    assert_eq!(parsed.same_site(), Some(SameSite::Lax));
    assert_eq!((parsed.path(), parsed.domain()), (Some("/"), Some("site.example")));
    assert_eq!(parsed.max_age(), Some(60));
    assert_eq!(parsed.expires(), Some(784_111_777));
    assert_eq!(parsed.attributes.len(), 8);
}

#[test]
fn name_and_value_are_split_as_user_agents_do() {
    for (line, name, value) in [
        ("a=b=c", "a", "b=c"),
        ("abc", "", "abc"),
        ("=abc", "", "abc"),
        ("a=", "a", ""),
        ("", "", ""),
        (";", "", ""),
        ("a=\"b\"", "a", "\"b\""),
        ("a=b\u{a0}", "a", "b\u{a0}"),
        ("Set-Cookie2: a=b", "Set-Cookie2: a", "b"),
        ("< Set-Cookie : a=b", "a", "b"),
    ] {
        let parsed = parse_set_cookie(line);
        assert_eq!((parsed.name.as_str(), parsed.value.expose_secret()), (name, value), "{line}");
    }
}

#[test]
fn last_valid_attribute_counts() {
    let parsed =
        parse_set_cookie("a=b; Max-Age=1; Max-Age=2; Max-Age=x; Path=/a; Path=b; SameSite=Lax; SameSite=?");
    assert_eq!((parsed.max_age(), parsed.path(), parsed.same_site()), (Some(2), None, None));
    let long = format!("a=b; Domain=x.example; Domain={}", "y".repeat(1025));
    assert_eq!(parse_set_cookie(&long).domain(), Some("x.example"));
    assert_eq!(parse_set_cookie("a=b; Domain=x.example; Domain=").domain(), None);
    for (text, expected) in [
        ("-5", Some(-5)),
        ("0", Some(0)),
        ("99999999999999999999", Some(i64::MAX)),
        ("+1", None),
        ("-", None),
        ("1e3", None),
    ] {
        assert_eq!(parse_max_age(text), expected, "{text}");
    }
}

#[test]
fn folded_lines_are_recognised() {
    for (line, expected) in [
        ("Set-Cookie: a=1; Path=/, b=2; Path=/", true),
        ("a=1; Secure, b=2", true),
        ("a=1,b=2; Path=/", true),
        ("a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT, b=2; Secure", true),
        ("a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/", false),
        ("a=1; Path=/a, b; Secure=x", false),
        ("a=b=c; Path=/", false),
        ("a=1,2,3; Path=/", false),
    ] {
        assert_eq!(parse_set_cookie(line).is_folded, expected, "{line}");
    }
}

#[test]
fn line_that_user_agents_ignore_is_not_read() {
    assert!(!parse_set_cookie("a=b\0c").is_read());
    assert!(!parse_set_cookie("a=b; Path=/\r\nX: y").is_read());
    assert!(!parse_set_cookie("").is_read());
    assert!(!parse_set_cookie(&format!("a={}", "b".repeat(4096))).is_read());
    assert!(parse_set_cookie("a=b\tc").is_read());
}

#[test]
fn cookie_line_is_read_as_pairs() {
    let parsed = parse_cookie_header("> cookie: a=1; b = 2;; c; d=\"x\" ");
    let pairs: Vec<_> = parsed.pairs.iter().map(|p| (p.name.as_str(), p.value.expose_secret())).collect();
    assert_eq!(pairs, [("a", "1"), ("b", "2"), ("", "c"), ("d", "\"x\"")]);
}

#[test]
fn debug_output_hides_every_value() {
    let line = "Set-Cookie: a=hunter2; hunter2; x=hunter2";
    assert!(!format!("{:?}", parse_set_cookie(line)).contains("hunter2"));
    assert!(!format!("{:?}", parse_cookie_header("Cookie: a=hunter2; hunter2")).contains("hunter2"));
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let life = (prop::option::of(0u64..=34_560_000), prop::option::of(0i64..=253_402_300_799));
    (any::<bool>(), "/[a-z/]{0,20}", prop::option::of("[a-z]{1,9}\\.example"), life).prop_map(
        |(http_only, path, domain, (age, expires))| Attributes {
            domain,
            path,
            http_only,
            max_age: age.map(std::time::Duration::from_secs),
            expires,
            ..Attributes::default()
        },
    )
}

proptest! {
    #[test]
    fn any_line_is_read_without_panic(line in "\\PC*|[ -~\\x00-\\x1f]*|(Set-)?Cookie: ([a-zA-Z=;, \"\\-_.]|Path|Max-Age=|Expires=|é)*") {
        let _ = lint(&parse_set_cookie(&line), 0);
        let _ = lint_cookie_header(&parse_cookie_header(&line));
    }

    #[test]
    fn written_cookie_is_read_back(name in "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,40}", value in "[!#-+\\--:<-\\[\\]-~]{1,80}", attributes in attributes()) {
        let cookie = Cookie::new(&name, SecretString::from(value.clone()), attributes.clone()).unwrap();
        let line = cookie.set_cookie();
        prop_assert!(line.expose_secret().bytes().all(|b| (b' '..=b'~').contains(&b)));
        let parsed = parse_set_cookie(line.expose_secret());
        prop_assert_eq!((parsed.name.as_str(), parsed.value.expose_secret()), (name.as_str(), value.as_str()));
        prop_assert_eq!((parsed.path(), parsed.domain()), (Some(attributes.path.as_str()), attributes.domain.as_deref()));
        prop_assert_eq!((parsed.is_secure(), parsed.is_http_only()), (true, attributes.http_only));
        prop_assert_eq!(parsed.max_age(), attributes.max_age.map(|age| i64::try_from(age.as_secs()).unwrap()));
        prop_assert_eq!(parsed.expires(), attributes.expires);
        let sent = parse_cookie_header(cookie.cookie().expose_secret());
        prop_assert_eq!((sent.pairs[0].name.as_str(), sent.pairs[0].value.expose_secret()), (name.as_str(), value.as_str()));
    }

    #[test]
    fn no_input_adds_an_attribute_or_a_line(name in "\\PC*|[ -~\\r\\n;]*", value in "\\PC*|[ -~\\r\\n;]*", path in "/[ -~\\r\\n;é]*") {
        if let Ok(cookie) = Cookie::new(&name, SecretString::from(value), Attributes { path, ..Attributes::default() }) {
            let line = cookie.set_cookie();
            prop_assert_eq!(line.expose_secret().split(';').count(), 5);
            prop_assert!(line.expose_secret().bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}

#[test]
fn cookie_values_are_those_of_parse_cookie_header() {
    for field in [
        "",
        "a=1",
        " a = 1 ;b=2; a=3",
        "a=1;a=",
        "xa=1; a",
        "ab=1; a=\"2\"",
        "a=1,a=2; A=3",
        "a==1",
        "; ;a=1;",
    ] {
        let parsed = parse_cookie_header(field);
        let expected: Vec<&str> = parsed
            .pairs
            .iter()
            .filter(|pair| pair.name == "a")
            .map(|pair| pair.value.expose_secret())
            .collect();
        let found: Vec<&str> =
            cookie_values(field.as_bytes(), b"a").map(|value| std::str::from_utf8(value).unwrap()).collect();
        assert_eq!(found, expected, "{field:?}");
    }
}
