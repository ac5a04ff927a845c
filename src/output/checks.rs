//! The rules of verification in words: what each requires and its source, and what was compared. What the rules decide does
//! not belong here.

use sessionctl_core::model::policy::{Key, Policy};
use sessionctl_core::model::session::{Session, State};
use sessionctl_core::model::time::{Timestamp, approximate_duration, format_duration};
use sessionctl_core::rules::{self, Check, Rule};
use sessionctl_core::store::TokenStatus;

/// What the words about a check are made of.
#[derive(Clone, Copy, Debug)]
pub struct CheckedSession<'a> {
    /// The session.
    pub session: &'a Session,
    /// Its parent, where it has one.
    pub parent: Option<&'a Session>,
    /// What the presented token is to it, where it was found by one.
    pub status: Option<TokenStatus>,
    /// The time of the check.
    pub now: Timestamp,
}

/// What a rule requires, and its source.
#[must_use]
pub fn requirement(rule: Rule) -> &'static str {
    match rule {
        Rule::Token => {
            "the token is the session's current one, or was replaced so recently that it is still accepted \
             (RFC 9700 §4.14.2)"
        }
        Rule::NotRevoked => "once revoked, always revoked (ASVS 7.4.1)",
        Rule::Parent => "a session ends with its parent (ASVS 7.6.1)",
        Rule::ScheduledEnd => "a session ends at the time that `expire` set",
        Rule::AbsoluteLimit => "it expires at this age, however it is used (NIST 800-63B-4 §5.2, ASVS 7.3.2)",
        Rule::IdleLimit => "it expires after this long without use (NIST 800-63B-4 §5.2, ASVS 7.3.1)",
        _ => "",
    }
}

/// What was compared in a check.
#[must_use]
pub fn detail(check: &Check, about: CheckedSession<'_>, policy: &Policy) -> String {
    let CheckedSession { session, parent, status, now } = about;
    match (check.rule, check.at) {
        (Rule::Token, _) => match status {
            Some(TokenStatus::Retired { at, honoured_until }) => format!(
                "it was replaced at {at} and accepted until {honoured_until}; a grace period is at most {}",
                format_duration(policy.span(Key::RotateGrace))
            ),
            _ => "its SHA-256 is the one stored".to_owned(),
        },
        (Rule::NotRevoked, _) => match (session.revoked_at, &session.revoke_reason) {
            // The reason where none was given repeats the state.
            (Some(at), Some(reason)) if reason != "revoked" => format!("revoked at {at}: {reason}"),
            (Some(at), _) => format!("revoked at {at}"),
            (None, _) => "never revoked".to_owned(),
        },
        (Rule::Parent, at) => match (parent, at) {
            (Some(parent), Some(at)) => format!(
                "parent {} is {}; its limit for this session is {at}",
                parent.id,
                parent.state(now).as_str()
            ),
            _ => "the parent is missing: the database is damaged".to_owned(),
        },
        // Nothing is left of a session that has ended, whichever rule it passes.
        (_, Some(at)) if check.passed && rules::state(session, parent, now) != State::Active => {
            at.to_string()
        }
        (_, Some(at)) if check.passed => format!("{at}, {} left", approximate_duration(at.since(now))),
        (_, Some(at)) => format!("{at}, {} ago", approximate_duration(now.since(at))),
        (_, None) => String::new(),
    }
}
