//! Passwords against their stored hashes: argon2id in PHC strings, at the cost that the policy asks. Nothing here knows
//! users or touches a store; hashing takes so long that it must stay outside of transactions.

use argon2::password_hash::phc::PasswordHash;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, PasswordHasher, RECOMMENDED_SALT_LEN, Version,
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::error::HashError;
use super::step::Step;
use super::{OpContext, OpsError};
use crate::model::policy::{Key, Policy};

/// The limits of what a stored hash may ask for; it may come from a file that something else wrote.
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;
const MAX_LANES: u32 = 64;

/// Bytes of a salt (RFC 9106 §4).
pub const SALT_BYTES: usize = RECOMMENDED_SALT_LEN;

/// Hashes a password to keep it, with a random salt.
///
/// # Errors
/// [`OpsError::Randomness`] or [`HashError::NoMemory`].
pub fn hash(cx: &mut OpContext<'_>, password: &[u8], policy: &Policy) -> Result<String, OpsError> {
    let salt = cx.draw()?;
    let params = params(policy)?;
    cx.trace(|| Step::PasswordHashed {
        memory_kib: params.m_cost(),
        passes: params.t_cost(),
        lanes: params.p_cost(),
    });
    Ok(hash_with_salt(password, &salt, policy)?)
}

/// Hashes a password to keep it, with a salt of random bytes. Touches no store.
///
/// # Errors
/// [`HashError::NoMemory`].
pub fn hash_with_salt(
    password: &[u8],
    salt: &[u8; SALT_BYTES],
    policy: &Policy,
) -> Result<String, HashError> {
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(policy)?)
        .hash_password_with_salt(password, salt)
        .map_err(|_| HashError::NoMemory)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed; compared in constant time, at the hash's own cost. Where that is less
/// than the policy's, a wrong password takes the rest of the time as well, so that it takes as long as a name without a
/// user. A right one does not: it is hashed again at the policy's cost when it logs in.
///
/// # Errors
/// [`HashError::NotAHash`], [`HashError::TooCostly`] before any memory is taken, or [`HashError::NoMemory`].
pub fn verify(password: &[u8], phc: &str, policy: &Policy) -> Result<bool, HashError> {
    let stored = Stored::read(phc)?;
    let expected = stored.hash.hash.ok_or(HashError::NotAHash)?;
    let salt = stored.hash.salt.ok_or(HashError::NotAHash)?;
    let wanted = params(policy)?;
    let mut memory = memory(stored.params.block_count().max(wanted.block_count()))?;
    let mut actual = Zeroizing::new(vec![0; expected.len()]);
    compute(password, &salt, &stored.params, &mut memory, &mut actual)?;
    let right = actual.ct_eq(expected.as_bytes()).into();
    if let (false, Some(rest)) = (right, rest(&stored.params, &wanted)) {
        dummy_hash_at(password, &rest, &mut memory)?;
    }
    Ok(right)
}

/// Hashes a password for nothing, so that a name without a user takes as long as one whose password is wrong
/// (CVE-2025-6011).
///
/// # Errors
/// [`HashError::NoMemory`].
pub fn dummy_hash(password: &[u8], policy: &Policy) -> Result<(), HashError> {
    let wanted = params(policy)?;
    dummy_hash_at(password, &wanted, &mut memory(wanted.block_count())?)
}

fn dummy_hash_at(password: &[u8], params: &Params, memory: &mut [Block]) -> Result<(), HashError> {
    let mut unused = Zeroizing::new([0; Params::DEFAULT_OUTPUT_LEN]);
    compute(password, &[0; RECOMMENDED_SALT_LEN], params, memory, &mut *unused)?;
    std::hint::black_box(&*unused);
    Ok(())
}

/// The memory to work in, taken once for all that a check computes: each page costs time when it is first touched.
fn memory(blocks: usize) -> Result<Vec<Block>, HashError> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(blocks).map_err(|_| HashError::NoMemory)?;
    memory.resize(blocks, Block::new());
    Ok(memory)
}

fn compute(
    password: &[u8],
    salt: &[u8],
    params: &Params,
    memory: &mut [Block],
    hash: &mut [u8],
) -> Result<(), HashError> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password, salt, hash, memory)
        .map_err(|_| HashError::NoMemory)
}

/// The rest of the wanted cost after a hash at the stored cost. The time grows with memory times passes: the fewest
/// passes that the wanted memory allows, and the memory that makes the sum of both right. `None` where the rest is too
/// small for a hash of its own.
fn rest(stored: &Params, wanted: &Params) -> Option<Params> {
    let blocks = |params: &Params| u64::from(params.m_cost()) * u64::from(params.t_cost());
    let left = blocks(wanted).saturating_sub(blocks(stored));
    let passes = left.div_ceil(wanted.m_cost().into()).max(1);
    Params::new((left / passes).try_into().ok()?, passes.try_into().ok()?, wanted.p_cost(), None).ok()
}

