//! The first page of help: commands in groups, a few examples, the exit codes. What a command's own help says
//! stands with the command.

use std::fmt::Write as _;

use clap::Command;

/// The groups, and in which order their commands are shown; a command that stands in none comes last.
const GROUPS: &[(&str, &[&str])] = &[
    ("Begin and end sessions", &["login", "generate", "rotate", "logout", "expire", "revoke", "prune"]),
    ("Look at sessions", &["verify", "inspect", "list", "tree", "stats", "data"]),
    ("Users and the log", &["user", "log"]),
    ("Cookies and JWTs", &["cookie", "jwt"]),
    ("The database and this program", &["db", "tour", "completions", "man", "help"]),
];

/// What the program does, for the first page and the main man page.
pub(super) const DESCRIPTION: &str = "\
sessionctl keeps sessions in a local SQLite database and hands out their tokens: random words that mean nothing \
in themselves. Only a digest of a token is stored. A session is active until its time runs out, idle or in all, \
or until it is revoked; whether it is, is asked of the database each time, so that a revocation holds at once.

Results go to standard output, everything else to standard error. No secret has to stand on the command line: \
where TOKEN is written, it can be - (standard input), @FILE, or left out where SESSIONCTL_TOKEN is set.";

/// The examples of the first page.
pub(super) const EXAMPLES: &str = "\
Examples:
  sessionctl user add alice               # asks for a password
  TOKEN=$(sessionctl login alice)         # a new session; its token is printed once
  echo \"$TOKEN\" | sessionctl verify -     # active, expired, revoked or unknown
  sessionctl list --user alice            # her active sessions
  sessionctl revoke --user alice          # end them all, at once
  sessionctl tour                         # the whole life of a session, step by step";

/// The exit codes, which are the same for every command.
pub(super) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done; for verify, active"),
    (1, "could not be done or told: database missing, busy or damaged, disk full, output not written"),
    (2, "wrong use"),
    (3, "no such thing: unknown token, id or user; nothing matched"),
    (4, "expired"),
    (5, "revoked, or a token that was rotated away"),
    (6, "refused: wrong password, throttled, user disabled, too many sessions"),
    (7, "insufficient: scope, app or age of the login"),
    (130, "interrupted"),
];

/// Puts the commands of the first page in groups.
pub(super) fn arrange(command: Command) -> Command {
    let commands = grouped(&command);
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{commands}\nOptions:\n{{options}}{{after-help}}"
    );
    command
        .long_about(DESCRIPTION)
        .help_template(template)
        .after_help("`sessionctl COMMAND --help` tells more of a command.")
        .after_long_help(format!("{EXAMPLES}\n\nExit codes:\n{}", exit_codes()))
}

fn exit_codes() -> String {
    EXIT_CODES.iter().fold(String::new(), |mut text, (code, meaning)| {
        // Writing to a string cannot fail, here and below.
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
    left.push(("help".to_owned(), "Tell more of a command".to_owned()));
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
        let place = |name: &str| names.iter().position(|known| *known == name);
        let (mut here, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(name, _)| place(name).is_some());
        here.sort_by_key(|(name, _)| place(name));
        write(heading, here);
        left = others;
    }
    write("Other commands", left);
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_shown_in_a_group() {
        let command = crate::cli::command();
        let help = super::grouped(&command);
        for sub in command.get_subcommands() {
            assert!(help.contains(&format!("\n  {} ", sub.get_name())), "{}", sub.get_name());
        }
        assert!(!help.contains("Other commands"), "{help}");
    }

    #[test]
    fn the_first_page_holds_examples_and_exit_codes() {
        let help = crate::cli::command().render_long_help().to_string();
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
}
