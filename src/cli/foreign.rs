//! The command line on another program's database. It is parsed by a parser of its own: the same words, with the
//! options that such a table can answer.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use clap::{Parser, error::ErrorKind};

use super::closed_stdout;
use super::error;
use super::given_database::given_database;
use super::global::GlobalArgs;
use super::help::MAX_HELP_WIDTH;
use super::log_database::LogDatabase;
use super::report::{Database, FAILED};
use super::setup::{self, Setup, Suggested};
use super::usage_error;
use crate::commands::Command;
use crate::commands::foreign::{Environment, ForeignCommand};
use crate::host::clock::HostClock;
use crate::host::zone::zone;
use crate::host::{Location, SystemHost, actor};
use crate::output::escape::escape_text;
use sessionctl_foreign::detect::{Choice, DetectError, Detected, detect};
use sessionctl_foreign::registry::Registry;
use sessionctl_foreign::source::{SourceError, SourceFactory as _};
use sessionctl_foreign::sqlite::{FileKind, SqliteFile, identify};

/// Sessions in another program's table: list, find and revoke them
#[derive(Debug, Parser)]
#[command(name = "sessionctl", version, max_term_width = MAX_HELP_WIDTH)]
struct ForeignCli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: ForeignCommand,
}

/// Commands that act on no database, or on our audit log.
const ELSEWHERE: [&str; 6] = ["layout", "log", "tour", "completions", "man", "help"];
/// Commands that another program's table can answer.
const ANSWERED: [&str; 7] = ["list", "inspect", "verify", "revoke", "prune", "stats", "db"];

/// Runs the command line if it names another program's database; the exit code.
pub(super) fn run(arguments: &[OsString]) -> Option<u8> {
    let given = given_database(arguments)?;
    let location = Location::find(Some(&given.path)).ok()?;
    if location.server().is_some() {
        return None;
    }
    let path = location.path().to_owned();
    let command = command_of(arguments)?;
    if !Command::exists(&command) || ELSEWHERE.contains(&command.as_str()) {
        return None;
    }
    let kind = identify(&path);
    let is_recognised = !matches!(kind, Ok(FileKind::Other));
    match kind {
        Ok(FileKind::Own | FileKind::Missing) => return None,
        // A file that nobody recognises: what acts on sessions reports it, the rest is refused by our own store.
        Ok(FileKind::Other) if command == "db" || !ANSWERED.contains(&command.as_str()) => return None,
        // A folder or a device is no file of anybody's, and a database that is being moved is our own store's to report.
        Ok(FileKind::Other) if !path.is_file() => return None,
        Ok(FileKind::Other | FileKind::Foreign) if location.is_in_transit() => return None,
        Ok(FileKind::Foreign | FileKind::Other) | Err(SourceError::Denied { .. }) => {}
        Err(_) => return None,
    }
    if !ANSWERED.contains(&command.as_str()) {
        return refuse(&command, &path);
    }
    Some(match ForeignCli::try_parse_from(arguments) {
        // Our own store refuses the file, whatever the time.
        Ok(cli) if !is_recognised && cli.global.now.is_some() => return None,
        Ok(cli) => execute(cli, given.is_argument),
        Err(error) if command == "db" && error.kind() == ErrorKind::InvalidSubcommand => {
            return refuse("db", &path);
        }
        // Our own parser knows the option, and our own store refuses the file.
        Err(_) if !is_recognised => return None,
        Err(error) => usage_error::print(error, arguments),
    })
}

fn execute(mut cli: ForeignCli, arguments_name_database: bool) -> u8 {
    let looks_back = cli.global.now.is_some_and(|when| {
        let now = HostClock::system().now();
        when.resolve(now, zone()) < now
    });
    if looks_back {
        usage_error::print_error("error: --now accepts only future times on another program's table\n");
        return 2;
    }
    let program = std::mem::take(&mut cli.global.program);
    let Setup { mut context, db_variable, .. } = match setup::prepare(cli.global, Suggested::OnOtherDatabase)
    {
        Ok(setup) => setup,
        Err(error) => {
            usage_error::print_error(&format!("error: {}\n", escape_text(&error.to_string())));
            return 2;
        }
    };
    let log = LogDatabase::find(arguments_name_database);
    let log_host = SystemHost::new(log.location, HostClock::system(), actor::current());
    let environment = Environment::of(std::env::var_os("SESSIONCTL_APP_SECRET"), Box::new(log_host));
    let result = closed_stdout::admit_foreign(&cli.command)
        .and_then(|()| cli.command.run(&program, environment, &mut context));
    let path = context.host.database().display().to_string();
    let database = Database { path: &path, variable: db_variable };
    let is_failure =
        result.as_ref().is_err_and(|error| error.failure().is_none_or(|failure| failure.code == FAILED));
    if is_failure {
        context
            .ui
            .explain_unless_explained(&format!("open {path} to read, and look whose session table is in it"));
    }
    let changed = matches!(cli.command, ForeignCommand::Revoke(_) | ForeignCommand::Prune(_));
    let needs_reader = changed || context.exit_code_answers;
    error::finish(&mut context.ui, result, database, needs_reader)
}

