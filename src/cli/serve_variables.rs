//! The environment variables of `serve`, for units and containers that set variables instead of arguments. Each stands for
//! the flag of its name, where that is not given; an empty variable counts as not set.

use std::ffi::OsString;

/// The flags with a value, which may be a list with spaces where the flag may be repeated.
const VALUES: [&str; 12] = [
    "app",
    "login",
    "admin",
    "listen",
    "api",
    "trust-proxy",
    "cookie",
    "prefix",
    "hashes",
    "log",
    "recipe",
    "seal-key",
];
/// The flag without a value: `yes` sets it.
const REMEMBER: &str = "remember";
const TRUE_WORDS: [&str; 3] = ["yes", "true", "1"];

/// The arguments of `serve` with those that the environment adds; `None` for every other command.
pub(super) fn with_variables(
    arguments: &[OsString],
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Option<Vec<OsString>> {
    let is_command = |word: &&OsString| word.to_str().is_some_and(crate::commands::Command::exists);
    if arguments.iter().skip(1).find(is_command)? != "serve" || is_given(arguments, "demo") {
        return None;
    }
    let set = |flag: &str| {
        let name = format!("SESSIONCTL_SERVE_{}", flag.replace('-', "_").to_uppercase());
        variable(&name)?.into_string().ok().filter(|value| !value.trim().is_empty())
    };
    let mut all = arguments.to_vec();
    for flag in VALUES.iter().filter(|flag| !is_given(arguments, flag)) {
        let values = set(flag).unwrap_or_default();
        all.extend(values.split_whitespace().map(|value| OsString::from(format!("--{flag}={value}"))));
    }
    let remembers = set(REMEMBER).is_some_and(|value| TRUE_WORDS.contains(&value.trim()));
    if remembers && !is_given(arguments, REMEMBER) {
        all.push(format!("--{REMEMBER}").into());
    }
    Some(all)
}

fn is_given(arguments: &[OsString], flag: &str) -> bool {
    let flag = format!("--{flag}");
    arguments.iter().filter_map(|word| word.to_str()).any(|word| {
        word.strip_prefix(flag.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(line: &[&str], variables: &[(&str, &str)]) -> Option<Vec<String>> {
        let line: Vec<OsString> = std::iter::once(&"sessionctl").chain(line).map(OsString::from).collect();
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        let all = with_variables(&line, &variable)?;
        Some(all[line.len()..].iter().map(|word| word.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn variables_stand_for_flags_that_are_not_given() {
        let variables = [
            ("SESSIONCTL_SERVE_APP", "a=https://a.example b=https://b.example"),
            ("SESSIONCTL_SERVE_TRUST_PROXY", "10.0.0.0/8"),
            ("SESSIONCTL_SERVE_REMEMBER", "yes"),
            ("SESSIONCTL_SERVE_LOG", " "),
        ];
        assert_eq!(
            added(&["serve"], &variables).unwrap(),
            [
                "--app=a=https://a.example",
                "--app=b=https://b.example",
                "--trust-proxy=10.0.0.0/8",
                "--remember"
            ]
        );
        let given = ["serve", "--app", "c=https://c.example", "--trust-proxy=::1", "--remember"];
        assert!(added(&given, &variables).unwrap().is_empty());
        assert_eq!(added(&["serve", "--demo"], &variables), None);
        assert_eq!(added(&["list"], &variables), None);
        assert_eq!(added(&[], &variables), None);
    }
}
