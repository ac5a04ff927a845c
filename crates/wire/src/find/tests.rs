//! Every form that this program and the web hand out, and texts that must not be taken for a token.

use std::time::Duration;

use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};

use super::*;
use crate::cookie::{Attributes, Cookie, DEFAULT_NAME};

mod pastes;

const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";
const OTHER: &str = "0000c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.AAAA";

fn is_token(word: &str) -> bool {
    let digits = word.strip_prefix("sctl_").unwrap_or(word);
    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Writes the placeholders as a token and another one, reads the text, and returns what was found.
fn find_in(text: &str) -> Result<(String, Form), FindError> {
    let text = text.replace("OTHER", OTHER).replace("TOKEN", TOKEN).replace("JWT", JWT);
    find_token(text.as_bytes(), &is_token).map(|found| (found.value.expose_secret().to_owned(), found.form))
}

#[test]
fn token_is_found_in_every_form_of_the_web() {
    for (text, form) in [
        ("TOKEN", Form::Bare),
        ("sctl_TOKEN", Form::Bare),
        (" \t\"TOKEN\"\r\n", Form::Bare),
        ("'\"TOKEN\"'\n\n", Form::Bare),
        ("`TOKEN`", Form::Bare),
        ("\u{FEFF}TOKEN\n", Form::Bare),
        ("started session 1 for alice\nTOKEN\n", Form::Bare),
        ("TOKEN\nTOKEN\n", Form::Bare),
        ("Bearer TOKEN", Form::Bearer),
        ("bearer  'TOKEN'", Form::Bearer),
        ("Authorization: Bearer TOKEN\r\n", Form::Bearer),
        ("\"authorization: bearer TOKEN\"", Form::Bearer),
        ("> Authorization: Bearer TOKEN", Form::Bearer),
        ("-H \"Authorization: Bearer TOKEN\"", Form::Bearer),
        ("header = \"Authorization: Bearer TOKEN\"", Form::Bearer),
        ("X-Auth-Token: TOKEN", Form::Bearer),
        ("oauth2-bearer = \"TOKEN\"", Form::Bare),
        ("Cookie: a=b; __Host-session=TOKEN", Form::Cookie),
        ("cookie: sid=TOKEN; theme=dark", Form::Cookie),
        ("Set-Cookie: __Host-session=TOKEN; Path=/; Secure", Form::Cookie),
        ("< set-cookie: __Host-session=\"TOKEN\"; Path=/", Form::Cookie),
        ("__Host-session=TOKEN; Path=/; Secure", Form::Cookie),
        ("-b '__Host-session=TOKEN'", Form::Cookie),
        ("--cookie \"__Host-session=TOKEN\"", Form::Cookie),
        ("SESSIONCTL_TOKEN=\"TOKEN\"", Form::Cookie),
        ("export SESSIONCTL_TOKEN=TOKEN", Form::Cookie),
        ("{\"token\":\"TOKEN\",\"id\":1,\"label\":\"OTHER\"}", Form::Json),
        ("{\"sessions\":[{\"token\":\"TOKEN\"}]}", Form::Json),
        ("{\"access_token\":\"TOKEN\",\"token_type\":\"Bearer\"}", Form::Json),
        ("[\"TOKEN\"]", Form::Json),
        ("\u{201c}TOKEN\u{201d}", Form::Bare),
        ("\u{201e}TOKEN\u{201c}", Form::Bare),
        ("\u{2018}TOKEN\u{2019},", Form::Bare),
        ("\u{ab}\u{a0}TOKEN\u{a0}\u{bb}", Form::Bare),
        ("<TOKEN>", Form::Bare),
        ("TOKEN;", Form::Bare),
        ("\"TOKEN\",\n", Form::Bare),
        ("Bearer \u{201c}TOKEN\u{201d}", Form::Bearer),
        ("curl -b __Host-session=TOKEN https://shop.example/", Form::Cookie),
        ("curl https://shop.example/ -b '__Host-session=TOKEN; theme=dark' --compressed", Form::Cookie),
        ("$ curl -sS -H 'Cookie: a=b; __Host-session=TOKEN' https://shop.example/", Form::Cookie),
        ("curl --cookie=__Host-session=TOKEN x", Form::Cookie),
        ("curl -H\"Authorization: Bearer TOKEN\" x", Form::Bearer),
        ("curl --oauth2-bearer TOKEN x", Form::Bearer),
        ("wget --header='Cookie: __Host-session=TOKEN' x", Form::Cookie),
        (
            "curl 'https://shop.example/0123456789abcdef0123456789abcdef.js' \\\n  -H 'accept: */*' \\\n  -H \
             'if-none-match: \"OTHER\"' \\\n  -H $'cookie: __Host-session=TOKEN; a=b' \\\n  --compressed",
            Form::Cookie,
        ),
        (
            "curl ^\"https://shop.example/^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -b ^\"__Host-session=TOKEN^\"",
            Form::Cookie,
        ),
    ] {
        let token = if text.contains("sctl_") { format!("sctl_{TOKEN}") } else { TOKEN.to_owned() };
        assert_eq!(find_in(text), Ok((token, form)), "{text}");
    }
}

#[test]
fn token_is_found_in_every_form_of_this_program() {
    let attributes = || Attributes { max_age: Some(Duration::from_secs(60)), ..Attributes::default() };
    for name in [DEFAULT_NAME, "sid"] {
        let cookie = Cookie::new(name, SecretString::from(TOKEN), attributes()).unwrap();
        for (text, form) in [
            (cookie.set_cookie(), Form::Cookie),
            (cookie.cookie(), Form::Cookie),
            (cookie.curl_config(), Form::Cookie),
            (cookie.netscape_jar("localhost", Some(1_800_000_000)).unwrap(), Form::Jar),
        ] {
            assert_eq!(find_in(text.expose_secret()), Ok((TOKEN.to_owned(), form)), "{name} {form:?}");
        }
    }
}

#[test]
fn token_is_found_in_a_whole_http_response() {
    let response = "HTTP/1.1 200 OK\r\nDate: Wed, 25 Nov 2026 20:00:00 GMT\r\nETag: \"OTHER\"\r\n\
        Set-Cookie: theme=dark; Path=/\r\nSet-Cookie: __Host-session=TOKEN; Path=/; Secure\r\n\r\n<p>Hello</p>\r\n";
    assert_eq!(find_in(response), Ok((TOKEN.to_owned(), Form::Cookie)));
}

#[test]
fn token_is_found_in_a_trace_that_repeats_it() {
    let trace = "> GET / HTTP/1.1\n> Cookie: __Host-session=TOKEN\n* Added cookie __Host-session=\"TOKEN\" for domain a\n";
    assert_eq!(find_in(trace), Ok((TOKEN.to_owned(), Form::Cookie)));
    let trace = "* Connected to a\n> Cookie: __Host-session=TOKEN\n* Added cookie __Host-session=\"TOKEN\" for domain a\n";
    assert_eq!(find_in(trace), Ok((TOKEN.to_owned(), Form::Cookie)));
    assert_eq!(find_in(&trace.replace("\"TOKEN", "\"OTHER")), Err(FindError::Unclear));
}

#[test]
fn body_of_an_http_message_counts_only_as_json() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: x\r\nSet-Cookie: __Host-session=TOKEN; Path=/\r\n\r\n";
    let page = format!("{head}<input name=\"csrf\" value=\"OTHER\">\r\n");
    assert_eq!(find_in(&page), Ok((TOKEN.to_owned(), Form::Cookie)));
    let json = "HTTP/2 200\r\ncontent-type: application/json\r\n\r\n{\"access_token\":\"TOKEN\"}";
    assert_eq!(find_in(json), Ok((TOKEN.to_owned(), Form::Json)));
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n{page}");
    assert_eq!(find_in(&redirect), Ok((TOKEN.to_owned(), Form::Cookie)));
    assert_eq!(find_in(&format!("{head}{{\"token\":\"OTHER\"}}")), Err(FindError::Several(2)));
}

