//! Hints for an argument that a command has no place for, by the arguments that it has. Words of other tools are in
//! `familiar_words`.

use std::ffi::OsString;

use crate::cli::parser::command;

/// The hint for a word behind `log` that is none of its commands: the name of a user, who is selected.
pub(super) const A_NAME_BEHIND_LOG: &str = "`sessionctl log --user NAME` shows the events of a user, `--actor NAME` what an account of the system did";

/// Whether a command has an argument that a person may begin with a hyphen: a name, a value.
pub(super) fn takes_free_text(path: &[String]) -> bool {
    matches!(path.first().map(String::as_str), Some("user" | "login" | "data"))
}

/// The hint for a word that this command has no place for.
pub(super) fn argument_hint(path: &[String], word: &str) -> Option<&'static str> {
    let is_argument = !word.starts_with('-');
    let below = |command: &str| path.len() == 2 && path[0] == command;
    match path.last().map(String::as_str) {
        Some("generate") if is_argument => Some("--user NAME names the user"),
        Some("list") if is_argument && below("user") => Some("`sessionctl user show NAME` shows one user"),
        Some("verify" | "head") if is_argument && below("log") => {
            Some("`sessionctl log verify --head FILE` compares the log with a head that was kept")
        }
        Some("logout") if matches!(word, "--all" | "--user" | "--everywhere") => Some(
            "`sessionctl revoke --user NAME` ends every session of a user; `sessionctl revoke --all` all of them",
        ),
        Some("login") if !word.starts_with('-') => {
            Some("a password is typed at a prompt, or read from standard input with --password-stdin")
        }
        _ => None,
    }
}

/// The hint for a single letter that is no option: the parser knows only the first letter of a value with a hyphen, and
/// would suggest to pass that.
pub(super) fn hyphen_hint(path: &[String], word: &str, arguments: &[OsString]) -> Option<String> {
    let is_letter = word.len() == 2 && word.starts_with('-') && word != "--";
    if !is_letter {
        return None;
    }
    let is_meant = |value: &OsString| value.to_str().is_some_and(|value| value.starts_with(word));
    let options = options_of(path);
    let option = arguments.windows(2).filter(|pair| is_meant(&pair[1])).find_map(|pair| {
        let name = pair[0].to_str()?.strip_prefix("--")?;
        options.iter().find(|(option, takes_value)| *takes_value && option == name)
    });
    match option {
        Some((option, _)) => {
            Some(format!("a value that begins with a hyphen is written as --{option}=VALUE"))
        }
        None => takes_free_text(path).then(|| {
            "a value that begins with a hyphen is written after --, or as --option=VALUE".to_owned()
        }),
    }
}

/// The long names of the options of a command, and whether each takes a value.
pub(super) fn options_of(path: &[String]) -> Vec<(String, bool)> {
    let mut tree = command();
    tree.build();
    let command = path.iter().try_fold(&tree, |command, name| command.find_subcommand(name));
    let options = command.into_iter().flat_map(clap::Command::get_arguments);
    let named = options
        .filter_map(|option| Some((option.get_long()?.to_owned(), option.get_action().takes_values())));
    named.collect()
}

/// Whether the command has the options that a hint names outside of other commands, and of what was written.
pub(super) fn are_options_of(path: &[String], hint: &str, written: &str) -> bool {
    let options = options_of(path);
    let prose = hint.split('`').step_by(2).flat_map(str::split_whitespace);
    let named = prose.filter_map(|word| word.strip_prefix("--"));
    let names = named.map(|word| word.trim_end_matches([',', ';', ':']));
    names
        .filter(|name| written.strip_prefix("--") != Some(name))
        .all(|name| options.iter().any(|(option, _)| option == name))
}
