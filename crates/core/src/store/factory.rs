//! Where a store is, and how it is opened and created.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use super::{CopyFrom, CopyInto, FileBackups, ServerRoles, Store, StoreError};
use crate::model::event::Event;

/// Where a store is: a path of the file system, or the URL of a server.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(OsString);

impl StoreUrl {
    /// The location as it was given.
    #[must_use]
    pub fn new(location: impl Into<OsString>) -> Self {
        StoreUrl(location.into())
    }

    /// The location as it was given, a password included: for the store that opens it only.
    #[must_use]
    pub fn expose(&self) -> &OsStr {
        &self.0
    }

    /// The URL's scheme, as in `postgres`; none for a path.
    #[must_use]
    pub fn scheme(&self) -> Option<&str> {
        let (scheme, _) = self.0.to_str()?.split_once("://")?;
        let is_scheme = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        };
        is_scheme(scheme).then_some(scheme)
    }

    /// Whether a URL holds a password, so that it must not stand where others can read it.
    #[must_use]
    pub fn has_password(&self) -> bool {
        let Some((_, rest)) = self.scheme().and_then(|_| self.0.to_str()?.split_once("://")) else {
            return false;
        };
        let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
        let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
        login.contains(':') || query.split('&').any(|parameter| parameter.starts_with("password="))
    }

    /// Whether the location is a URL, and so on a server; otherwise it is a path.
    #[must_use]
    pub fn is_on_server(&self) -> bool {
        self.scheme().is_some()
    }

    /// The path, where the location is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.scheme().is_none().then(|| Path::new(&self.0))
    }
}

/// The location without the password of a URL, and without its query, which may hold one.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string_lossy();
        let Some((scheme, rest)) = self.scheme().and_then(|_| text.split_once("://")) else {
            return f.write_str(&text);
        };
        let rest = rest.split('?').next().unwrap_or_default();
        // A password may itself hold an `@`: the last one ends it.
        match rest.rsplit_once('@') {
            Some((login, host)) => {
                let user = login.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}@{host}")
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read. A change fails with [`StoreError::ReadOnly`].
    Read,
    /// To read and to write.
    Write,
}

/// What a new store begins with.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// The key of its tokens' locators (AES-128).
    pub locator_key: [u8; 16],
    /// The key under which failed logins are counted (HMAC-SHA-256).
    pub attempt_key: [u8; 32],
    /// Whether its time may be set.
    pub sandbox: bool,
    /// The first event.
    pub event: Event,
}

/// Opens and creates stores of one kind at one place. It holds the clock that it hands to each store.
pub trait StoreFactory: Send + Sync {
    /// Where the stores are.
    fn url(&self) -> &StoreUrl;

    /// Opens the store; an older layout is brought up to date.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Refused`], [`StoreError::NewerVersion`], or another failure.
    fn open(&self, access: Access) -> Result<Box<dyn Store>, StoreError>;

    /// Creates the store, whole or not at all; `false` where there is one already. Of many processes that create it
    /// at once, one wins and all can go on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn create(&self, new: &NewStore) -> Result<bool, StoreError>;

    /// Brings the layout of the store up to date, each step whole or not at all, and records it; returns the layout
    /// before and now. A file is also brought up to date by whoever opens it; a server's schema only here.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`], or another failure.
    fn migrate(&self, actor: &str) -> Result<(u32, u32), StoreError> {
        let _ = actor;
        let layout = self.open(Access::Read)?.info()?.schema_version;
        Ok((layout, layout))
    }

    /// Whether a store can be read on a thread that must not wait, because a look-up takes microseconds. Where a read
    /// goes over a network, it cannot.
    fn reads_inline(&self) -> bool {
        true
    }

    /// Whether events are added to the chain of the log after they were written, so that a program that stays open
    /// calls [`AuditStore::seal`](super::AuditStore::seal) each second.
    fn seals_later(&self) -> bool {
        false
    }

    /// What the accounts of the server may do, where there is one.
    fn server_roles(&self) -> Option<&dyn ServerRoles> {
        None
    }

    /// Moving the store elsewhere, where its kind can be moved.
    fn copy_from(&self) -> Option<&dyn CopyFrom> {
        None
    }

    /// Moving another store here, where this kind can be filled.
    fn copy_into(&self) -> Option<&dyn CopyInto> {
        None
    }

    /// Copies of the store as files, where it is one.
    fn file_backups(&self) -> Option<&dyn FileBackups> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_url_shows_no_password() {
        for (given, shown) in [
            ("postgres://ann:s3cret@db.example/app", "postgres://ann@db.example/app"),
            ("postgres://ann:s3c@ret@db.example/app?password=x", "postgres://ann@db.example/app"),
            ("postgres://db.example/app?sslmode=require", "postgres://db.example/app"),
            ("/var/lib/app.db", "/var/lib/app.db"),
            ("odd name: x@y.db", "odd name: x@y.db"),
        ] {
            let url = StoreUrl::new(given);
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("StoreUrl({shown})"));
            assert_eq!(url.expose(), given);
            assert_eq!(url.has_password(), given.contains("s3c"), "{given}");
        }
    }

    #[test]
    fn store_url_tells_paths_from_urls() {
        for path in ["s.db", "/a/b", "1x://y", "://x", "a b://c", "sqlite:x"] {
            assert!(StoreUrl::new(path).path().is_some(), "{path}");
        }
        assert_eq!(StoreUrl::new("postgres://x").scheme(), Some("postgres"));
        assert_eq!(StoreUrl::new("postgres://x").path(), None);
    }
}
