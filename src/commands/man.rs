//! `man`: prints the manual's main page, or writes all pages into a folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::input::refuse_token_name;
use super::{CommandError, CommandResult, Context, Failure, Outcome, Printed};

const EXAMPLES: &str = "\
Examples:
  sessionctl man | man -l -                      # read the main page
  sessionctl man ~/.local/share/man/man1         # then: man sessionctl-login";

/// Print the manual, or write its pages into a folder
///
/// Without a folder, the command prints the main page. With a folder, it writes all pages there, one for each command;
/// it creates the folder if needed, and replaces pages of the same name.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct ManArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Where writing the folder or standard output fails.
pub fn run(args: &ManArgs, printed: &Printed, context: &mut Context) -> CommandResult<Outcome> {
    context.require_text("man")?;
    context
        .ui
        .explain("write the pages from the same definitions as --help, so that both show the same options");
    let pages = (printed.man_pages)();
    let Some(folder) = &args.folder else {
        let (_, main) =
            pages.first().ok_or_else(|| Failure::of(Outcome::Failed, "no manual page was generated"))?;
        context.ui.write_raw(main)?;
        return Ok(Outcome::Done);
    };
    refuse_token_name(folder)?;
    refuse_page_name(folder, &pages)?;
    fs::create_dir_all(folder)
        .map_err(CommandError::io(format!("cannot create the folder {}", folder.display())))?;
    for (name, text) in &pages {
        let path = folder.join(name);
        write(&path, text).map_err(CommandError::io(format!("cannot write {}", path.display())))?;
    }
    context.ui.status(&format!("{} pages written to {}", pages.len(), folder.display()));
    Ok(Outcome::Done)
}

/// Refuses the name of a page where a folder is meant, unless there is such a folder: whoever gives one wants to read
/// the page.
fn refuse_page_name(folder: &Path, pages: &[(String, Vec<u8>)]) -> CommandResult<()> {
    let Some(name) = folder.to_str().filter(|_| !folder.is_dir()) else { return Ok(()) };
    let is_of = |file: &str, command: &str| {
        let rest = file.strip_suffix(".1").and_then(|page| page.strip_prefix("sessionctl"));
        rest.is_some_and(|rest| rest.strip_prefix('-').unwrap_or(rest) == command)
    };
    let word = name.strip_suffix(".1").unwrap_or(name);
    let command = match word.strip_prefix("sessionctl") {
        Some(rest) => rest.strip_prefix('-').unwrap_or(rest),
        None => word,
    };
    if name.is_empty() || !pages.iter().any(|(file, _)| is_of(file, command)) {
        return Ok(());
    }
    let words = command.replace('-', " ");
    let page = if words.is_empty() { "sessionctl" } else { &words };
    let reader = format!("sessionctl help {words}");
    let hint = format!("for the page of {page}: `{}`; to write the pages there: ./{name}", reader.trim_end());
    Err(Failure::usage(format!("there is no folder {name}")).hint(hint).into())
}

const NO_PLAIN_FILE: &str = "it is not a plain file";

/// Writes a page, but only into a plain file without another name: another user may have put a link or a pipe into a shared
/// folder.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    // A pipe of this name would otherwise wait for a reader.
    let careful = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let opened = File::options().write(true).create(true).truncate(false).custom_flags(careful).open(path);
    let mut file = opened.map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::LOOP) => io::Error::new(error.kind(), "it is a symbolic link"),
        Some(Errno::NXIO) => io::Error::new(error.kind(), NO_PLAIN_FILE),
        _ => error,
    })?;
    let found = file.metadata()?;
    if !found.is_file() {
        return Err(io::Error::other(NO_PLAIN_FILE));
    }
    if found.nlink() > 1 {
        return Err(io::Error::other("it has a second name (a hard link)"));
    }
    file.set_len(0)?;
    file.write_all(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_with_the_name_of_a_page_is_refused_unless_it_is_written_as_a_path() {
        let pages: Vec<_> = ["sessionctl.1", "sessionctl-list.1", "sessionctl-user-add.1"]
            .map(|name| (name.to_owned(), Vec::new()))
            .into();
        for name in ["list", "sessionctl-list", "sessionctl-list.1", "user-add", "sessionctl"] {
            assert!(refuse_page_name(Path::new(name), &pages).is_err(), "{name}");
        }
        for name in ["./list", "man1", "listing", "", "src"] {
            assert!(refuse_page_name(Path::new(name), &pages).is_ok(), "{name}");
        }
    }

    #[test]
    fn write_replaces_a_page_and_refuses_a_symbolic_link() {
        let folder = tempfile::tempdir().unwrap();
        let (page, link) = (folder.path().join("page.1"), folder.path().join("link.1"));
        fs::write(&page, "an older and longer page").unwrap();
        write(&page, b"new").unwrap();
        assert_eq!(fs::read(&page).unwrap(), b"new");
        std::os::unix::fs::symlink(&page, &link).unwrap();
        assert_eq!(write(&link, b"other").unwrap_err().to_string(), "it is a symbolic link");
        assert_eq!(fs::read(&page).unwrap(), b"new");
    }
}
