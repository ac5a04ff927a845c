//! The names by which a page of help is asked for.

/// The command that shows a page, and where the topic that is no command is found.
pub(super) const HELP: &str = "help";
/// The topic that shows the global options.
pub(super) const GLOBAL_TOPIC: &str = "global";
/// The topic that shows how times are written.
pub(super) const TIMES_TOPIC: &str = "times";
pub(super) const GLOBAL_POINTER: &str = "Global options: see `sessionctl help global`.";
