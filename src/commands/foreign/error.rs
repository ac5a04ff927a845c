//! From the kinds of errors of foreign databases to messages, hints and exit codes.

use std::path::Path;

use crate::commands::{Failure, Outcome};
use crate::host::actor::sudo_name;
use crate::output::escape::escape_text;
use sessionctl_foreign::detect::{DetectError, Detected, MAX_NAMED_TABLES};
use sessionctl_foreign::layout::Layout;
use sessionctl_foreign::ops::{By, OpsError};
use sessionctl_foreign::source::SourceError;
use sessionctl_foreign::token::TokenError;

/// A database that could not be read or written.
pub(super) fn source(error: &SourceError, path: &Path) -> Failure {
    with_hint(Failure::of(Outcome::Failed, of_file(error, path)), error)
}

/// What failed, and on which file.
fn of_file(error: &SourceError, path: &Path) -> String {
    format!("{}: {error}", shown(path))
}

fn with_hint(failure: Failure, error: &SourceError) -> Failure {
    match error {
        SourceError::NeedsOwner { owner } | SourceError::Denied { owner } => {
            failure.hint(format!("sudo -u {} sessionctl …", sudo_name(*owner)))
        }
        SourceError::Busy => failure.hint("try again; `fuser` shows who holds the file"),
        SourceError::Interrupted => failure.hint("start the program once, then run the command again"),
        SourceError::ReadOnly => failure.hint("check the mode of the file and of its folder"),
        SourceError::Moved => failure.hint("run the command again"),
        _ => failure,
    }
}

/// A path on one line, whatever is in it.
fn shown(path: &Path) -> String {
    escape_text(&path.display().to_string()).into_owned()
}

/// No layout, or several; where the user `gave` one, it is this one that does not fit.
pub(in crate::commands) fn detection(error: &DetectError, path: &Path, gave: Option<&Layout>) -> Failure {
    match error {
        DetectError::Source(error) => source(error, path),
        DetectError::Setting(error) => Failure::usage(error.to_string()),
        DetectError::Several(names) => {
            Failure::usage(format!("{} layouts fit {}: {}", names.len(), shown(path), names.join(", ")))
                .hint(format!("select one: --from {}", names[0]))
        }
        DetectError::None { tables, near } => {
            let mut text = match gave {
                Some(layout) if near.is_empty() => {
                    format!(
                        "{}: there is no table {}, which the layout {} names",
                        shown(path),
                        layout.table,
                        layout.name
                    )
                }
                Some(_) => format!("{}: the layout does not fit", shown(path)),
                None => format!("{}: no known session table", shown(path)),
            };
            for near in near {
                text.push_str(&format!("; {near}"));
            }
            let named: Vec<&str> = tables.iter().take(MAX_NAMED_TABLES).map(String::as_str).collect();
            let more = tables.len().saturating_sub(named.len());
            match named.is_empty() {
                true => text.push_str("; there are no tables"),
                false => text.push_str(&format!("; tables: {}", named.join(", "))),
            }
            if more > 0 {
                text.push_str(&format!(" and {more} more"));
            }
            let failure = Failure::of(Outcome::Failed, text);
            if gave.is_some() {
                return failure.hint("--db names the database, --table a table of another name");
            }
            failure.hint("`sessionctl layout list` shows the programs that are known; --layout FILE describes another table")
        }
    }
}

/// An act that failed before anything was changed in the file at `path`.
pub(super) fn ops(error: &OpsError, detected: &Detected, path: &Path) -> Failure {
    let message = error.to_string();
    let failed = |message: String| Failure::of(Outcome::Failed, message);
    match error {
        OpsError::Source(error @ SourceError::Refused(_)) => {
            failed(format!("{}; nothing was changed{}", of_file(error, path), triggers(detected)))
        }
        OpsError::Source(error @ SourceError::Busy) => {
            failed(of_file(error, path)).hint("try again; nothing was changed")
        }
        OpsError::Source(error) => source(error, path),
        OpsError::Backup(_) => failed(format!("{message}; nothing was changed")),
        OpsError::Stopped => Failure::of(Outcome::Interrupted, "interrupted; nothing was changed"),
        OpsError::Token(TokenError::SecretMissing(_)) => failed(message)
            .hint("give it with --app-secret @FILE, or SESSIONCTL_APP_SECRET; or name the session by its id"),
        OpsError::Token(TokenError::None | TokenError::Several) => Failure::usage(message),
        OpsError::Ambiguous { .. } => Failure::usage(message).hint("write more digits"),
        OpsError::Unanswerable { selectors, .. } => {
            let selectors = match selectors.iter().all(|selector| selector.starts_with("--by ")) {
                true => groups(detected),
                false => self::selectors(detected),
            };
            Failure::usage(message).hint(format!("it can answer {selectors}"))
        }
        OpsError::Count { .. } => Failure::of(Outcome::Refused, message),
        OpsError::Log(_) => failed(message).hint("--no-log revokes without a record"),
        _ => failed(message),
    }
}

fn triggers(detected: &Detected) -> String {
    let triggers = &detected.plan.triggers;
    if triggers.is_empty() {
        String::new()
    } else {
        format!("; triggers on the table: {}", triggers.join(", "))
    }
}

/// What stopped an act after it had changed rows, in words, and the outcome of the command.
pub(super) fn stopped(error: &OpsError, detected: &Detected) -> (String, Outcome) {
    match error {
        OpsError::Stopped => ("interrupted".to_owned(), Outcome::Interrupted),
        OpsError::Source(SourceError::Refused(_)) => {
            (format!("{error}{}", triggers(detected)), Outcome::Failed)
        }
        _ => (error.to_string(), Outcome::Failed),
    }
}

/// What a layout can count by.
fn groups(detected: &Detected) -> String {
    let answered = By::ALL.into_iter().filter(|by| by.is_answered_by(&detected.plan));
    format!("--by {}", answered.map(By::name).collect::<Vec<_>>().join(","))
}

/// The selectors that a layout can answer.
pub(super) fn selectors(detected: &Detected) -> String {
    use sessionctl_foreign::plan::Field;
    let mut all = vec!["ID", "--user", "--anonymous", "--kind", "--state", "--except", "--all"];
    for (field, names) in [
        (Field::Ip, &["--ip"][..]),
        (Field::LastIp, &["--last-ip"]),
        (Field::UserAgent, &["--user-agent"]),
        (Field::CreatedAt, &["--created-before", "--created-after"]),
        (Field::LastSeenAt, &["--seen-before", "--seen-after"]),
        (Field::ExpiresAt, &["--ended-before", "--ended-after", "--expiring-within"]),
    ] {
        if detected.plan.has(field) {
            all.extend(names);
        }
    }
    all.join(" ")
}
