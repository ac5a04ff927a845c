//! Whether a command line of the reader can run once more unseen: what it does outside the folder of the tour must happen
//! once only. What a second run is to show is in `task`.

use std::iter::Peekable;
use std::str::Chars;

/// Programs that only read and print.
const READERS: &[&str] = &[
    "[",
    "awk",
    "base64",
    "cat",
    "cut",
    "echo",
    "exit",
    "false",
    "grep",
    "head",
    "jq",
    "ls",
    "od",
    "printf",
    "pwd",
    "sha256sum",
    "tail",
    "test",
    "tr",
    "true",
    "wc",
];
/// Commands of this program that act on its database only, or on nothing.
const OWN_COMMANDS: &[&str] = &[
    "cookie", "data", "expire", "generate", "inspect", "jwt", "list", "log", "login", "logout", "prune",
    "revoke", "rotate", "stats", "tree", "user", "verify",
];
/// What leads to another database, or lets a program that reads run or write another.
const LEADS_ELSEWHERE: &[&str] = &["--db", "SESSIONCTL_", "system", "getline", "close("];

/// Whether a second run of a command line goes unnoticed: it consists of programs that read and of this one, and writes to
/// files of the folder only. In doubt it does not.
pub(super) fn is_repeatable(line: &str) -> bool {
    let leads_elsewhere = LEADS_ELSEWHERE.iter().any(|word| line.contains(word));
    !leads_elsewhere && Scanner(line.chars().peekable()).commands_are_harmless(false)
}

fn is_harmless(command: &[String]) -> bool {
    let Some((program, arguments)) = command.split_first() else { return true };
    match program.as_str() {
        "sessionctl" => arguments
            .iter()
            .find(|word| !word.starts_with('-'))
            .is_none_or(|word| OWN_COMMANDS.contains(&&**word)),
        // A program in awk can write and run others.
        "awk" => !arguments.iter().any(|word| word.contains(['>', '|'])),
        program => READERS.contains(&program),
    }
}

/// Whether a file that is written to is one of the folder, a stream, or nothing.
fn is_in_folder(file: &str) -> bool {
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    file == "/dev/null" || !file.is_empty() && file.chars().all(is_plain)
}

/// Reads a command line as far as a shell's rules matter here.
struct Scanner<'a>(Peekable<Chars<'a>>);

impl Scanner<'_> {
    /// Reads commands to the end, or to the parenthesis that closes them.
    fn commands_are_harmless(&mut self, is_nested: bool) -> bool {
        let mut command = Vec::new();
        loop {
            match self.0.peek() {
                None => return !is_nested && is_harmless(&command),
                Some(' ' | '\t' | '<') => drop(self.0.next()),
                Some(')') => {
                    self.0.next();
                    return is_nested && is_harmless(&command);
                }
                Some(';' | '|' | '&' | '\n') => {
                    self.0.next();
                    if !is_harmless(&command) {
                        return false;
                    }
                    command.clear();
                }
                Some('(') => {
                    self.0.next();
                    if !command.is_empty() || !self.commands_are_harmless(true) {
                        return false;
                    }
                }
                Some('>') => {
                    while self.0.next_if(|letter| matches!(letter, '>' | '&' | '|' | ' ')).is_some() {}
                    if !self.word().is_some_and(|file| is_in_folder(&file)) {
                        return false;
                    }
                }
                Some(_) => match self.word() {
                    Some(word) => command.push(word),
                    None => return false,
                },
            }
        }
    }

    /// Reads a word; `None` where a command in it is not harmless.
    fn word(&mut self) -> Option<String> {
        let (mut word, mut is_quoted) = (String::new(), false);
        while let Some(letter) = self.0.next_if(|letter| {
            is_quoted || !matches!(letter, ' ' | '\t' | '\n' | ';' | '|' | '&' | '<' | '>' | '(' | ')')
        }) {
            match letter {
                '`' => return None,
                '$' if self.0.next_if_eq(&'(').is_some() => {
                    if !self.commands_are_harmless(true) {
                        return None;
                    }
                    word.push(letter);
                }
                '"' => is_quoted = !is_quoted,
                '\'' if !is_quoted => word.extend(self.0.by_ref().take_while(|letter| *letter != '\'')),
                '\\' => word.extend(self.0.next()),
                letter => word.push(letter),
            }
        }
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_of_readers_and_own_commands_is_repeatable() {
        for line in [
            "echo \"$LONG\" | sessionctl verify - --now +20d",
            "printf %064d 7 | sessionctl verify -; echo $?",
            "sessionctl verify @loot 2>/dev/null && echo done >&2",
            "sessionctl jwt keys revoke \"$(sessionctl jwt keys list --format ids)\" --yes",
            "cat shop.db* | od -An -v -tx1 | tr -d ' \\n' > dump",
            "echo 'a; rm -rf / > x' \"b | c\"",
            "awk 'BEGIN { printf \"%.0f\", 2^192 }'",
            "(sessionctl list; exit 4)",
            "sessionctl cookie lint - < /dev/null",
            "",
        ] {
            assert!(is_repeatable(line), "{line}");
        }
    }

    #[test]
    fn line_with_an_effect_elsewhere_is_not_repeatable() {
        for line in [
            "echo once >> ~/notes",
            "echo once > ../notes",
            "echo once > /tmp/notes",
            "echo \"$(touch /tmp/notes)\"",
            "echo `touch notes`",
            "sessionctl --db /tmp/other.db revoke --all --yes",
            "SESSIONCTL_DB=/tmp/other.db sessionctl list",
            "sessionctl db backup /tmp/copy.db",
            "sessionctl man /tmp/pages",
            "true; curl example.org",
            "echo token | tee /tmp/notes",
            "sleep 5; sessionctl list",
            "awk 'BEGIN { print 1 > \"/tmp/notes\" }'",
            "for i in 1 2; do echo $i; done",
            "cat <<x\nrm notes\nx",
            "echo a > $HOME",
            "(echo a",
        ] {
            assert!(!is_repeatable(line), "{line}");
        }
    }
}