#[test]
fn token_is_found_in_utf_16() {
    let units: Vec<u16> = format!("{TOKEN}\r\n").encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let marked = [&[0xFF, 0xFE], little.as_slice()].concat();
    let marked_big = [&[0xFE, 0xFF], big.as_slice()].concat();
    for bytes in [little, big, marked, marked_big] {
        let found = find_token(&bytes, &is_token).unwrap();
        assert_eq!(found.value.expose_secret(), TOKEN);
    }
}

#[test]
fn default_cookie_name_decides_between_cookies() {
    assert_eq!(
        find_in("Cookie: csrf=OTHER; __Host-session=TOKEN"),
        Ok((TOKEN.to_owned(), Form::Cookie)),
        "a token in a cookie of another name does not count"
    );
    assert_eq!(find_in("Cookie: csrf=OTHER; sid=TOKEN"), Err(FindError::Several(2)));
    assert_eq!(find_in("Cookie: __Host-session=OTHER; __Host-session=TOKEN"), Err(FindError::Several(2)));
}

#[test]
fn two_tokens_are_refused() {
    for text in [
        "TOKEN\nOTHER\n",
        "TOKEN OTHER",
        "TOKEN,OTHER",
        "Bearer TOKEN\nBearer OTHER",
        "Cookie: __Host-session=OTHER\nSet-Cookie: __Host-session=TOKEN",
        "{\"sessions\":[{\"token\":\"TOKEN\"},{\"token\":\"OTHER\"}]}",
        "{\"token\":\"TOKEN\"}\n{\"token\":\"OTHER\"}\n",
    ] {
        assert_eq!(find_in(text), Err(FindError::Several(2)), "{text}");
    }
}

