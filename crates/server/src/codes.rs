//! The one-time codes with which a site exchanges a single sign-on session for a session of its own (RFC 6749 §4.1.2).
//! They are in memory only: where a restart loses one, the browser makes the round trip once more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sessionctl_core::model::session::SessionId;

/// How long a code can be redeemed.
const CODE_LIFETIME: Duration = Duration::from_secs(60);
/// Codes of one single sign-on session. The oldest gives way, so that nobody takes all places.
const MAX_CODES_PER_PARENT: usize = 32;
/// Codes at once. Each belongs to an active single sign-on session.
const MAX_CODES: usize = 10_000;
/// Bytes of a code.
pub(crate) const CODE_BYTES: usize = 32;

/// What a code was issued for.
#[derive(Clone, Debug)]
struct Issued {
    parent: SessionId,
    site: usize,
    state: String,
    at: Instant,
    use_: Use,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Unused,
    /// It was redeemed, for this session once that is created.
    Redeemed(Option<SessionId>),
    /// It was presented again before that.
    Reused,
}

/// What a code is to the site that presents it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redeemed {
    /// It is valid, and no longer is from now on.
    Parent(SessionId),
    /// It was redeemed before, for this session: two browsers have it.
    Again(Option<SessionId>),
    /// It is unknown, expired, or another site's or browser's.
    Invalid,
}

/// The codes of a front.
#[derive(Debug, Default)]
pub(crate) struct Codes(Mutex<HashMap<String, Issued>>);

impl Codes {
    /// Issues a code of random bytes; `None` where there are too many.
    pub(crate) fn issue(
        &self,
        random: [u8; CODE_BYTES],
        parent: SessionId,
        site: usize,
        state: &str,
        now: Instant,
    ) -> Option<String> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() >= MAX_CODES {
            codes.retain(|_, issued| now.duration_since(issued.at) < CODE_LIFETIME);
            if codes.len() >= MAX_CODES {
                return None;
            }
        }
        let own = codes.iter().filter(|(_, issued)| issued.parent == parent);
        if own.clone().count() >= MAX_CODES_PER_PARENT {
            let oldest = own.min_by_key(|(_, issued)| issued.at).map(|(code, _)| code.clone());
            oldest.and_then(|code| codes.remove(&code));
        }
        let code = hex::encode(random);
        let issued = Issued { parent, site, state: state.to_owned(), at: now, use_: Use::Unused };
        codes.insert(code.clone(), issued);
        Some(code)
    }

    /// Redeems a code.
    pub(crate) fn redeem(&self, code: &str, site: usize, state: &str, now: Instant) -> Redeemed {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(issued) = codes.get_mut(code) else { return Redeemed::Invalid };
        if now.duration_since(issued.at) >= CODE_LIFETIME || issued.site != site || issued.state != state {
            return Redeemed::Invalid;
        }
        match issued.use_ {
            Use::Redeemed(Some(session)) => Redeemed::Again(Some(session)),
            Use::Redeemed(None) | Use::Reused => {
                issued.use_ = Use::Reused;
                Redeemed::Again(None)
            }
            Use::Unused => {
                issued.use_ = Use::Redeemed(None);
                Redeemed::Parent(issued.parent)
            }
        }
    }

    /// Remembers the session that a code was redeemed for. Whether the code was not presented again meanwhile:
    /// otherwise two browsers have it.
    pub(crate) fn created(&self, code: &str, session: SessionId) -> bool {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(issued) = codes.get_mut(code) else { return true };
        let is_sole = issued.use_ != Use::Reused;
        issued.use_ = Use::Redeemed(Some(session));
        is_sole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_that_asks_for_many_codes_takes_no_place_of_others() {
        let (codes, now) = (Codes::default(), Instant::now());
        let id = |number| SessionId::new(number).unwrap();
        let other = codes.issue([255; CODE_BYTES], id(8), 0, "state", now).unwrap();
        let first = codes.issue([0; CODE_BYTES], id(7), 0, "state", now).unwrap();
        for number in 1..=MAX_CODES_PER_PARENT {
            let mut random = [1; CODE_BYTES];
            random[0] = u8::try_from(number).unwrap();
            codes.issue(random, id(7), 0, "state", now + Duration::from_millis(1)).unwrap();
        }
        assert_eq!(codes.redeem(&first, 0, "state", now), Redeemed::Invalid);
        assert_eq!(codes.redeem(&other, 0, "state", now), Redeemed::Parent(id(8)));
        assert_eq!(codes.0.lock().unwrap().len(), MAX_CODES_PER_PARENT + 1);
    }

    #[test]
    fn code_is_valid_once_for_its_site_and_browser() {
        let (codes, now) = (Codes::default(), Instant::now());
        let id = |number| SessionId::new(number).unwrap();
        let code = codes.issue([1; CODE_BYTES], id(7), 0, "state", now).unwrap();
        assert_eq!(codes.redeem("x", 0, "state", now), Redeemed::Invalid);
        assert_eq!(codes.redeem(&code, 1, "state", now), Redeemed::Invalid);
        assert_eq!(codes.redeem(&code, 0, "other", now), Redeemed::Invalid);
        assert_eq!(codes.redeem(&code, 0, "state", now), Redeemed::Parent(id(7)));
        assert!(codes.created(&code, id(8)));
        assert_eq!(codes.redeem(&code, 0, "state", now), Redeemed::Again(Some(id(8))));
        // Presented by two at once: the session is not created yet when the second one comes.
        let shared = codes.issue([3; CODE_BYTES], id(7), 0, "state", now).unwrap();
        assert_eq!(codes.redeem(&shared, 0, "state", now), Redeemed::Parent(id(7)));
        assert_eq!(codes.redeem(&shared, 0, "state", now), Redeemed::Again(None));
        assert!(!codes.created(&shared, id(9)));
        let late = codes.issue([2; CODE_BYTES], id(7), 0, "state", now).unwrap();
        assert_eq!(codes.redeem(&late, 0, "state", now + CODE_LIFETIME), Redeemed::Invalid);
    }
}
