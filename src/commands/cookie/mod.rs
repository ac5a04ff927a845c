//! `cookie`: a token as a cookie, and what a cookie line says and is worth (RFC 6265bis). No database is read.

mod format;
mod lint;
mod parse;

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;

use zeroize::Zeroizing;

use super::{Context, Failure, Outcome};
use crate::commands::CommandResult;

/// Write a token as a cookie, and read and judge cookie lines
#[derive(Debug, clap::Args)]
pub struct CookieArgs {
    #[command(subcommand)]
    command: CookieCommand,
}

#[derive(Debug, clap::Subcommand)]
enum CookieCommand {
    Format(format::FormatArgs),
    Parse(parse::ParseArgs),
    Lint(lint::LintArgs),
}

/// Runs `cookie`.
///
/// # Errors
/// As its subcommands do.
pub fn run(args: &CookieArgs, context: &mut Context) -> CommandResult<Outcome> {
    match &args.command {
        CookieCommand::Format(args) => format::run(args, context),
        CookieCommand::Parse(args) => parse::run(args, context),
        CookieCommand::Lint(args) => lint::run(args, context),
    }
}

/// All that is read of cookie lines, in bytes.
const MOST: u64 = 1 << 20;

/// The lines to look at: standard input, or the file behind `@`. A cookie line holds a secret, so it is not
/// taken from the arguments.
fn lines(source: &OsStr, context: &mut Context) -> CommandResult<Vec<Zeroizing<String>>> {
    let bytes = match source.as_bytes() {
        b"-" => context.read_stdin(MOST)?,
        // The path is not repeated: with an @ in front by mistake, it is the secret.
        [b'@', path @ ..] if !path.is_empty() => read_file(OsStr::from_bytes(path)).map_err(|error| {
            Failure::of(Outcome::Failed, format!("the file behind the @ cannot be read: {error}"))
        })?,
        _ => {
            let failure = Failure::usage("a cookie line is a secret, and is not taken from the arguments");
            return Err(failure.hint("give it on standard input (-) or as @FILE").into());
        }
    };
    let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<_> = lines.map(|line| Zeroizing::new(line.to_owned())).collect();
    if lines.is_empty() {
        return Err(Failure::usage("no cookie line was given").into());
    }
    Ok(lines)
}

fn read_file(path: &OsStr) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is too long"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::Scene;
    use crate::output::Format;

    const TOKEN: &str = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2";

    #[test]
    fn a_token_becomes_a_cookie_that_is_read_and_judged() {
        let mut scene = Scene::new().stdin(&format!("{TOKEN}\n"));
        assert_eq!(scene.run(&["format", "-"], run).unwrap(), 0);
        let line = scene.out();
        assert_eq!(
            line,
            format!("Set-Cookie: __Host-session={TOKEN}; Path=/; Secure; HttpOnly; SameSite=Lax\n")
        );
        let mut scene = Scene::new().format(Format::Csv).stdin(&line);
        assert_eq!(scene.run(&["lint"], run).unwrap(), 0);
        let mut scene = Scene::new().format(Format::Csv).stdin(&line);
        assert_eq!(scene.run(&["parse"], run).unwrap(), 0);
        assert!(scene.out().contains("a token") && !scene.out().contains(TOKEN));
        let mut scene = Scene::new().stdin(&format!("Set-Cookie: __Host-session={TOKEN}; Path=/\n"));
        assert_eq!(scene.run(&["lint"], run).unwrap(), 7, "a prefix without its attributes is refused");
    }

    #[test]
    fn wrong_uses_tell_no_secret() {
        for line in
            [&["parse", TOKEN][..], &["lint", "-"], &["format", "--max-age", "401d", TOKEN], &["format", "x"]]
        {
            let mut scene = Scene::new();
            assert_eq!(scene.run(line, run).unwrap(), 2, "{line:?}");
            assert!(!scene.err().contains(TOKEN));
        }
    }
}
