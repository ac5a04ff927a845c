//! The entry into an application: a child of a single sign-on session, in the place of the session that the browser
//! has.

use sessionctl_core::model::event::Subjects;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{Entry, Issued, Replaced};

use super::lock::{self, UserLock};
use super::rotate::{self, NewToken};
use super::{cascade, conditions, create};
use crate::audit::append::{append, append_as};
use crate::error::PostgresError;
use crate::store::PostgresStore;
use crate::transaction::WriteTx;
use crate::value::values;

/// Creates or renews the child; `None` where the parent is not active or the user was disabled or removed.
pub(crate) fn enter(store: &mut PostgresStore, entry: &Entry) -> Result<Option<Issued>, PostgresError> {
    store.write(|tx| {
        let allowed = match entry.session.user {
            Some(user) => lock::user(tx, user, UserLock::Share)?,
            None => true,
        };
        create::lock_parent(tx, &entry.session);
        if let Some(replaced) = &entry.replaces {
            lock::families(tx, &[replaced.id])?;
        }
        tx.grant()?;
        if allowed { write(tx, entry) } else { Ok(None) }
    })
}

fn write(tx: &WriteTx<'_>, entry: &Entry) -> Result<Option<Issued>, PostgresError> {
    let replaced = match &entry.replaces {
        Some(replaced) if conditions::is_current(tx, replaced.id, &replaced.digest)? => Some(replaced),
        _ => None,
    };
    if let (Some(replaced), Some(parent)) = (replaced, entry.session.parent)
        && is_child_of(tx, replaced.id, parent)?
    {
        return renew(tx, entry, replaced, parent);
    }
    let inserted = create::insert(tx, &entry.session, &[entry.random])?;
    let inserted = inserted.and_then(|(mut all, record)| Some((all.pop()?, record)));
    let Some((issued, record)) = inserted else { return Ok(None) };
    if let Some(replaced) = replaced {
        let number = tx.draw_event()?;
        let ended = cascade::end(tx, &[replaced.id], &replaced.reason, number)?;
        append_as(tx, number, &replaced.ended.clone().about(Subjects::of(&ended)))?;
        let sql = "UPDATE sessionctl.session_data SET session_id = $2 WHERE session_id = $1";
        tx.execute(sql, values![replaced.id.get(), issued.id.get()])?;
    }
    append(tx, &entry.event.clone().about(Subjects::One(issued.id)).detail(record.to_string()))?;
    Ok(Some(issued))
}

fn is_child_of(tx: &WriteTx<'_>, id: SessionId, parent: SessionId) -> Result<bool, PostgresError> {
    let sql = "SELECT 1 FROM sessionctl.session WHERE id = $1 AND parent_id = $2";
    Ok(tx.query_opt(sql, values![id.get(), parent.get()])?.is_some())
}

/// Renews the child of a parent that is active; `None` where it is not.
fn renew(
    tx: &WriteTx<'_>,
    entry: &Entry,
    replaced: &Replaced,
    parent: SessionId,
) -> Result<Option<Issued>, PostgresError> {
    let Some(parent) = conditions::live_limits(tx, parent, tx.now()?)? else { return Ok(None) };
    let new = NewToken {
        id: replaced.id,
        digest: &replaced.digest,
        random: &entry.random,
        grace: replaced.grace,
        authenticated_at: parent.authenticated_at,
    };
    let token = rotate::replace_token(tx, &new)?;
    append(tx, &replaced.renewed.clone().about(Subjects::One(replaced.id)))?;
    Ok(Some(Issued { id: replaced.id, token }))
}
