//! SQLite files of other programs. rusqlite is used in this folder only, and nothing here knows a layout. The
//! rules of opening without harm were measured; each is with the code that obeys it.

mod access;
mod error;
mod header;
mod index;
mod open;
mod query;
mod read;
mod schema;
mod write;

use std::path::{Path, PathBuf};

pub use header::{FileKind, identify};

use crate::source::{Source, SourceError, SourceFactory, Target};

/// A file of another program.
#[derive(Clone, Debug)]
pub struct SqliteFile {
    path: PathBuf,
}

impl SqliteFile {
    /// The file at a path. Nothing is opened yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        SqliteFile { path: path.to_owned() }
    }
}

impl SourceFactory for SqliteFile {
    fn reader(&self) -> Result<Box<dyn Source>, SourceError> {
        Ok(Box::new(open::reader(&self.path)?))
    }

    fn writer(&self, foreign_keys: bool) -> Result<Box<dyn Target>, SourceError> {
        Ok(Box::new(open::writer(&self.path, foreign_keys)?))
    }

    fn identity(&self) -> String {
        header::identity(&self.path)
    }
}
