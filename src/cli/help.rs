//! The pages of help: which commands belong together, the short form of a page, the topic `global`, the exit codes. A
//! command's own words are in its file.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, Args as _, Command};

use super::global::GlobalArgs;
use super::help_names::{GLOBAL_POINTER, GLOBAL_TOPIC, HELP, TIMES_TOPIC};
use super::short_help::{flow, shorten, takes_time};
use crate::commands::field_docs::{of_command, records_by_arguments};

/// Help is wrapped at this column at the latest.
pub(super) const MAX_HELP_WIDTH: usize = 100;

/// The groups of the first page, in order. A command in no group is shown last.
const GROUPS: &[(&str, &[&str])] = &[
    ("Start and end sessions", &["login", "generate", "rotate", "logout", "expire", "revoke", "prune"]),
    ("Look at sessions", &["verify", "inspect", "list", "tree", "stats", "data"]),
    ("Users and the audit log", &["user", "log"]),
    ("Cookies, JWTs and web sites", &["cookie", "jwt", "serve"]),
    ("The database and this program", &["db", "layout", "tour", "completions", "man", "help"]),
];

/// What the program does, for the first page and the main man page.
pub(super) const DESCRIPTION: &str = "\
sessionctl keeps sessions in a local SQLite database, or on a PostgreSQL server, and hands out their tokens: random \
words without a meaning of their own. Only a digest of a token is stored. A session is active until it reaches its \
idle or its absolute limit, or until it is revoked. Every check reads the database, so a revocation takes effect immediately.

Results go to standard output, everything else to standard error. No secret has to be on the command line: where \
TOKEN is written, it can be - (standard input), @FILE, or left out if SESSIONCTL_TOKEN is set.";

/// The examples of the first page.
pub(super) const EXAMPLES: &str = "\
Examples:
  sessionctl user add alice              # asks for a password
  TOKEN=$(sessionctl login alice)        # a new session; prints its token once
  echo \"$TOKEN\" | sessionctl verify -    # active, expired, revoked or unknown
  sessionctl list --user alice           # her active sessions
  sessionctl revoke --user alice         # revoke them all, immediately
  sessionctl tour                        # the life of a session, step by step";

/// The exit codes, which are the same for every command.
pub(super) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done; for verify: active"),
    (
        1,
        "failed, or the answer could not be determined: database missing, busy or damaged, disk full, output not \
         written",
    ),
    (2, "usage error"),
    (3, "no such thing: unknown token, id or user; nothing matched"),
    (4, "expired"),
    (5, "revoked, or a token that was rotated away"),
    (
        6,
        "refused: wrong password, throttled, user disabled, too many sessions, already exists, changed meanwhile, or \
         another number matched than expected",
    ),
    (7, "insufficient: scope, app or age of the login; for cookie lint, an error was found"),
    (130, "interrupted"),
];

/// How times are written.
const TIMES: &str = "\
TIME is RFC 3339, such as 2026-11-25T03:12:45Z; local time, such as 2026-11-25, '2026-11-25 03:12', 03:12, today, tomorrow or \
'yesterday 03:12'; now; as a log shows it, such as '25/Nov/2026:03:12:45 +0000' or 'Nov 25 03:12'; Unix seconds; or a length \
of time ago, such as 30d. An age that a table shows, such as '14m ago', stands for the whole span that a table shows that \
way: filters from it and up to it include the span; 14m is exact. TZ sets the zone, as in TZ=UTC.";

/// The length of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// `-h`: fits a screen.
    Short,
    /// `--help` and `help`.
    Long,
}

/// Completes the tree of commands: the first page in groups, and `help` for every command with subcommands.
pub(super) fn arrange(command: Command) -> Command {
    let command = add_help_command(command);
    let commands = grouped(&command);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{commands}\nOptions:\n{{options}}{{after-help}}"
    );
    command
        .long_about(DESCRIPTION)
        .help_template(template)
        .after_help(format!("`sessionctl COMMAND -h` shows help for a command.\n{GLOBAL_POINTER}"))
        .after_long_help(format!("{EXAMPLES}\n\nExit codes:\n{}", exit_codes()))
        .mut_subcommands(finish)
}