/// Checks that a hash from elsewhere can be verified here: an argon2id PHC string, salt and hash included.
///
/// # Errors
/// [`HashError::NotAHash`] or [`HashError::TooCostly`].
pub fn check_stored(phc: &str) -> Result<(), HashError> {
    let stored = Stored::read(phc)?;
    match (stored.hash.salt, stored.hash.hash) {
        (Some(_), Some(_)) => Ok(()),
        _ => Err(HashError::NotAHash),
    }
}

/// Whether the policy asks for more memory or more passes than a stored hash took. Lanes are no measure of strength. A
/// hash that cannot be read is left alone.
#[must_use]
pub fn needs_rehash(phc: &str, policy: &Policy) -> bool {
    let (Ok(stored), Ok(wanted)) = (Stored::read(phc), params(policy)) else { return false };
    stored.params.m_cost() < wanted.m_cost() || stored.params.t_cost() < wanted.t_cost()
}

struct Stored {
    hash: PasswordHash,
    params: Params,
}

impl Stored {
    fn read(phc: &str) -> Result<Self, HashError> {
        let hash = PasswordHash::new(phc).map_err(|_| HashError::NotAHash)?;
        if hash.algorithm != ARGON2ID_IDENT || hash.version != Some(Version::V0x13.into()) {
            return Err(HashError::NotAHash);
        }
        // A missing parameter would be read as the library's default, which the library may change.
        if ["m", "t", "p"].iter().any(|name| hash.params.iter().all(|(found, _)| found.as_str() != *name)) {
            return Err(HashError::NotAHash);
        }
        let params = Params::try_from(&hash.params).map_err(|_| HashError::NotAHash)?;
        let (m, t, p) = (params.m_cost(), params.t_cost(), params.p_cost());
        if m > MAX_MEMORY_KIB || t > MAX_PASSES || p > MAX_LANES {
            return Err(HashError::TooCostly);
        }
        Ok(Stored { hash, params })
    }
}

/// The policy's values are kept within their bounds, far inside of what argon2 accepts.
fn params(policy: &Policy) -> Result<Params, HashError> {
    let value = |key| u32::try_from(policy.get(key)).unwrap_or(u32::MAX);
    Params::new(value(Key::PasswordMemory), value(Key::PasswordPasses), value(Key::PasswordLanes), None)
        .map_err(|_| HashError::TooCostly)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, cheap_policy};

    const PASSWORD: &[u8] = b"correct horse battery";

    #[test]
    fn verify_accepts_only_the_same_bytes() {
        let policy = cheap_policy();
        let phc = Fixture::new().run(|b| hash(b, PASSWORD, &policy)).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_eq!(verify(PASSWORD, &phc, &policy), Ok(true));
        for wrong in
            [&b"correct horse battery "[..], b"correct horse batter", b"", b"correct horse battery\0"]
        {
            assert_eq!(verify(wrong, &phc, &policy), Ok(false));
        }
        let mut stronger = policy.clone();
        stronger.set(Key::PasswordPasses, 3);
        assert!(needs_rehash(&phc, &stronger) && !needs_rehash(&phc, &policy));
    }

    #[test]
    fn rest_and_stored_cost_add_up_to_the_wanted_cost() {
        let of = |m, t| Params::new(m, t, 4, None).unwrap();
        let rest = |stored, wanted| rest(&stored, &wanted).map(|rest| (rest.m_cost(), rest.t_cost()));
        assert_eq!(rest(of(19_456, 2), of(65_536, 3)), Some((52_565, 3)), "a block is missing");
        assert_eq!(rest(of(65_536, 1), of(65_536, 3)), Some((65_536, 2)));
        for costlier in [of(65_536, 3), of(65_536, 4), of(131_072, 3), of(65_530, 3)] {
            assert_eq!(rest(costlier, of(65_536, 3)), None);
        }
    }

    #[test]
    fn verify_refuses_a_hash_that_costs_too_much() {
        let tail = "$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObGRdescudvJCs";
        let read = |params: &str| verify(b"x", &format!("$argon2id$v=19${params}{tail}"), &cheap_policy());
        for params in ["m=4194304,t=3,p=4", "m=65536,t=65,p=4", "m=65536,t=3,p=65", "m=4294967295,t=1,p=1"] {
            assert_eq!(read(params), Err(HashError::TooCostly), "{params}");
        }
        for params in ["m=1", "m=65536,t=0,p=4", "m=65536,t=3", "t=3,p=4", "m=65536,t=3,p=4294967295"] {
            assert_eq!(read(params), Err(HashError::NotAHash), "{params}");
        }
    }

    #[test]
    fn verify_refuses_other_hash_formats() {
        let tail = "$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b4dWRWJTmaaJObG";
        let others = ["", "x", "$2b$12$abc", "$argon2id$v=19$m=65536,t=3,p=4"].map(str::to_owned).into_iter();
        for phc in others.chain([format!("$argon2i$v=19{tail}"), format!("$argon2id$v=16{tail}")]) {
            assert_eq!(verify(b"x", &phc, &cheap_policy()), Err(HashError::NotAHash), "{phc}");
            assert!(!needs_rehash(&phc, &Policy::default()));
        }
    }
}
