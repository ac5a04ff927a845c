//! The file with the key that signs the seals of the audit log: it is checked as ssh checks a key.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use sessionctl_store_postgres::{SealKey, public_key};
use thiserror::Error;
use zeroize::Zeroizing;

/// More than a key in PEM.
const MAX_KEY_BYTES: u64 = 16 * 1024;

/// Why a key cannot be used.
#[derive(Debug, Error)]
#[error("cannot use the seal key {}: {why}", .file.display())]
pub struct SealKeyFileError {
    file: PathBuf,
    why: String,
}

/// The private key in a file that nobody else can read.
pub(super) fn private(file: &Path) -> Result<Arc<SealKey>, SealKeyFileError> {
    let text = read(file, true)?;
    SealKey::from_pem(&text).map(Arc::new).map_err(|error| failed(file, error.to_string()))
}

/// The public key in a file: of a public key, or of a private one.
///
/// # Errors
/// [`SealKeyFileError`].
pub fn public(file: &Path) -> Result<[u8; 32], SealKeyFileError> {
    let text = read(file, false)?;
    public_key(&text).map_err(|error| failed(file, error.to_string()))
}

fn failed(file: &Path, why: String) -> SealKeyFileError {
    SealKeyFileError { file: file.to_owned(), why }
}

fn read(file: &Path, is_secret: bool) -> Result<Zeroizing<String>, SealKeyFileError> {
    // A pipe of this name would otherwise wait for a writer.
    let careful = OFlags::NONBLOCK.bits() as i32;
    let opened = OpenOptions::new().read(true).custom_flags(careful).open(file);
    let opened = opened.map_err(|error| failed(file, error.to_string()))?;
    let meta = opened.metadata().map_err(|error| failed(file, error.to_string()))?;
    if !meta.is_file() {
        return Err(failed(file, "it is no plain file".to_owned()));
    }
    if is_secret && meta.permissions().mode() & 0o077 != 0 {
        return Err(failed(file, "others can read or write it; it must be 0600".to_owned()));
    }
    if is_secret && meta.uid() != rustix::process::geteuid().as_raw() && meta.uid() != 0 {
        return Err(failed(file, "it belongs to another user".to_owned()));
    }
    let mut text = Zeroizing::new(String::new());
    opened.take(MAX_KEY_BYTES).read_to_string(&mut text).map_err(|error| failed(file, error.to_string()))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
                           MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                           -----END PRIVATE KEY-----\n";

    #[test]
    fn private_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("seal.pem");
        fs::write(&file, PRIVATE).unwrap();
        for (mode, accepted) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o666, false)]
        {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(private(&file).is_ok(), accepted, "{mode:o}");
        }
        assert!(public(&file).is_ok(), "what is only compared may be read by all");
        fs::write(&file, "no key").unwrap();
        assert!(public(&file).is_err() && private(folder.path()).is_err());
    }
}
