//! The entry of a browser into an application with its single sign-on session, and what a store makes of it in one
//! step.

use std::time::Duration;

use super::{NewSession, RANDOM_PER_TOKEN};
use crate::model::event::Event;
use crate::model::session::SessionId;
use crate::model::token::Digest;

/// The session that a browser has at an application until it enters it.
///
/// It is replaced only where it is active and its token current when the change is made. A child of the same parent
/// keeps its values, gets a new token, and counts as logged in when its parent did; every other session ends, and its
/// values move to the new one.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// The session.
    pub id: SessionId,
    /// The digest of its token.
    pub digest: Digest,
    /// For how long the old token of a child that stays is still accepted, by requests that were on their way.
    pub grace: Duration,
    /// The reason kept with it where it ends.
    pub reason: String,
    /// The event of its end.
    pub ended: Event,
    /// The event of its new token.
    pub renewed: Event,
}

/// An entry.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The session to create: a child.
    pub session: NewSession,
    /// The randomness of its token.
    pub random: [u8; RANDOM_PER_TOKEN],
    /// The event of its creation; the store adds the session's id.
    pub event: Event,
    /// The session that it takes the place of.
    pub replaces: Option<Replaced>,
}
