//! The one ordered list of rules by which a session is active or not. `verify` takes the first that fails; `inspect`
//! shows all. Pure: it looks at rows that were read, and at a time.

use std::time::Duration;

use serde::Serialize;

use crate::model::policy::Key;
use crate::model::session::{Limit, Session, State};
use crate::model::time::Timestamp;
use crate::store::TokenStatus;

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The token is the session's current one, or was rotated out within its grace (RFC 9700 §4.14.2).
    Token,
    /// The session was not revoked (ASVS 7.4.1).
    NotRevoked,
    /// The session's parent is active, and its limit is not reached (ASVS 7.6.1).
    Parent,
    /// The end that `expire` set is not reached.
    ScheduledEnd,
    /// The absolute limit is not reached (NIST 800-63B-4 §5.2, ASVS 7.3.2).
    AbsoluteLimit,
    /// The idle limit is not reached (NIST 800-63B-4 §5.2, ASVS 7.3.1).
    IdleLimit,
}

impl Rule {
    /// The name, for a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rule::Token => "token",
            Rule::NotRevoked => "not revoked",
            Rule::Parent => "family",
            Rule::ScheduledEnd => "scheduled end",
            Rule::AbsoluteLimit => "absolute limit",
            Rule::IdleLimit => "idle limit",
        }
    }
}

/// What a failed rule makes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The token was rotated out: a sign of theft.
    RotatedOut,
    /// The session is in this state, which is not active.
    State(State),
}

/// A rule applied to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// Whether the session passes.
    pub passed: bool,
    /// The time that decides; none where no time does.
    pub at: Option<Timestamp>,
    /// What the session is where it does not pass.
    #[serde(skip)]
    pub failure: Failure,
}

/// What the rules are applied to.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its parent, where it has one.
    pub parent: Option<&'a Session>,
    /// What the presented token is to it, where it was found by one.
    pub status: Option<TokenStatus>,
}

/// Applies the rules in their order; the session is active exactly where all pass. At a limit itself a session is
/// expired.
pub fn checks(subject: Subject<'_>, now: Timestamp) -> impl Iterator<Item = Check> {
    let session = subject.session;
    let token = subject.status.map(|status| token(status, now));
    let revoked = session.state(now) == State::Revoked;
    let not_revoked = check(Rule::NotRevoked, !revoked, session.revoked_at, State::Revoked);
    let parent = session.parent.map(|_| parent(session, subject.parent, now));
    let limit = move |rule, at: Timestamp| check(rule, now < at, Some(at), State::Expired);
    let scheduled = session.scheduled_at.map(|at| limit(Rule::ScheduledEnd, at));
    let absolute = limit(Rule::AbsoluteLimit, session.absolute_expires_at);
    // An end that was set replaces the idle timeout.
    let idle = match (session.idle_timeout, session.scheduled_at) {
        (Some(span), None) => Some(limit(Rule::IdleLimit, session.last_seen_at.plus(span))),
        _ => None,
    };
    token.into_iter().chain([not_revoked]).chain(parent).chain(scheduled).chain([absolute]).chain(idle)
}

/// The first rule that fails; none where the session is active.
#[must_use]
pub fn first_failure(subject: Subject<'_>, now: Timestamp) -> Option<Check> {
    // A deadline before every limit that the rules know was damaged, and ends the session all the same.
    let unexplained = || {
        let deadline = subject.session.deadline;
        (deadline <= now).then(|| check(Rule::AbsoluteLimit, false, Some(deadline), State::Expired))
    };
    checks(subject, now).find(|check| !check.passed).or_else(unexplained)
}

/// The state of a session at a time, seen with its parent: it is never more active than its parent.
#[must_use]
pub fn state(session: &Session, parent: Option<&Session>, now: Timestamp) -> State {
    match first_failure(Subject { session, parent, status: None }, now).map(|check| check.failure) {
        Some(Failure::State(state)) => state,
        // The token's rule is not applied without a token.
        Some(Failure::RotatedOut) => State::Revoked,
        None => State::Active,
    }
}

