//! Makes, retires and reads the keys that sign JWTs. Publishing the public halves is the caller's.

use secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::{OpContext, OpsError, clock};
use crate::model::event::Action;
use crate::store::{Store, StoreError, StoredKey};
use sessionctl_wire::jwt::{Algorithm, SigningKey, VerifyingKey};

/// Makes a key of random bytes, which signs from now on in place of the others.
///
/// # Errors
/// [`OpsError::Randomness`], [`OpsError::ClockBehind`], or the store's.
pub fn make(cx: &mut OpContext<'_>, algorithm: Algorithm) -> Result<SigningKey, OpsError> {
    clock::guard(cx)?;
    let secret = Zeroizing::new(cx.draw::<32>()?);
    let key = match algorithm {
        Algorithm::EdDsa => SigningKey::from_seed(*secret),
        Algorithm::Hs256 => SigningKey::from_shared_secret(*secret, cx.draw()?),
    };
    let stored = StoredKey {
        kid: key.kid().to_owned(),
        algorithm: algorithm.as_str().to_owned(),
        secret: Zeroizing::new(key.expose_bytes().expose_secret().to_vec()),
        created_at: cx.now,
        retired_at: None,
    };
    let event = cx.event(Action::JwtKeyCreated).detail(format!("{} {}", algorithm.as_str(), key.kid()));
    if !cx.store.add_key(&stored, event)? {
        // 32 random bytes came twice: the source is broken.
        let why = "a new signing key has the name of one that there is".to_owned();
        return Err(StoreError::Damaged(why).into());
    }
    cx.trace(|| {
        format!(
            "made the {} key {} of 32 random bytes and kept it with its event; it signs \
        with this algorithm and no other (RFC 8725 §3.1)",
            algorithm.as_str(),
            key.kid()
        )
    });
    Ok(key)
}

/// Retires a key: it signs no more, and verifies what it signed until that expires. `false` where there is no
/// such live key.
///
/// # Errors
/// [`OpsError::ClockBehind`] or the store's.
pub fn retire(cx: &mut OpContext<'_>, kid: &str) -> Result<bool, OpsError> {
    clock::guard(cx)?;
    let event = cx.event(Action::JwtKeyRetired).detail(kid.to_owned());
    let retired = cx.store.retire_key(kid, event)?;
    cx.trace(|| {
        if retired {
            "retired the key: it signs no more, but still verifies what it signed".to_owned()
        } else {
            "there is no such live key: nothing was written".to_owned()
        }
    });
    Ok(retired)
}

/// The key that signs: the newest that is not retired.
///
/// # Errors
/// [`OpsError::Key`] or the store's.
pub fn signing(store: &dyn Store) -> Result<Option<SigningKey>, OpsError> {
    let keys = store.keys()?;
    let newest = keys.iter().find(|key| key.retired_at.is_none());
    Ok(newest.map(|key| SigningKey::from_bytes(&key.secret)).transpose()?)
}

/// The keys that verify: all. A retired one verifies only what was issued before its retirement.
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
    store.keys()?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::testing::Fixture;

    #[test]
    fn the_newest_live_key_signs_and_all_verify() {
        let mut fixture = Fixture::new();
        assert!(signing(&fixture.store).unwrap().is_none());
        let old = fixture.run(|b| make(b, Algorithm::EdDsa)).unwrap();
        let new = fixture.run(|b| make(b, Algorithm::Hs256)).unwrap();
        let signer = |fixture: &Fixture| signing(&fixture.store).unwrap().map(|key| key.kid().to_owned());
        assert_eq!(signer(&fixture).as_deref(), Some(new.kid()));
        assert!(fixture.run(|b| retire(b, new.kid())).unwrap());
        assert!(!fixture.run(|b| retire(b, new.kid())).unwrap());
        assert_eq!(signer(&fixture).as_deref(), Some(old.kid()));
        assert_eq!(verifying(&fixture.store).unwrap().len(), 2);
    }
}
