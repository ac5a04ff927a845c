//! The prefixes of cookie names, and what each requires of the cookie.

/// A prefix of a cookie's name that user agents enforce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prefix {
    /// `__Secure-`: requires Secure (RFC 6265bis §4.1.3.1).
    Secure,
    /// `__Host-`: requires Secure and Path=/, and forbids Domain (RFC 6265bis §4.1.3.2).
    Host,
    /// `__Http-`: requires Secure and HttpOnly (draft-ietf-httpbis-layered-cookies §4.1.3.3).
    Http,
    /// `__Host-Http-`: all of them (draft-ietf-httpbis-layered-cookies §4.1.3.4).
    HostHttp,
}

/// A longer prefix comes before the shorter one that it begins with.
const ALL: [Prefix; 4] = [Prefix::HostHttp, Prefix::Host, Prefix::Http, Prefix::Secure];

impl Prefix {
    /// The prefix of `name`, in upper or lower case: user agents enforce `__HOST-` like `__Host-` (RFC 6265bis §5.4).
    #[must_use]
    pub fn of(name: &str) -> Option<Prefix> {
        let begins = |p: &Prefix| {
            name.as_bytes()
                .get(..p.as_str().len())
                .is_some_and(|b| b.eq_ignore_ascii_case(p.as_str().as_bytes()))
        };
        ALL.into_iter().find(begins)
    }

    /// The prefix in its exact case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Prefix::Secure => "__Secure-",
            Prefix::Host => "__Host-",
            Prefix::Http => "__Http-",
            Prefix::HostHttp => "__Host-Http-",
        }
    }

    /// Where the prefix is defined.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Prefix::Secure => "RFC 6265bis §4.1.3.1",
            Prefix::Host => "RFC 6265bis §4.1.3.2",
            Prefix::Http => "layered-cookies §4.1.3.3",
            Prefix::HostHttp => "layered-cookies §4.1.3.4",
        }
    }

    /// Where it is defined that user agents enforce the prefix in upper and lower case.
    #[must_use]
    pub fn case_rule(self) -> &'static str {
        match self {
            Prefix::Secure | Prefix::Host => "RFC 6265bis §5.4",
            Prefix::Http | Prefix::HostHttp => self.rule(),
        }
    }

    /// Whether the prefix binds the cookie to one host: Path=/ and no Domain.
    #[must_use]
    pub fn needs_host_only(self) -> bool {
        matches!(self, Prefix::Host | Prefix::HostHttp)
    }

    /// Whether the prefix requires HttpOnly. Every prefix requires Secure.
    #[must_use]
    pub fn needs_http_only(self) -> bool {
        matches!(self, Prefix::Http | Prefix::HostHttp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_prefix_is_found_in_any_case() {
        for (name, expected) in [
            ("__Host-session", Some(Prefix::Host)),
            ("__HOST-session", Some(Prefix::Host)),
            ("__Host-Http-session", Some(Prefix::HostHttp)),
            ("__http-session", Some(Prefix::Http)),
            ("__Secure-", Some(Prefix::Secure)),
            ("__Host", None),
            ("session", None),
            ("é__Host-", None),
            ("", None),
        ] {
            assert_eq!(Prefix::of(name), expected, "{name}");
        }
    }
}