fn finish(command: Command) -> Command {
    let command = command.after_help(GLOBAL_POINTER);
    let command = if command.has_subcommands() && command.get_after_long_help().is_none() {
        let name = command.get_name().to_owned();
        command.after_long_help(format!("`sessionctl help {name} COMMAND` shows help for a command."))
    } else {
        command
    };
    command.mut_subcommands(finish)
}

fn add_help_command(command: Command) -> Command {
    if !command.has_subcommands() {
        return command;
    }
    let help = Command::new(HELP).about("Show help for a command").disable_help_flag(true).arg(
        Arg::new("command").value_name("COMMAND").num_args(0..).help("The command, or `global` or `times`"),
    );
    command.disable_help_subcommand(true).mut_subcommands(add_help_command).subcommand(help)
}

/// The page of the command that `path` names below the program, or of a topic; `None` if there is no such command.
pub(super) fn page(tree: Command, path: &[String], length: Length) -> Option<StyledStr> {
    if path == [GLOBAL_TOPIC] {
        return Some(global_options());
    }
    if path == [TIMES_TOPIC] {
        return Some(how_times_are_written());
    }
    if path.is_empty() && length == Length::Short {
        return Some(first_page(tree));
    }
    let mut tree = match length {
        Length::Short => shorten(tree),
        Length::Long if path.is_empty() => tree,
        Length::Long => hide_global_options(tree),
    };
    tree.build();
    let command = path.iter().try_fold(&mut tree, |command, name| command.find_subcommand_mut(name))?;
    Some(match length {
        Length::Short => command.render_help(),
        Length::Long if path.is_empty() => command.render_long_help(),
        Length::Long => {
            let mut after = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            after.push_str(&times(command));
            after.push_str(&fields(&path.join(" ")));
            command.clone().after_long_help(format!("{after}\n\n{GLOBAL_POINTER}")).render_long_help()
        }
    })
}

/// The first page for one screen: the names of the commands without what each does.
fn first_page(program: Command) -> StyledStr {
    let mut groups = String::new();
    for (heading, names) in GROUPS {
        // Writing to a string cannot fail, here and below.
        let _ = write!(groups, "\n{heading}:\n  {}", names.join(", "));
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{groups}\n\nOptions:\n{{options}}{{after-help}}"
    );
    program
        .help_template(template)
        .after_help(format!(
            "More: `sessionctl --help`, and `sessionctl COMMAND -h` for one command.\n{GLOBAL_POINTER}"
        ))
        .render_help()
}

/// The page about times.
fn how_times_are_written() -> StyledStr {
    let page =
        Command::new("sessionctl").max_term_width(MAX_HELP_WIDTH).help_template("{about-with-newline}");
    page.about(TIMES).render_help()
}

/// How a time is written, for a command that takes one.
fn times(command: &Command) -> String {
    if takes_time(command) { format!("\n\n{TIMES}") } else { String::new() }
}

/// The names of the fields of a command that prints records.
fn fields(command: &str) -> String {
    if of_command(command).next().is_none() {
        return String::new();
    }
    let names = |names: Vec<&str>| flow(&names.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let mut text = "\n\nFields, for --fields and as JSON keys (the manual page explains them):".to_owned();
    let records = records_by_arguments(command);
    let is_one = records.len() == 1;
    for record in records {
        if !is_one {
            let _ = write!(text, "\n {}:", if record.when.is_empty() { "otherwise" } else { record.when });
        }
        let _ = write!(text, "\n{}", names(record.view.fields.to_vec()));
        if let Some(words) = record.results {
            let words: Vec<&str> = words.iter().map(|(word, _)| word).collect();
            let _ = write!(text, "\n  result is one of: {}", words.join(", "));
        }
    }
    text
}

/// Leaves the options that every command accepts out of a command's page, which they would make twice as long.
fn hide_global_options(command: Command) -> Command {
    command.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg })
}

