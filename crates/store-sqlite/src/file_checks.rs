//! Which file may be a session database: a plain file of the caller that no other user can read, with our mark in its
//! header, and no foreign sidecar file. It is checked before SQLite opens it, as ssh checks a key.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sessionctl_core::store::StoreError;

use crate::error::{SqliteError, io};
use crate::folder_checks::validate_folder;
use crate::layout::{APPLICATION_ID, UNFINISHED_ID};
use crate::open_files::{FileId, Hold, OpenFile};
use crate::paths::{MOVED, SIDECAR_SUFFIXES, resolve, sidecar_path};
use crate::sidecar_checks::ensure_no_journal;

const HEADER_BYTES: usize = 100;
/// The most bytes that name the place to which a database was moved.
const MAX_MOVED_BYTES: u64 = 4096;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Checks the file, and returns its path with the folder resolved, so that SQLite can refuse every link; the mark to
/// keep as long as the file is open; and a hold on it to keep until SQLite has opened the files beside it as well.
pub(crate) fn validate(path: &Path) -> Result<(PathBuf, OpenFile, Hold), SqliteError> {
    loop {
        let Some((checked, open_file)) = validate_once(path)? else { continue };
        let hold = open_file.hold();
        // A restore that was waited for has given the name to another file.
        if fs::symlink_metadata(&checked).is_ok_and(|meta| FileId::of(&meta) == open_file.id()) {
            return Ok((checked, open_file, hold));
        }
    }
}

/// The same without a hold; `None` where another file got the name meanwhile.
fn validate_once(path: &Path) -> Result<Option<(PathBuf, OpenFile)>, SqliteError> {
    let refused = |why: &str| SqliteError::from(StoreError::Refused(why.to_owned()));
    let meta = match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound) => {
            return Err(StoreError::Missing.into());
        }
        other => other.map_err(|error| io("cannot look at", path, error))?,
    };
    if let Some(why) = not_a_plain_file(&meta) {
        return Err(refused(why));
    }
    // Advice about owner and mode is for our own files only: a web server may reach its database through a group.
    let open_file = OpenFile::register(path, &meta, |file| {
        check_header(file).map_err(|why| match (why, not_private(&meta)) {
            (Header::Unreadable(_), Some(_)) if is_of_another_user(&meta) => {
                StoreError::OtherOwner { uid: meta.uid() }.into()
            }
            (Header::Unreadable(_), Some(why)) => refused(why),
            (Header::Unreadable(error), None) => io("cannot read", path, error),
            (Header::Foreign(why), _) => refused(why),
            (Header::Moved(to), _) => StoreError::Moved { to }.into(),
        })
    })?;
    match not_private(&meta) {
        Some(_) if is_of_another_user(&meta) => return Err(StoreError::OtherOwner { uid: meta.uid() }.into()),
        Some(why) => return Err(refused(why)),
        None if meta.nlink() != 1 => return Err(refused(HARD_LINKED)),
        None => {}
    }
    SIDECAR_SUFFIXES.iter().try_for_each(|suffix| validate_sidecar(path, suffix))?;
    open_file.iter().try_for_each(|open_file| ensure_no_journal(path, open_file))?;
    let path = resolve(path)?;
    validate_folder(&path)?;
    Ok(open_file.map(|open_file| (path, open_file)))
}

fn validate_sidecar(path: &Path, suffix: &str) -> Result<(), SqliteError> {
    let Ok(meta) = fs::symlink_metadata(sidecar_path(path, suffix)) else { return Ok(()) };
    // A file that another process removed meanwhile has no name left.
    let why = not_a_plain_file(&meta).or(not_private(&meta)).or((meta.nlink() > 1).then_some(HARD_LINKED));
    why.map_or(
        Ok(()),
        |why| Err(StoreError::Refused(format!("of the {suffix} file beside it: {why}")).into()),
    )
}

const HARD_LINKED: &str = "it has a second name (a hard link), under which it could be changed; remove that";

