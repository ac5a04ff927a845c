//! Explains a session: each rule of verification with the moment that decides it, and when and of what the
//! session will die. Pure: it looks at rows that were read, and must agree with `verify`.

use super::verify::state_in_family;
use crate::model::policy::{Key, Policy};
use crate::model::session::{Limit, Session, State};
use crate::model::time::{Timestamp, approximate_duration, format_duration};
use crate::store::TokenStatus;

/// One rule, applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it says, and its source.
    pub rule: &'static str,
    /// Whether the session passes.
    pub passed: bool,
    /// What was compared.
    pub detail: String,
    /// The moment that decides.
    pub at: Option<Timestamp>,
}

/// Applies every rule in the order of `verify`; the session is active exactly where all pass. `standing` is that
/// of the token by which it was found, if it was.
#[must_use]
pub fn checks(
    session: &Session,
    head: Option<&Session>,
    standing: Option<TokenStatus>,
    now: Timestamp,
    policy: &Policy,
) -> Vec<Check> {
    let mut all: Vec<Check> = standing.map(|standing| token(standing, now, policy)).into_iter().collect();
    all.push(withdrawn(session, now));
    all.extend(session.parent.map(|_| family(session, head, now)));
    all.extend(limits(session, now));
    all
}

fn token(standing: TokenStatus, now: Timestamp, policy: &Policy) -> Check {
    let grace = format_duration(policy.span(Key::RotateGrace));
    let (passed, detail, at) = match standing {
        TokenStatus::Current => (true, "its SHA-256 is the one stored".to_owned(), None),
        TokenStatus::Retired { at, honoured_until } => (
            now < honoured_until,
            format!(
                "it was replaced at {at} and honoured until {honoured_until}; a grace is at most {grace}"
            ),
            Some(honoured_until),
        ),
    };
    let rule = "the token is the session's current one, or replaced so shortly ago that it is honoured \
        (RFC 9700 §4.14.2)";
    Check { name: "token", rule, passed, detail, at }
}

fn withdrawn(session: &Session, now: Timestamp) -> Check {
    let revoked = session.state(now) == State::Revoked;
    let detail = match (session.revoked_at, &session.revoke_reason) {
        (Some(at), Some(reason)) => format!("revoked at {at}: {reason}"),
        (Some(at), None) => format!("revoked at {at}"),
        (None, _) => "never revoked".to_owned(),
    };
    let rule = "what was revoked stays so (ASVS 7.4.1)";
    Check { name: "not revoked", rule, passed: !revoked, detail, at: session.revoked_at }
}

fn family(session: &Session, head: Option<&Session>, now: Timestamp) -> Check {
    let rule = "a session dies with the head of its family (ASVS 7.6.1)";
    let Some(head) = head else {
        let detail = "the head is missing: the database is damaged".to_owned();
        return Check { name: "family", rule, passed: false, detail, at: None };
    };
    let state = head.state(now);
    // Cut to its head's end, the session does not live on with a head that was extended since.
    let cut = session.revoked_at.is_none() && session.limit() == Limit::Family;
    let at = if cut { session.deadline.min(head.deadline) } else { head.deadline };
    Check {
        name: "family",
        rule,
        passed: state == State::Active && (!cut || now < session.deadline),
        detail: format!(
            "head {} is {}; the family's limit for this session is {at}",
            head.id,
            state.as_str()
        ),
        at: Some(at),
    }
}

fn limits(session: &Session, now: Timestamp) -> Vec<Check> {
    let limit = |name, rule, at: Timestamp| {
        let (passed, way) = if now < at { (true, "to go") } else { (false, "over") };
        let span = approximate_duration(if passed { at.since(now) } else { now.since(at) });
        Check { name, rule, passed, detail: format!("{at}, {span} {way}"), at: Some(at) }
    };
    let mut all = Vec::with_capacity(3);
    if let Some(at) = session.scheduled_at {
        all.push(limit("scheduled end", "a session ends when `expire` said", at));
    }
    all.push(limit(
        "absolute limit",
        "at this age it dies, whatever happens (NIST 800-63B-4 §5.2, ASVS 7.3.2)",
        session.absolute_expires_at,
    ));
    // An end that was set takes the place of the idle timeout.
    if let (Some(idle), None) = (session.idle_timeout, session.scheduled_at) {
        let rule = "unseen for this long, it dies (NIST 800-63B-4 §5.2, ASVS 7.3.1)";
        all.push(limit("idle limit", rule, session.last_seen_at.plus(idle)));
    }
    all
}

/// An end: when, and of which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// Of what.
    pub limit: Limit,
}

/// What becomes of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It has ended.
    Ended {
        /// When.
        at: Timestamp,
        /// Why: a limit, or the reason of the revocation.
        why: String,
    },
    /// It lives.
    Lives {
        /// Its end if nothing more happens.
        unseen: Deadline,
        /// Its end whatever happens.
        latest: Deadline,
    },
}