fn check(rule: Rule, passed: bool, at: Option<Timestamp>, state: State) -> Check {
    Check { rule, passed, at, failure: Failure::State(state) }
}

fn token(status: TokenStatus, now: Timestamp) -> Check {
    let (passed, at) = match status {
        TokenStatus::Current => (true, None),
        // No rotation gives more than the policy's bound: a later time comes from a damaged row, and lets nobody in.
        TokenStatus::Retired { at, honoured_until } => {
            let is_possible = honoured_until <= at.plus(Duration::from_secs(Key::RotateGrace.setting().max));
            (is_possible && now < honoured_until, Some(honoured_until))
        }
    };
    Check { rule: Rule::Token, passed, at, failure: Failure::RotatedOut }
}

fn parent(session: &Session, parent: Option<&Session>, now: Timestamp) -> Check {
    // A parent is kept as long as it has a child. Where it is missing, nobody could say whether the session may live.
    let Some(parent) = parent else { return check(Rule::Parent, false, None, State::Revoked) };
    // Shortened to its parent's end, the session does not follow a parent that was extended since.
    let is_cut = session.revoked_at.is_none() && session.limit() == Limit::Family;
    let at = if is_cut { session.deadline.min(parent.deadline) } else { parent.deadline };
    match parent.state(now) {
        State::Active => check(Rule::Parent, !is_cut || now < session.deadline, Some(at), State::Expired),
        ended => check(Rule::Parent, false, Some(at), ended),
    }
}

/// An end: when, and of which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Timestamp,
    /// Which limit.
    pub limit: Limit,
}

/// When a session expires, or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It has ended.
    Ended {
        /// When.
        at: Timestamp,
        /// Why: a limit, or the reason of the revocation.
        why: String,
    },
    /// It is active.
    Active {
        /// Its end if it is not used.
        unused: Deadline,
        /// Its end however it is used.
        latest: Deadline,
    },
}

