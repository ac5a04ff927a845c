//! Verifying the audit log: each sealed event is there, unaltered and in exactly one seal, and the seals form a chain.

use std::collections::HashSet;
use std::ops::ControlFlow;

use sessionctl_core::store::LogVerdict;

use super::event_row::COLUMNS;
use super::merkle;
use super::seal::{SEAL_COLUMNS, Seal, genesis, leaf, seal_all};
use super::signature;
use crate::connection::Connection;
use crate::error::PostgresError;
use crate::read::{cursor, row};
use crate::store::PostgresStore;
use crate::value::values;

/// Verifies the whole log. A store that may write seals before.
pub(crate) fn verify_log(store: &PostgresStore) -> Result<LogVerdict, PostgresError> {
    if store.is_writable() {
        seal_all(store.primary())?;
    }
    store.snapshot(walk)
}

/// The chain of seals, as far as it was followed.
struct Chain {
    number: i64,
    total: i64,
    hash: [u8; 32],
    /// The events of all seals so far.
    sealed: HashSet<i64>,
    broken: Option<LogVerdict>,
}

impl Chain {
    fn break_at(&mut self, at: i64, why: String) -> ControlFlow<()> {
        self.broken = Some(LogVerdict::Broken { at, why });
        ControlFlow::Break(())
    }

    /// Takes the next seal.
    fn follow(
        &mut self,
        connection: &Connection,
        row: &tokio_postgres::Row,
    ) -> Result<ControlFlow<()>, PostgresError> {
        let (seal, hash) = Seal::read(row)?;
        let Some(ids) = seal.ids().filter(|ids| !ids.is_empty()) else {
            return Ok(self.break_at(0, format!("seal {} names no events that can be read", seal.number)));
        };
        let (first, name) = (ids[0], format!("seal {}", seal.number));
        if seal.number != self.number + 1 {
            return Ok(self.break_at(first, format!("seal {} was removed", self.number + 1)));
        }
        let fits = seal.previous == self.hash && seal.total == self.total + ids.len() as i64;
        if !fits || seal.hash() != hash {
            return Ok(self.break_at(first, format!("{name}, or the one before it, was altered")));
        }
        if !is_unsigned_or_right(row, &hash)? {
            return Ok(self.break_at(first, format!("{name} has a wrong signature")));
        }
        if let Some(twice) = ids.iter().find(|id| !self.sealed.insert(**id)) {
            return Ok(self.break_at(*twice, format!("{name} contains it a second time")));
        }
        let sql = format!("SELECT {COLUMNS} FROM sessionctl.event e WHERE e.id = ANY($1) ORDER BY e.id");
        let rows = connection.query(&sql, values![ids.clone()])?;
        let mut leaves = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            let Some(row) =
                rows.get(position).filter(|row| row.try_get(0).is_ok_and(|found: i64| found == *id))
            else {
                return Ok(self.break_at(*id, format!("it was removed; {name} contains it")));
            };
            match leaf(row) {
                Ok(leaf) => leaves.push(leaf),
                Err(_) => return Ok(self.break_at(*id, "it cannot be read".to_owned())),
            }
        }
        if merkle::root(&leaves) != seal.root {
            let last = ids[ids.len() - 1];
            return Ok(
                self.break_at(first, format!("it, or another event of {name} up to {last}, was altered"))
            );
        }
        (self.number, self.total, self.hash) = (seal.number, seal.total, hash);
        Ok(ControlFlow::Continue(()))
    }
}

/// Whether a seal has no signature, or that of the key beside it.
fn is_unsigned_or_right(row: &tokio_postgres::Row, hash: &[u8; 32]) -> Result<bool, PostgresError> {
    let (signer, signature) = (row::optional_bytes(row, 7)?, row::optional_bytes(row, 8)?);
    Ok(match (signer, signature) {
        (None, None) => true,
        (Some(signer), Some(signature)) => signature::is_right(&signer, &signature, hash),
        _ => false,
    })
}

fn walk(store: &PostgresStore) -> Result<LogVerdict, PostgresError> {
    let (_, hash) = genesis(store)?;
    let mut chain = Chain { number: 0, total: 0, hash, sealed: HashSet::new(), broken: None };
    let sql = format!("SELECT {SEAL_COLUMNS} FROM sessionctl.seal ORDER BY number");
    cursor::rows(store, &sql, &[], &mut |row| chain.follow(store, row))?;
    if let Some(broken) = chain.broken {
        return Ok(broken);
    }
    // An event that is in no seal and is not waiting for one was inserted by somebody else.
    let mut stray = None;
    let sql = "SELECT e.id FROM sessionctl.event e \
               WHERE NOT EXISTS (SELECT 1 FROM sessionctl.unsealed u WHERE u.event_id = e.id) ORDER BY e.id";
    cursor::rows(store, sql, &[], &mut |row| {
        let id: i64 = row.try_get(0)?;
        stray = (!chain.sealed.contains(&id)).then_some(id);
        Ok(if stray.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    if let Some(at) = stray {
        return Ok(LogVerdict::Broken { at, why: "it was inserted: no seal contains it".to_owned() });
    }
    let events = u64::try_from(chain.total).unwrap_or(0);
    Ok(LogVerdict::Consistent { events, head: hex::encode(chain.hash) })
}