/// When and of what a session dies, or died.
#[must_use]
pub fn expiry(session: &Session, head: Option<&Session>, now: Timestamp) -> Expiry {
    if state_in_family(session, head, now) != State::Active {
        let own = session.ended_at(now).zip(session.end_reason(now));
        let cascaded = || head.and_then(|head| head.ended_at(now)).unwrap_or(session.deadline);
        return match own {
            Some((at, why)) => Expiry::Ended { at, why: why.to_owned() },
            None => Expiry::Ended { at: cascaded(), why: Limit::Family.as_str().to_owned() },
        };
    }
    let last = |session: &Session| match session.scheduled_at {
        Some(at) => Deadline { at, limit: Limit::Scheduled },
        None => Deadline { at: session.absolute_expires_at, limit: Limit::Absolute },
    };
    let mut unseen = Deadline { at: session.deadline, limit: session.limit() };
    let mut latest = last(session);
    if let Some(head) = head {
        if head.deadline < unseen.at {
            unseen = Deadline { at: head.deadline, limit: Limit::Family };
        }
        if last(head).at < latest.at {
            latest = Deadline { at: last(head).at, limit: Limit::Family };
        }
    }
    Expiry::Lives { unseen, latest }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::time::Duration;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::Kind;
    use crate::ops::bulk::BulkRequest;
    use crate::ops::expire::expire;
    use crate::ops::revoke::revoke;
    use crate::ops::testing::{Fixture, Handed};

    fn agree(fixture: &mut Fixture, handed: &Handed) -> Vec<Check> {
        let found = fixture.find(handed.text());
        let (session, head) = (&found.session, found.head.as_ref());
        let all = checks(session, head, Some(found.standing), fixture.now, &Policy::default());
        let passed = all.iter().all(|check| check.passed);
        let active = state_in_family(session, head, fixture.now) == State::Active;
        assert_eq!(passed, active, "{all:?}");
        assert_eq!(active, matches!(expiry(session, head, fixture.now), Expiry::Lives { .. }));
        all
    }

    #[test]
    fn all_pass_exactly_while_verify_says_active() {
        for step in [0, 1, 29 * 60, 30 * 60, 8 * 3_600 - 1, 8 * 3_600, 14 * 86_400, 31 * 86_400] {
            let mut fixture = Fixture::new();
            let head = fixture.session(Kind::Sso, Some("bob"));
            let all = [fixture.session(Kind::Web, Some("bob")), fixture.child(head.id), head];
            fixture.now = fixture.now.plus(Duration::from_secs(step));
            for handed in &all {
                agree(&mut fixture, handed);
            }
            let ids = vec![all[2].id];
            let sweep = BulkRequest::of(Selector { ids, ..Selector::default() });
            let end = fixture.now.plus(Duration::from_secs(10));
            fixture.run(|b| expire(b, &sweep, Some(end), &mut |_| ControlFlow::Continue(()))).unwrap();
            // The head lives on, and the session under it does not.
            let longer = fixture.now.plus(Duration::from_secs(1_000));
            fixture.run(|b| expire(b, &sweep, Some(longer), &mut |_| ControlFlow::Continue(()))).unwrap();
            for later in [0, 9, 10] {
                let before = fixture.now;
                fixture.now = fixture.now.plus(Duration::from_secs(later));
                agree(&mut fixture, &all[1]);
                agree(&mut fixture, &all[2]);
                fixture.now = before;
            }
            fixture.run(|b| revoke(b, &sweep, "r", &mut |_| ControlFlow::Continue(()))).unwrap();
            agree(&mut fixture, &all[1]);
        }
    }

    #[test]
    fn the_fate_names_what_kills() {
        let mut fixture = Fixture::new();
        let head = fixture.session(Kind::Sso, Some("bob"));
        let child = fixture.child(head.id);
        let (web, born) = (fixture.get(child.id), fixture.now);
        let (minutes, hours) = (
            |n: u64| born.plus(Duration::from_secs(60 * n)),
            |n: u64| born.plus(Duration::from_secs(3_600 * n)),
        );
        let head_row = fixture.get(head.id);
        let expected = Expiry::Lives {
            unseen: Deadline { at: minutes(30), limit: Limit::Idle },
            latest: Deadline { at: hours(8), limit: Limit::Absolute },
        };
        assert_eq!(expiry(&web, Some(&head_row), born), expected);
        let dying = Session { scheduled_at: Some(minutes(5)), deadline: minutes(5), ..head_row };
        let Expiry::Lives { unseen, latest } = expiry(&web, Some(&dying), born) else { panic!("dead") };
        assert_eq!((unseen, latest), (Deadline { at: minutes(5), limit: Limit::Family }, unseen));
        let ended = Expiry::Ended { at: minutes(5), why: "family".to_owned() };
        assert_eq!(expiry(&web, Some(&dying), minutes(6)), ended);
    }
}
