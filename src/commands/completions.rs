//! `completions`: prints a shell's completion script.

use clap::Args;
use clap_complete::Shell;

use super::{CommandResult, Context, Outcome, Printed};

const EXAMPLES: &str = "\
Examples:
  # bash, with the package bash-completion
  mkdir -p ~/.local/share/bash-completion/completions
  cd ~/.local/share/bash-completion/completions
  sessionctl completions bash > sessionctl

  # zsh, with ~/.zfunc in $fpath before compinit
  mkdir -p ~/.zfunc
  sessionctl completions zsh > ~/.zfunc/_sessionctl

  # fish
  mkdir -p ~/.config/fish/completions
  sessionctl completions fish > ~/.config/fish/completions/sessionctl.fish

  # PowerShell, in the file that $PROFILE names
  sessionctl completions powershell | Out-String | Invoke-Expression

  # elvish, in ~/.config/elvish/rc.elv
  eval (sessionctl completions elvish | slurp)";

/// Print a shell's completion script
///
/// The script completes commands, options and their values: keywords, users, session ids, labels, applications, scopes
/// and keys of the session database. It calls sessionctl for each completion, so you install it only once.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// Standard output could not be written.
pub fn run(args: &CompletionsArgs, printed: &Printed, context: &mut Context) -> CommandResult<Outcome> {
    context.require_text("completions")?;
    context.ui.explain(
        "print the script of the shell, the same for every database: it calls this program for each completion, which \
         reads the database then",
    );
    context.ui.write_raw(&(printed.completions)(args.shell))?;
    Ok(Outcome::Done)
}
