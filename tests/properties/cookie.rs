//! Cookies and the search for a token: what is written is read back, and any text is read without panic.

use secrecy::{ExposeSecret as _, SecretString};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::token::Token;
use sessionctl_wire::cookie::{
    Attributes, Cookie, LineContent, lint, lint_cookie_header, lint_jar_line, read_cookie_text,
};
use sessionctl_wire::find::{Form, find_token, find_token_or_jwt};

pub(crate) fn holds(bytes: &[u8]) {
    let is_token = |word: &str| Token::parse(word.as_bytes()).is_some();
    if let Ok(found) = find_token(bytes, &is_token) {
        assert!(is_token(found.value.expose_secret()), "what is found is a token");
    }
    let _ = find_token_or_jwt(bytes, &is_token);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let now = Timestamp::from_unix(1_800_000_000).unix();
    let cookies = read_cookie_text(text);
    assert!(cookies.lines.len() + cookies.ignored <= text.lines().count());
    for line in cookies.lines {
        match line.content {
            LineContent::SetCookie(cookie) => drop(lint(&cookie, now)),
            LineContent::Cookie(header) => drop(lint_cookie_header(&header)),
            LineContent::Jar(line) => drop(lint_jar_line(&line, now)),
            _ => {}
        }
    }
    written_cookie_is_read_back(text, &is_token);
}

fn written_cookie_is_read_back(value: &str, is_token: &dyn Fn(&str) -> bool) {
    let Ok(cookie) = Cookie::new("__Host-session", SecretString::from(value), Attributes::default()) else {
        return;
    };
    let line = cookie.set_cookie();
    assert!(!line.expose_secret().contains(['\r', '\n']), "a value broke out of its line");
    let found = find_token(line.expose_secret().as_bytes(), is_token);
    if is_token(value) {
        let found = found.expect("a written token is found");
        assert_eq!((found.value.expose_secret(), found.form), (value, Form::Cookie));
    } else {
        assert!(found.is_err(), "a value that is no token was found");
    }
}
