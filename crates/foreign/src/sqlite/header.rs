//! What a file is, by its first hundred bytes and the files beside it. It is read only while this process has no
//! connection to the file: closing any descriptor of a file drops all POSIX locks that the process holds on it.

use std::ffi::OsString;
use std::fs::{self, Metadata, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;

use crate::source::SourceError;

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
/// The mark of a session database of sessionctl: "SEST".
const OWN_APPLICATION_ID: u32 = 0x5345_5354;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// There is none.
    Missing,
    /// A session database of sessionctl.
    Own,
    /// An SQLite database of another program.
    Foreign,
    /// Anything else.
    Other,
}

/// Determines what a file is.
///
/// # Errors
/// [`SourceError`] where it cannot be read.
pub fn identify(path: &Path) -> Result<FileKind, SourceError> {
    match Header::read(path) {
        Ok(header) if header.application_id == OWN_APPLICATION_ID => Ok(FileKind::Own),
        Ok(_) => Ok(FileKind::Foreign),
        Err(SourceError::Missing) => Ok(FileKind::Missing),
        Err(SourceError::Empty | SourceError::NotSqlite) => Ok(FileKind::Other),
        Err(error) => Err(error),
    }
}

/// What the header and the file system show.
pub(super) struct Header {
    /// Whether the file is in WAL mode.
    pub(super) is_wal: bool,
    application_id: u32,
    change_counter: [u8; 4],
    meta: Metadata,
}

/// What changes whenever the file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    size: u64,
    modified: (i64, i64),
    change_counter: [u8; 4],
}

/// What changes whenever a WAL does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WalVersion {
    size: u64,
    modified: (i64, i64),
}

impl WalVersion {
    /// The version of the WAL beside a database; none where there is none, or an empty one.
    pub(super) fn beside(path: &Path) -> Option<Self> {
        let meta = fs::metadata(beside(path, "-wal")).ok().filter(|meta| meta.len() > 0)?;
        Some(WalVersion { size: meta.len(), modified: (meta.mtime(), meta.mtime_nsec()) })
    }
}

impl Header {
    pub(super) fn read(path: &Path) -> Result<Header, SourceError> {
        let meta = fs::metadata(path).map_err(|error| io(error, None))?;
        if !meta.is_file() {
            return Err(SourceError::NotSqlite);
        }
        // Whoever replaces the file by a pipe meanwhile must not make this wait.
        let careful = OFlags::NONBLOCK.bits() as i32;
        let opened = OpenOptions::new().read(true).custom_flags(careful).open(path);
        let mut file = opened.map_err(|error| io(error, Some(&meta)))?;
        let mut bytes = [0; HEADER_BYTES];
        if meta.len() == 0 {
            return Err(SourceError::Empty);
        }
        if meta.len() < HEADER_BYTES as u64 {
            return Err(SourceError::NotSqlite);
        }
        file.read_exact(&mut bytes).map_err(|error| io(error, Some(&meta)))?;
        if !bytes.starts_with(MAGIC) {
            return Err(SourceError::NotSqlite);
        }
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        Ok(Header {
            is_wal: bytes[18] == 2 || bytes[19] == 2,
            application_id: u32::from_be_bytes(four(68)),
            change_counter: four(24),
            meta,
        })
    }

    pub(super) fn version(&self) -> Version {
        Version {
            size: self.meta.len(),
            modified: (self.meta.mtime(), self.meta.mtime_nsec()),
            change_counter: self.change_counter,
        }
    }

    /// Whether the header was read from the file with this metadata.
    pub(super) fn is_of(&self, meta: &Metadata) -> bool {
        (self.meta.dev(), self.meta.ino()) == (meta.dev(), meta.ino())
    }

    /// Whether this process may create files beside the database that the program can still use: SQLite gives
    /// those that root creates to the owner of the database.
    pub(super) fn is_owner_or_root(&self) -> bool {
        let uid = geteuid();
        uid.is_root() || uid.as_raw() == self.meta.uid()
    }

    pub(super) fn needs_owner(&self) -> SourceError {
        SourceError::NeedsOwner { owner: self.meta.uid() }
    }
}

/// Whether there is a file beside the database with this suffix.
pub(super) fn exists_beside(path: &Path, suffix: &str) -> bool {
    fs::metadata(beside(path, suffix)).is_ok()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Device and inode, as the audit log names a file.
pub(super) fn identity(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(meta) => format!("{}:{}", meta.dev(), meta.ino()),
        Err(_) => "unknown".to_owned(),
    }
}

fn io(error: std::io::Error, meta: Option<&Metadata>) -> SourceError {
    match (error.kind(), meta) {
        (std::io::ErrorKind::NotFound, _) => SourceError::Missing,
        (std::io::ErrorKind::PermissionDenied, Some(meta)) => SourceError::Denied { owner: meta.uid() },
        _ => SourceError::Io(error),
    }
}
