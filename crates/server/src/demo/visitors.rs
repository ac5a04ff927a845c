//! Which exchange is whose: each browser is shown its own, because a panel with the exchanges of several cannot be
//! followed. A browser has a number in a cookie, another at each host; a redirect between hosts that it alone was given
//! joins them.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};

use super::exchange::Exchange;

/// Exchanges on the pages of one browser.
const MAX_EXCHANGES: usize = 8;
/// Exchanges of all browsers; the oldest is forgotten for one more.
const MAX_KEPT_EXCHANGES: usize = 400;
/// Numbers that were joined; the smallest is forgotten for one more.
const MAX_JOINED: usize = 1_000;
/// A redirect whose address has one of these was given to one browser.
const GIVEN_ONCE: [&str; 2] = ["state=", "code="];

/// The number of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Visitor(pub(super) u64);

/// The browsers, and their exchanges.
#[derive(Debug, Default)]
pub(super) struct Visitors {
    /// Numbers of browsers that turned out to be another one's too.
    joined: BTreeMap<Visitor, Visitor>,
    /// The latest first.
    exchanges: VecDeque<(Visitor, Exchange)>,
}

impl Visitors {
    /// The visitor who requests an address, with this number in the cookie.
    pub(super) fn recognise(&mut self, named: Option<Visitor>, address: &str) -> Visitor {
        let led = self.led_to(address);
        match (named.map(|named| self.joined.get(&named).copied().unwrap_or(named)), led) {
            (Some(named), Some(led)) if named != led => {
                self.join(named, led);
                led
            }
            (Some(visitor), _) | (None, Some(visitor)) => visitor,
            (None, None) => Visitor(RandomState::new().hash_one(address)),
        }
    }

    /// Whom a redirect led to an address.
    fn led_to(&self, address: &str) -> Option<Visitor> {
        let is_for_one = GIVEN_ONCE.iter().any(|name| address.contains(name));
        let mut exchanges = self.exchanges.iter().filter(|_| is_for_one);
        exchanges
            .find(|(_, exchange)| exchange.location.as_deref() == Some(address))
            .map(|(visitor, _)| *visitor)
    }

    fn join(&mut self, one: Visitor, other: Visitor) {
        for visitor in self.joined.values_mut().chain(self.exchanges.iter_mut().map(|(visitor, _)| visitor)) {
            if *visitor == one {
                *visitor = other;
            }
        }
        self.joined.insert(one, other);
        if self.joined.len() > MAX_JOINED {
            self.joined.pop_first();
        }
    }

    /// Remembers an exchange.
    pub(super) fn record(&mut self, visitor: Visitor, exchange: Exchange) {
        self.exchanges.push_front((visitor, exchange));
        let mut own = 0;
        self.exchanges.retain(|(owner, _)| {
            own += usize::from(*owner == visitor);
            *owner != visitor || own <= MAX_EXCHANGES
        });
        self.exchanges.truncate(MAX_KEPT_EXCHANGES);
    }

    /// The exchanges of a browser, the latest first.
    pub(super) fn exchanges_of(&self, visitor: Visitor) -> Vec<Exchange> {
        let own = self.exchanges.iter().filter(|(owner, _)| *owner == visitor);
        own.map(|(_, exchange)| exchange.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(line: &str, location: Option<&str>) -> Exchange {
        Exchange {
            line: line.to_owned(),
            cookie: None,
            status: 303,
            gate: None,
            location: location.map(str::to_owned),
            set_cookie: Vec::new(),
            before: None,
            after: None,
            besides: None,
            command: String::new(),
            inspect: None,
            data: None,
            digest: None,
        }
    }

    fn lines(visitors: &Visitors, visitor: Visitor) -> Vec<String> {
        visitors.exchanges_of(visitor).into_iter().map(|exchange| exchange.line).collect()
    }

    #[test]
    fn each_browser_has_its_own_last_exchanges() {
        let mut visitors = Visitors::default();
        let (one, two) = (visitors.recognise(None, "/"), visitors.recognise(None, "/"));
        assert_ne!(one, two);
        assert_eq!(visitors.recognise(Some(one), "/"), one);
        visitors.record(two, exchange("two", None));
        for number in 0..20 {
            visitors.record(one, exchange(&number.to_string(), None));
        }
        assert_eq!(lines(&visitors, one), ["19", "18", "17", "16", "15", "14", "13", "12"]);
        assert_eq!(lines(&visitors, two), ["two"]);
    }

    #[test]
    fn redirect_to_another_host_joins_what_the_browser_did_there() {
        let mut visitors = Visitors::default();
        let shop = visitors.recognise(None, "http://shop/orders");
        let login = visitors.recognise(None, "http://login/sessions");
        visitors.record(login, exchange("sessions", None));
        visitors.record(shop, exchange("orders", Some("http://login/authorize?state=1")));
        assert_eq!(visitors.recognise(Some(login), "http://login/authorize?state=1"), shop);
        assert_eq!(visitors.recognise(Some(login), "http://login/"), shop);
        assert_eq!(lines(&visitors, shop), ["orders", "sessions"]);
        // An address that everybody may ask for joins nobody.
        visitors.record(shop, exchange("start", Some("http://shop/start?rd=/")));
        assert_ne!(visitors.recognise(None, "http://shop/start?rd=/"), shop);
    }
}
