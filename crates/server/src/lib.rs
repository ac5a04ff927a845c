//! The web front: a login and server-side sessions in front of any web application. A reverse proxy asks the *gate*
//! about each request, and browsers use the pages. What is done to a session is an operation of `sessionctl-core`; this
//! crate contains no SQL, no command line and nothing that is particular to one store.
//!
//! - [`Config`]: the sites, the addresses and the limits.
//! - [`Machine`]: what the front needs of its host: a store factory, a clock and randomness.
//! - [`Front`]: answers one request. Tests call it without a socket.
//! - [`serve`]: listens, accepts connections, and runs what is due once a second.
//! - [`recipe`]: the configuration of a proxy.

mod answer_body;
mod api;
mod background;
mod body;
mod client;
mod codes;
mod config;
mod connection;
mod deliver;
mod demo;
mod dispatch;
mod front;
mod guard;
mod hashes;
mod identity;
mod limiter;
mod listen;
mod log;
mod lookups;
mod metrics;
mod origin;
mod pages;
mod presented;
mod progress;
mod recipe;
mod reply;
mod return_to;
mod routes;
mod selector;
mod serve;
mod stores;
mod streams;
mod touches;
mod verification;
mod watched;

pub use answer_body::{AnswerBody, BrokenStream};
pub use body::RequestBody;
pub use client::Peer;
pub use config::{
    Address, AddressError, Config, DEFAULT_COOKIE, DEFAULT_HASHES, DEFAULT_PREFIX, OTHER_COOKIES, Site,
    SiteError,
};
pub use deliver::Delivery;
pub use demo::{DEMO_PASSWORD, DEMO_USER, Demo, DemoClock, LONE_SHOP};
pub use dispatch::Surface;
pub use front::{Front, Machine, MakeRandomness};
pub use log::LogFormat;
pub use origin::{Origin, OriginError};
pub use recipe::{NeedsTcp, Proxy, recipe};
pub use serve::{ServeError, serve};
