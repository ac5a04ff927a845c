//! Which sessions exist at a time: in a sandbox, whose time can be set back, not those that are created later. Whether
//! the time itself can be trusted belongs to `clock`.

use std::time::Duration;

use crate::model::selector::Selector;
use crate::model::session::{Session, SessionId};
use crate::model::time::Timestamp;
use crate::store::{Store, StoreError};

/// Whether a session exists at a time: in a sandbox, whose time can be set back, not before it was created.
///
/// # Errors
/// The store's.
pub fn exists(store: &dyn Store, session: &Session, now: Timestamp) -> Result<bool, StoreError> {
    Ok(session.created_at <= now || !store.is_sandbox()?)
}

/// Selects nothing that does not exist at a time; see [`exists`].
///
/// # Errors
/// The store's.
pub fn select_existing(store: &dyn Store, selector: &mut Selector, now: Timestamp) -> Result<(), StoreError> {
    if store.is_sandbox()? {
        let end = now.plus(Duration::from_secs(1));
        selector.created_before = Some(selector.created_before.map_or(end, |before| before.min(end)));
    }
    Ok(())
}

/// The ids among `ids` that belong to no session, or to one that does not exist at a time.
///
/// # Errors
/// The store's.
pub fn missing(store: &dyn Store, ids: &[SessionId], now: Timestamp) -> Result<Vec<SessionId>, StoreError> {
    let mut missing = Vec::new();
    for id in ids {
        let there = match store.session(*id)? {
            Some((session, _)) => exists(store, &session, now)?,
            None => false,
        };
        if !there {
            missing.push(*id);
        }
    }
    Ok(missing)
}
