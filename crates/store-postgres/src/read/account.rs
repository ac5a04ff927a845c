//! Accounts: those that have their name now, and those that were removed. Two accounts that had one name after another
//! are two.

use sessionctl_core::model::time::Timestamp;
use sessionctl_core::model::user::{Account, UserId, UserName};
use tokio_postgres::Row;

use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};
use crate::value::{Value, values};

const SECONDS_PER_DAY: i64 = 86_400;

/// The columns that [`shown`] reads, from `account a`: the name, when it was removed, and how many accounts of that
/// name were removed on the same day before it.
pub(crate) const NAME_COLUMNS: &str = "a.name, a.removed_at, CASE WHEN a.removed_at IS NOT NULL THEN \
     (SELECT count(*) FROM sessionctl.account o WHERE o.name_key = a.name_key AND o.removed_at IS NOT NULL \
      AND o.removed_at / 86400 = a.removed_at / 86400 AND o.id < a.id) END";

/// The name of an account as it is shown; none where the row has no account.
pub(crate) fn shown(row: &Row, first: usize) -> Result<Option<UserName>, PostgresError> {
    let Some(name) = row.try_get::<_, Option<&str>>(first)? else { return Ok(None) };
    let name: UserName = name.parse().map_err(|_| corrupt("an invalid user name"))?;
    let Some(at) = row.try_get::<_, Option<i64>>(first + 1)? else { return Ok(Some(name)) };
    let earlier: Option<i64> = row.try_get(first + 2)?;
    let ordinal = u64::try_from(earlier.unwrap_or(0)).unwrap_or(0) + 1;
    Ok(Some(name.removed(Timestamp::from_unix(at), ordinal)))
}

/// The same of the user of `session s`, in one column, for statements that cannot join: text, and none without a user.
pub(crate) fn name_column() -> String {
    format!(
        "(SELECT ARRAY[n.name, n.removed_at::text, n.earlier::text] FROM \
         (SELECT {NAME_COLUMNS} FROM sessionctl.account a WHERE a.id = s.user_id) n (name, removed_at, earlier))"
    )
}

/// The name in a column of [`name_column`]; none where it cannot be read.
pub(crate) fn name_in(row: &Row, column: usize) -> Option<UserName> {
    let parts: Vec<Option<&str>> = row.try_get::<_, Option<_>>(column).ok()??;
    let [name, removed_at, earlier] = parts[..] else { return None };
    let name: UserName = name?.parse().ok()?;
    let Some(at) = removed_at else { return Some(name) };
    let ordinal = earlier.and_then(|earlier| earlier.parse().ok()).unwrap_or(0) + 1;
    Some(name.removed(Timestamp::from_unix(at.parse().ok()?), ordinal))
}

/// The account that a name selects, as [`UserStore::account`](sessionctl_core::store::UserStore::account).
pub(crate) fn by_name(connection: &Connection, name: &UserName) -> Result<Option<Account>, PostgresError> {
    if let Some(found) = exactly(connection, name)? {
        return Ok(Some(found));
    }
    let rest = "a.name_key = $1 AND a.removed_at IS NOT NULL ORDER BY a.id DESC LIMIT 1";
    one(connection, rest, values![name.key()])
}

/// The account that is shown under a name.
pub(crate) fn exactly(connection: &Connection, name: &UserName) -> Result<Option<Account>, PostgresError> {
    if let Some(found) = one(connection, "a.name_key = $1 AND a.removed_at IS NULL", values![name.key()])? {
        return Ok(Some(found));
    }
    let Some(removed) = name.as_removed() else { return Ok(None) };
    let midnight = removed.midnight.unix();
    let rest = "a.name_key = $1 AND a.removed_at >= $2 AND a.removed_at < $3 ORDER BY a.id LIMIT 1 OFFSET $4";
    let earlier = i64::try_from(removed.ordinal - 1).unwrap_or(i64::MAX);
    let end = midnight.saturating_add(SECONDS_PER_DAY);
    one(connection, rest, values![removed.name.key(), midnight, end, earlier])
}

fn one(connection: &Connection, rest: &str, values: &[Value]) -> Result<Option<Account>, PostgresError> {
    let sql = format!("SELECT a.id, {NAME_COLUMNS} FROM sessionctl.account a WHERE {rest}");
    let Some(row) = connection.query_opt(&sql, values)? else { return Ok(None) };
    let name = shown(&row, 1)?.ok_or_else(|| corrupt("a user without a name"))?;
    let removed_at = row.try_get::<_, Option<i64>>(2)?.map(Timestamp::from_unix);
    Ok(Some(Account { id: UserId(row.try_get(0)?), name, removed_at }))
}
