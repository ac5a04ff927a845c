//! `--upgrade` without its TOKEN, before a NAME: the parser of the command line takes any word behind an option for its
//! value. What is done with the token does not belong here.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;

use crate::commands::args::token::LEFT_OUT;
use sessionctl_core::model::redact::holds_token;

const OPTION: &str = "--upgrade";

/// The same command line with the value of `--upgrade` left out, where the word behind the option cannot be one: it is not
/// `-`, no `@FILE`, and holds no token.
pub(super) fn without_value(arguments: &[OsString]) -> Option<Vec<OsString>> {
    let at = arguments.iter().position(|word| word == OPTION)?;
    let word = arguments.get(at + 1)?;
    let is_value = word == "-" || word.as_bytes().starts_with(b"@") || holds_token(&word.to_string_lossy());
    if is_value {
        return None;
    }
    let mut marked = arguments.to_vec();
    marked[at] = format!("{OPTION}={LEFT_OUT}").into();
    Some(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(line: &[&str]) -> Option<Vec<OsString>> {
        without_value(&line.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn name_behind_the_option_is_not_its_value() {
        let found = marked(&["sessionctl", "login", "--upgrade", "alice", "--sso"]).unwrap();
        assert_eq!(found[2..], ["--upgrade=\0", "alice", "--sso"].map(OsString::from));
        let token = "a1b2c3d4".repeat(8);
        for value in ["-", "@token", &token, &format!("Bearer {token}")] {
            assert_eq!(marked(&["sessionctl", "login", "--upgrade", value]), None, "{value}");
        }
        assert_eq!(marked(&["sessionctl", "login", "--upgrade"]), None);
        assert_eq!(marked(&["sessionctl", "login", "alice"]), None);
    }
}
