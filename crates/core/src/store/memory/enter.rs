//! The entry into an application: a child of a single sign-on session, in the place of the session that the browser
//! has.

use super::write_tx::WriteTx;
use super::{cascade, create, touch};
use crate::model::event::Subjects;
use crate::store::{Entry, Issued, Replaced, StoreError};

/// Creates or renews the child; `None` where the parent is not active or the user was disabled or removed.
pub(super) fn enter(tx: &mut WriteTx<'_>, entry: &Entry) -> Result<Option<Issued>, StoreError> {
    tx.grant()?;
    let replaced = entry
        .replaces
        .as_ref()
        .filter(|replaced| tx.live(replaced.id).is_some_and(|row| row.digest.matches(&replaced.digest)));
    if let Some(replaced) = replaced
        && entry.session.parent.is_some()
        && tx.live(replaced.id).and_then(|row| row.session.parent) == entry.session.parent
    {
        return Ok(renew(tx, entry, replaced));
    }
    let Some(issued) =
        create::insert(tx, &entry.session, &[entry.random])?.and_then(|mut issued| issued.pop())
    else {
        return Ok(None);
    };
    if let Some(replaced) = replaced {
        let ended = cascade::end(tx, &[replaced.id], &replaced.reason, &replaced.ended.actor);
        tx.append(&replaced.ended.clone().about(Subjects::of(&ended)));
        let data = tx.state.sessions.get_mut(&replaced.id).map(|row| std::mem::take(&mut row.data));
        if let Some(row) = tx.state.sessions.get_mut(&issued.id) {
            row.data = data.unwrap_or_default();
        }
    }
    tx.append(&entry.event.clone().about(Subjects::One(issued.id)).detail(create::record(tx, issued.id)));
    Ok(Some(issued))
}

/// Renews the child of a parent that is active; `None` where it is not.
fn renew(tx: &mut WriteTx<'_>, entry: &Entry, replaced: &Replaced) -> Option<Issued> {
    let parent = tx.live(entry.session.parent?)?.session.clone();
    let (random, grace) = (&entry.random, replaced.grace);
    let token = touch::replace_token(tx, replaced.id, random, grace, parent.authenticated_at)?;
    tx.append(&replaced.renewed.clone().about(Subjects::One(replaced.id)));
    Some(Issued { id: replaced.id, token })
}
