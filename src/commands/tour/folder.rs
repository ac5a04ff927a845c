//! The folder of the tour: the sandbox database, the files that its commands write, and this program as `sessionctl`. What
//! a command of the reader changed in it can be undone. Which commands run does not belong here.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink,
};
use std::path::{Path, PathBuf};

use crate::commands::{CommandError, CommandResult, Failure};
use crate::host::scratch::{remove_when_ended, scratch_folder};

/// The database of the tour, in its folder.
pub(super) const DATABASE: &str = "shop.db";
/// Where this program is, in the folder.
const PROGRAMS: &str = "bin";
/// The tour writes no larger files: what is larger is the reader's own, and is left alone.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// A folder that only its owner can read.
pub(super) struct Folder {
    place: Place,
    program: PathBuf,
}

enum Place {
    /// Removed with everything in it at the end.
    Scratch(tempfile::TempDir),
    /// Kept to play on.
    Kept(PathBuf),
}

/// The files of a folder at one moment.
pub(super) struct Snapshot(BTreeMap<OsString, Vec<u8>>);

impl Folder {
    /// Creates the folder, `keep` or a scratch one, with this program as its `sessionctl`.
    pub(super) fn create(keep: Option<&Path>) -> CommandResult<Self> {
        let place = match keep {
            Some(path) => Place::Kept(create_kept(path)?),
            None => {
                let folder = scratch_folder("sessionctl-tour-")
                    .map_err(CommandError::io("cannot create a scratch folder"))?;
                remove_when_ended(folder.path()).map_err(CommandError::io("cannot handle signals"))?;
                Place::Scratch(folder)
            }
        };
        let program = std::env::current_exe().map_err(CommandError::io("cannot find this program"))?;
        let folder = Folder { place, program };
        folder.link_program().map_err(CommandError::io("cannot link this program"))?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        match &self.place {
            Place::Scratch(folder) => folder.path(),
            Place::Kept(path) => path,
        }
    }

    /// The folder, if it is kept.
    pub(super) fn kept(&self) -> Option<&Path> {
        match &self.place {
            Place::Scratch(_) => None,
            Place::Kept(path) => Some(path),
        }
    }

    /// Where this program is found by its name.
    pub(super) fn programs(&self) -> PathBuf {
        self.path().join(PROGRAMS)
    }

    /// Prepares the folder for the next command of the story, without a change to its files.
    pub(super) fn tidy(&self) -> io::Result<()> {
        self.make_usable()
    }

    /// Remembers the files, except those that cannot be read. Where the folder itself is gone, it is created again.
    pub(super) fn snapshot(&self) -> io::Result<Snapshot> {
        self.make_usable()?;
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(self.path())? {
            let entry = entry?;
            let is_one = |data: fs::Metadata| data.is_file() && data.len() <= MAX_FILE_BYTES;
            if entry.metadata().is_ok_and(is_one)
                && let Ok(bytes) = fs::read(entry.path())
            {
                files.insert(entry.file_name(), bytes);
            }
        }
        Ok(Snapshot(files))
    }

    /// Makes the files what they were, and returns whether they were not. New files of the reader stay; new ones of the
    /// database do not.
    pub(super) fn restore(&self, before: &Snapshot) -> io::Result<bool> {
        self.make_usable()?;
        let mut changed = self.remove_entries(|name| is_of_database(name) && !before.0.contains_key(name))?;
        for (name, bytes) in &before.0 {
            let path = self.path().join(name);
            // A pipe in its place would be waited for.
            let is_file = fs::symlink_metadata(&path).is_ok_and(|data| data.is_file());
            if is_file && fs::read(&path).is_ok_and(|now| now == *bytes) {
                continue;
            }
            changed |= !is_left_by_reader(name, bytes.is_empty() && !is_file);
            remove_entry(&path)?;
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            io::Write::write_all(&mut file, bytes)?;
        }
        Ok(changed)
    }

    /// Removes the database, and where the folder is not kept, everything else.
    pub(super) fn empty(&self) -> io::Result<()> {
        self.make_usable()?;
        let is_kept = self.kept().is_some();
        self.remove_entries(|name| name != PROGRAMS && (!is_kept || is_of_database(name)))?;
        Ok(())
    }

