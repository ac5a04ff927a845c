//! The selectors of list, revoke, prune and stats on a foreign table. They mean what they mean on our own
//! sessions; what a row does not show is not matched and is counted as unreadable.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use sessionctl_core::model::address::Cidr;
use sessionctl_core::model::glob;
use sessionctl_core::model::session::Kind;
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::UserName;

use crate::plan::{Field, Plan};
use crate::record::{Owner, Record, State};
use crate::value::{FINGERPRINT_DIGITS, MIN_PREFIX_DIGITS};

/// A filter over records; every part that is set must hold, and of the values of one part any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// These ids, or unique prefixes of fingerprints.
    pub ids: Vec<String>,
    /// Sessions of these users, as they are shown or by id.
    pub users: Vec<String>,
    /// Not those of these users.
    pub not_users: Vec<String>,
    /// Sessions without a user.
    pub anonymous: bool,
    /// Sessions of these kinds.
    pub kinds: Vec<Kind>,
    /// Not those of these kinds.
    pub not_kinds: Vec<Kind>,
    /// Sessions in these states; empty for the default.
    pub states: Vec<State>,
    /// Sessions from these blocks of addresses.
    pub ips: Vec<Cidr>,
    /// Not those from these blocks.
    pub not_ips: Vec<Cidr>,
    /// Sessions last seen from these blocks.
    pub last_ips: Vec<Cidr>,
    /// Not those last seen from these blocks.
    pub not_last_ips: Vec<Cidr>,
    /// Sessions whose User-Agent matches one of these patterns.
    pub user_agents: Vec<String>,
    /// Not those whose User-Agent matches one of these.
    pub not_user_agents: Vec<String>,
    /// Created before this time.
    pub created_before: Option<Timestamp>,
    /// Created at or after this time.
    pub created_after: Option<Timestamp>,
    /// Last seen before this time.
    pub seen_before: Option<Timestamp>,
    /// Last seen at or after this time.
    pub seen_after: Option<Timestamp>,
    /// Ended before this time.
    pub ended_before: Option<Timestamp>,
    /// Ended at or after this time.
    pub ended_after: Option<Timestamp>,
    /// Active, and expired at this time if nothing happens.
    pub expiring_by: Option<Timestamp>,
    /// Not these ids.
    pub except: Vec<String>,
    /// Every session.
    pub all: bool,
}

/// Whether a record matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It matches.
    Yes,
    /// It does not match.
    No,
    /// The row does not show what was asked: it does not match.
    Unreadable,
}

