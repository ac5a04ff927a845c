//! The command-line front: reads the command line, builds a command's context, and turns its end into messages and an
//! exit code. What a command does does not belong here.

mod closed_stdout;
mod command_line;
mod completion;
pub mod docs;
mod environment;
mod error;
mod familiar_words;
mod foreign;
mod foreign_log;
mod given_database;
mod global;
mod guesses;
mod help;
mod help_names;
mod keys;
mod left_out_token;
mod log_database;
mod man_page;
mod now_in_past;
mod pager;
mod parser;
mod picker;
mod plain_prompt;
mod progress;
mod prompt;
mod redact;
mod reflow;
mod report;
#[cfg(feature = "serve")]
mod serve_variables;
mod setup;
mod short_help;
mod store_error;
mod terminal;
mod terminal_line;
mod usage_error;
mod value_hints;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::commands::{Command, Printed};
use crate::host::process;
use crate::output::escape::escape_text;
use parser::{Request, parse};
use report::Database;
use setup::{Setup, Suggested};

pub use parser::command;

/// What is printed of the command line's own tree.
const PRINTED: Printed = Printed { completions: docs::completions, man_pages: docs::man_pages };

/// The program: reads the command line, runs the command, and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    process::harden();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    ExitCode::from(run(&arguments))
}

fn run(arguments: &[OsString]) -> u8 {
    if let Some(code) = completion::run(arguments) {
        return code;
    }
    if let Some(code) = foreign::run(arguments) {
        return code;
    }
    let log = foreign_log::request(arguments);
    let arguments = log.as_ref().map_or(arguments, |log| &log.arguments);
    #[cfg(feature = "serve")]
    let served = serve_variables::with_variables(arguments, &|name| std::env::var_os(name));
    #[cfg(feature = "serve")]
    let arguments = served.as_deref().unwrap_or(arguments);
    let mut cli = match parse(arguments) {
        Ok(Request::Run(mut cli)) => {
            if let Command::Layout(args) = &mut cli.command {
                args.take(&mut cli.global.program);
            }
            cli
        }
        Ok(Request::Help(path)) => return usage_error::print_page(&path, help::Length::Long, arguments),
        Err(error) => return usage_error::print(error, arguments),
    };
    if let Some(code) = refuse_program_options(&cli, arguments) {
        return code;
    }
    let mut suggested = Suggested::OnNamedDatabase;
    if let (Some(log), Command::Log(args)) = (log, &mut cli.command) {
        args.show_acts_on(log.scope);
        cli.global.log_database = Some(log.database);
        suggested = Suggested::OnOtherDatabase;
    }
    let Setup { mut context, activity, db_variable } = match setup::prepare(cli.global, suggested) {
        Ok(setup) => setup,
        Err(error) => {
            usage_error::print_error(&format!("error: {}\n", escape_text(&error.to_string())));
            return 2;
        }
    };
    let command = cli.command;
    let admitted =
        closed_stdout::admit(&command, &context).and_then(|()| now_in_past::admit(&command, &context));
    let result = admitted.and_then(|()| command.run(&PRINTED, &mut context));
    let result = result.map(|outcome| context.outcome_by_clock(outcome));
    let path = context.host.database().display().to_string();
    if activity.created() {
        context.ui.status(&format!("created the session database {path}"));
    }
    let database = Database { path: &path, variable: db_variable };
    let needs_reader = activity.written() || context.exit_code_answers;
    error::finish(&mut context.ui, result, database, needs_reader)
}

/// The exit code, with its message printed, where an option for another program's database was given for a database that
/// is none.
fn refuse_program_options(cli: &parser::Cli, arguments: &[OsString]) -> Option<u8> {
    let program = &cli.global.program;
    // The tour has a --from of its own.
    let option = program.given().filter(|_| !matches!(cli.command, Command::Tour(_)))?;
    if let Some(fault) = foreign::unusable_file(arguments) {
        usage_error::print_error(&format!("error: {}\n", escape_text(&fault)));
        return Some(1);
    }
    let mut text = format!("error: {option} is for another program's database\n");
    let from = program.from.as_deref().filter(|_| option == "--from");
    if let Some(hint) = from.and_then(|from| familiar_words::time_hint(&cli.command, from)) {
        text.push_str(&format!("hint: {hint}\n"));
    } else if matches!(cli.command, Command::Log(_)) {
        text.push_str(
            "hint: leave it out: the log is sessionctl's own, and the file alone names the other program\n",
        );
    }
    usage_error::print_error(&text);
    Some(2)
}
