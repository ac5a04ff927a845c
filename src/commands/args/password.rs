//! Where a password comes from: a hidden prompt or standard input, and never an argument.

use clap::Args;
use zeroize::Zeroizing;

use crate::commands::input::line;
use crate::commands::{CommandResult, Context, Failure, Outcome};

/// More than the longest password; `ops` checks the exact limit.
const MAX_PASSWORD_LINE_BYTES: usize = 16 * 1024;

/// Where a password comes from.
#[derive(Clone, Copy, Debug, Args)]
pub struct PasswordArg {
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

impl PasswordArg {
    /// Reads the password exactly as typed, without the end of the line. `prompt` is the question on a terminal;
    /// with `new` the password is typed twice.
    ///
    /// # Errors
    /// A [`Failure`] where no password can be read.
    pub fn read(&self, prompt: &str, new: bool, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        if !self.password_stdin {
            let typed = context.prompt.password(prompt, new)?;
            return Ok(Zeroizing::new(typed.as_bytes().to_vec()));
        }
        match line::read(context.stdin.as_mut(), MAX_PASSWORD_LINE_BYTES) {
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
        assert_eq!(**from_stdin.read("Password", true, &mut scene.context).unwrap(), *b" pass word \t");
        for empty in ["", "\n", "\r\nx\n"] {
            let error =
                from_stdin.read("Password", false, &mut Scene::new().stdin(empty).context).unwrap_err();
            assert_eq!(error.failure().unwrap().code, 2);
        }
    }

    #[test]
    fn password_without_the_flag_prompts() {
        let prompted = PasswordArg { password_stdin: false };
        let mut scene = Scene::new().stdin("not this\n").answers(&["typed"]);
        assert_eq!(**prompted.read("Password", false, &mut scene.context).unwrap(), *b"typed");
        assert!(prompted.read("Password", false, &mut Scene::new().context).is_err());
    }
}
