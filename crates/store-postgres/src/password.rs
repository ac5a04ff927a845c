//! Where the password of a connection comes from, in the order of libpq: the URL, `PGPASSWORD`, the password file. The
//! client reads neither of the last two.

use std::env;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sessionctl_core::store::StoreError;
use zeroize::Zeroizing;

use crate::error::PostgresError;
use crate::url::{HostName, Target};

/// The password for a target; none where there is none.
pub(crate) fn find(target: &Target) -> Result<Option<Password>, PostgresError> {
    if let Some(password) = &target.password {
        return Ok(Some(Zeroizing::new(password.as_bytes().to_vec())));
    }
    if let Some(password) = env::var_os("PGPASSWORD").filter(|value| !value.is_empty()) {
        return Ok(Some(Zeroizing::new(password.into_vec())));
    }
    let Some(path) = file_path() else { return Ok(None) };
    let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
    if !metadata.is_file() {
        let why = format!("the password file {} is not a file", path.display());
        return Err(StoreError::Refused(why).into());
    }
    if metadata.mode() & 0o077 != 0 {
        let why = format!("the password file {} can be read by others: chmod 0600 it", path.display());
        return Err(StoreError::Refused(why).into());
    }
    let text = read(&path)?;
    let user = target.user.clone().or_else(|| variable("USER")).unwrap_or_default();
    let database = target.database.clone().unwrap_or_else(|| user.clone());
    Ok(target.hosts.iter().find_map(|(host, port)| {
        let host = match host {
            HostName::Tcp(name) => name.as_str(),
            HostName::Socket(_) => "localhost",
        };
        in_file(&text, [host, &port.to_string(), &database, &user])
    }))
}

/// A password, as the server gets it: it need not be text.
type Password = Zeroizing<Vec<u8>>;

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, PostgresError> {
    fs::read(path).map(Zeroizing::new).map_err(|source| {
        StoreError::Io { what: format!("cannot read the password file {}", path.display()), source }.into()
    })
}

fn file_path() -> Option<PathBuf> {
    let named = variable("PGPASSFILE").map(PathBuf::from);
    named.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".pgpass")))
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The password of the first line that matches host, port, database and user: `*` matches anything, `\` escapes.
fn in_file(text: &[u8], wanted: [&str; 4]) -> Option<Password> {
    let lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    lines.filter(|line| !line.starts_with(b"#")).find_map(|line| {
        let fields = fields(line);
        let [host, port, database, user, password] = fields.as_slice() else { return None };
        let matches = [host, port, database, user]
            .iter()
            .zip(wanted)
            .all(|(field, wanted)| field.as_slice() == b"*" || field.as_slice() == wanted.as_bytes());
        matches.then(|| password.clone())
    })
}

fn fields(line: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut fields = vec![Zeroizing::new(Vec::new())];
    let mut bytes = line.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' if fields.len() < 5 => fields.push(Zeroizing::new(Vec::new())),
            b'\\' => fields.iter_mut().last().into_iter().for_each(|field| field.extend(bytes.next())),
            other => fields.iter_mut().last().into_iter().for_each(|field| field.push(other)),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_file_is_searched_for_the_first_line_that_matches() {
        let text = b"# a comment\nother:5432:*:*:no\nL\xfcneburg:1:*:*:x\ndb:5432:app:ann:a\\:b\\\\c\xfc\r\n\
                     \\:\\:1:*:*:*:six\n*:*:*:*:any:thing\n";
        let found = |wanted| in_file(text, wanted).map(|password| password.to_vec());
        // A line that is no text hinders nobody, and a password need not be text.
        assert_eq!(found(["db", "5432", "app", "ann"]).as_deref(), Some(&b"a:b\\c\xfc"[..]));
        assert_eq!(found(["db", "5433", "app", "ann"]).as_deref(), Some(&b"any:thing"[..]));
        assert_eq!(found(["::1", "5432", "app", "ann"]).as_deref(), Some(&b"six"[..]));
        assert_eq!(in_file(b"db:5432:app:ann\n", ["db", "5432", "app", "ann"]), None);
    }
}