/// When and why a session expires, or ended.
#[must_use]
pub fn expiry(session: &Session, parent: Option<&Session>, now: Timestamp) -> Expiry {
    if state(session, parent, now) != State::Active {
        let own = session.ended_at(now).zip(session.end_reason(now));
        let with_parent = || parent.and_then(|parent| parent.ended_at(now)).unwrap_or(session.deadline);
        return match own {
            Some((at, why)) => Expiry::Ended { at, why: why.to_owned() },
            None => Expiry::Ended { at: with_parent(), why: Limit::Family.as_str().to_owned() },
        };
    }
    let last = |session: &Session| match session.scheduled_at {
        Some(at) => Deadline { at, limit: Limit::Scheduled },
        None => Deadline { at: session.absolute_expires_at, limit: Limit::Absolute },
    };
    let mut unused = Deadline { at: session.deadline, limit: session.limit() };
    let mut latest = last(session);
    if let Some(parent) = parent {
        if parent.deadline < unused.at {
            unused = Deadline { at: parent.deadline, limit: Limit::Family };
        }
        if last(parent).at < latest.at {
            latest = Deadline { at: last(parent).at, limit: Limit::Family };
        }
    }
    Expiry::Active { unused, latest }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::model::selector::Selector;
    use crate::model::session::Kind;
    use crate::ops::BulkRequest;
    use crate::ops::expire::expire;
    use crate::ops::revoke::revoke;
    use crate::store::EndRule;
    use crate::testing::{Fixture, TestSession};

    /// All rules pass exactly where the session is active, by each way to ask.
    fn agree(fixture: &Fixture, handed: &TestSession) {
        let found = fixture.find(&handed.token());
        let (session, parent, now) = (&found.session, found.parent.as_ref(), fixture.now());
        let all: Vec<Check> = checks(Subject { session, parent, status: Some(found.status) }, now).collect();
        let is_active = state(session, parent, now) == State::Active;
        assert_eq!(all.iter().all(|check| check.passed), is_active, "{all:?}");
        assert_eq!(is_active, matches!(expiry(session, parent, now), Expiry::Active { .. }));
        let by_deadline = session.state(now) == State::Active
            && parent.is_none_or(|parent| parent.state(now) == State::Active);
        assert_eq!(is_active, by_deadline, "{session:?}");
    }

    #[test]
    fn retired_token_is_honoured_for_a_possible_grace_only() {
        let at = Timestamp::from_unix(1_800_000_000);
        let after = |seconds| at.plus(Duration::from_secs(seconds));
        for (grace, asked, passed) in [
            (0, 0, false),
            (30, 29, true),
            (30, 30, false),
            (31, 1, false),
            (1 << 31, 1, false),
            (1 << 39, 90, false),
        ] {
            let status = TokenStatus::Retired { at, honoured_until: after(grace) };
            assert_eq!(token(status, after(asked)).passed, passed, "{grace} {asked}");
        }
    }

    #[test]
    fn all_rules_pass_exactly_while_the_session_is_active() {
        for step in [0, 1, 29 * 60, 30 * 60, 8 * 3_600 - 1, 8 * 3_600, 14 * 86_400, 31 * 86_400] {
            let mut fixture = Fixture::new();
            let parent = fixture.session(Kind::Sso, Some("bob"));
            let all = [fixture.session(Kind::Web, Some("bob")), fixture.child(parent.id), parent];
            fixture.later(step);
            all.iter().for_each(|handed| agree(&fixture, handed));
            let request = BulkRequest::of(Selector { ids: vec![all[2].id], ..Selector::default() });
            // The parent is extended after it was shortened, and its child is not.
            for seconds in [10, 1_000] {
                let end = EndRule::In(Duration::from_secs(seconds));
                let mut go_on = |_: &_| ControlFlow::Continue(());
                fixture.run(|cx| expire(cx, &request, end, &mut go_on)).unwrap();
            }
            for later in [0, 9, 10] {
                let before = fixture.now();
                fixture.later(later);
                all[1..].iter().for_each(|handed| agree(&fixture, handed));
                fixture.clock.set(before);
            }
            fixture.run(|cx| revoke(cx, &request, "r", &mut |_| ControlFlow::Continue(()))).unwrap();
            agree(&fixture, &all[1]);
        }
    }

    #[test]
    fn expiry_names_the_limit_that_decides() {
        let mut fixture = Fixture::new();
        let parent = fixture.session(Kind::Sso, Some("bob"));
        let child = fixture.child(parent.id);
        let (web, created_at) = (fixture.get(child.id), fixture.now());
        let minutes = |n: u64| created_at.plus(Duration::from_secs(60 * n));
        let parent = fixture.get(parent.id);
        let expected = Expiry::Active {
            unused: Deadline { at: minutes(30), limit: Limit::Idle },
            latest: Deadline { at: minutes(8 * 60), limit: Limit::Absolute },
        };
        assert_eq!(expiry(&web, Some(&parent), created_at), expected);
        let ending = Session { scheduled_at: Some(minutes(5)), deadline: minutes(5), ..parent };
        let by_parent = Deadline { at: minutes(5), limit: Limit::Family };
        let expected = Expiry::Active { unused: by_parent, latest: by_parent };
        assert_eq!(expiry(&web, Some(&ending), created_at), expected);
        let ended = Expiry::Ended { at: minutes(5), why: "family".to_owned() };
        assert_eq!(expiry(&web, Some(&ending), minutes(6)), ended);
    }

    #[test]
    fn deadline_before_every_known_limit_ends_the_session() {
        let mut fixture = Fixture::new();
        let id = fixture.session(Kind::Web, Some("bob")).id;
        let now = fixture.now();
        let damaged = Session { deadline: now, ..fixture.get(id) };
        assert_eq!(state(&damaged, None, now), State::Expired);
        let why = first_failure(Subject { session: &damaged, parent: None, status: None }, now).unwrap();
        assert!(!why.passed && why.at == Some(now), "{why:?}");
    }
}
