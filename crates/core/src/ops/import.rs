//! Adds many users at once, all of them or none: each is checked first, then the passwords are hashed, then everything
//! is written in one step. Where the users come from does not belong here.

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use thiserror::Error;
use zeroize::Zeroizing;

use super::error::{HashError, RequestError};
use super::password::{self, SALT_BYTES};
use super::step::Step;
use super::user::check_new_name;
use super::{OpContext, OpsError};
use crate::model::event::Action;
use crate::model::hash_limit::HashLimit;
use crate::model::password::{PasswordError, check as check_password};
use crate::model::policy::{Key, Policy};
use crate::model::user::UserName;
use crate::store::{NewUser, Store, StoreError};

/// A user to import.
#[derive(Debug)]
pub struct ImportedUser {
    /// The name.
    pub name: UserName,
    /// How the user logs in.
    pub credential: Credential,
}

/// How an imported user logs in. Neither is ever shown.
pub enum Credential {
    /// A password, which is hashed.
    Password(Zeroizing<Vec<u8>>),
    /// The argon2id hash of a password in a PHC string, from another system.
    Hash(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Password(_) => "Password",
            Credential::Hash(_) => "Hash",
        })
    }
}

/// Why a user cannot be imported.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is a user of this name, in this or another spelling.
    #[error("a user of this name exists already, in this or another spelling")]
    Taken,
    /// An earlier user of the import has the name.
    #[error("an earlier user of the import has this name, in this or another spelling")]
    Repeated,
    /// The name cannot be given.
    #[error(transparent)]
    Name(#[from] RequestError),
    /// The password cannot be set.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The hash is no argon2id PHC string, or asks for too much.
    #[error("the password_hash is no argon2id PHC string that can be verified here")]
    Hash,
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Imported {
    /// All users were added.
    Done,
    /// The users at these places have names that were taken meanwhile; nothing was added.
    Taken(Vec<usize>),
    /// The caller broke off; nothing was added.
    Stopped,
}

/// Checks each user without writing anything; returns the faults with the places of their users, in order. Without a
/// store, because there is none yet, no name is taken.
///
/// # Errors
/// The store's.
pub fn check(store: Option<&dyn Store>, users: &[ImportedUser]) -> Result<Vec<(usize, Fault)>, StoreError> {
    let mut faults = Vec::new();
    let mut names = HashMap::new();
    for (place, user) in users.iter().enumerate() {
        let repeated = names.insert(user.name.key(), place).is_some();
        let fault = match fault_of(user) {
            Some(fault) => Some(fault),
            None if repeated => Some(Fault::Repeated),
            None => match store {
                None => None,
                Some(store) => store.user(&user.name)?.map(|_| Fault::Taken),
            },
        };
        faults.extend(fault.map(|fault| (place, fault)));
    }
    Ok(faults)
}

fn fault_of(user: &ImportedUser) -> Option<Fault> {
    if let Err(error) = check_new_name(&user.name) {
        return Some(error.into());
    }
    match &user.credential {
        Credential::Password(text) => check_password(text, user.name.as_str()).err().map(Fault::from),
        Credential::Hash(phc) => password::check_stored(phc).is_err().then_some(Fault::Hash),
    }
}

/// Adds users that [`check`] found no fault with. Passwords are hashed by several threads, within the limit of hashes
/// at once;
/// `on_hashed` gets the number of those that are done, and may break the work off.
///
/// # Errors
/// What hashing and the store fail of; nothing was added then.
pub fn import(
    cx: &mut OpContext<'_>,
    users: &[ImportedUser],
    on_hashed: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Imported, OpsError> {
    let policy = cx.store.policy()?;
    let mut work = Vec::new();
    for (place, user) in users.iter().enumerate() {
        if let Credential::Password(text) = &user.credential {
            work.push(Work { place, password: text, salt: cx.draw()? });
        }
    }
    let hashing = Hashing { policy: &policy, limit: cx.hashing };
    let Some(mut hashes) = hashing.all(&work, on_hashed)? else { return Ok(Imported::Stopped) };
    let hashed = hashes.len();
    let new = users.iter().enumerate().map(|(place, user)| NewUser {
        name: user.name.clone(),
        hash: match &user.credential {
            Credential::Hash(phc) => Some(phc.clone()),
            Credential::Password(_) => hashes.remove(&place),
        },
        event: cx.event(Action::UserAdded).user(Some(&user.name)).detail("imported".to_owned()),
    });
    let new: Vec<NewUser> = new.collect();
    let taken = cx.store.add_users(&new)?;
    cx.trace(|| Step::UsersImported { users: new.len(), hashed, written: taken.is_empty().into() });
    Ok(if taken.is_empty() { Imported::Done } else { Imported::Taken(taken) })
}

/// A password to hash.
struct Work<'a> {
    place: usize,
    password: &'a [u8],
    salt: [u8; SALT_BYTES],
}

/// How passwords are hashed.
#[derive(Clone, Copy)]
struct Hashing<'a> {
    policy: &'a Policy,
    limit: &'a dyn HashLimit,
}

