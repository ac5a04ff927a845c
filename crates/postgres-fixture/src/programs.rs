//! Where the programs of PostgreSQL are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The variable that names the folder of the programs, to test another release than the newest one that is installed.
const FOLDER_VARIABLE: &str = "SESSIONCTL_TEST_POSTGRES";
/// Where Debian installs each release.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// The folder of the programs of one release.
#[derive(Clone, Debug)]
pub struct Programs(PathBuf);

impl Programs {
    /// The programs that a variable names, those in PATH, or the newest ones that Debian installed.
    #[must_use]
    pub fn find() -> Option<Self> {
        if let Some(folder) = env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
            return Some(Programs(folder.into()));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).chain(debian_folders()).find_map(|folder| real_folder(&folder)).map(Programs)
    }

    /// The path of a program.
    #[must_use]
    pub fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

/// The folder in which the programs really are: PATH may hold links to some of them.
fn real_folder(folder: &Path) -> Option<PathBuf> {
    let initdb = fs::canonicalize(folder.join("initdb")).ok()?;
    let folder = initdb.parent()?;
    let needed = ["postgres", "psql", "pg_isready", "pg_basebackup"];
    needed.iter().all(|program| folder.join(program).is_file()).then(|| folder.to_owned())
}

/// The folders of all releases, the newest first.
fn debian_folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(DEBIAN_FOLDER).into_iter().flatten().flatten();
    let mut releases: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    releases.sort_by_key(|(release, _)| std::cmp::Reverse(*release));
    releases.into_iter().map(|(_, folder)| folder).collect()
}