#[test]
fn damaged_and_embedded_tokens_are_reported_as_unclear() {
    let short = &TOKEN[1..];
    for text in [
        short.to_owned(),
        format!("{TOKEN}0"),
        TOKEN.to_uppercase(),
        format!("TOKEN\n{short}"),
        format!("Bearer {short}"),
        format!("{{\"token\":\"{short}\"}}"),
        "GET /?session=TOKEN HTTP/1.1".into(),
        "https://shop.example/?session=TOKEN".into(),
        "{\"token\":\"TOKEN\"".into(),
        "Set-Cookie: a=1; Path=/, __Host-session=TOKEN".into(),
        "lost token TOKEN found".into(),
    ] {
        assert_eq!(find_in(&text), Err(FindError::Unclear), "{text}");
    }
}

#[test]
fn text_without_a_token_is_reported_as_such() {
    for text in [
        "hello",
        "42",
        "Bearer",
        "Bearer abc",
        "Authorization: Basic YWxpY2U6c2VjcmV0",
        "Cookie:",
        "Cookie: a=b",
        "Set-Cookie: __Host-session=; Path=/; Max-Age=0",
        "# only a comment",
        "{}",
        "{\"token\":null}",
        "[1, 2]",
        "null",
        "HTTP/1.1 401 Unauthorized\r\n\r\n",
    ] {
        assert_eq!(find_in(text), Err(FindError::NotAToken), "{text}");
    }
    for text in ["", " \r\n\t", "\"\"", "\u{FEFF}"] {
        assert_eq!(find_in(text), Err(FindError::Empty), "{text}");
    }
    for bytes in [&b"\xff\xfe\x00"[..], b"\x80\x81", b"\xff\xfe\x00\xd8"] {
        assert_eq!(find_token(bytes, &is_token).unwrap_err(), FindError::NotText, "{bytes:?}");
    }
}

#[test]
fn jwt_and_token_are_told_apart() {
    let text = |text: &str| text.replace("TOKEN", TOKEN).replace("JWT", JWT).into_bytes();
    for form in
        ["JWT", " 'JWT'\n", "Bearer JWT", "Authorization: Bearer JWT", "{\"jwt\":\"JWT\"}", "Cookie: s=JWT"]
    {
        let found = find_jwt(&text(form), &is_token).unwrap();
        assert_eq!((found.value.expose_secret(), found.is_jwt), (JWT, true), "{form}");
        assert_eq!(find_token(&text(form), &is_token).unwrap_err(), FindError::IsJwt, "{form}");
        assert!(find_token_or_jwt(&text(form), &is_token).unwrap().is_jwt);
    }
    assert_eq!(find_jwt(&text("TOKEN"), &is_token).unwrap_err(), FindError::IsToken);
    let both = text("Authorization: Bearer JWT\nCookie: __Host-session=TOKEN");
    assert!(find_jwt(&both, &is_token).unwrap().is_jwt);
    assert!(!find_token(&both, &is_token).unwrap().is_jwt);
    assert_eq!(find_token_or_jwt(&both, &is_token).unwrap_err(), FindError::Several(2));
}

#[test]
fn debug_output_and_errors_hide_the_token() {
    let found = find_token(TOKEN.as_bytes(), &is_token).unwrap();
    assert!(!format!("{found:?}").contains(TOKEN));
    assert!(!find_in(&TOKEN[1..]).unwrap_err().to_string().contains(&TOKEN[2..10]));
}

proptest! {
    #[test]
    fn find_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = find_token(&bytes, &is_token);
    }

    #[test]
    fn found_value_is_always_a_token(text in "(Cookie: |Set-Cookie: |Bearer |\\{\"token\":|[a-z=;\"' \\t\\n]|a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2){0,12}") {
        if let Ok(found) = find_token(text.as_bytes(), &is_token) {
            prop_assert!(is_token(found.value.expose_secret()) && text.contains(found.value.expose_secret()));
        }
    }
}
