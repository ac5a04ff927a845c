//! The front of the program: the command line is read, the world around a command is made, and how the command
//! ended becomes messages and an exit code. Nothing here knows what a command does.

mod actor;
mod clock;
mod engine;
mod error;
pub mod generate;
mod global;
mod help;
mod hidden_line;
mod input;
mod man_page;
mod process;
mod progress;
mod prompt;
mod random;
mod refusal;
mod scrub;
mod setup;
mod terminal;
mod world;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::{Command, Printed};
use global::GlobalArgs;

/// Session tokens on a local SQLite database: issue, check, list, expire and revoke them
#[derive(Debug, Parser)]
#[command(name = "sessionctl", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

/// What is printed of the command line's own tree.
const PRINTED: Printed = Printed { completions: generate::completions, man_pages: generate::man_pages };

/// The program: reads the command line, runs the command, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    process::harden();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    ExitCode::from(run(&arguments))
}

/// The whole tree of commands with the global flags, as help, completion and the man pages show it.
#[must_use]
pub fn command() -> clap::Command {
    help::arrange(Cli::command())
}

fn run(arguments: &[OsString]) -> u8 {
    let cli = match command().try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found))
    {
        Ok(cli) => cli,
        Err(error) => return refusal::tell(&error, arguments),
    };
    let (mut context, traces) = setup::context(cli.global);
    let result = cli.command.run(&PRINTED, &mut context);
    if traces.made.get() {
        let path = context.world.database().display().to_string();
        context.ui.status(&format!("made the session database {path}"));
    }
    error::finish(&mut context.ui, result.map(|outcome| outcome.code()), traces.written.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Cli, clap::Error> {
        let line = std::iter::once("sessionctl").chain(line.iter().copied());
        Cli::from_arg_matches(&command().try_get_matches_from(line)?)
    }

    #[test]
    fn the_tree_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn global_flags_stand_anywhere() {
        for line in [
            &["--now", "-1d", "--fields", "id,user", "-vv", "db", "info"][..],
            &["db", "info", "-v", "-v", "--now=-1d", "--fields=id,user"],
            &["db", "--now", "-1d", "info", "--fields", "id,user", "-v"],
        ] {
            let cli = parse(line).unwrap();
            assert_eq!(cli.global.now, Some("-1d".parse().unwrap()));
            assert_eq!(cli.global.fields.as_deref(), Some(&["id".to_owned(), "user".to_owned()][..]));
            assert!(cli.global.verbose > 0);
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        assert!(parse(&["--format", "yaml", "db", "info"]).is_err());
        assert!(parse(&["--now", "soon", "db", "info"]).is_err());
        assert!(parse(&[]).is_err());
    }
}
