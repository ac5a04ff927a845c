//! What the audit log records about each session, in little memory: a database of millions is checked. `sessions`
//! compares it with the rows.

use std::collections::HashMap;

use crate::model::creation::CreationRecord;
use crate::model::event::{Action, LoggedEvent, Subjects};
use crate::model::session::SessionId;
use crate::model::time::{Timestamp, When, Zone, parse_duration, seconds};
use sha2::{Digest as _, Sha256};

/// At most this many sessions are compared: a forged log could name more than memory holds.
const MAX_SESSIONS: i64 = 1 << 27;

/// It was revoked, or replaced by a login.
pub(super) const ENDED: u8 = 1;
/// It was deleted.
pub(super) const PRUNED: u8 = 2;
/// Its limits were set again, to values that the log does not have.
pub(super) const NEW_LIMITS: u8 = 4;

/// The sessions that one event created.
pub(super) struct Created {
    pub(super) first: i64,
    pub(super) last: i64,
    /// When.
    pub(super) at: i64,
    /// The account, where the event names it by its number.
    pub(super) user: Option<i64>,
    /// What they are for and with what limits; none for events of older programs.
    pub(super) granted: Option<Granted>,
}

/// What sessions were created with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Granted {
    /// A digest of what does not change: see [`purpose`].
    pub(super) purpose: u64,
    /// The parent.
    pub(super) parent: Option<SessionId>,
    /// Seconds from the creation to the absolute limit.
    pub(super) lifetime: u32,
    /// Seconds of the idle timeout; the highest value where there is none.
    pub(super) idle_timeout: u32,
    /// Whether a password was checked, or the parent's was.
    pub(super) is_authenticated: bool,
}

/// The end that `expire` set.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetEnd {
    /// When, in Unix seconds; the highest time where the log does not have it.
    pub(super) at: i64,
    /// The latest that is possible where a parent's end came after its own: new limits can let its own count again.
    pub(super) at_most: i64,
    /// Whether it was set for the session itself, and so is in its row. With its parent's end, its deadline is cut
    /// only.
    pub(super) is_own: bool,
}

/// Sessions that one event created under a parent.
struct Children {
    first: i64,
    last: i64,
    parent: SessionId,
}

/// Tokens that were replaced: how many, and when the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rotated {
    pub(super) tokens: u64,
    pub(super) last_at: i64,
}

/// What the log records about sessions.
pub(super) struct SessionLog {
    /// In the order of the log. It is that of ids where one transaction at a time assigned them; in a log that was
    /// copied from a store with many writers it need not be.
    pub(super) created: Vec<Created>,
    marks: Vec<u8>,
    /// The highest id that was ever assigned, or the last one that is compared.
    pub(super) newest: i64,
    /// The highest id that an event names as created.
    pub(super) last_created: i64,
    /// The latest end that `expire` set.
    pub(super) scheduled: HashMap<i64, SetEnd>,
    /// In the order of ids.
    children: Vec<Children>,
    /// When a replaced token was presented last, which ended the session if it was active.
    pub(super) reused: HashMap<i64, i64>,
    pub(super) rotated: HashMap<i64, Rotated>,
    /// When a password was checked again last.
    pub(super) reauthenticated: HashMap<i64, i64>,
}

