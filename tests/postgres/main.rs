//! The program on a PostgreSQL server of its own: the main commands, what differs from a file, and what is reported where
//! the server is not there. What each command prints is tested on a file.

#![cfg(feature = "postgres")]

mod check;
mod copy;
mod copy_phases;
mod faults;
mod incident;
mod layout;
mod life;
mod locator_keys;
mod log;
mod place;
mod program;
mod replica;
mod roles;
mod sealing;