    /// Undoes what would keep commands from running here, and what would lead them elsewhere: a link in the place of the
    /// folder or of a file is removed, and what it leads to is left alone.
    fn make_usable(&self) -> io::Result<()> {
        if !fs::symlink_metadata(self.path()).is_ok_and(|data| data.is_dir()) {
            remove_entry(self.path())?;
            fs::DirBuilder::new().mode(0o700).create(self.path())?;
        }
        fs::set_permissions(self.path(), Permissions::from_mode(0o700))?;
        let is_folder = fs::symlink_metadata(self.programs()).is_ok_and(|data| data.is_dir());
        if !is_folder || !self.programs().join("sessionctl").exists() {
            remove_entry(&self.programs())?;
            self.link_program()?;
        }
        for entry in fs::read_dir(self.path())? {
            let entry = entry?;
            if entry.metadata().is_ok_and(|data| leads_elsewhere(&data)) {
                remove_entry(&entry.path())?;
            }
        }
        Ok(())
    }

    fn link_program(&self) -> io::Result<()> {
        fs::DirBuilder::new().mode(0o700).create(self.programs())?;
        symlink(&self.program, self.programs().join("sessionctl"))
    }

    /// Removes entries, and returns whether one mattered.
    fn remove_entries(&self, is_one: impl Fn(&OsStr) -> bool) -> io::Result<bool> {
        let mut mattered = false;
        for entry in fs::read_dir(self.path())? {
            let entry = entry?;
            if is_one(&entry.file_name()) {
                let is_empty = entry.metadata().is_ok_and(|data| data.len() == 0);
                mattered |= !is_left_by_reader(&entry.file_name(), is_empty);
                remove_entry(&entry.path())?;
            }
        }
        Ok(mattered)
    }
}

/// Whether what is written to a file is written to another name as well.
fn leads_elsewhere(data: &fs::Metadata) -> bool {
    data.is_symlink() || data.is_file() && data.nlink() > 1
}

fn is_of_database(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(DATABASE.as_bytes())
}

/// Whether it says nothing of a change: SQLite writes the shared memory again for each reader, and one that may only read
/// leaves an empty WAL.
fn is_left_by_reader(name: &OsStr, is_empty: bool) -> bool {
    let name = name.as_encoded_bytes();
    name.ends_with(b"-shm") || is_empty && name.ends_with(b"-wal")
}

fn remove_entry(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    };
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn is_empty(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none())
}

/// A folder that can be kept in place of one that is in use: the same name with the first number that is free.
pub(super) fn other_folder(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbered = (2_u32..).map(|number| path.with_file_name(format!("{name}-{number}")));
    numbered.into_iter().find(|path| !path.exists() || is_empty(path)).unwrap_or_default()
}

