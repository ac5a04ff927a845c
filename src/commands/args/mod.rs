//! The arguments that several commands share. A command's own arguments stand in its own file.

pub mod suggest;

pub use suggest::Suggested;
