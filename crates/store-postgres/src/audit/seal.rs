//! Seals: within a second, the events that no seal contains are bound into a chain of seals. A seal names its members,
//! because ids commit out of order: an event that commits late falls into a later seal.

use sessionctl_core::model::event::{Subjects, bind_to_database};
use sessionctl_core::model::session::SessionId;
use sessionctl_core::store::{Signatures, Unsealed};
use sha2::{Digest as _, Sha256};

use super::event_row::{COLUMNS, logged};
use super::merkle;
use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};
use crate::primary::Primary;
use crate::read::row;
use crate::transaction::Commit;
use crate::value::values;

/// How often a program that ends tries to seal while others do.
const MAX_TRIES: u32 = 8;
const PAUSE_BETWEEN_TRIES: std::time::Duration = std::time::Duration::from_millis(25);

/// The events of one seal.
const MAX_EVENTS_PER_SEAL: usize = 5_000;

/// What comes before the link of an event in a chain; an event in a tree has nothing before it.
const NO_LINK: [u8; 32] = [0; 32];

/// A seal as it is kept.
pub(crate) struct Seal {
    pub(crate) number: i64,
    pub(crate) sealed_at: i64,
    /// The ids of its events, in rising order, packed.
    pub(crate) members: Vec<u8>,
    /// The events of all seals up to this one.
    pub(crate) total: i64,
    pub(crate) root: [u8; 32],
    /// The hash of the seal before it, or what binds the first one to its database.
    pub(crate) previous: [u8; 32],
}

impl Seal {
    /// Reads a seal and the hash that is kept with it.
    pub(crate) fn read(row: &tokio_postgres::Row) -> Result<(Self, [u8; 32]), PostgresError> {
        let seal = Seal {
            number: row.try_get(0)?,
            sealed_at: row.try_get(1)?,
            members: row.try_get(2)?,
            total: row.try_get(3)?,
            root: row::bytes(row, 4)?,
            previous: row::bytes(row, 5)?,
        };
        Ok((seal, row::bytes(row, 6)?))
    }

    /// The hash over every field; each follows its length.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        field(b"sessionctl seal");
        field(&self.previous);
        field(&self.number.to_be_bytes());
        field(&self.sealed_at.to_be_bytes());
        field(&self.members);
        field(&self.total.to_be_bytes());
        field(&self.root);
        hash.finalize().into()
    }

    /// The ids of its events; none where they cannot be read.
    pub(crate) fn ids(&self) -> Option<Vec<i64>> {
        // Ids of events are packed as ids of sessions are.
        Some(Subjects::unpack(&self.members)?.into_iter().map(SessionId::get).collect())
    }
}

/// The columns of a seal, in the order of [`Seal::read`].
pub(crate) const SEAL_COLUMNS: &str =
    "number, sealed_at, members, total, root, previous, hash, signer, signature";

/// The leaf of an event in the tree of its seal: a hash over every field.
pub(crate) fn leaf(row: &tokio_postgres::Row) -> Result<[u8; 32], PostgresError> {
    Ok(logged(row)?.link(&NO_LINK))
}

/// Where the chain of seals begins: bound to its database, so that it fits no other one.
pub(crate) fn genesis(connection: &Connection) -> Result<([u8; 16], [u8; 32]), PostgresError> {
    let row = connection.query_one("SELECT database_id FROM sessionctl.meta WHERE id = 1", &[])?;
    let database_id = row::bytes(&row, 0)?;
    Ok((database_id, bind_to_database(&NO_LINK, &database_id)))
}

/// Seals all events that are not sealed yet, after whoever is sealing now, and returns their number.
pub(crate) fn seal_all(primary: &Primary) -> Result<u64, PostgresError> {
    let mut total = 0;
    while let Some(sealed) = seal(primary, "FOR UPDATE")? {
        total += sealed as u64;
        if sealed < MAX_EVENTS_PER_SEAL {
            break;
        }
    }
    Ok(total)
}

/// Seals what is not sealed yet; `false` where another program is sealing, or more is left than fits in one seal.
pub(crate) fn seal_once(primary: &Primary) -> Result<bool, PostgresError> {
    let sealed = seal(primary, "FOR UPDATE SKIP LOCKED")?;
    Ok(sealed.is_some_and(|sealed| sealed < MAX_EVENTS_PER_SEAL))
}

