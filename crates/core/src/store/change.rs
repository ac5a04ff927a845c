//! Changes to sessions that exist: one that is used, one that gets a new token, and bulk work in batches. A change of
//! state is one conditional write: it states what must still be true, and reports whether it was.

use std::net::IpAddr;
use std::time::Duration;

use super::{RANDOM_PER_TOKEN, Reauthentication};
use crate::model::address::Cidr;
use crate::model::event::{Event, Subjects};
use crate::model::selector::Selector;
use crate::model::session::{Client, Kind, Session, SessionId, State};
use crate::model::time::Timestamp;
use crate::model::token::Digest;
use crate::model::user::UserName;

/// A session whose token was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The session.
    pub id: SessionId,
    /// When its token was accepted.
    pub seen_at: Timestamp,
    /// From which address, where it is known.
    pub ip: Option<IpAddr>,
}

impl Touch {
    /// From an unknown address.
    #[must_use]
    pub fn new(id: SessionId, seen_at: Timestamp) -> Self {
        Touch { id, seen_at, ip: None }
    }

    /// The event about a token that was accepted in another network than the one in which its session was known, for a
    /// store to complete `template`; none where the network is the same, or unknown. `session` is the session before
    /// the touch.
    #[must_use]
    pub fn network_event(&self, session: &Session, template: &Event) -> Option<Event> {
        let ip = self.ip?;
        let before = session.network_left(ip)?;
        let client = Client { ip: Some(ip), app: session.client.app.clone(), ..Client::default() };
        let event = template.clone().user(session.user.as_ref()).client(&client);
        Some(event.about(Subjects::One(self.id)).detail(format!(
            "from {} to {}",
            before,
            Cidr::network_of(ip)
        )))
    }
}

/// A new token for a session.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The session.
    pub id: SessionId,
    /// The digest of the token that ends, which must still be current.
    pub digest: Digest,
    /// The randomness of the new token.
    pub random: [u8; RANDOM_PER_TOKEN],
    /// For how long the old token is still accepted.
    pub grace: Duration,
    /// Set where the password was checked again.
    pub reauthentication: Option<Reauthentication>,
    /// The event; the store sets its subject.
    pub event: Event,
}

/// The next part of the sessions that a selector matches, for bulk work: by rising id, so that it can continue where
/// it ended.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    /// The filter.
    pub selector: &'a Selector,
    /// Behind this id.
    pub after: Option<SessionId>,
    /// Up to this id: sessions created after the work began are left alone.
    pub up_to: SessionId,
    /// At most N sessions; the store may take fewer.
    pub limit: usize,
    /// Refuse with [`super::StoreError::CountMismatch`] unless this number of sessions matches from `after` on.
    pub expect: Option<u64>,
}

/// When sessions are to expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndRule {
    /// At the time of the change.
    Now,
    /// This long after the time of the change.
    In(Duration),
    /// At this time, or at the time of the change if that is later.
    At(Timestamp),
}

impl EndRule {
    /// The end that the rule sets for a change at `now`.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        match self {
            EndRule::Now => now,
            EndRule::In(span) => now.plus(span),
            EndRule::At(at) => at.max(now),
        }
    }
}

/// Whose session a change is about, as it was when it was changed: a report names it without reading the session again,
/// which pruning deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSubject {
    /// What the session is for.
    pub kind: Kind,
    /// Its user, under the name that is shown; none where there is none, or the name cannot be read.
    pub user: Option<UserName>,
    /// The address with which it was created.
    pub ip: Option<IpAddr>,
    /// The last address that a verification named.
    pub last_ip: Option<IpAddr>,
}

impl ChangeSubject {
    /// Whose a session is.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        ChangeSubject {
            kind: session.kind,
            user: session.user.clone(),
            ip: session.client.ip,
            last_ip: session.last_ip,
        }
    }
}

/// What became of one session in bulk work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    pub subject: ChangeSubject,
    /// Its state before.
    pub before: State,
    /// Whether it was changed.
    pub changed: bool,
    /// The parent with which it was changed, where it was not itself selected.
    pub cascaded_from: Option<SessionId>,
    /// Its deadline after the change; none where it was deleted or not changed.
    pub deadline: Option<Timestamp>,
}

impl Change {
    /// What became of a session that was selected; its deadline is not known yet.
    #[must_use]
    pub fn of(id: SessionId, subject: ChangeSubject, before: State, changed: bool) -> Self {
        Change { id, subject, before, changed, cascaded_from: None, deadline: None }
    }

    /// That an active child was changed with its parent; its deadline is not known yet.
    #[must_use]
    pub fn with_parent(id: SessionId, subject: ChangeSubject, parent: SessionId) -> Self {
        Change { cascaded_from: Some(parent), ..Change::of(id, subject, State::Active, true) }
    }
}

/// A child that is changed with its parent, as a store reads it: its user is that of the parent.
#[derive(Clone, Copy, Debug)]
pub struct ChangedChild {
    /// The session.
    pub id: SessionId,
    /// What it is for.
    pub kind: Kind,
    /// The address with which it was created.
    pub ip: Option<IpAddr>,
    /// The last address that a verification named.
    pub last_ip: Option<IpAddr>,
}

impl ChangedChild {
    /// That it was changed with its parent, whose user this is.
    #[must_use]
    pub fn change(self, parent: SessionId, user: Option<UserName>) -> Change {
        let ChangedChild { id, kind, ip, last_ip } = self;
        Change::with_parent(id, ChangeSubject { kind, user, ip, last_ip }, parent)
    }
}

/// What came of a batch; it is on disk.
#[derive(Clone, Debug)]
pub struct BatchResult {
    /// The time that decided.
    pub at: Timestamp,
    /// Session by session.
    pub changes: Vec<Change>,
    /// Where to continue; none where the work is done.
    pub next: Option<SessionId>,
}
