//! Values in the commands that a hint advises, so that a person can copy the command. What a hint advises does not belong
//! here.

use sessionctl_core::model::redact::redact_tokens;

/// A value as a word of a POSIX shell: quoted where the shell would split or change it. Text in the shape of a token is
/// hidden.
#[must_use]
pub fn word(value: &str) -> String {
    let value = redact_tokens(value);
    // Only a NUL cannot be quoted, and none of these values has one.
    let quoted = shlex::try_quote(&value).unwrap_or_default();
    // In single quotes the value reads as it is: in the other ones a backslash would be doubled.
    if quoted.starts_with('"') && !value.contains('\'') { format!("'{value}'") } else { quoted.into_owned() }
}

/// The same as an argument of a command: behind `--` where it would be read as an option.
#[must_use]
pub fn argument(value: &str) -> String {
    let end_of_options = if value.starts_with('-') { "-- " } else { "" };
    format!("{end_of_options}{}", word(value))
}

/// The selector of a user's sessions: a comma in the name does not begin another name.
#[must_use]
pub fn user_selector(name: &str) -> String {
    let separator = if name.starts_with('-') { '=' } else { ' ' };
    format!("--user{separator}{}", word(&name.replace(',', "\\,")))
}

/// The name under which this program is installed.
pub const NAME: &str = "sessionctl";

/// How this program is called in a terminal: by its name where that finds it, else by its path.
#[must_use]
pub fn program() -> String {
    let own = std::env::current_exe().ok();
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(NAME)).find(|path| path.is_file());
    match own.filter(|own| found.and_then(|path| path.canonicalize().ok()).as_ref() != Some(own)) {
        Some(own) => word(&own.display().to_string()),
        None => NAME.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argument_is_read_by_a_shell_as_the_value() {
        for value in [
            "alice",
            "Zoë O'Brien",
            "a b",
            r"DOMAIN\bob",
            "$HOME",
            "a`b\"c!d",
            "#x",
            "~root",
            "*",
            "a;b",
            "é",
        ] {
            assert_eq!(shlex::split(&argument(value)), Some(vec![value.to_owned()]), "{value}");
        }
        assert_eq!(argument("alice"), "alice");
        assert_eq!(argument("alice@example.com"), "alice@example.com");
        assert_eq!(argument("-x y"), "-- '-x y'");
        assert_eq!(user_selector("alice"), "--user alice");
        assert_eq!(user_selector("-x, y"), r"--user='-x\, y'");
        assert!(!argument(&"a1".repeat(32)).contains("a1a1"), "a token is shown");
    }
}