/// A digest of what a session is for, which never changes: its kind, parent, scopes and application.
pub(super) fn purpose(kind: &str, parent: Option<i64>, scopes: &str, app: Option<&str>) -> u64 {
    let mut hash = Sha256::new();
    for text in [kind, &parent.unwrap_or(0).to_string(), scopes, if app.is_some() { "1" } else { "" }] {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    let digest = hash.chain_update(app.unwrap_or_default()).finalize();
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Seconds in four bytes; longer than any session lasts where they do not fit.
pub(super) fn compact(seconds: Option<i64>) -> u32 {
    seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(u32::MAX)
}

impl SessionLog {
    /// An empty log of a database that has assigned ids up to `newest`.
    pub(super) fn new(newest: i64) -> Self {
        SessionLog {
            created: Vec::new(),
            marks: Vec::new(),
            newest: newest.min(MAX_SESSIONS),
            last_created: 0,
            scheduled: HashMap::new(),
            children: Vec::new(),
            reused: HashMap::new(),
            rotated: HashMap::new(),
            reauthenticated: HashMap::new(),
        }
    }

    /// Takes the next event of the log.
    pub(super) fn apply(&mut self, event: &LoggedEvent) {
        let is = |action: Action| event.action == action.as_str();
        let Some((first, last)) = event.subjects.bounds().map(|(first, last)| (first.get(), last.get()))
        else {
            return;
        };
        let at = event.at.unix();
        if is(Action::SessionCreated) || is(Action::LoginSucceeded) {
            self.last_created = self.last_created.max(last);
            let granted = granted(event, is(Action::LoginSucceeded));
            let user = event.user_id.map(|id| id.0);
            let parent = granted.and_then(|granted| granted.parent);
            for (first, last) in runs(&event.subjects, last.min(self.newest)) {
                self.created.push(Created { first, last, at, user, granted });
                self.children_created(first, last, parent);
            }
            return;
        }
        let subjects = (first..=last.min(self.newest)).filter_map(SessionId::new);
        let subjects = subjects.filter(|id| event.subjects.contains(*id)).map(SessionId::get);
        if is(Action::SessionRevoked) || is(Action::SessionUpgraded) {
            subjects.for_each(|id| self.mark(id, ENDED));
        } else if is(Action::SessionsPruned) {
            subjects.for_each(|id| self.mark(id, PRUNED));
        } else if is(Action::PolicyApplied) {
            subjects.for_each(|id| self.mark(id, NEW_LIMITS));
        } else if is(Action::ExpirySet) {
            let end = scheduled_end(event);
            for id in subjects {
                let with_parent = self.parent_of(id).is_some_and(|parent| event.subjects.contains(parent));
                let before = self.scheduled.get(&id);
                let is_own = before.is_some_and(|end| end.is_own) || end.is_some() && !with_parent;
                let at = end.unwrap_or(i64::MAX);
                let at_most = before.filter(|_| with_parent).map_or(at, |before| before.at_most.max(at));
                self.scheduled.insert(id, SetEnd { at, at_most, is_own });
            }
        } else if is(Action::TokenReused) {
            self.reused.extend(subjects.map(|id| (id, at)));
        } else if is(Action::SessionRotated) || is(Action::SessionReauthenticated) {
            if is(Action::SessionReauthenticated) {
                self.reauthenticated.insert(first, at);
            }
            for id in subjects {
                let rotated = self.rotated.entry(id).or_default();
                *rotated = Rotated { tokens: rotated.tokens + 1, last_at: at };
            }
        }
    }

    fn children_created(&mut self, first: i64, last: i64, parent: Option<SessionId>) {
        let Some(parent) = parent else { return };
        // In a log that was copied from a store with many writers, ids need not rise.
        let at = self.children.partition_point(|children| children.first < first);
        self.children.insert(at, Children { first, last, parent });
    }

    /// The parent under which a session was created.
    fn parent_of(&self, id: i64) -> Option<SessionId> {
        let at = self.children.partition_point(|children| children.first <= id).checked_sub(1)?;
        let children = &self.children[at];
        (id <= children.last).then_some(children.parent)
    }

    fn mark(&mut self, id: i64, mark: u8) {
        let at = id as usize;
        if self.marks.len() <= at {
            self.marks.resize(at + 1, 0);
        }
        self.marks[at] |= mark;
    }

    /// The marks of a session.
    pub(super) fn marks_of(&self, id: i64) -> u8 {
        usize::try_from(id).ok().and_then(|at| self.marks.get(at)).copied().unwrap_or(0)
    }
}

/// The runs of consecutive ids among the subjects of an event, up to `newest`.
fn runs(subjects: &Subjects, newest: i64) -> Vec<(i64, i64)> {
    let Subjects::Many(ids) = subjects else {
        let bounds = subjects.bounds().map(|(first, last)| (first.get(), last.get().min(newest)));
        return bounds.into_iter().collect();
    };
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for id in ids.iter().map(|id| id.get()).take_while(|id| *id <= newest) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == id => *last = id,
            _ => runs.push((id, id)),
        }
    }
    runs
}

fn granted(event: &LoggedEvent, is_login: bool) -> Option<Granted> {
    let record = CreationRecord::parse(event.detail.as_deref()?)?;
    let parent = record.parent;
    let scopes = record.scopes.join(" ");
    Some(Granted {
        purpose: purpose(record.kind.as_str(), parent.map(SessionId::get), &scopes, event.app.as_deref()),
        parent,
        lifetime: compact(Some(seconds(record.lifetime))),
        idle_timeout: compact(record.idle_timeout.map(seconds)),
        is_authenticated: is_login || parent.is_some(),
    })
}

/// The end that an event set: "now", "in 2h, …" or "at 2026-11-25T23:00:00Z, …".
fn scheduled_end(event: &LoggedEvent) -> Option<i64> {
    let detail = event.detail.as_deref()?;
    let end = detail.split(',').next()?;
    if end == "now" {
        return Some(event.at.unix());
    }
    if let Some(span) = end.strip_prefix("in ") {
        return Some(event.at.plus(parse_duration(span).ok()?).unix());
    }
    let when: When = end.strip_prefix("at ")?.parse().ok()?;
    // An end before the change is at the change.
    Some(when.resolve(Timestamp::from_unix(0), Zone::UTC).max(event.at).unix())
}
