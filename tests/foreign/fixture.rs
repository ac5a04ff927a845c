//! A copy of a database that another program made, in a home of its own, and the program run on it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program;

/// The folder of all fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/foreign/fixtures")
}

/// A copied database.
pub(crate) struct Fixture {
    home: tempfile::TempDir,
    database: PathBuf,
}

impl Fixture {
    /// A copy of this file.
    pub(crate) fn copy_of(file: &Path) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let database = home.path().join("app.sqlite3");
        fs::copy(file, &database).expect("the fixture is there");
        Fixture { home, database }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.database
    }

    /// The folder that is the home of the program, with our own audit log in it.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs the program, and returns its exit code, standard output and standard error.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let output = program(self.home.path(), &self.database, arguments, input);
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        (output.status.code().expect("an exit code"), out, err)
    }

    /// The sessions in any state.
    pub(crate) fn sessions(&self) -> Vec<Value> {
        let (code, out, err) = self.run(&["list", "--state", "any", "--format", "json"], "");
        assert_eq!(code, 0, "{err}");
        let document: Value = serde_json::from_str(&out).expect("one document");
        document["sessions"].as_array().expect("a list").clone()
    }
}
