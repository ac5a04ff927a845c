//! Reads the cookies of standard input or a file. Their content is interpreted in `sessionctl_wire::cookie`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use zeroize::Zeroizing;

use crate::commands::input::read_file;
use crate::commands::{CommandResult, Context, Failure, Outcome};
use sessionctl_core::counted;
use sessionctl_wire::cookie::{CookieText, read_cookie_text};
use sessionctl_wire::text;

const MAX_SOURCE_BYTES: u64 = 1 << 20;

/// Where the cookies are. They are secrets, so they are not taken from the arguments.
#[derive(Debug, clap::Args)]
pub(super) struct SourceArg {
    /// The cookies: - for standard input, or @FILE
    #[arg(value_name = "SOURCE", default_value = "-", hide_default_value = true)]
    source: OsString,
}

impl SourceArg {
    /// Reads the cookies. Lines without one are counted and reported.
    ///
    /// # Errors
    /// A usage [`Failure`] for a source that is neither or that is empty, [`Outcome::NotFound`] if no line has a
    /// cookie, or the failure to read.
    pub(super) fn read(&self, context: &mut Context) -> CommandResult<CookieText> {
        let bytes = match self.source.as_bytes() {
            b"-" => context.read_stdin(MAX_SOURCE_BYTES)?,
            // The path is not repeated: it is the secret if the @ is a mistake.
            [b'@', path @ ..] if !path.is_empty() => {
                read_file(OsStr::from_bytes(path).as_ref(), MAX_SOURCE_BYTES).map_err(|error| {
                    Failure::of(Outcome::Failed, format!("the file behind the @ cannot be read: {error}"))
                })?
            }
            _ => {
                let failure = Failure::usage("cookies are secrets, and are not taken from the arguments");
                return Err(failure.hint("write - to give them on standard input, or @FILE").into());
            }
        };
        // Other bytes are shown as a browser shows them, so that the rest of the line can be checked.
        let text = text::decode(&bytes)
            .unwrap_or_else(|| Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()));
        let cookies = read_cookie_text(&text);
        match (cookies.lines.is_empty(), cookies.ignored) {
            (true, 0) => Err(Failure::usage("no cookies were given").into()),
            (true, ignored) => {
                let lines = counted(ignored, "line", "lines");
                Err(Failure::of(Outcome::NotFound, format!("there is no cookie in {lines}")).into())
            }
            (false, 0) => Ok(cookies),
            (false, ignored) => {
                context.ui.status(&format!("ignored {} without a cookie", counted(ignored, "line", "lines")));
                Ok(cookies)
            }
        }
    }
}
