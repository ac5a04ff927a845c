//! Whether the files that a store has open still have their names. A restore puts another file in the place of the
//! database and removes the files beside it; what a store wrote into the old ones would be lost, and what it read there
//! would be old.

use std::fs::{self, Metadata};
use std::path::Path;

use sessionctl_core::store::StoreError;

use crate::error::SqliteError;
use crate::file_checks::validate;
use crate::open_files::{FileId, OpenFile};
use crate::paths::sidecar_path;

/// The files of a store.
#[derive(Debug)]
pub(crate) struct Place {
    database: FileId,
    /// None where the database is read as immutable.
    wal: Option<FileId>,
}

impl Place {
    /// The files of a store that has read from its database, so that SQLite has opened its WAL.
    pub(crate) fn of(path: &Path, open_file: &OpenFile) -> Self {
        Place { database: open_file.id(), wal: id(&sidecar_path(path, "-wal")) }
    }

    /// Fails where another file has one of the names, or the database was emptied: what is kept of its pages is no
    /// answer.
    ///
    /// # Errors
    ///
    /// [`StoreError::Moved`] where a move put its note there, and [`StoreError::Replaced`] in every other case.
    pub(crate) fn ensure(&self, path: &Path) -> Result<(), SqliteError> {
        let has_wal = || self.wal.is_none() || id(&sidecar_path(path, "-wal")) == self.wal;
        let is_here = |meta: Metadata| FileId::of(&meta) == self.database && meta.len() > 0;
        if fs::symlink_metadata(path).is_ok_and(is_here) && has_wal() {
            return Ok(());
        }
        // It waits for a move or a restore that is at work. What a move leaves in the place of the database names the
        // new place.
        match validate(path) {
            Err(SqliteError(moved @ StoreError::Moved { .. })) => Err(moved.into()),
            _ => Err(StoreError::Replaced.into()),
        }
    }
}

fn id(path: &Path) -> Option<FileId> {
    fs::symlink_metadata(path).ok().map(|meta| FileId::of(&meta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::MOVED;

    /// A file that is open, and its place.
    fn opened(path: &Path) -> (OpenFile, Place) {
        let open = OpenFile::register(path, &path.metadata().unwrap(), |_| Ok(())).unwrap().unwrap();
        let place = Place::of(path, &open);
        (open, place)
    }

    #[test]
    fn file_is_replaced_where_its_name_leads_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "x").unwrap();
        let (_open, place) = opened(&path);
        assert!(place.ensure(&path).is_ok());
        fs::write(&other, "x").unwrap();
        fs::rename(&other, &path).unwrap();
        assert!(place.ensure(&path).is_err());
        fs::remove_file(&path).unwrap();
        assert!(place.ensure(&path).is_err());
    }

    #[test]
    fn note_of_a_move_in_the_place_of_the_file_says_where_the_database_is() {
        let folder = tempfile::tempdir().unwrap();
        let (path, note) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&path, "x").unwrap();
        let (_open, place) = opened(&path);
        fs::write(&note, format!("{MOVED}/srv/elsewhere.db\n")).unwrap();
        fs::rename(&note, &path).unwrap();
        let SqliteError(error) = place.ensure(&path).unwrap_err();
        assert!(matches!(&error, StoreError::Moved { to } if to == "/srv/elsewhere.db"), "{error:?}");
    }

    #[test]
    fn file_is_replaced_where_it_was_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "x").unwrap();
        let (_open, place) = opened(&path);
        assert!(place.ensure(&path).is_ok());
        fs::write(&path, "").unwrap();
        assert!(place.ensure(&path).is_err());
    }

    #[test]
    fn file_is_replaced_where_its_wal_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, wal) = (folder.path().join("a"), folder.path().join("a-wal"));
        fs::write(&path, "x").unwrap();
        fs::write(&wal, "").unwrap();
        let (_open, place) = opened(&path);
        assert!(place.ensure(&path).is_ok());
        fs::rename(&wal, folder.path().join("moved")).unwrap();
        assert!(place.ensure(&path).is_err(), "a change would go into a file without a name");
        fs::write(&wal, "").unwrap();
        assert!(place.ensure(&path).is_err());
    }
}