fn global_options() -> StyledStr {
    GlobalArgs::augment_args(Command::new("sessionctl"))
        .about("Options that every command accepts, before or after its name")
        .disable_help_flag(true)
        .max_term_width(MAX_HELP_WIDTH)
        .help_template("{about-with-newline}\n{all-args}")
        .render_long_help()
}

fn exit_codes() -> String {
    EXIT_CODES.iter().fold(String::new(), |mut text, (code, meaning)| {
        let _ = writeln!(text, "  {code:>3}  {meaning}");
        text
    })
}

fn grouped(command: &Command) -> String {
    let name_and_about = |sub: &Command| {
        let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
        (sub.get_name().to_owned(), about)
    };
    let mut left: Vec<(String, String)> =
        command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(name_and_about).collect();
    let width = left.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut write = |heading: &str, commands: Vec<(String, String)>| {
        if !commands.is_empty() {
            let _ = writeln!(text, "\n{heading}:");
        }
        for (name, about) in commands {
            let _ = writeln!(text, "  {name:width$}  {about}");
        }
    };
    for (heading, names) in GROUPS {
        let position = |name: &str| names.iter().position(|known| *known == name);
        let (mut members, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(name, _)| position(name).is_some());
        members.sort_by_key(|(name, _)| position(name));
        write(heading, members);
        left = others;
    }
    write("Other commands", left);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &[&str], length: Length) -> Option<String> {
        let path: Vec<String> = path.iter().map(ToString::to_string).collect();
        page(crate::cli::command(), &path, length).map(|page| page.to_string())
    }

    #[test]
    fn first_page_shows_every_command_in_a_group() {
        let command = crate::cli::command();
        let help = grouped(&command);
        for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
            assert!(help.contains(&format!("\n  {} ", sub.get_name())), "{}", sub.get_name());
        }
        assert!(!help.contains("Other commands"), "{help}");
    }

    #[test]
    fn long_first_page_has_examples_exit_codes_and_global_options() {
        let help = text(&[], Length::Long).unwrap();
        for part in [
            "Usage: sessionctl",
            "The database and this program:",
            "--db <PATH>",
            "TOKEN=$(",
            "  130  interrupted",
        ] {
            assert!(help.contains(part), "{part}\n{help}");
        }
    }

    #[test]
    fn short_page_of_every_command_fits_a_screen_and_points_to_global_options() {
        fn check(command: &Command, path: &[&str]) {
            let page = text(path, Length::Short).unwrap();
            // A screen has 24 lines, of which the prompt takes one.
            assert!(page.lines().count() <= 23, "{path:?}\n{page}");
            assert!(page.lines().all(|line| line.len() <= 80), "{path:?}\n{page}");
            assert!(page.contains(GLOBAL_POINTER) && !page.contains("--db"), "{path:?}\n{page}");
            for sub in command.get_subcommands().filter(|sub| sub.get_name() != HELP && !sub.is_hide_set()) {
                check(sub, &[path, &[sub.get_name()]].concat());
            }
        }
        check(&crate::cli::command(), &[]);
    }

    #[test]
    fn example_of_every_command_fits_eighty_columns() {
        fn check(command: &Command, path: &str) {
            let text = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let examples = text.split("\n\n").find(|part| part.starts_with("Examples:"));
            for line in examples.unwrap_or_default().lines() {
                assert!(line.chars().count() < 80, "{path}: {line}");
            }
            for sub in command.get_subcommands() {
                check(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        check(&crate::cli::command(), "sessionctl");
    }

    #[test]
    fn topic_global_shows_the_global_options_and_unknown_topic_nothing() {
        let page = text(&["global"], Length::Long).unwrap();
        assert!(page.contains("--no-input") && page.contains("SESSIONCTL_FORMAT"), "{page}");
        assert!(text(&["user", "global"], Length::Long).is_none());
    }
}
