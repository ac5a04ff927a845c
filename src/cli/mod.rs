//! The front of the program: the command line is read, the host around a command is made, and how the command
//! ended becomes messages and an exit code. Nothing here knows what a command does.

pub mod docs;
mod error;
mod global;
mod help;
mod hidden_line;
mod input;
mod man_page;
mod progress;
mod prompt;
mod redact;
mod setup;
mod terminal;
mod usage_error;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args as _, CommandFactory as _, FromArgMatches as _, Parser};

use crate::commands::{Command, Printed};
use crate::host::process;
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
const PRINTED: Printed = Printed { completions: docs::completions, man_pages: docs::man_pages };

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

/// Reads the command line. The parser of the first command it names is made first and alone; whatever that one has
/// to say (help, a wrong use, a word that was another flag's value) is left to the whole tree.
fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let named = arguments.iter().skip(1).find_map(|word| word.to_str().and_then(Command::parser));
    if let Some(alone) = named {
        let tree = GlobalArgs::augment_args(clap::Command::new("sessionctl")).subcommand(alone);
        if let Ok(cli) = tree.try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found))
        {
            return Ok(cli);
        }
    }
    Cli::from_arg_matches(&command().try_get_matches_from(arguments)?)
}

fn run(arguments: &[OsString]) -> u8 {
    let cli = match parse(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage_error::print(&error, arguments),
    };
    let (mut context, activity) = setup::context(cli.global);
    let result = cli.command.run(&PRINTED, &mut context);
    let database = context.host.database().display().to_string();
    if activity.created() {
        context.ui.status(&format!("created the session database {database}"));
    }
    error::finish(&mut context.ui, result, &database, activity.written())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Cli, clap::Error> {
        let line: Vec<OsString> = std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
        super::parse(&line)
    }

    #[test]
    fn each_command_has_a_parser_of_its_own() {
        for sub in command().get_subcommands() {
            let alone = Command::parser(sub.get_name());
            let about = alone.and_then(|alone| alone.get_about().map(ToString::to_string));
            assert_eq!(about, sub.get_about().map(ToString::to_string), "{}", sub.get_name());
        }
        assert!(Command::parser("no-such-command").is_none());
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
    fn a_flag_may_have_a_commands_name_for_its_value() {
        for line in [&["--db", "list", "verify", "-"], &["verify", "--db", "list", "-"]] {
            let cli = parse(line).unwrap();
            assert_eq!(cli.global.db.as_deref(), Some(std::path::Path::new("list")));
            assert!(matches!(cli.command, Command::Verify(_)));
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        assert!(parse(&["--format", "yaml", "db", "info"]).is_err());
        assert!(parse(&["--now", "soon", "db", "info"]).is_err());
        assert!(parse(&[]).is_err());
    }
}
