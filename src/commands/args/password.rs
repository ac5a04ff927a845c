//! Where a password comes from: a hidden prompt or standard input, and never an argument.

use clap::Args;
use zeroize::Zeroizing;

use crate::commands::input::line;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::model::password::{MIN_CHARACTERS, check};
use sessionctl_core::model::user::UserName;

/// More than the longest password; `ops` checks the exact limit.
const MAX_PASSWORD_LINE_BYTES: usize = 16 * 1024;
/// How often a new password is asked for.
const MAX_TRIES: usize = 3;

/// Where a password comes from.
#[derive(Clone, Copy, Debug, Args)]
pub struct PasswordArg {
    /// Read the password from standard input, its first line
    #[arg(long)]
    pub password_stdin: bool,
}

impl PasswordArg {
    /// Reads a new password for a user. On a terminal the rule is part of the question, and a password is checked
    /// before it is repeated, so that nobody repeats one that cannot be set.
    ///
    /// # Errors
    /// A [`Failure`] where no password can be read, or none that can be set was typed.
    pub fn read_new(&self, user: &UserName, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        let prompt = format!("New password of {user} (at least {MIN_CHARACTERS} characters)");
        if self.password_stdin {
            return self.read(&prompt, context);
        }
        for _ in 0..MAX_TRIES {
            let typed = self.read(&prompt, context)?;
            if let Err(error) = check(&typed, user.as_str()) {
                context.ui.error(&error.to_string());
            } else if *self.read("Repeat the password", context)? == *typed {
                return Ok(typed);
            } else {
                context.ui.error("the passwords do not match; try again");
            }
        }
        Err(Failure::usage("no password was set").into())
    }

    /// Reads the password exactly as typed, without the end of the line. `prompt` is the question on a terminal.
    ///
    /// # Errors
    /// A [`Failure`] where no password can be read.
    pub fn read(&self, prompt: &str, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        if !self.password_stdin {
            let typed = context.prompt.password(prompt)?;
            return Ok(Zeroizing::new(typed.as_bytes().to_vec()));
        }
        // Of a longer line the start is longer than any password, and is answered as any other that is too long: a client
        // chooses what is sent as its password.
        match line::read_start(context.stdin.as_mut(), MAX_PASSWORD_LINE_BYTES) {
            Ok(Some(line)) if !line.is_empty() => Ok(line),
            Ok(_) => Err(Failure::usage("no password on the first line of standard input").into()),
            Err(error) => {
                Err(Failure::of(Outcome::Failed, format!("cannot read standard input: {error}")).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;

    #[test]
    fn password_stdin_returns_the_first_line_unchanged() {
        let from_stdin = PasswordArg { password_stdin: true };
        let mut scene = Scene::new().stdin(" pass word \t\nother\n");
        assert_eq!(**from_stdin.read("Password", &mut scene.context).unwrap(), *b" pass word \t");
        for empty in ["", "\n", "\r\nx\n"] {
            let error = from_stdin.read("Password", &mut Scene::new().stdin(empty).context).unwrap_err();
            assert_eq!(error.failure().unwrap().code, 2);
        }
    }

    #[test]
    fn new_password_is_checked_before_it_is_repeated() {
        let prompted = PasswordArg { password_stdin: false };
        let (user, good) = ("bob".parse().unwrap(), "correct horse battery staple");
        let mut scene = Scene::new().answers(&["short", good, good]);
        assert_eq!(**prompted.read_new(&user, &mut scene.context).unwrap(), *good.as_bytes());
        assert!(scene.err().contains("at least 15 characters"), "{}", scene.err());
        let mut scene = Scene::new().answers(&["short", "short", "short", "short"]);
        assert!(prompted.read_new(&user, &mut scene.context).is_err(), "it is asked for three times");
    }

    #[test]
    fn password_without_the_flag_prompts() {
        let prompted = PasswordArg { password_stdin: false };
        let mut scene = Scene::new().stdin("not this\n").answers(&["typed"]);
        assert_eq!(**prompted.read("Password", &mut scene.context).unwrap(), *b"typed");
        assert!(prompted.read("Password", &mut Scene::new().context).is_err());
    }
}