impl Filter {
    /// Whether nothing was selected, which list takes for all and the others refuse.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Filter { ids, users, not_users, kinds, not_kinds, states, .. } = self;
        let blocks = [&self.ips, &self.not_ips, &self.last_ips, &self.not_last_ips];
        let lists = [ids, users, not_users, &self.user_agents, &self.not_user_agents];
        !self.all
            && !self.anonymous
            && lists.iter().all(|list| list.is_empty())
            && kinds.is_empty()
            && not_kinds.is_empty()
            && states.is_empty()
            && blocks.iter().all(|list| list.is_empty())
            && self.times().iter().all(|(time, _, _)| time.is_none())
    }

    /// Whether nothing but the state decides what matches.
    #[must_use]
    pub fn is_by_state_only(&self) -> bool {
        let others = Filter { states: Vec::new(), all: false, ..self.clone() };
        others.is_empty() && self.except.is_empty()
    }

    fn times(&self) -> [(Option<Timestamp>, Field, &'static str); 7] {
        [
            (self.created_before, Field::CreatedAt, "--created-before"),
            (self.created_after, Field::CreatedAt, "--created-after"),
            (self.seen_before, Field::LastSeenAt, "--seen-before"),
            (self.seen_after, Field::LastSeenAt, "--seen-after"),
            (self.ended_before, Field::EndedAt, "--ended-before"),
            (self.ended_after, Field::EndedAt, "--ended-after"),
            (self.expiring_by, Field::ExpiresAt, "--expiring-within"),
        ]
    }

    /// The selectors that the layout cannot answer.
    #[must_use]
    pub fn unanswerable(&self, plan: &Plan) -> Vec<&'static str> {
        let has = |field: Field| plan.has(field) || (field == Field::EndedAt && plan.has(Field::ExpiresAt));
        let times = self.times();
        let times = times.iter().filter(|(time, field, _)| time.is_some() && !has(*field));
        let mut all: Vec<&'static str> = times.map(|(_, _, name)| *name).collect();
        let lists = [
            (!self.ips.is_empty(), Field::Ip, "--ip"),
            (!self.not_ips.is_empty(), Field::Ip, "--not-ip"),
            (!self.last_ips.is_empty(), Field::LastIp, "--last-ip"),
            (!self.not_last_ips.is_empty(), Field::LastIp, "--not-last-ip"),
            (!self.user_agents.is_empty(), Field::UserAgent, "--user-agent"),
            (!self.not_user_agents.is_empty(), Field::UserAgent, "--not-user-agent"),
        ];
        all.extend(lists.iter().filter(|(set, field, _)| *set && !has(*field)).map(|(_, _, name)| *name));
        all
    }

    /// The states that are looked for: active where sessions that expire soon are; those that were given; else any
    /// where sessions are named, all are requested or ended ones are; else active and unknown.
    #[must_use]
    pub fn effective_states(&self) -> Vec<State> {
        let ended = self.ended_before.is_some() || self.ended_after.is_some();
        if self.expiring_by.is_some() {
            let accepts = self.states.is_empty() || self.states.contains(&State::Active);
            accepts.then_some(State::Active).into_iter().collect()
        } else if !self.states.is_empty() {
            self.states.clone()
        } else if self.all || !self.ids.is_empty() || ended {
            vec![State::Active, State::Expired, State::Revoked, State::Unknown]
        } else {
            vec![State::Active, State::Unknown]
        }
    }

    /// The filter, prepared for many records.
    #[must_use]
    pub fn matcher(&self) -> Matcher<'_> {
        let keys = |names: &'_ [String]| names.iter().map(|name| name_key(name)).collect();
        Matcher {
            filter: self,
            states: self.effective_states(),
            users: keys(&self.users),
            not_users: keys(&self.not_users),
            known_keys: RefCell::default(),
        }
    }

    fn by_kind(&self, record: &Record) -> Verdict {
        match record.kind {
            _ if self.kinds.is_empty() && self.not_kinds.is_empty() => Verdict::Yes,
            None => Verdict::Unreadable,
            Some(kind) => {
                of((self.kinds.is_empty() || self.kinds.contains(&kind)) && !self.not_kinds.contains(&kind))
            }
        }
    }

    fn by_client(&self, record: &Record) -> Verdict {
        let within = |blocks: &[Cidr], address: &Option<String>| {
            let address: Option<IpAddr> = address.as_deref().and_then(|ip| ip.parse().ok());
            address.is_some_and(|address| blocks.iter().any(|block| block.contains(address)))
        };
        let by_address = |any_of: &[Cidr], none_of: &[Cidr], address: &Option<String>| {
            (any_of.is_empty() || within(any_of, address))
                && (none_of.is_empty() || !within(none_of, address))
        };
        let agent = record.user_agent.as_deref();
        let like = |patterns: &[String]| {
            agent.is_some_and(|agent| patterns.iter().any(|pattern| glob::matches(pattern, agent)))
        };
        of(by_address(&self.ips, &self.not_ips, &record.ip)
            && by_address(&self.last_ips, &self.not_last_ips, &record.last_ip)
            && (self.user_agents.is_empty() || like(&self.user_agents))
            && !like(&self.not_user_agents))
    }

    fn by_time(&self, record: &Record) -> Verdict {
        let before = |limit: Option<Timestamp>, at: Option<Timestamp>| {
            limit.is_none_or(|limit| at.is_some_and(|at| at < limit))
        };
        let after = |limit: Option<Timestamp>, at: Option<Timestamp>| {
            limit.is_none_or(|limit| at.is_some_and(|at| at >= limit))
        };
        of(before(self.created_before, record.created_at)
            && after(self.created_after, record.created_at)
            && before(self.seen_before, record.last_seen_at)
            && after(self.seen_after, record.last_seen_at)
            && before(self.ended_before, record.ended_at)
            && after(self.ended_after, record.ended_at)
            && self.expiring_by.is_none_or(|limit| record.expires_at.is_some_and(|at| at <= limit)))
    }
}

