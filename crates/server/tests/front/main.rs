//! The front, asked without a socket: tables of requests and answers.

mod gate;
mod login;
mod pages;
mod scene;
