//! The program from outside: what each command prints, to which stream, and its exit code. One module a
//! command, and a few for what they share. How a command works is tested next to the code.

mod harness;

mod administrators;
mod bad_input;
mod closed_stdout;
mod completions;
mod cookie;
mod data;
mod db;
mod environment;
mod escaping;
mod expire;
mod explain;
mod following;
mod formats;
mod generate;
mod incident;
mod incident_after;
mod incident_live;
mod inspect;
mod jwt;
mod list;
mod log;
mod login;
mod logout;
mod matrix;
mod odd_values;
mod prune;
mod revoke;
mod rotate;
mod screen;
mod scripts;
mod secrets;
mod selectors;
mod snapshot;
mod stats;
mod tables;
mod terminal;
mod tour;
mod tour_tasks;
mod tour_terminal;
mod tree;
mod user;
mod verify;
mod verify_exit_code;
