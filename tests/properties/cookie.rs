//! Cookie and Set-Cookie lines: every written line is read back, and the linter never panics.

use secrecy::{ExposeSecret as _, SecretString};
use sessionctl_core::model::time::Timestamp;
use sessionctl_wire::cookie::{
    Attributes, Cookie, Found, find_session_value, lint, lint_cookie_header, parse_cookie_header,
    parse_set_cookie,
};

pub(crate) fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let now = Timestamp::from_unix(1_800_000_000);
    let _ = lint(&parse_set_cookie(text), now.unix());
    let _ = lint_cookie_header(&parse_cookie_header(text));
    let _ = find_session_value(text, "__Host-session");
    if let Ok(cookie) = Cookie::new("__Host-session", SecretString::from(text), Attributes::default()) {
        let line = cookie.set_cookie();
        assert!(!line.expose_secret().trim_end().contains(['\r', '\n']), "a value broke out of its line");
        match find_session_value(line.expose_secret(), "__Host-session") {
            Found::Value(value) => assert_eq!(value.expose_secret(), text),
            _ => panic!("what is written is not read"),
        }
    }
}
