//! Creates, retires, revokes and reads the keys that sign JWTs. Publishing the public halves is the caller's.

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::step::Step;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::store::{NewKey, Store, StoreError, StoredKey};
use sessionctl_wire::jwt::{Algorithm, SigningKey, VerifyingKey};

/// Creates a key of random bytes, which signs from now on in place of the others.
///
/// # Errors
/// [`OpsError::Randomness`], or the store's.
pub fn create(cx: &mut OpContext<'_>, algorithm: Algorithm) -> Result<SigningKey, OpsError> {
    // 32 random bytes that came twice: the source is broken.
    let taken = || StoreError::Corrupt("a new signing key has the name of an existing one".to_owned());
    Ok(add(cx, algorithm, false)?.ok_or_else(taken)?)
}

/// The key that signs; created where there is none. Returns whether it was.
///
/// # Errors
/// [`OpsError::Key`], [`OpsError::Randomness`], or the store's.
pub fn signing_or_first(cx: &mut OpContext<'_>) -> Result<(SigningKey, bool), OpsError> {
    if let Some(key) = signing(&*cx.store)? {
        return Ok((key, false));
    }
    if let Some(key) = add(cx, Algorithm::EdDsa, true)? {
        return Ok((key, true));
    }
    // Another process created the first key meanwhile.
    let missing = || StoreError::Corrupt("the first signing key was not kept".to_owned());
    Ok((signing(&*cx.store)?.ok_or_else(missing)?, false))
}

fn add(
    cx: &mut OpContext<'_>,
    algorithm: Algorithm,
    only_first: bool,
) -> Result<Option<SigningKey>, OpsError> {
    let secret = Zeroizing::new(cx.draw::<32>()?);
    let key = match algorithm {
        Algorithm::EdDsa => SigningKey::from_seed(*secret),
        Algorithm::Hs256 => SigningKey::from_shared_secret(*secret, cx.draw()?),
    };
    let stored = NewKey {
        kid: key.kid().to_owned(),
        algorithm: algorithm.as_str().to_owned(),
        secret: Zeroizing::new(key.expose_bytes().expose_secret().to_vec()),
    };
    let event = cx.event(Action::JwtKeyCreated).detail(format!("{} {}", algorithm.as_str(), key.kid()));
    if !cx.store.add_key(&stored, only_first, event)? {
        return Ok(None);
    }
    cx.trace(|| Step::KeyCreated { kid: key.kid().to_owned(), algorithm: algorithm.as_str() });
    Ok(Some(key))
}

/// Retires a key: it no longer signs, and verifies what it signed until that expires. `false` where no key of this name
/// signs.
///
/// # Errors
/// The store's.
pub fn retire(cx: &mut OpContext<'_>, kid: &str) -> Result<bool, OpsError> {
    let event = cx.event(Action::JwtKeyRetired).detail(kid.to_owned());
    let retired = cx.store.retire_key(kid, event)?;
    cx.trace(|| Step::KeyRetired { written: retired.into() });
    Ok(retired)
}

/// Revokes a key: nothing that it signed is accepted any more, and its secret is deleted. `false` where there is no
/// such key that is not revoked.
///
/// # Errors
/// The store's.
pub fn revoke(cx: &mut OpContext<'_>, kid: &str) -> Result<bool, OpsError> {
    let event = cx.event(Action::JwtKeyRevoked).detail(kid.to_owned());
    let revoked = cx.store.revoke_key(kid, event)?;
    cx.trace(|| Step::KeyRevoked { written: revoked.into() });
    Ok(revoked)
}

/// The names of the revoked keys, so that a refusal can give the reason.
///
/// # Errors
/// The store's.
pub fn revoked_kids(store: &dyn Store) -> Result<Vec<String>, OpsError> {
    let keys = store.keys()?.into_iter();
    Ok(keys.filter(|key| key.revoked_at.is_some()).map(|key| key.kid).collect())
}

/// The key that signs: the newest that is neither retired nor revoked.
///
/// # Errors
/// [`OpsError::Key`] or the store's.
pub fn signing(store: &dyn Store) -> Result<Option<SigningKey>, OpsError> {
    let keys = store.keys()?;
    let newest = keys.iter().find(|key| key.retired_at.is_none());
    Ok(newest.map(|key| SigningKey::from_bytes(&key.secret)).transpose()?)
}

/// The keys that verify: all but the revoked ones. A retired one verifies only what was issued before its retirement.
///
/// # Errors
/// As [`signing`].
pub fn verifying(store: &dyn Store) -> Result<Vec<VerifyingKey>, OpsError> {
    let read = |stored: &StoredKey| {
        let key = SigningKey::from_bytes(&stored.secret)?.verifying_key();
        Ok(match stored.retired_at {
            Some(at) => key.retired(at.unix()),
            None => key,
        })
    };
    store.keys()?.iter().filter(|key| key.revoked_at.is_none()).map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fixture;

    #[test]
    fn newest_unretired_key_signs_and_all_keys_verify() {
        let mut fixture = Fixture::new();
        assert!(signing(&fixture.store).unwrap().is_none());
        let old = fixture.run(|b| create(b, Algorithm::EdDsa)).unwrap();
        let new = fixture.run(|b| create(b, Algorithm::Hs256)).unwrap();
        let signer = |fixture: &Fixture| signing(&fixture.store).unwrap().map(|key| key.kid().to_owned());
        assert_eq!(signer(&fixture).as_deref(), Some(new.kid()));
        assert!(fixture.run(|b| retire(b, new.kid())).unwrap());
        assert!(!fixture.run(|b| retire(b, new.kid())).unwrap());
        assert_eq!(signer(&fixture).as_deref(), Some(old.kid()));
        assert_eq!(verifying(&fixture.store).unwrap().len(), 2);
    }
}
