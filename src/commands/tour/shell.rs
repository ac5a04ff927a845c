//! The shell of the tour, in which command lines run as a person would type them. What is typed, and what of it is shown,
//! does not belong here.

use std::collections::BTreeMap;
use std::io::{self, PipeReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::folder::{DATABASE, Folder};
use crate::commands::{CommandError, CommandResult};
use crate::host::process::interrupt;

/// More than anybody reads in a tour: what a command prints beyond is not read.
const MAX_OUTPUT_BYTES: usize = 64 * 1024;
/// How often a command is looked at that prints nothing.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// For a command to end after Ctrl-C, which the terminal sends to it as well.
const INTERRUPT_GRACE: Duration = Duration::from_secs(2);

/// What a command line printed, in the order of a terminal, and how it ended.
pub(super) struct Ran {
    pub(super) output: String,
    /// `None` if a signal ended it.
    pub(super) code: Option<i32>,
}

/// Where the tour runs its commands.
pub(super) struct Shell {
    pub(super) folder: Folder,
    columns: u16,
    variables: BTreeMap<&'static str, String>,
}

impl Shell {
    /// A shell in the folder.
    pub(super) fn new(folder: Folder, columns: u16) -> Self {
        Shell { folder, columns, variables: BTreeMap::new() }
    }

    /// Sets the width that commands print for.
    pub(super) fn set_columns(&mut self, columns: u16) {
        self.columns = columns;
    }

    /// Sets a variable for the command lines that follow.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        self.variables.insert(name, value);
    }

    /// Runs a command line. Both streams go to one pipe, so that their order is that of a terminal. A process that it
    /// leaves running in the background is not waited for.
    pub(super) fn run(&self, line: &str) -> CommandResult<Ran> {
        let failed = || CommandError::io("cannot run a shell");
        let (reader, writer) = io::pipe().map_err(failed())?;
        let mut command = self.command(line);
        command.stdout(writer.try_clone().map_err(failed())?).stderr(writer);
        let mut child = command.spawn().map_err(failed())?;
        // The command holds the writing ends: while it does, the pipe would never end.
        drop(command);
        // A command that prints without end finds the pipe closed behind it.
        let output = read(reader, &mut child).map_err(failed())?;
        let status = wait(&mut child).map_err(failed())?;
        Ok(Ran { output: String::from_utf8_lossy(&output).into_owned(), code: status.code() })
    }

    fn command(&self, line: &str) -> Command {
        let folder: &Path = self.folder.path();
        let rest = std::env::var("PATH").unwrap_or_else(|_| "/usr/bin:/bin".to_owned());
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(folder)
            .envs(&self.variables)
            .env("PATH", format!("{}:{rest}", self.folder.programs().display()))
            .env("SESSIONCTL_DB", folder.join(DATABASE))
            .env("COLUMNS", self.columns.to_string())
            .stdin(Stdio::null());
        for name in ["SESSIONCTL_TOKEN", "SESSIONCTL_FORMAT"] {
            command.env_remove(name);
        }
        command
    }
}

/// Reads what the command prints, until it has ended.
fn read(mut reader: PipeReader, child: &mut Child) -> io::Result<Vec<u8>> {
    let mut output = Vec::new();
    let mut piece = [0; 4096];
    let mut stop = Stop::default();
    while output.len() < MAX_OUTPUT_BYTES {
        // Before the look at the pipe, in which everything is that it printed until then.
        let has_ended = child.try_wait()?.is_some();
        let wait = if has_ended { Duration::ZERO } else { POLL_INTERVAL };
        let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
        match poll(&mut [PollFd::new(&reader, PollFlags::IN)], Some(&wait)) {
            Ok(0) if has_ended => break,
            Ok(0) | Err(rustix::io::Errno::INTR) => stop.check(child)?,
            Ok(_) => {
                let room = piece.len().min(MAX_OUTPUT_BYTES - output.len());
                match reader.read(&mut piece[..room])? {
                    0 => break,
                    length => output.extend_from_slice(&piece[..length]),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(output)
}

fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    let mut stop = Stop::default();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        stop.check(child)?;
        thread::sleep(Duration::from_millis(1));
    }
}

/// Ends a command that does not end at Ctrl-C.
#[derive(Default)]
struct Stop {
    since: Option<Instant>,
}

impl Stop {
    fn check(&mut self, child: &mut Child) -> io::Result<()> {
        if !interrupt().pressed() {
            return Ok(());
        }
        if self.since.get_or_insert_with(Instant::now).elapsed() > INTERRUPT_GRACE {
            child.kill()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell {
        Shell::new(Folder::create(None).unwrap(), 78)
    }

    #[test]
    fn run_keeps_the_order_of_both_streams() {
        let mut shell = shell();
        shell.set("WORD", "two".to_owned());
        let ran = shell.run("echo one; echo $WORD >&2; echo $COLUMNS; exit 3").unwrap();
        assert_eq!((ran.output.as_str(), ran.code), ("one\ntwo\n78\n", Some(3)));
    }

    #[test]
    fn command_that_prints_without_end_ends() {
        let ran = shell().run("yes").unwrap();
        assert_eq!(ran.output.len(), MAX_OUTPUT_BYTES);
    }

    #[test]
    fn process_in_the_background_is_not_waited_for() {
        let shell = shell();
        // It ends with the folder, so that nothing is left behind.
        let ran = shell.run("touch on; (while [ -e on ]; do sleep 0.1; done) & echo started").unwrap();
        assert_eq!((ran.output.as_str(), ran.code), ("started\n", Some(0)));
    }
}
