//! What the demo remembers: the last exchanges of each browser, and what a thief copied.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::HeaderMap;
use hyper::header::COOKIE;
use zeroize::Zeroizing;

use super::clock::DemoClock;
use super::visitors::{Visitor, Visitors};

/// The name of the demo's shop where it is alone, for browsers that do not find `shop.localhost`.
pub const LONE_SHOP: &str = "lone-shop";
/// The user of the demo.
pub const DEMO_USER: &str = "alice";
/// The password of the demo's user. It is shown on the pages.
pub const DEMO_PASSWORD: &str = "correct horse battery staple";
/// Browsers of which a thief holds a token; the first is forgotten for one more.
const MAX_THIEVES: usize = 100;
/// The names of the demo's own cookies begin with this.
const OWN_COOKIES: &str = "demo-";
/// The name of the cookie that names the thief of a browser begins with this.
const THIEF_COOKIE: &str = "demo-thief-";
/// The name of the cookie with the number of a browser begins with this.
const VISITOR_COOKIE: &str = "demo-visitor-";

/// A demo.
pub struct Demo {
    /// The clock of the sandbox.
    pub(super) clock: Arc<DemoClock>,
    /// The sandbox database, for the commands that the pages show.
    pub(super) database: PathBuf,
    /// This program, as it is called in a terminal.
    pub(super) program: String,
    /// Whether SIGHUP ends it.
    pub(crate) ends_with_terminal: bool,
    /// Cookies ignore ports: two demos at once would share theirs.
    port: u16,
    pub(super) visitors: Mutex<Visitors>,
    /// What a thief copied from a browser, by the thief's number.
    stolen: Mutex<BTreeMap<u64, Zeroizing<String>>>,
    /// Sessions whose token was rotated with the button.
    pub(super) rotated: Mutex<BTreeSet<i64>>,
}

impl Demo {
    /// A demo on the sandbox database at a path, whose time `clock` sets. `program` is how this program is called in a
    /// terminal; `port` is where the demo listens.
    #[must_use]
    pub fn new(clock: Arc<DemoClock>, database: PathBuf, program: String, port: u16) -> Self {
        Demo {
            clock,
            database,
            program,
            ends_with_terminal: true,
            port,
            visitors: Mutex::default(),
            stolen: Mutex::default(),
            rotated: Mutex::default(),
        }
    }

    /// Whether the demo ends where its terminal is closed; by default it does. Under `nohup` it must not.
    #[must_use]
    pub fn ends_with_terminal(mut self, ends: bool) -> Self {
        self.ends_with_terminal = ends;
        self
    }

    /// Lets a thief copy a token, and returns the cookie in which the browser keeps the thief's number.
    pub(super) fn steal(&self, token: Zeroizing<String>) -> String {
        let mut stolen = locked(&self.stolen);
        let number = stolen.last_key_value().map_or(1, |(last, _)| last + 1);
        stolen.insert(number, token);
        if stolen.len() > MAX_THIEVES {
            stolen.pop_first();
        }
        format!("{THIEF_COOKIE}{}={number}; Path=/; HttpOnly; SameSite=Lax", self.port)
    }

    /// What the thief of this browser has.
    pub(super) fn stolen_from(&self, headers: &HeaderMap) -> Option<Zeroizing<String>> {
        let number = self.number_in(headers, THIEF_COOKIE)?;
        locked(&self.stolen).get(&number).cloned()
    }

    /// The number in one of the demo's own cookies.
    fn number_in(&self, headers: &HeaderMap, cookie: &str) -> Option<u64> {
        let name = format!("{cookie}{}=", self.port);
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split("; "));
        pairs.find_map(|pair| pair.strip_prefix(&name))?.parse().ok()
    }

    /// Whose request this is, and the cookie in which the browser is to keep that, where it does not.
    pub(super) fn visitor(&self, headers: &HeaderMap, address: &str) -> (Visitor, Option<String>) {
        let named = self.number_in(headers, VISITOR_COOKIE).map(Visitor);
        let visitor = locked(&self.visitors).recognise(named, address);
        let cookie = format!("{VISITOR_COOKIE}{}={}; Path=/; HttpOnly; SameSite=Lax", self.port, visitor.0);
        (visitor, (named != Some(visitor)).then_some(cookie))
    }
}

/// Whether a cookie is the demo's own, which is no part of the story.
pub(super) fn is_of_demo(cookie: &str) -> bool {
    cookie.starts_with(OWN_COOKIES)
}

/// A panic while it was locked left the value whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
