//! Snapshots: what each command prints on a small fixed database, and each help text, as one reviewable file a
//! command in `tests/cli/snapshots`. A check of what a command does belongs into the command's own test file.
//!
//! `INSTA_UPDATE=always cargo test --test cli snapshot` accepts what the program prints now.

mod administration;
mod bulk;
mod fixture;
mod help;
mod lists;
mod sessions;
mod transcript;
