//! Requests at random: paths that proxies resolve in different ways, headers that a proxy or the gate reads, and bodies
//! that hide a second request.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use crate::http::Request;
use crate::long::is_long;

const SEGMENTS: [&str; 32] = [
    "_session",
    "/",
    "..",
    ".",
    "%2e",
    "%2f",
    "%5c",
    "\\",
    "auth",
    "shop",
    "secret",
    ";",
    "?",
    "a=b",
    "-",
    "%00",
    "%",
    "login",
    "forward",
    "//",
    "&",
    "=",
    "@",
    ":",
    "*",
    "~",
    "%ff",
    "+",
    "%252e",
    "_session-gate",
    "%0d%0a",
    "#",
];
const NAMES: [&str; 20] = [
    "Cookie",
    "Authorization",
    "Accept",
    "Upgrade",
    "Expect",
    "X-Forwarded-Uri",
    "X-Forwarded-Host",
    "X-Forwarded-Prefix",
    "X-Original-URL",
    "Range",
    "X-Forwarded-For",
    "Remote-User",
    "Referer",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Dest",
    "Connection",
    "If-None-Match",
    "X-HTTP-Method-Override",
    "TE",
    "Forwarded",
];
const VALUES: [&str; 18] = [
    "*/*",
    "text/html",
    "navigate",
    "document",
    "websocket",
    "100-continue",
    "close, Remote-User",
    "keep-alive, X-Forwarded-For, Cookie",
    "bytes=0-1",
    "__Host-Http-session=",
    "Bearer sctl_",
    "/_session/login",
    "alice",
    "127.0.0.1",
    "\"x\"",
    "trailers",
    "for=127.0.0.1;host=localhost",
    "GET",
];
const METHODS: [&str; 9] = ["GET", "POST", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH", "PROPFIND", "TRACE"];
/// For an answer. What reaches the application later is noticed by a later check.
const PATIENCE: Duration = Duration::from_millis(500);
/// A request that would follow on the same connection.
const HIDDEN: &str = "GET /secret HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// The same in every run; in the long form another in each, which a failure names.
pub(crate) fn seed() -> u64 {
    let drawn = || RandomState::new().build_hasher().finish() | 1;
    if is_long() { drawn() } else { 0x5eed }
}

/// Numbers from a seed (xorshift64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn path(&mut self) -> String {
        let mut path = String::from("/");
        for _ in 0..self.below(8) {
            path.push_str(self.pick(&SEGMENTS));
        }
        // Any other byte that a head can hold.
        for _ in 0..self.below(3) {
            let at = self.below(path.len()) + 1;
            path.insert(at, char::from(u8::try_from(0x21 + self.below(0x5e)).unwrap_or(b'!')));
        }
        path
    }

    /// A request for the same address as `base`, and what it is, for a failure.
    pub(crate) fn request(&mut self, base: &Request) -> (String, Request) {
        let (method, path) = (self.pick(&METHODS), self.path());
        let path = if self.below(20) == 0 { format!("http://localhost{path}") } else { path };
        let line = format!("{method} {path} HTTP/1.1");
        // Some proxies wait for the rest of a body, or keep the connection open behind an answer.
        let (mut request, mut what) = (base.clone().line(&line).patience(PATIENCE), line);
        for _ in 0..self.below(5) {
            let (name, value) = (self.pick(&NAMES), self.pick(&VALUES));
            what.push_str(&format!("\n{name}: {value}"));
            request = request.with(name, value);
        }
        for field in self.body() {
            what.push_str(&format!("\n{}: {}", field.0, field.1));
            request = request.with(field.0, field.1);
        }
        if what.contains("Content-Length") || what.contains("Transfer-Encoding") {
            request = request.trailing(&format!("0\r\n\r\n{HIDDEN}"));
        }
        (what, request)
    }

    /// Fields about the body: of one request in five, and such that two servers may see its end in different places.
    fn body(&mut self) -> &'static [(&'static str, &'static str)] {
        match self.below(25) {
            0 => &[("Content-Length", "0")],
            1 => &[("Transfer-Encoding", "chunked")],
            2 => &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
            3 => &[("Transfer-Encoding", "xchunked"), ("Content-Length", "0")],
            4 => &[("Content-Length", "0"), ("Content-Length", "50")],
            _ => &[],
        }
    }
}