/// A filter that is prepared for many records.
#[derive(Debug)]
pub struct Matcher<'f> {
    filter: &'f Filter,
    states: Vec<State>,
    users: Vec<String>,
    not_users: Vec<String>,
    /// Keys of the users that were met: to fold a name takes longer than to compare it.
    known_keys: RefCell<HashMap<String, String>>,
}

/// The most names whose keys are kept; then all are forgotten, so that memory does not grow with the table.
const MAX_KNOWN_KEYS: usize = 10_000;

impl Matcher<'_> {
    /// Whether a record in this state can match.
    #[must_use]
    pub fn allows(&self, state: State) -> bool {
        self.states.contains(&state)
    }

    /// The states in which a record can match.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Whether a record matches.
    #[must_use]
    pub fn verdict(&self, record: &Record) -> Verdict {
        let filter = self.filter;
        let names = |ids: &[String]| ids.iter().any(|id| names_id(id, &record.id));
        if !self.allows(record.state)
            || (!filter.ids.is_empty() && !names(&filter.ids))
            || names(&filter.except)
        {
            return Verdict::No;
        }
        let parts =
            [self.by_user(record), filter.by_kind(record), filter.by_client(record), filter.by_time(record)];
        if parts.contains(&Verdict::No) {
            Verdict::No
        } else if parts.contains(&Verdict::Unreadable) {
            Verdict::Unreadable
        } else {
            Verdict::Yes
        }
    }

    fn by_user(&self, record: &Record) -> Verdict {
        let filter = self.filter;
        let asked = !filter.users.is_empty() || !filter.not_users.is_empty() || filter.anonymous;
        if asked && record.owner == Owner::Unknown {
            return Verdict::Unreadable;
        }
        if filter.anonymous && record.kind != Some(Kind::Anonymous) {
            return Verdict::No;
        }
        let is = |names: &[String], keys: &[String]| {
            let others = || record.others.iter();
            let is_id =
                |name: &String| record.user_id() == Some(name) || others().any(|other| other.id == *name);
            names.iter().any(is_id)
                || record.user().is_some_and(|user| self.has_key(user, keys))
                || others().any(|other| self.has_key(other.shown(), keys))
        };
        of((filter.users.is_empty() || is(&filter.users, &self.users))
            && !is(&filter.not_users, &self.not_users))
    }

    /// Names compare as those of our own users do; an id compares exactly.
    fn has_key(&self, user: &str, keys: &[String]) -> bool {
        if keys.is_empty() {
            return false;
        }
        let mut known = self.known_keys.borrow_mut();
        if let Some(key) = known.get(user) {
            return keys.contains(key);
        }
        if known.len() >= MAX_KNOWN_KEYS {
            known.clear();
        }
        let key = name_key(user);
        let has = keys.contains(&key);
        known.insert(user.to_owned(), key);
        has
    }
}

fn of(holds: bool) -> Verdict {
    if holds { Verdict::Yes } else { Verdict::No }
}

/// Whether what the user wrote names this id: the id itself, or a prefix of a fingerprint that is long enough.
#[must_use]
pub fn names_id(written: &str, id: &str) -> bool {
    written == id || (is_prefix(written) && id.len() == FINGERPRINT_DIGITS && id.starts_with(written))
}

/// Whether a text can be a prefix of a fingerprint.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    (MIN_PREFIX_DIGITS..=FINGERPRINT_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The form in which names are compared.
pub(crate) fn name_key(name: &str) -> String {
    name.parse::<UserName>().map_or_else(|_| name.to_owned(), |name| name.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_id_accepts_long_prefixes_of_fingerprints_only() {
        assert!(names_id("0123abcd", "0123abcd00000000") && names_id("42", "42"));
        assert!(!names_id("0123abc", "0123abcd00000000") && !names_id("01234567", "012345678"));
    }
}
