//! The commands that a message suggests act on the same database: where the command line named one, they name it too, so
//! that a person who pastes one does not change another database. What is suggested does not belong here.

use std::borrow::Cow;

/// How a suggested command begins in a message.
const PROGRAM: &str = "`sessionctl ";

/// The commands that use no database.
const WITHOUT_DATABASE: [&str; 6] = ["completions", "cookie", "help", "layout", "man", "tour"];

/// The text with `--db DATABASE` in each command that it suggests, except for those that use no database, name one
/// themselves or stand for any command (`sessionctl COMMAND -h`). `database` is a word of a shell.
#[must_use]
pub fn on_database<'a>(text: &'a str, database: &str) -> Cow<'a, str> {
    if !text.contains(PROGRAM) {
        return text.into();
    }
    let mut parts = text.split(PROGRAM);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        out.push_str(PROGRAM);
        let first = rest.split([' ', '`']).next().unwrap_or_default();
        if first.starts_with(|first: char| first.is_ascii_lowercase()) && !WITHOUT_DATABASE.contains(&first) {
            out.push_str("--db ");
            out.push_str(database);
            out.push(' ');
        }
        out.push_str(rest);
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_database_names_it_in_each_command_that_uses_one() {
        let on = |text| on_database(text, "'a b.db'").into_owned();
        assert_eq!(on("no command"), "no command");
        assert_eq!(
            on("`sessionctl list` shows it, `sessionctl log --follow` waits, `revoke` ends it"),
            "`sessionctl --db 'a b.db' list` shows it, `sessionctl --db 'a b.db' log --follow` waits, `revoke` ends it",
        );
        for text in [
            "`sessionctl help list`",
            "`sessionctl COMMAND -h`",
            "`sessionctl --db OLD log`",
            "`sessionctl cookie lint`",
            "`sessionctl tour`",
        ] {
            assert_eq!(on(text), text);
        }
    }
}