/// The reason against what is no plain file.
fn not_a_plain_file(meta: &Metadata) -> Option<&'static str> {
    if meta.is_symlink() {
        Some("it is a symbolic link; name the file itself")
    } else if meta.is_dir() {
        Some("it is a folder; name a file in it")
    } else if !meta.is_file() {
        Some("it is not a plain file")
    } else {
        None
    }
}

fn is_of_another_user(meta: &Metadata) -> bool {
    meta.uid() != rustix::process::geteuid().as_raw()
}

/// The reason against a file that somebody else can read or change.
fn not_private(meta: &Metadata) -> Option<&'static str> {
    if is_of_another_user(meta) {
        Some("it belongs to another user; a database is opened by its owner only")
    } else if meta.permissions().mode() & 0o077 != 0 {
        Some("others can read or write it; `chmod 600` it if you trust what is in it")
    } else {
        None
    }
}

/// Whether a file takes the place of a database that was moved, or is an unfinished copy of one.
#[must_use]
pub fn is_in_transit(path: &Path) -> bool {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    // A pipe of this name would otherwise wait for a writer.
    let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let opened = OpenOptions::new().read(true).custom_flags(careful).open(path);
    let opened = opened.and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header));
    let is_unfinished =
        || header.starts_with(MAGIC) && header.get(68..72) == Some(&UNFINISHED_ID.to_be_bytes());
    opened.is_ok() && (header.starts_with(MOVED.as_bytes()) || is_unfinished())
}

/// The layout that the header of a file names, without anything newer in its WAL. Nothing in this process has it open.
pub(crate) fn layout_in_header(path: &Path) -> Option<u32> {
    let mut header = [0; HEADER_BYTES];
    let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
    let mut file = OpenOptions::new().read(true).custom_flags(careful).open(path).ok()?;
    file.read_exact(&mut header).ok()?;
    let layout = u32::from_be_bytes([header[60], header[61], header[62], header[63]]);
    (header.starts_with(MAGIC) && layout > 0).then_some(layout)
}

enum Header {
    Unreadable(std::io::Error),
    Foreign(&'static str),
    Moved(String),
}

/// Reads the header.
fn check_header(file: &File) -> Result<(), Header> {
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut header).map_err(Header::Unreadable)?;
    if header.is_empty() {
        return Err(Header::Foreign(
            "it is empty; remove it, and the next command that writes creates a database",
        ));
    }
    if let Some(to) = header.strip_prefix(MOVED.as_bytes()) {
        let mut place = to.to_vec();
        // The name of a server may be longer than the header.
        file.take(MAX_MOVED_BYTES).read_to_end(&mut place).map_err(Header::Unreadable)?;
        return Err(Header::Moved(String::from_utf8_lossy(&place).trim_end().to_owned()));
    }
    if header.len() < HEADER_BYTES || !header.starts_with(MAGIC) {
        return Err(Header::Foreign("it is no session database"));
    }
    match u32::from_be_bytes([header[68], header[69], header[70], header[71]]) {
        APPLICATION_ID => Ok(()),
        UNFINISHED_ID => Err(Header::Foreign(UNFINISHED)),
        _ => Err(Header::Foreign("it is another program's database")),
    }
}

const UNFINISHED: &str = "it is an unfinished copy of another database";

/// Checks a file that is to be filled. Nothing in this process has it open.
pub(crate) fn validate_unfinished(path: &Path) -> Result<(), SqliteError> {
    let refused = |why: &str| SqliteError::from(StoreError::Refused(why.to_owned()));
    let meta = fs::symlink_metadata(path).map_err(|error| io("cannot look at", path, error))?;
    if let Some(why) = not_a_plain_file(&meta).or_else(|| not_private(&meta)) {
        return Err(refused(why));
    }
    validate_folder(path)?;
    let file = File::open(path).map_err(|error| io("cannot read", path, error))?;
    match check_header(&file) {
        Err(Header::Foreign(UNFINISHED)) => Ok(()),
        Ok(()) => Err(refused("there is another session database already")),
        Err(Header::Moved(to)) => Err(StoreError::Moved { to }.into()),
        Err(Header::Foreign(why)) => Err(refused(why)),
        Err(Header::Unreadable(error)) => Err(io("cannot read", path, error)),
    }
}
