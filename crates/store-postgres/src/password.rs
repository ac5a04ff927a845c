//! Where the password of a connection comes from, in the order of libpq: the URL, `PGPASSWORD`, the password file. The
//! client reads neither of the last two.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use sessionctl_core::store::StoreError;
use zeroize::Zeroizing;

use crate::error::PostgresError;
use crate::url::{HostName, Target};

/// The password for a target; none where there is none.
pub(crate) fn find(target: &Target) -> Result<Option<Zeroizing<String>>, PostgresError> {
    if let Some(password) = &target.password {
        return Ok(Some(password.clone()));
    }
    if let Some(password) = variable("PGPASSWORD") {
        return Ok(Some(Zeroizing::new(password)));
    }
    let Some(path) = file_path() else { return Ok(None) };
    let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
    if metadata.mode() & 0o077 != 0 {
        let why = format!("the password file {} can be read by others: chmod 0600 it", path.display());
        return Err(StoreError::Refused(why).into());
    }
    let text = Zeroizing::new(read(&path)?);
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

fn read(path: &Path) -> Result<String, PostgresError> {
    fs::read_to_string(path).map_err(|source| {
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
fn in_file(text: &str, wanted: [&str; 4]) -> Option<Zeroizing<String>> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [host, port, database, user, password] = fields.as_slice() else { return None };
        let matches = [host, port, database, user]
            .iter()
            .zip(wanted)
            .all(|(field, wanted)| field.as_str() == "*" || field.as_str() == wanted);
        matches.then(|| password.clone())
    })
}

fn fields(line: &str) -> Vec<Zeroizing<String>> {
    let mut fields = vec![Zeroizing::new(String::new())];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' if fields.len() < 5 => fields.push(Zeroizing::new(String::new())),
            '\\' => fields.iter_mut().last().into_iter().for_each(|field| field.extend(characters.next())),
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
        let text = "# a comment\nother:5432:*:*:no\ndb:5432:app:ann:a\\:b\\\\c\n*:*:*:*:any:thing\n";
        let found = |wanted| in_file(text, wanted).map(|password| password.to_string());
        assert_eq!(found(["db", "5432", "app", "ann"]).as_deref(), Some("a:b\\c"));
        assert_eq!(found(["db", "5433", "app", "ann"]).as_deref(), Some("any:thing"));
        assert_eq!(in_file("db:5432:app:ann\n", ["db", "5432", "app", "ann"]), None);
    }
}