/// Refuses a command on a table that is recognised; another file is refused by our own store.
fn refuse(command: &str, path: &Path) -> Option<u8> {
    let table = match recognised(path) {
        Ok(detected) => format!("a {} table", detected.plan.layout.name),
        Err(DetectError::Several(_)) => "another program's table".to_owned(),
        Err(_) => return None,
    };
    let message = format!("{command}: not on {table} ({})", path.display());
    usage_error::print_error(&format!("error: {}\n", escape_text(&message)));
    let hint = match command {
        "expire" => "hint: a date in the wrong form leaves the client logged in; use `revoke`\n",
        _ => "hint: list, inspect, verify, revoke, prune, stats, log and `db info` work there\n",
    };
    usage_error::print_error(hint);
    Some(2)
}

fn recognised(path: &Path) -> Result<Detected, DetectError> {
    let source = SqliteFile::new(path).reader()?;
    let tables = source.tables()?;
    let layouts = Registry::built_in_for(&tables).map(|registry| registry.layouts()).unwrap_or_default();
    detect(source.as_ref(), &tables, &layouts, &Choice::default())
}

/// Why the file that was named cannot be another program's database, where it is none at all.
pub(super) fn unusable_file(arguments: &[OsString]) -> Option<String> {
    let location = Location::find(Some(&given_database(arguments)?.path)).ok()?;
    if location.server().is_some() {
        return None;
    }
    let path = location.path();
    let fault = match path.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => "there is no such file".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
        Ok(meta) if !meta.is_file() => "it is not a plain file".to_owned(),
        Ok(_) => return None,
    };
    Some(format!("{}: {fault}", path.display()))
}

/// The first word that is a command: options before it take values that may look like one, so known options are
/// skipped with their values.
pub(super) fn command_of(arguments: &[OsString]) -> Option<String> {
    const WITH_VALUE: [&str; 10] = [
        "--db",
        "--format",
        "--fields",
        "--color",
        "--now",
        "--from",
        "--layout",
        "--table",
        "--set",
        "--app-secret",
    ];
    let mut words = arguments.iter().skip(1).map(OsString::as_os_str);
    while let Some(word) = words.next() {
        if WITH_VALUE.iter().any(|option| word == OsStr::new(option)) {
            words.next();
            continue;
        }
        let text = word.to_str()?;
        if !text.starts_with('-') {
            return Some(text.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    /// The long options of a command and of those below it, with the words that lead there.
    fn options(command: &clap::Command, path: &str) -> Vec<(String, String)> {
        let own = command.get_arguments().filter(|arg| !arg.is_hide_set());
        let own = own.filter_map(|arg| Some((path.to_owned(), arg.get_long()?.to_owned())));
        let below = command.get_subcommands();
        own.chain(below.flat_map(|sub| options(sub, &format!("{path} {}", sub.get_name())))).collect()
    }

    #[test]
    fn every_option_of_the_help_is_one_that_the_parser_knows() {
        let program = ForeignCli::command();
        let tree = super::super::parser::command();
        for name in ANSWERED {
            let ours = tree.find_subcommand(name).unwrap();
            let theirs = program.find_subcommand(name).unwrap();
            // Of `db`, another program's table answers `info` only.
            let (ours, theirs) = match name {
                "db" => (ours.find_subcommand("info").unwrap(), theirs.find_subcommand("info").unwrap()),
                _ => (ours, theirs),
            };
            let listed = options(ours, name);
            assert!(name == "db" || listed.len() > 1, "{name}");
            for (path, option) in listed {
                let mut all = theirs.get_arguments().chain(program.get_arguments());
                let is_known = all.any(|arg| arg.get_long() == Some(option.as_str()))
                    || ["help", "version"].contains(&option.as_str());
                assert!(is_known, "{path} --{option}");
            }
        }
    }
}