/// Seals what is not sealed yet, unless another program is sealing: that one may have begun before this one's last
/// event was there, so it is given a moment and tried again.
pub(crate) fn seal_unless_busy(primary: &Primary) -> Result<(), PostgresError> {
    for _ in 0..MAX_TRIES {
        match seal(primary, "FOR UPDATE SKIP LOCKED")? {
            Some(MAX_EVENTS_PER_SEAL) => {}
            Some(_) => break,
            None => std::thread::sleep(PAUSE_BETWEEN_TRIES),
        }
    }
    Ok(())
}

/// Writes one seal, and returns the number of its events; `None` where another program is sealing.
fn seal(primary: &Primary, lock: &str) -> Result<Option<usize>, PostgresError> {
    let connection = primary.connection();
    connection.begin(Commit::Durable.begin(), Commit::Durable.patience())?;
    let sealed = seal_within(primary, lock);
    match &sealed {
        Ok(_) => connection.commit()?,
        Err(_) => connection.rollback(),
    }
    sealed
}

fn seal_within(primary: &Primary, lock: &str) -> Result<Option<usize>, PostgresError> {
    let tx = primary.transaction();
    tx.needs_no_replica();
    // Of two sealers, one waits for the other, or leaves it to it.
    if tx.lock(&format!("SELECT 1 FROM sessionctl.heartbeat WHERE id = 1 {lock}"), &[])?.is_empty() {
        return Ok(None);
    }
    let now = tx.now()?.unix();
    tx.queue("UPDATE sessionctl.heartbeat SET beat_at = $1 WHERE id = 1", values![now]);
    let sql = format!(
        "SELECT {COLUMNS} FROM sessionctl.event e JOIN sessionctl.unsealed u ON u.event_id = e.id ORDER BY e.id LIMIT {MAX_EVENTS_PER_SEAL}"
    );
    let last = "SELECT number, total, hash FROM sessionctl.seal ORDER BY number DESC LIMIT 1";
    let mut answers = tx.ask(&[(last, &[]), (&sql, &[])])?.into_iter().map(|answer| answer.rows);
    let (last, events) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    if events.is_empty() {
        return Ok(Some(0));
    }
    let ids = row::ids(&events)?;
    let leaves = events.iter().map(leaf).collect::<Result<Vec<_>, _>>()?;
    let (number, total, previous) = match last.first() {
        Some(last) => (last.try_get::<_, i64>(0)?, last.try_get::<_, i64>(1)?, row::bytes(last, 2)?),
        None => (0, 0, genesis(&tx)?.1),
    };
    let seal = Seal {
        number: number + 1,
        sealed_at: now,
        members: Subjects::pack(&ids),
        total: total + i64::try_from(ids.len()).map_err(|_| corrupt("too many events"))?,
        root: merkle::root(&leaves),
        previous,
    };
    let hash = seal.hash();
    let signed = primary.seal_key.as_ref().map(|key| (key.public(), key.sign(&hash)));
    tx.queue(
        "INSERT INTO sessionctl.seal (number, sealed_at, members, total, root, previous, hash, signer, signature) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            seal.number,
            seal.sealed_at,
            seal.members.as_slice(),
            seal.total,
            seal.root,
            seal.previous,
            hash,
            signed.map(|(signer, _)| signer),
            signed.map(|(_, signature)| signature)
        ],
    );
    tx.queue("DELETE FROM sessionctl.unsealed WHERE event_id = ANY($1)", values![row::numbers(&ids)]);
    Ok(Some(ids.len()))
}

/// What a key signed; each signature is checked where the log is verified.
pub(crate) fn signatures(connection: &Connection, key: &[u8; 32]) -> Result<Signatures, PostgresError> {
    let sql = "SELECT coalesce(max(total) FILTER (WHERE signer = $1), 0), min(number) FILTER (WHERE signer <> $1) \
               FROM sessionctl.seal";
    let found = connection.query_one(sql, values![key])?;
    Ok(Signatures { events: row::unsigned(&found, 0)?, other: found.try_get(1)? })
}

/// The events that no seal contains yet.
pub(crate) fn unsealed(connection: &Connection) -> Result<Unsealed, PostgresError> {
    let sql =
        "SELECT count(*), min(e.at) FROM sessionctl.unsealed u JOIN sessionctl.event e ON e.id = u.event_id";
    let found = connection.query_one(sql, &[])?;
    Ok(Unsealed { events: row::unsigned(&found, 0)?, oldest: row::optional_timestamp(&found, 1)? })
}
