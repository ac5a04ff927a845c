//! The forms in which a cookie is written: as a server sets it, as a client sends it, and as curl reads it. Each
//! contains the secret. Nothing is escaped, because a [`Cookie`] has no character that needs it.

use secrecy::{ExposeSecret as _, SecretString};

use super::build::{Cookie, CookieError};
use super::date::imf_fixdate;
use super::jar::HTTP_ONLY_MARK;
use super::octets::is_host_name;
use crate::UnixSeconds;

impl Cookie {
    /// The header field that a server sends, without a line end: `Set-Cookie: name=value; Path=/; …`
    /// (RFC 6265bis §4.1.1).
    #[must_use]
    pub fn set_cookie(&self) -> SecretString {
        self.around("Set-Cookie: ", &self.tail())
    }

    /// The value of the header field that a server sends: `name=value; Path=/; …`.
    #[must_use]
    pub fn set_cookie_value(&self) -> SecretString {
        self.around("", &self.tail())
    }

    /// The attributes, each behind a semicolon.
    fn tail(&self) -> String {
        let attributes = &self.attributes;
        let mut tail = format!("; Path={}", attributes.path);
        if let Some(domain) = &attributes.domain {
            tail.push_str(&format!("; Domain={domain}"));
        }
        if attributes.secure {
            tail.push_str("; Secure");
        }
        if attributes.http_only {
            tail.push_str("; HttpOnly");
        }
        tail.push_str(&format!("; SameSite={}", attributes.same_site));
        if let Some(age) = attributes.max_age {
            tail.push_str(&format!("; Max-Age={}", age.as_secs()));
        }
        if let Some(moment) = attributes.expires {
            tail.push_str(&format!("; Expires={}", imf_fixdate(moment)));
        }
        tail
    }

    /// The header field that a client sends, without a line end: `Cookie: name=value` (RFC 6265bis §4.2.1).
    #[must_use]
    pub fn cookie(&self) -> SecretString {
        self.around("Cookie: ", "")
    }

    /// The value of the header field that a client sends: `name=value`.
    #[must_use]
    pub fn cookie_value(&self) -> SecretString {
        self.around("", "")
    }

    /// A configuration file for `curl --config`, which keeps the cookie out of the arguments, where other users of the
    /// machine can see it. Inside the quotes curl interprets backslashes and double quotes; a cookie has neither.
    #[must_use]
    pub fn curl_config(&self) -> SecretString {
        self.around("# read with: curl --config FILE URL\ncookie = \"", "\"\n")
    }

    /// A Netscape cookie jar with this one cookie, for `curl --cookie FILE`: seven fields between tabs. The line of a
    /// cookie that scripts cannot read begins with `#HttpOnly_`. `host` is the site that the cookie is sent to.
    /// `expires` is when the reader of the jar drops the cookie: `None` is the end of the reader's own session.
    ///
    /// # Errors
    /// [`CookieError::Host`] if `host` is not a host name or is outside the cookie's Domain.
    pub fn netscape_jar(
        &self,
        host: &str,
        expires: Option<UnixSeconds>,
    ) -> Result<SecretString, CookieError> {
        let host = host.to_ascii_lowercase();
        if !is_host_name(&host) {
            return Err(CookieError::Host);
        }
        let attributes = &self.attributes;
        let mark = if attributes.http_only { HTTP_ONLY_MARK } else { "" };
        let (scope, subdomains) = match attributes.domain.as_ref().map(|domain| domain.to_ascii_lowercase()) {
            None => (host, "FALSE"),
            Some(domain) if host == domain || host.ends_with(&format!(".{domain}")) => {
                (format!(".{domain}"), "TRUE")
            }
            Some(_) => return Err(CookieError::Host),
        };
        let secure = if attributes.secure { "TRUE" } else { "FALSE" };
        let head = format!(
            "# Netscape HTTP Cookie File\n# read with: curl --cookie FILE URL\n\n{mark}{scope}\t{subdomains}\t{}\t{secure}\t{}\t",
            attributes.path,
            expires.unwrap_or(0),
        );
        Ok(self.joined(&head, "\t", "\n"))
    }

