//! The subcommands: one file each, with its arguments and its body. They read what the user meant, call an act
//! or the store, and hand the result to the output. They never import one another; what they share stands in
//! `args` (arguments) and `context` (the world around a command).

pub mod context;

pub use context::{Context, Failure, Outcome, Prompt};
