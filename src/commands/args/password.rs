//! A password as an argument, which it never is: it is typed unseen, or comes on standard input.

use clap::Args;
use zeroize::Zeroizing;

use crate::commands::input::line;
use crate::commands::{CommandResult, Context, Failure, Outcome};

/// Longer than any password may be; the acts say what is too long.
const LONGEST: usize = 16 * 1024;

/// Where a password comes from.
#[derive(Clone, Copy, Debug, Args)]
pub struct PasswordArg {
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

impl PasswordArg {
    /// The password, exactly as it was typed, without the end of the line. `prompt` is what a person is asked;
    /// with `new`, twice.
    ///
    /// # Errors
    /// A [`Failure`] where there is none to be had.
    pub fn read(&self, prompt: &str, new: bool, context: &mut Context) -> CommandResult<Zeroizing<Vec<u8>>> {
        if !self.password_stdin {
            let typed = context.prompt.password(prompt, new)?;
            return Ok(Zeroizing::new(typed.as_bytes().to_vec()));
        }
        match line::read(context.stdin.as_mut(), LONGEST) {
            Ok(Some(line)) if !line.is_empty() => Ok(line),
            Ok(_) => Err(Failure::usage("no password in the first line of standard input").into()),
            Err(error) => {
                Err(Failure::of(Outcome::Failed, format!("standard input cannot be read: {error}")).into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;

    #[test]
    fn the_first_line_is_taken_as_it_is() {
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
    fn without_the_flag_a_person_is_asked() {
        let prompted = PasswordArg { password_stdin: false };
        let mut scene = Scene::new().stdin("not this\n").answers(&["typed"]);
        assert_eq!(**prompted.read("Password", false, &mut scene.context).unwrap(), *b"typed");
        assert!(prompted.read("Password", false, &mut Scene::new().context).is_err());
    }
}