impl Hashing<'_> {
    fn hash(self, work: &Work<'_>) -> Result<String, HashError> {
        let _permit = self.limit.acquire(self.policy.get(Key::HashesAtOnce));
        password::hash_with_salt(work.password, &work.salt, self.policy)
    }

    /// How many threads hash at the same time.
    fn threads(self) -> usize {
        let permitted = usize::try_from(self.policy.get(Key::HashesAtOnce)).unwrap_or(usize::MAX);
        permitted.clamp(1, thread::available_parallelism().map_or(1, usize::from))
    }

    /// The hashes by the places of their users; none where `on_hashed` broke off.
    fn all(
        self,
        work: &[Work<'_>],
        on_hashed: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<HashMap<usize, String>>, HashError> {
        let mut hashes = HashMap::with_capacity(work.len());
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let mut failed = None;
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..self.threads().min(work.len()) {
                let (sender, next, stopped) = (sender.clone(), &next, &stopped);
                scope.spawn(move || {
                    while !stopped.load(Ordering::Relaxed)
                        && let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed))
                        && sender.send((one.place, self.hash(one))).is_ok()
                    {}
                });
            }
            drop(sender);
            for (place, hash) in receiver {
                match hash {
                    Ok(hash) => drop(hashes.insert(place, hash)),
                    Err(error) => drop(failed.get_or_insert(error)),
                }
                if failed.is_some() || on_hashed(hashes.len() as u64).is_break() {
                    stopped.store(true, Ordering::Relaxed);
                }
            }
        });
        match failed {
            Some(error) => Err(error),
            None => Ok((!stopped.load(Ordering::Relaxed)).then_some(hashes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::UserStore as _;
    use crate::testing::Fixture;

    const PASSWORD: &[u8] = b"correct horse battery";

    fn user(name: &str, credential: Credential) -> ImportedUser {
        ImportedUser { name: name.parse().unwrap(), credential }
    }

    fn with_password(name: &str, text: &[u8]) -> ImportedUser {
        user(name, Credential::Password(Zeroizing::new(text.to_vec())))
    }

    #[test]
    fn import_adds_users_whose_passwords_are_accepted() {
        let mut fixture = Fixture::new();
        let policy = crate::testing::cheap_policy();
        let phc = fixture.run(|cx| password::hash(cx, PASSWORD, &policy)).unwrap();
        let mut users: Vec<ImportedUser> =
            (0..5).map(|number| with_password(&format!("user{number}"), PASSWORD)).collect();
        users.push(user("hashed", Credential::Hash(phc)));
        let mut reached = Vec::new();
        let mut count = |number| {
            reached.push(number);
            ControlFlow::Continue(())
        };
        assert_eq!(fixture.run(|cx| import(cx, &users, &mut count)).unwrap(), Imported::Done);
        assert_eq!(reached, [1, 2, 3, 4, 5]);
        for user in &users {
            let id = fixture.store.user(&user.name).unwrap().unwrap().id;
            let stored = fixture.store.password_hash(id).unwrap().unwrap();
            assert_eq!(password::verify(PASSWORD, &stored, &policy), Ok(true), "{}", user.name);
        }
        assert_eq!(fixture.details(), vec!["imported"; 6]);
        let again = fixture.run(|cx| import(cx, &users[..1], &mut |_| ControlFlow::Continue(()))).unwrap();
        assert_eq!(again, Imported::Taken(vec![0]));
    }

    #[test]
    fn import_that_is_broken_off_adds_nothing() {
        let mut fixture = Fixture::new();
        let users = [with_password("ann", PASSWORD), with_password("bob", PASSWORD)];
        let stopped = fixture.run(|cx| import(cx, &users, &mut |_| ControlFlow::Break(()))).unwrap();
        assert_eq!(stopped, Imported::Stopped);
        assert!(fixture.new_events().is_empty());
    }

    #[test]
    fn check_names_each_fault_with_its_place() {
        let mut fixture = Fixture::new();
        fixture.user("bob");
        let bcrypt = "$2b$12$abcdefghijklmnopqrstuuR1mNq".to_owned();
        let users = [
            with_password("BOB", PASSWORD),
            with_password("ann", PASSWORD),
            with_password("carl", b"short"),
            with_password("Ann", PASSWORD),
            user("dora", Credential::Hash(bcrypt)),
            with_password("eve (removed 2026-11-25)", PASSWORD),
        ];
        let faults = check(Some(&fixture.store), &users).unwrap();
        let places: Vec<usize> = faults.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [0, 2, 3, 4, 5]);
        assert_eq!(
            (&faults[0].1, &faults[2].1, &faults[3].1),
            (&Fault::Taken, &Fault::Repeated, &Fault::Hash)
        );
        assert!(matches!(faults[1].1, Fault::Password(_)) && matches!(faults[4].1, Fault::Name(_)));
        assert!(!format!("{users:?}").contains("horse"));
    }
}
