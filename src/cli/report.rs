//! What is reported to a person where a command did not do what was asked: the message, a hint and the exit code. Which error
//! becomes which report does not belong here.

/// The exit code of a failure, and of an answer that could not be determined.
pub(super) const FAILED: u8 = 1;

/// The database that a command was given, for the messages about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Database<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// The environment variable that names it, if one does.
    pub(super) variable: Option<&'static str>,
}

impl Database<'_> {
    /// The message of an error about it, with the variable that is to be corrected.
    pub(super) fn name_variable(self, message: String) -> String {
        match self.variable {
            Some(variable) => format!("{message} (from {variable})"),
            None => message,
        }
    }
}

/// Why a command did not do what was asked, in words for the user.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) code: u8,
}

/// The message and its causes, without those that a message already ends with.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}
