//! What a session, a token, a user, a policy and an event are, and the rules they obey. Everything here is a
//! plain value or a pure function: no SQL, no clap, no printing, no clock and no source of randomness of its own.

pub mod cookie;
pub mod jwt;
pub mod secret;
pub mod time;
