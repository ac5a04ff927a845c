//! What a session, a token, a user, a policy, an event and a selector are, and the rules that they obey. Everything
//! here is a value or a pure function: no SQL, no clap, no printing, and no clock and no source of randomness of its
//! own.

pub mod address;
pub mod clock;
pub mod creation;
mod digits;
pub mod event;
pub mod glob;
pub mod hash_limit;
pub mod password;
pub mod policy;
pub mod random;
pub mod redact;
pub mod selector;
pub mod session;
pub mod time;
pub mod token;
pub mod user;