/// Creates a folder that only its owner can read; one with anything in it is refused.
fn create_kept(path: &Path) -> CommandResult<PathBuf> {
    let shown = path.display();
    if path.is_dir() {
        if !is_empty(path) {
            let other = other_folder(path);
            let failure = Failure::usage(format!("{shown} is not empty: --keep takes a new folder"));
            return Err(failure.hint(format!("name another folder, such as {}", other.display())).into());
        }
        fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(CommandError::io(format!("cannot protect the folder {shown}")))?;
    } else {
        fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(CommandError::io(format!("cannot create the folder {shown}")))?;
    }
    path.canonicalize().map_err(CommandError::io(format!("cannot find the folder {shown}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn create_keeps_only_a_new_or_empty_folder() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("play");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        let folder = Folder::create(Some(&path)).unwrap();
        assert_eq!(folder.kept(), Some(path.canonicalize().unwrap().as_path()));
        drop(folder);
        assert!(path.join("bin/sessionctl").exists(), "the folder was removed");
        assert_eq!((mode(&path), mode(&path.join("bin"))), (0o700, 0o700));
        let error = Folder::create(Some(&path)).err().unwrap();
        let failure = error.failure().unwrap();
        assert_eq!(failure.code, 2);
        assert!(failure.hint.as_ref().unwrap().ends_with("play-2"), "{failure:?}");
    }

    #[test]
    fn restore_undoes_changes_and_leaves_new_files() {
        let folder = Folder::create(None).unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::write(file("shop.db"), "before").unwrap();
        fs::write(file("stolen"), "token").unwrap();
        let before = folder.snapshot().unwrap();
        assert!(!folder.restore(&before).unwrap());
        fs::write(file("notes"), "mine").unwrap();
        assert!(!folder.restore(&before).unwrap(), "a file of the reader is no change of the story");
        fs::write(file("shop.db-wal"), "").unwrap();
        let with_wal = folder.snapshot().unwrap();
        assert!(!folder.restore(&before).unwrap() && !file("shop.db-wal").exists(), "it was read");
        assert!(!folder.restore(&with_wal).unwrap(), "a command that could write has removed it");
        folder.restore(&before).unwrap();

        fs::write(file("shop.db"), "after").unwrap();
        fs::write(file("shop.db-wal"), "more").unwrap();
        fs::remove_file(file("stolen")).unwrap();
        fs::create_dir(file("stolen")).unwrap();
        fs::remove_dir_all(folder.programs()).unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
        assert!(folder.restore(&before).unwrap());
        assert_eq!(fs::read_to_string(file("shop.db")).unwrap(), "before");
        assert_eq!(fs::read_to_string(file("stolen")).unwrap(), "token");
        assert!(!file("shop.db-wal").exists() && file("notes").exists());
        assert!(file("bin/sessionctl").exists());
        assert_eq!((mode(&file("shop.db")), mode(folder.path())), (0o600, 0o700));

        fs::remove_dir_all(folder.path()).unwrap();
        assert!(folder.snapshot().unwrap().0.is_empty());
        assert!(folder.restore(&before).unwrap());
        assert_eq!(fs::read_to_string(file("shop.db")).unwrap(), "before");
    }

    /// What a reader puts in the place of the folder, or of a file of the story, must not lead the tour elsewhere.
    #[test]
    fn nothing_outside_the_folder_is_changed_through_links() {
        let outside = tempfile::tempdir().unwrap();
        let precious = |name: &str| outside.path().join(name);
        fs::create_dir(precious("bin")).unwrap();
        for name in ["shop.db-important", "notes", "bin/mytool"] {
            fs::write(precious(name), "precious").unwrap();
        }
        fs::set_permissions(outside.path(), Permissions::from_mode(0o755)).unwrap();
        let folder = Folder::create(None).unwrap();
        fs::write(folder.path().join("shop.db"), "before").unwrap();
        let before = folder.snapshot().unwrap();

        symlink(precious("notes"), folder.path().join("stolen")).unwrap();
        fs::hard_link(precious("notes"), folder.path().join("cart")).unwrap();
        folder.restore(&before).unwrap();
        for name in ["stolen", "cart"] {
            fs::write(folder.path().join(name), "token").unwrap();
        }
        for act in [
            |folder: &Folder, before: &Snapshot| folder.restore(before).map(drop),
            |folder: &Folder, _: &Snapshot| folder.empty(),
        ] {
            fs::remove_dir_all(folder.path()).unwrap();
            symlink(outside.path(), folder.path()).unwrap();
            act(&folder, &before).unwrap();
            assert!(fs::symlink_metadata(folder.path()).unwrap().is_dir());
        }
        for name in ["shop.db-important", "notes", "bin/mytool"] {
            assert_eq!(fs::read_to_string(precious(name)).unwrap(), "precious", "{name}");
        }
        assert_eq!(mode(outside.path()), 0o755);
        assert!(!precious("shop.db").exists());
    }

    #[test]
    fn empty_leaves_files_of_the_reader_where_they_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let kept = Folder::create(Some(&place.path().join("play"))).unwrap();
        let scratch = Folder::create(None).unwrap();
        for folder in [&kept, &scratch] {
            fs::write(folder.path().join("shop.db"), "before").unwrap();
            fs::write(folder.path().join("notes"), "mine").unwrap();
            folder.empty().unwrap();
            assert!(!folder.path().join("shop.db").exists());
            assert!(folder.path().join("bin/sessionctl").exists());
        }
        assert!(kept.path().join("notes").exists() && !scratch.path().join("notes").exists());
    }
}
