//! Counts of failed logins, kept under keyed digests of names: what was typed as a name may be a password.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sessionctl_core::model::user::UserName;
use sha2::Sha256;

use super::row;
use crate::connection::Connection;
use crate::error::{PostgresError, corrupt};

/// The secret of the digests under which attempts are counted.
pub(crate) fn attempt_secret(connection: &Connection) -> Result<[u8; 32], PostgresError> {
    row::bytes(&connection.query_one("SELECT attempt_key FROM sessionctl.secret WHERE id = 1", &[])?, 0)
}

/// The key of a name's attempts.
pub(crate) fn keyed(secret: &[u8; 32], name: &UserName) -> Result<[u8; 32], PostgresError> {
    keyed_by(secret, &name.key())
}

/// The key of the attempts for a name with this key.
pub(crate) fn keyed_by(secret: &[u8; 32], name_key: &str) -> Result<[u8; 32], PostgresError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| corrupt("an unusable key"))?;
    mac.update(name_key.as_bytes());
    Ok(mac.finalize().into_bytes().into())
}

/// The key under which the attempts for a name are counted.
pub(crate) fn attempt_key(connection: &Connection, name: &UserName) -> Result<[u8; 32], PostgresError> {
    keyed(&attempt_secret(connection)?, name)
}
