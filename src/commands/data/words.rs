//! The words of a `data` command, of which SESSION may be left out. What is done with a value does not belong here.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use crate::commands::args::SessionArg;
use crate::commands::{Context, Failure};
use sessionctl_core::model::redact::holds_token;

/// The session, and the words behind it: where the last one is missing, the first one is no session, and the session is
/// that of `SESSIONCTL_TOKEN`.
///
/// # Errors
/// A usage [`Failure`] where a word is missing, or is not UTF-8. It repeats none of them.
pub(super) fn words<const N: usize>(
    first: &SessionArg,
    behind: [Option<&OsString>; N],
    missing: &str,
    context: &Context,
) -> Result<(SessionArg, [String; N]), Failure> {
    let all_given = behind.iter().all(Option::is_some);
    let shifted = if all_given { None } else { Some(written(first, missing, context)?) };
    let session = match shifted {
        None => first.clone(),
        Some(_) => SessionArg::or_environment(None, context)?,
    };
    let given = shifted.into_iter().chain(behind.into_iter().flatten().cloned());
    let mut texts = Vec::with_capacity(N);
    for word in given {
        texts.push(word.into_string().map_err(|_| Failure::usage("a word is not UTF-8"))?);
    }
    let texts =
        <[String; N]>::try_from(texts).map_err(|_| Failure::usage(format!("{missing} is missing")))?;
    Ok((session, texts))
}

/// The first word as it was written, where it can be something else than a session.
fn written(first: &SessionArg, missing: &str, context: &Context) -> Result<OsString, Failure> {
    let word = first.0.written().filter(|word| !holds_token(&String::from_utf8_lossy(word)));
    match word {
        Some(word) if context.env_token.is_some() => Ok(OsStr::from_bytes(word).to_owned()),
        _ => Err(Failure::usage(format!("{missing} is missing"))
            .hint("SESSION may be left out where SESSIONCTL_TOKEN is set")),
    }
}
