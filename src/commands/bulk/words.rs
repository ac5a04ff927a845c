//! The words with which expire, revoke and prune name what became of a session. What becomes of it is not decided here.

use crate::output::{ResultWord, ResultWords};
use sessionctl_core::model::time::Timestamp;
use sessionctl_core::store::Change;

const ENDED_BEFORE: (&str, &str) = ("unchanged", "it had ended already");
const UNKNOWN: (&str, &str) = ("unknown", "there is no such session");
const REVOKED: (&str, &str) = ("revoked", "it was active, and has ended");

/// What became of a session that was to expire.
pub(in crate::commands) const EXPIRED: ResultWords = ResultWords::new(&[
    ("expired", "it was active, and has ended"),
    ("rescheduled", "it is active, and got another deadline"),
    ENDED_BEFORE,
    UNKNOWN,
]);

/// What became of a session that was to be revoked.
pub(in crate::commands) const REVOCATION: ResultWords = ResultWords::new(&[REVOKED, ENDED_BEFORE, UNKNOWN]);

/// What became of the session that a line of text names.
pub(in crate::commands) const REVOCATION_BY_LINE: ResultWords =
    ResultWords::new(&[REVOKED, ENDED_BEFORE, UNKNOWN, ("no token", "the line holds no token and no id")]);

/// What became of a session that was to be deleted.
pub(in crate::commands) const DELETION: ResultWords = ResultWords::new(&[
    ("deleted", "its row is gone"),
    ("unchanged", "it is kept for the sessions under it"),
    UNKNOWN,
]);

/// The words with which a bulk command reports its work.
#[derive(Clone, Copy, Debug)]
pub struct Verb {
    /// The command: `revoke`.
    pub name: &'static str,
    /// What a changed session is: `revoked`.
    pub done: &'static str,
    /// Whether it ends active sessions and their children; otherwise it works on ended ones.
    pub ends_live: bool,
    words: Words,
}

#[derive(Clone, Copy, Debug)]
struct Words {
    changed: ResultWord,
    /// For a changed session that has ended, where the other word is of one that has not.
    ended: Option<ResultWord>,
    unchanged: ResultWord,
    unknown: ResultWord,
}

impl Verb {
    /// `expire`, now or at another time.
    #[must_use]
    pub const fn expire(is_now: bool) -> Self {
        let (done, ended) = if is_now { ("expired", None) } else { ("rescheduled", Some("expired")) };
        Verb::new("expire", (done, ended), true, EXPIRED)
    }

    /// `revoke`.
    #[must_use]
    pub const fn revoke() -> Self {
        Verb::new("revoke", ("revoked", None), true, REVOCATION)
    }

    /// `prune`.
    #[must_use]
    pub const fn prune() -> Self {
        Verb::new("prune", ("deleted", None), false, DELETION)
    }

    const fn new(
        name: &'static str,
        (done, ended): (&'static str, Option<&str>),
        ends_live: bool,
        list: ResultWords,
    ) -> Self {
        let words = Words {
            changed: list.word(done),
            ended: match ended {
                Some(word) => Some(list.word(word)),
                None => None,
            },
            unchanged: list.word(ENDED_BEFORE.0),
            unknown: list.word(UNKNOWN.0),
        };
        Verb { name, done, ends_live, words }
    }

    /// What became of a session at this time.
    pub(super) fn result(self, change: &Change, at: Timestamp) -> ResultWord {
        match (change.changed, self.words.ended) {
            (false, _) => self.words.unchanged,
            (true, Some(ended)) if change.deadline.is_some_and(|deadline| deadline <= at) => ended,
            (true, _) => self.words.changed,
        }
    }

    /// What an id that names no session is.
    pub(super) fn unknown(self) -> ResultWord {
        self.words.unknown
    }

    /// How many sessions changed, of which some have ended: `2 rescheduled`, `1 rescheduled, 1 expired`.
    pub(super) fn counts(self, changed: u64, ended: u64) -> String {
        match self.words.ended.map(ResultWord::as_str).filter(|_| ended > 0) {
            None => format!("{changed} {}", self.done),
            Some(word) if ended >= changed => format!("{changed} {word}"),
            Some(word) => format!("{} {}, {ended} {word}", changed - ended, self.done),
        }
    }

    /// What a session that matched and stayed as it is was.
    pub(super) fn unchanged(self) -> &'static str {
        if self.ends_live { "already ended" } else { "kept for the sessions under them" }
    }
}
