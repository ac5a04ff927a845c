//! `sessionctl serve` as a process, alone and behind the real proxies. A proxy that is not installed is named in one line
//! and left out; `.ci/run` installs them.

mod alone;
mod api;
mod api_doc;
mod app;
mod attacks;
mod browser;
mod demo;
mod demo_digest;
mod demo_thief;
mod front;
mod gauntlet;
mod http;
mod https;
mod kept;
mod kills;
mod leaks;
mod limits;
mod live_pages;
mod locks;
mod long;
mod on_postgres;
mod pictures;
mod process;
mod programs;
mod proxies;
mod random;
mod restart;
mod revocations;
mod sockets;
mod systemd;
mod worker;
