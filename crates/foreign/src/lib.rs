//! Live sessions in the tables of other programs: listed, found by token, revoked. One layout file describes the
//! table of one program; a [`source::Source`] is the database; [`ops`] are the acts. The crate knows neither a
//! command line nor a terminal, and rusqlite is used in [`sqlite`] only.

pub mod check;
pub mod codec;
pub mod cookie_text;
pub mod detect;
pub mod filter;
pub mod layout;
pub mod ops;
pub mod plan;
pub mod record;
pub mod registry;
pub mod source;
pub mod sqlite;
pub mod step;
pub mod time;
pub mod token;
pub mod value;
