//! The shell of the tour: a folder with a sandbox database, in which command lines run as a person would type them.
//! What is typed, and what of it is shown, does not belong here.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::commands::{CommandError, CommandResult, Failure};
use crate::host::scratch::scratch_folder;

/// The database of the tour, in its folder.
pub(super) const DATABASE: &str = "shop.db";

/// More than anybody reads in a tour: what a command prints beyond is not read.
const MAX_OUTPUT_BYTES: u64 = 64 * 1024;

/// What a command line printed, in the order of a terminal, and how it ended.
pub(super) struct Ran {
    pub(super) output: String,
    /// `None` if a signal ended it.
    pub(super) code: Option<i32>,
}

/// Where the tour runs its commands.
pub(super) struct Shell {
    folder: Folder,
    path: String,
    columns: u16,
    variables: BTreeMap<&'static str, String>,
}

enum Folder {
    /// Removed with everything in it at the end.
    Scratch(tempfile::TempDir),
    /// Kept to play on.
    Kept(PathBuf),
}

impl Shell {
    /// Creates the folder, `keep` or a scratch one, and makes this program the `sessionctl` of its shell.
    pub(super) fn create(keep: Option<&Path>, columns: u16) -> CommandResult<Self> {
        let folder = match keep {
            Some(path) => Folder::Kept(create_kept(path)?),
            None => Folder::Scratch(
                scratch_folder("sessionctl-tour-")
                    .map_err(CommandError::io("cannot create a scratch folder"))?,
            ),
        };
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).map_err(CommandError::io("cannot create a folder for the program"))?;
        let program = std::env::current_exe().map_err(CommandError::io("cannot find this program"))?;
        symlink(program, bin.join("sessionctl")).map_err(CommandError::io("cannot link this program"))?;
        let rest = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        let path = format!("{}:{rest}", bin.display());
        Ok(Shell { folder, path, columns, variables: BTreeMap::new() })
    }

    /// The folder, if it is kept.
    pub(super) fn kept(&self) -> Option<&Path> {
        match &self.folder {
            Folder::Scratch(_) => None,
            Folder::Kept(path) => Some(path),
        }
    }

    /// Sets a variable for the command lines that follow.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.variables.insert(name, value);
    }

    /// Runs a command line. Both streams go to one pipe, so that their order is that of a terminal.
    pub(super) fn run(&self, line: &str) -> CommandResult<Ran> {
        let failed = || CommandError::io("cannot run a shell");
        let (mut reader, writer) = io::pipe().map_err(failed())?;
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(self.folder.path())
            .envs(&self.variables)
            .env("PATH", &self.path)
            .env("SESSIONCTL_DB", self.folder.path().join(DATABASE))
            .env("COLUMNS", self.columns.to_string())
            .stdin(Stdio::null())
            .stdout(writer.try_clone().map_err(failed())?)
            .stderr(writer);
        for name in ["SESSIONCTL_TOKEN", "SESSIONCTL_FORMAT"] {
            command.env_remove(name);
        }
        let mut child = command.spawn().map_err(failed())?;
        // The command holds the writing ends: while it does, the pipe would never end.
        drop(command);
        let mut output = Vec::new();
        (&mut reader).take(MAX_OUTPUT_BYTES).read_to_end(&mut output).map_err(failed())?;
        // A command that prints without end finds the pipe closed.
        drop(reader);
        let status = child.wait().map_err(failed())?;
        Ok(Ran { output: String::from_utf8_lossy(&output).into_owned(), code: status.code() })
    }
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Folder::Scratch(folder) => folder.path(),
            Folder::Kept(path) => path,
        }
    }
}

/// Creates a folder that only its owner can read; one with anything in it is refused.
fn create_kept(path: &Path) -> CommandResult<PathBuf> {
    let shown = path.display();
    if let Ok(mut entries) = std::fs::read_dir(path) {
        if entries.next().is_some() {
            return Err(Failure::usage(format!("{shown} is not empty: --keep takes a new folder")).into());
        }
    } else {
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(CommandError::io(format!("cannot create the folder {shown}")))?;
    }
    path.canonicalize().map_err(CommandError::io(format!("cannot find the folder {shown}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_keeps_the_order_of_both_streams() {
        let mut shell = Shell::create(None, 78).unwrap();
        shell.set("WORD", "two".to_owned());
        let ran = shell.run("echo one; echo $WORD >&2; echo $COLUMNS; exit 3").unwrap();
        assert_eq!((ran.output.as_str(), ran.code), ("one\ntwo\n78\n", Some(3)));
    }

    #[test]
    fn command_that_prints_without_end_ends() {
        let ran = Shell::create(None, 78).unwrap().run("yes").unwrap();
        assert_eq!(ran.output.len() as u64, MAX_OUTPUT_BYTES);
    }

    #[test]
    fn create_keeps_only_a_new_or_empty_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("play");
        let shell = Shell::create(Some(&path), 80).unwrap();
        assert_eq!(shell.kept(), Some(path.canonicalize().unwrap().as_path()));
        drop(shell);
        assert!(path.join("bin/sessionctl").exists(), "the folder was removed");
        let again = Shell::create(Some(&path), 80).err().unwrap();
        assert_eq!(again.failure().map(|failure| failure.code), Some(2));
    }
}
