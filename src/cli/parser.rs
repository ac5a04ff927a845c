//! The command line: the tree of commands with the global options, and how arguments are read into it.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args as _, CommandFactory as _, FromArgMatches as _, Parser};

use super::global::GlobalArgs;
use super::help::{self, MAX_HELP_WIDTH};
use super::help_names::HELP;
use super::left_out_token;
use crate::commands::Command;

/// Session tokens in a database: issue, check, list, expire and revoke them
#[derive(Debug, Parser)]
#[command(name = "sessionctl", version, max_term_width = MAX_HELP_WIDTH)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What the command line asks for.
pub(super) enum Request {
    /// To run a command.
    Run(Box<Cli>),
    /// To show the page of the command with this path.
    Help(Vec<String>),
}

/// The whole tree of commands with the global options, as help, completion and the man pages show it.
#[must_use]
pub fn command() -> clap::Command {
    help::arrange(Cli::command())
}

/// Reads the command line. The parser of the first command that it names is built first and alone. Whatever that parser
/// rejects (help, a usage error, a word that was another option's value) is left to the whole tree.
pub(super) fn parse(arguments: &[OsString]) -> Result<Request, clap::Error> {
    let named = arguments.iter().skip(1).find_map(|word| word.to_str().and_then(Command::parser));
    if let Some(alone) = named {
        let tree = GlobalArgs::augment_args(clap::Command::new("sessionctl")).subcommand(alone);
        if let Ok(cli) = tree.try_get_matches_from(arguments).and_then(|found| Cli::from_arg_matches(&found))
        {
            return Ok(Request::Run(Box::new(cli)));
        }
    }
    let matches = match command().try_get_matches_from(arguments) {
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            let left_out = left_out_token::without_value(arguments).ok_or(error)?;
            command().try_get_matches_from(left_out)?
        }
        matches => matches?,
    };
    match requested_page(&matches) {
        Some(path) => Ok(Request::Help(path)),
        None => Ok(Request::Run(Box::new(Cli::from_arg_matches(&matches)?))),
    }
}

/// The path of the command whose page `help` was asked for.
fn requested_page(matches: &clap::ArgMatches) -> Option<Vec<String>> {
    let (mut path, mut level) = (Vec::new(), matches);
    while let Some((name, below)) = level.subcommand() {
        if name == HELP {
            path.extend(below.get_many::<String>("command").into_iter().flatten().cloned());
            return Some(path);
        }
        path.push(name.to_owned());
        level = below;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Cli, clap::Error> {
        let line: Vec<OsString> = std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
        match super::parse(&line)? {
            Request::Run(cli) => Ok(*cli),
            Request::Help(path) => panic!("help for {path:?}"),
        }
    }

    #[test]
    fn every_command_has_a_parser_of_its_own() {
        for sub in command().get_subcommands().filter(|sub| sub.get_name() != HELP) {
            let alone = Command::parser(sub.get_name());
            let about = alone.and_then(|alone| alone.get_about().map(ToString::to_string));
            assert_eq!(about, sub.get_about().map(ToString::to_string), "{}", sub.get_name());
        }
        assert!(Command::parser("no-such-command").is_none());
    }

    #[test]
    fn command_tree_is_valid() {
        command().debug_assert();
    }

    #[test]
    fn global_options_are_accepted_anywhere() {
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
    fn option_value_may_be_a_command_name() {
        for line in [&["--db", "list", "verify", "-"], &["verify", "--db", "list", "-"]] {
            let cli = parse(line).unwrap();
            assert_eq!(cli.global.db.as_deref(), Some(std::path::Path::new("list")));
            assert!(matches!(cli.command, Command::Verify(_)));
        }
    }

    #[test]
    fn upgrade_takes_no_name_for_its_token() {
        for line in [&["login", "--upgrade", "alice"][..], &["login", "alice", "--upgrade"]] {
            let Command::Login(args) = parse(line).unwrap().command else { panic!("{line:?}") };
            assert!(format!("{args:?}").contains("upgrade: Some(TokenValue($))"), "{args:?}");
        }
        let Command::Login(args) = parse(&["login", "--upgrade", "-", "alice"]).unwrap().command else {
            panic!()
        };
        assert!(format!("{args:?}").contains("upgrade: Some(TokenValue(-))"), "{args:?}");
        assert!(parse(&["login", "--upgrade", "@token"]).is_err());
    }

    #[test]
    fn invalid_values_are_rejected() {
        assert!(parse(&["--format", "yaml", "db", "info"]).is_err());
        assert!(parse(&["--now", "soon", "db", "info"]).is_err());
        assert!(parse(&[]).is_err());
    }

    #[test]
    fn help_takes_the_path_of_a_command_on_either_side() {
        for line in [&["help", "user", "add"][..], &["user", "help", "add"], &["-q", "help", "user", "add"]] {
            let line: Vec<OsString> =
                std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
            let Ok(Request::Help(path)) = super::parse(&line) else { panic!("{line:?}") };
            assert_eq!(path, ["user", "add"]);
        }
    }
}
