//! `sessionctl serve` as a process, alone and behind the real proxies. A proxy that is not installed is named in one line
//! and left out; `.ci/run` installs them.

mod alone;
mod app;
mod browser;
mod demo;
mod front;
mod gauntlet;
mod http;
mod live_pages;
mod long;
mod programs;
mod proxies;
mod random;
