//! The entry into an application: a child of a single sign-on session, in the place of the session that the browser
//! has.

use rusqlite::params;
use sessionctl_core::model::event::Subjects;
use sessionctl_core::model::session::SessionId;
use sessionctl_core::model::token::LocatorKey;
use sessionctl_core::store::{Entry, Issued, Replaced};

use super::rotate::{NewToken, replace_token};
use super::{cascade, create};
use crate::audit::append::append;
use crate::error::SqliteError;
use crate::read::lookup;
use crate::store::{SqliteStore, WriteTx};

/// Creates or renews the child; `None` where the parent is not active or the user was disabled or removed.
pub(crate) fn enter(store: &mut SqliteStore, entry: &Entry) -> Result<Option<Issued>, SqliteError> {
    let key = store.locator_key()?.clone();
    let issued = store.write(|tx| write(tx, &key, entry))?;
    if issued.is_some() && entry.replaces.is_some() {
        store.write_back();
    }
    Ok(issued)
}

fn write(tx: &WriteTx<'_>, key: &LocatorKey, entry: &Entry) -> Result<Option<Issued>, SqliteError> {
    tx.time.grant()?;
    let replaced = match &entry.replaces {
        Some(replaced) if lookup::is_current(tx, replaced.id, &replaced.digest, tx.time.now)? => {
            Some(replaced)
        }
        _ => None,
    };
    if let (Some(replaced), Some(parent)) = (replaced, entry.session.parent)
        && is_child_of(tx, replaced.id, parent)?
    {
        return renew(tx, key, entry, replaced, parent).map(Some);
    }
    let inserted = create::insert(tx, key, &entry.session, &[entry.random])?;
    let Some((issued, record)) = inserted.and_then(|(mut all, record)| Some((all.pop()?, record))) else {
        return Ok(None);
    };
    if let Some(replaced) = replaced {
        let ended = cascade::end(tx, &[replaced.id], &replaced.reason)?;
        append(tx, &replaced.ended.clone().about(Subjects::of(&ended)))?;
        tx.execute(
            "UPDATE session_data SET session_id = ?2 WHERE session_id = ?1",
            params![replaced.id.get(), issued.id.get()],
        )?;
    }
    append(tx, &entry.event.clone().about(Subjects::One(issued.id)).detail(record.to_string()))?;
    Ok(Some(issued))
}

/// Whether an active session is a child of this parent, which is then active as well.
fn is_child_of(tx: &WriteTx<'_>, id: SessionId, parent: SessionId) -> Result<bool, SqliteError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM session WHERE id = ?1 AND parent_id = ?2)";
    let is_child: bool = tx.query_row(sql, params![id.get(), parent.get()], |row| row.get(0))?;
    Ok(is_child && lookup::live_limits(tx, parent, tx.time.now)?.is_some())
}

fn renew(
    tx: &WriteTx<'_>,
    key: &LocatorKey,
    entry: &Entry,
    replaced: &Replaced,
    parent: SessionId,
) -> Result<Issued, SqliteError> {
    let parent = lookup::live_limits(tx, parent, tx.time.now)?;
    let new = NewToken {
        id: replaced.id,
        digest: &replaced.digest,
        random: &entry.random,
        grace: replaced.grace,
        authenticated_at: parent.and_then(|parent| parent.authenticated_at),
    };
    let token = replace_token(tx, key, &new)?;
    append(tx, &replaced.renewed.clone().about(Subjects::One(replaced.id)))?;
    Ok(Issued { id: replaced.id, token })
}
