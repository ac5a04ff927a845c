//! Reading what a command works on: lines of a stream, tokens and sessions. What is done with them is the commands'
//! matter, and no output is written here except the warning about a token in the arguments.

mod bounded;
mod file_name;
mod id;
pub mod line;
pub mod line_stream;
mod session;
mod token;
pub mod wiped_input;

pub(in crate::commands) use bounded::{read_file, read_stream};
pub use file_name::refuse_token_name;
pub use session::{Named, Presented};
pub use token::{find_token, search};