    fn around(&self, head: &str, tail: &str) -> SecretString {
        self.joined(head, "=", tail)
    }

    /// `concat` allocates once, so that no copy of the secret is left behind while the text grows.
    fn joined(&self, head: &str, between: &str, tail: &str) -> SecretString {
        SecretString::from([head, &self.name, between, self.value.expose_secret(), tail].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Attributes, DEFAULT_NAME, SameSite};
    use super::*;

    fn cookie(name: &str, value: &str, attributes: Attributes) -> Result<Cookie, CookieError> {
        Cookie::new(name, SecretString::from(value), attributes)
    }

    fn refusal(name: &str, value: &str, attributes: Attributes) -> CookieError {
        cookie(name, value, attributes).map(|_| ()).unwrap_err()
    }

    #[test]
    fn default_attributes_are_those_of_a_session_cookie() {
        let plain = cookie(DEFAULT_NAME, "abc123", Attributes::default()).unwrap();
        assert_eq!(
            plain.set_cookie().expose_secret(),
            "Set-Cookie: __Host-session=abc123; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
        assert_eq!(plain.cookie().expose_secret(), "Cookie: __Host-session=abc123");
        assert!(plain.curl_config().expose_secret().ends_with("\ncookie = \"__Host-session=abc123\"\n"));
    }

    #[test]
    fn value_is_the_line_without_the_name_of_its_field() {
        let plain = cookie(DEFAULT_NAME, "abc123", Attributes::default()).unwrap();
        for (line, name, value) in [
            (plain.set_cookie(), "Set-Cookie: ", plain.set_cookie_value()),
            (plain.cookie(), "Cookie: ", plain.cookie_value()),
        ] {
            assert_eq!(line.expose_secret().strip_prefix(name), Some(value.expose_secret()));
        }
    }

    #[test]
    fn removing_line_has_no_value_and_no_age() {
        let removing = Cookie::removing(DEFAULT_NAME, Attributes::default()).unwrap();
        assert_eq!(
            removing.set_cookie().expose_secret(),
            "Set-Cookie: __Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn set_cookie_has_every_attribute() {
        let attributes = Attributes {
            domain: Some("site.example".into()),
            path: "/app".into(),
            same_site: SameSite::Strict,
            max_age: Some(Duration::from_secs(3600)),
            expires: Some(784_111_777),
            ..Attributes::default()
        };
        assert_eq!(
            cookie("__Secure-id", "v", attributes).unwrap().set_cookie().expose_secret(),
            "Set-Cookie: __Secure-id=v; Path=/app; Domain=site.example; Secure; HttpOnly; SameSite=Strict; \
             Max-Age=3600; Expires=Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn jar_line_has_seven_fields() {
        let plain = cookie(DEFAULT_NAME, "abc", Attributes::default()).unwrap();
        let jar = plain.netscape_jar("Site.Example", Some(99)).unwrap();
        assert!(jar.expose_secret().starts_with("# Netscape HTTP Cookie File\n"));
        let line = jar.expose_secret().lines().last().unwrap();
        assert_eq!(line, "#HttpOnly_site.example\tFALSE\t/\tTRUE\t99\t__Host-session\tabc");
        let shared =
            Attributes { domain: Some("site.example".into()), http_only: false, ..Attributes::default() };
        let shared = cookie("id", "abc", shared).unwrap();
        let jar = shared.netscape_jar("www.site.example", None).unwrap();
        assert_eq!(jar.expose_secret().lines().last().unwrap(), ".site.example\tTRUE\t/\tTRUE\t0\tid\tabc");
        for host in ["", "a\tb", "a\nb", "https://site.example", "evilsite.example", "example"] {
            assert_eq!(shared.netscape_jar(host, None).map(|_| ()), Err(CookieError::Host), "{host:?}");
        }
    }

    #[test]
    fn contradicting_attributes_are_refused() {
        let base = Attributes::default;
        let domain = || Attributes { domain: Some("site.example".into()), ..base() };
        let open = || Attributes { secure: false, ..base() };
        let scripted = || Attributes { http_only: false, ..base() };
        let deep = || Attributes { path: "/app".into(), ..base() };
        use CookieError as E;
        for (name, attributes, expected) in [
            ("__Host-s", domain(), E::PrefixForbidsDomain("__Host-")),
            ("__Host-s", deep(), E::PrefixNeedsRootPath("__Host-")),
            ("__Host-s", open(), E::PrefixNeedsSecure("__Host-")),
            ("__hOsT-s", domain(), E::PrefixForbidsDomain("__Host-")),
            ("__Secure-s", open(), E::PrefixNeedsSecure("__Secure-")),
            ("__Http-s", open(), E::PrefixNeedsSecure("__Http-")),
            ("__Http-s", scripted(), E::PrefixNeedsHttpOnly("__Http-")),
            ("__Host-Http-s", scripted(), E::PrefixNeedsHttpOnly("__Host-Http-")),
            ("__Host-Http-s", domain(), E::PrefixForbidsDomain("__Host-Http-")),
            ("__Host-Http-s", deep(), E::PrefixNeedsRootPath("__Host-Http-")),
            ("s", Attributes { same_site: SameSite::None, ..open() }, E::NoneNeedsSecure),
            ("s", Attributes { max_age: Some(Duration::from_secs(400 * 86_400 + 1)), ..base() }, E::MaxAge),
            ("s", Attributes { path: "app".into(), ..base() }, E::Path),
            ("s", Attributes { path: "/a; Domain=x".into(), ..base() }, E::Path),
            ("s", Attributes { path: "/a\r\nX: y".into(), ..base() }, E::Path),
            ("s", Attributes { path: "/é".into(), ..base() }, E::Path),
            (
                "s",
                Attributes { path: format!("/{}", "a".repeat(1024)), ..base() },
                E::AttributeTooLong("path"),
            ),
            ("s", Attributes { domain: Some(".site.example".into()), ..base() }, E::Domain),
            ("s", Attributes { domain: Some("a; Path=/".into()), ..base() }, E::Domain),
            ("s", Attributes { domain: Some("a".repeat(1025)), ..base() }, E::AttributeTooLong("domain")),
        ] {
            assert_eq!(refusal(name, "v", attributes), expected, "{name}");
        }
    }

    #[test]
    fn name_and_value_with_a_forbidden_character_are_refused() {
        for bad in ["", "a b", "a;b", "a=b", "a\r\nb", "a\tb", "a\0", "é", "\"a\"", "a,b"] {
            assert_eq!(refusal(bad, "v", Attributes::default()), CookieError::Name, "{bad:?}");
        }
        for bad in ["a b", "a;b", "a\r", "a\nb", "a\tb", "a\0", "a\x7f", "é", "\"a\"", "a,b", "a\\b"] {
            assert_eq!(refusal("s", bad, Attributes::default()), CookieError::Value, "{bad:?}");
        }
        assert_eq!(refusal("s", "", Attributes::default()), CookieError::EmptyValue);
        assert!(
            cookie("s", "", Attributes { max_age: Some(Duration::ZERO), ..Attributes::default() }).is_ok()
        );
        assert!(cookie("s", &"v".repeat(4095), Attributes::default()).is_ok());
        assert_eq!(refusal("s", &"v".repeat(4096), Attributes::default()), CookieError::TooLong);
    }

    #[test]
    fn same_site_keyword_is_read_in_any_case() {
        assert_eq!("sTrIcT".parse(), Ok(SameSite::Strict));
        assert_eq!("maybe".parse::<SameSite>(), Err(CookieError::SameSite));
    }
}
